"""Hostile and damaged files: each loads with exact accounting or is refused with what, where and what to do."""

from __future__ import annotations

import contextlib
import gzip
import random
import signal
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from equality.errors import ExportError
from equality.exports.code import code
from equality.exports.load import load
from equality.exports.read import open_exports
from equality.store.registry import Registry
from tests.exports.making import text_of, write_ods, write_parquet, write_xls, write_xlsx, write_zip
from tests.exports.test_formats import HEAD, ROWS, profile

PROFILE = profile()
HEADINGS = ",".join(HEAD)
GOOD = "22/{n}/20,03/02/2020,Female,W1,ok"
LINES = [GOOD.format(n=n) for n in range(1, 7)]
Content = bytes | Callable[[Path], Path]


def table(*extra: str, head: str = HEADINGS, end: str = "\n") -> bytes:
    """Six good rows with other lines among them."""
    return end.join([head, *LINES[:3], *extra, *LINES[3:], ""]).encode()


def zeros(gigabytes: int) -> bytes:
    """Deflated zeros, made of one part over and over: a bomb needs no second to make."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    part = deflate.compress(bytes(1 << 24)) + deflate.flush(zlib.Z_FULL_FLUSH)
    return part * (gigabytes * 64) + b"\x03\x00"


def bomb(folder: Path) -> Path:
    """Two gigabytes of zeros in two megabytes."""
    path = write_zip(folder / "a.zip", {})
    content, name = zeros(2), b"a.csv"
    facts = struct.pack("<HHHHHLLLHH", 20, 0, 8, 0, 33, 0, len(content), 2 << 30, len(name), 0)
    head = b"PK\x03\x04" + facts + name
    directory = b"PK\x01\x02" + struct.pack("<H", 20) + facts + struct.pack("<HHHLL", 0, 0, 0, 0, 0) + name
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(directory), len(head) + len(content), 0)
    path.write_bytes(head + content + directory + end)
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo("a.csv").file_size == 2 << 30
    return path


def gzip_bomb(folder: Path) -> Path:
    return _named(folder / "a.csv.gz", gzip.compress(b"")[:10] + zeros(2) + bytes(8))


def xlsx_with(folder: Path, part: str, content: bytes) -> Path:
    path = write_xlsx(folder / "a.xlsx", {"A": ROWS})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(part, content)
    return path


def lying_zip(folder: Path) -> Path:
    """A zip whose directory says that a member is small."""
    content = write_zip(folder / "b.zip", {"a.csv": b"x" * 50_000_000}).read_bytes()
    path = folder / "a.zip"
    path.write_bytes(content.replace(struct.pack("<L", 50_000_000), struct.pack("<L", 10)))
    return path


def encrypted(folder: Path) -> Path:
    content = bytearray(write_zip(folder / "b.zip", {"a.csv": table()}).read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path = folder / "a.zip"
    path.write_bytes(bytes(content))
    return path


def cut(content: bytes, share: float) -> bytes:
    return content[: int(len(content) * share)]


def made(write: Callable[[Path], Path]) -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return write(Path(folder)).read_bytes()


def merged(folder: Path) -> Path:
    import xlsxwriter

    path = folder / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 4, "Victims of crime")
        sheet.write_row(1, 0, HEAD)
        sheet.write_row(2, 0, ROWS[1])
        sheet.merge_range(3, 0, 4, 0, "22/2/20")
        sheet.write_row(3, 1, ROWS[2][1:])
        sheet.write_row(4, 1, ROWS[3][1:])
    return path


def far_cell(folder: Path) -> Path:
    """A workbook of a few kilobytes whose reader wants room for 17 billion cells."""
    path = write_xlsx(folder / "b.xlsx", {"A": ROWS})
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(folder / "a.xlsx", "w") as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename.endswith("sheet1.xml"):
                far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                content = content.replace(b"</sheetData>", far)
            target.writestr(item, content)
    return folder / "a.xlsx"


def ods_bomb(path: Path) -> Path:
    """A cell that is repeated over a million rows and 16,384 columns."""
    content = write_ods(path.with_name("b.ods"), {"A": ROWS})
    again = b'number-columns-repeated="16384"><text:p>x</text:p></table:table-cell></table:table-row></table:table>'
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(path, "w") as target:
        for item in source.infolist():
            part = source.read(item)
            if item.filename == "content.xml":
                row = b'<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="string" table:'
                part = part.replace(b"</table:table>", row + again)
            target.writestr(item, part)
    return path


def parquet_bomb(folder: Path) -> Path:
    """300 MB of one cell in some kilobytes."""
    cell = pl.Series("Note", ["x" * (1 << 20)])
    frame = pl.select(
        **{"Crime Ref": pl.lit("1"), "Date": pl.lit("03/02/2020"), "Sex": pl.lit("F"), "Ethnicity": pl.lit("W1")}
    ).with_columns(cell)
    pl.concat([frame] * 300).write_parquet(
        folder / "a.parquet", compression="zstd", use_pyarrow=True, pyarrow_options={"use_dictionary": False}
    )
    return folder / "a.parquet"


WIDE = [f"c{n}" for n in range(10_000)]
XLSX = made(lambda f: write_xlsx(f / "a.xlsx", {"A": ROWS}))
XLS = made(lambda f: write_xls(f / "a.xls", {"A": ROWS}))
PARQUET = made(lambda f: write_parquet(f / "a.parquet", ROWS))
NOISE = random.Random(4).randbytes(20_000)

# name → (content or maker, accepted, rejected)
# ruff: noqa: E501 - one case a line
LOADS: dict[str, tuple[Content, int, int]] = {
    "too many fields": (table("22/9/20,03/02/2020,Male,W1,ok,more"), 6, 1),
    "too few fields": (table("22/9/20,03/02/2020"), 6, 1),
    "too many and too few in balance": (table("22/9/20,03/02/2020,Male,W1,ok,more", "22/9/20,03/02/2020,Male,W1"), 6, 2),
    "truncated in a row": (table()[:-14], 5, 1),
    "truncated in a quoted cell": (table() + b'22/9/20,03/02/2020,Male,W1,"cut off', 6, 1),
    "truncated in a character": (table() + "22/9/20,03/02/2020,Male,W1,é".encode()[:-1], 7, 0),
    "quote never closed": (table('22/9/20,03/02/2020,"Male,W1,ok'), 6, 1),
    "two quotes that swallow rows": (table('22/8/20,03/02/2020,"Male,W1,ok', '22/9/20,03/02/2020,Male",W1,ok'), 7, 1),
    "quotes inside a cell": (table('22/9/20,03/02/2020,Male,W1,6" blade'), 7, 0),
    "text behind a closing quote": (table('22/9/20,03/02/2020,"Male"x,W1,ok'), 6, 1),
    "NUL bytes in a row": (table("22/9/20,03/02/2020,Ma\x00le,W1,ok"), 6, 1),
    "no date": (table("22/9/20,,Male,W1,ok"), 6, 1),
    "an impossible date": (table("22/9/20,31/02/2020,Male,W1,ok"), 6, 1),
    "a date far too long": (table(f"22/9/20,{'9' * 5000},Male,W1,ok"), 6, 1),
    "dates in three formats": (table("22/7/20,2020-02-03,F,W1,ok", "22/8/20,03/02/20,F,W1,ok", "22/9/20,Feb 3,F,W1,"), 8, 1),
    "headings again": (table(HEADINGS), 6, 1),
    "a footer": (table() + b"(6 rows affected)\n", 6, 1),
    "a total below": (table() + b"Total,6,,,\n", 6, 1),
    "cells all blank": (table(",,,,", ",,,,"), 6, 2),
    "blank lines": (table("", "", "") + b"\n\n\n", 6, 0),
    "white space": (table("  ", "\t"), 6, 2),
    "headings in the third row": (b"Report\nOFFICIAL-SENSITIVE\n" + table(), 6, 0),
    "a title with an open quote": (b'Report "A\n' + table(), 6, 0),
    "a heading with a line break": (table(head=HEADINGS.replace("Note", '"No\nte"').replace("No\nte", "Note\n")), 6, 0),
    "duplicate headings": (text_of([[*row, "x", "x"] for row in ROWS]).replace("x,x", "Sex,Sex", 1).encode(), 3, 0),
    "10,000 columns": (text_of([[*HEAD, *WIDE], *([*row, *WIDE] for row in ROWS[1:])]).encode(), 3, 0),
    "mixed encodings": (table("22/8/20,03/02/2020,Male,W1,naïve") + "22/9/20,03/02/2020,F,W1,café\n".encode("cp1252"), 8, 0),
    "mixed line ends": (table("22/8/20,03/02/2020,Male,W1,ok\r"), 7, 0),
    "old Mac line ends": (table(end="\r"), 6, 0),
    "UTF-16 without BOM": (table().decode().encode("utf-16-le"), 6, 0),
    "UTF-32": (table().decode().encode("utf-32"), 6, 0),
    "a BOM in the middle": (table("\ufeff22/9/20,03/02/2020,Male,W1,ok"), 7, 0),
    "formulas": (table("=cmd|' /C calc'!A0,03/02/2020,@SUM(1),+1,-1"), 7, 0),
    "markup": (table("<script>alert(1)</script>,03/02/2020,<b>,&lt;,ok"), 7, 0),
    "paths": (table("../../etc/passwd,03/02/2020,../x,C:\\x,ok"), 7, 0),
    "SQL": (table("'; DROP TABLE snapshots; --,03/02/2020,F,W1,ok"), 7, 0),
    "control characters": (table("22/9/20,03/02/2020,\x1b[31mF,\x07,\x08"), 7, 0),
    "right-to-left and zero width": (table("22/9/20,03/02/2020,\u202eF\u200b,W1,\u2066ok"), 7, 0),
    "a cell of a megabyte": (table(f"22/9/20,03/02/2020,F,W1,{'x' * 1_000_000}"), 7, 0),
    "a quoted cell of 150 lines": (table('22/9/20,03/02/2020,F,W1,"' + "line\n" * 150 + '"'), 7, 0),
    "a gzip of a gzip": (gzip.compress(gzip.compress(table())), 6, 0),
    "merged cells": (merged, 3, 0),
    "a workbook with a second sheet of other things": (lambda f: write_xlsx(f / "a.xlsx", {"A": ROWS, "B": [["x", "y"]]}), 3, 0),
    "a workbook named .csv": (XLSX, 3, 0),
    "a CSV named .xlsx": (lambda f: _named(f / "a.xlsx", table()), 6, 0),
    "an ODS with blank rows": (lambda f: write_ods(f / "a.ods", {"A": [*ROWS[:2], [], *ROWS[2:]]}), 3, 0),
    "an old workbook": (lambda f: write_xls(f / "a.xls", {"A": ROWS}), 3, 0),
    "an old workbook with headings in the third row": (lambda f: write_xls(f / "a.xls", {"A": [["Victims"], [], *ROWS]}), 3, 0),
    "an old workbook with an impossible date": (lambda f: write_xls(f / "a.xls", {"A": [*ROWS, ["4", "31/02/2020", "F", "W1", ""]]}), 3, 1),
    "a workbook with duplicate headings": (lambda f: write_xlsx(f / "a.xlsx", {"A": [[*row, *row] for row in ROWS]}), 3, 0),
    "a workbook with formulas as text": (lambda f: write_xlsx(f / "a.xlsx", {"A": [*ROWS, ["=1", "04/02/2020", "=cmd|' /C calc'!A0", "@x", "+1"]]}), 4, 0),
    "an ODS with duplicate headings": (lambda f: write_ods(f / "a.ods", {"A": [[*row, *row] for row in ROWS]}), 3, 0),
    "a Parquet file with duplicate rows of nothing": (lambda f: write_parquet(f / "a.parquet", [*ROWS, [None] * 5, [None] * 5]), 3, 2),
    "a gzip of ragged rows": (gzip.compress(table("22/9/20,03/02/2020", "a,b,c,d,e,f,g")), 6, 2),
    "a zip of ragged and mixed encodings": (
        lambda f: write_zip(f / "a.zip", {"a.csv": table("22/9/20,03/02/2020") + "22/9/20,03/02/2020,F,W1,café\n".encode("cp1252")}), 7, 1,
    ),
    "an archive with a folder and a picture": (lambda f: write_zip(f / "a.zip", {"x/": b"", "x/a.csv": table(), "b.png": b"x"}), 6, 0),
    "an archive that points outside": (lambda f: write_zip(f / "a.zip", {"../../../a.csv": table()}), 6, 0),
    "a name with markup": (lambda f: _named(f / "<b>$(ls);'.csv", table()), 6, 0),
}  # fmt: skip

REFUSED: dict[str, tuple[Content, str]] = {
    "nothing": (b"", "the file is empty; export it again"),
    "one line break": (b"\n", "no row among the first looks like headings"),
    "only a BOM": (b"\xef\xbb\xbf", "no row among the first looks like headings"),
    "headings only": (f"{HEADINGS}\n".encode(), "headings but no rows; export it again"),
    "other headings": (b"a,b\n1,2\n", "do not fit the profile test: missing Crime Ref"),
    "prose": (b"Dear Sir\nplease find\nattached\n", "no row among the first looks like headings"),
    "most rows broken": ((HEADINGS + "\n" + "x,y\n" * 9).encode(), r"line 2 has 2 fields, the headings have 5; .* 9 of 9"),
    "no date readable": (table().replace(b"03/02/2020", b"2/3/20 AD"), "holds no date that .*; add the one of this file"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + NOISE, r"this is a picture \(PNG\), not a table"),
    "a photograph named .csv": (b"\xff\xd8\xff\xe0" + NOISE, r"this is a picture \(JPEG\)"),
    "a PDF": (b"%PDF-1.7\n" + NOISE, "a PDF document, not a table; export the records as CSV"),
    "a web page named .xls": (b"<html><table><tr><td>1", "a web page"),
    "XML": (b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "an XML document"),
    "JSON": (b'[{"Crime Ref": 1}]', "a JSON document"),
    "noise": (NOISE, "neither UTF-8 nor|no row among|NUL|longer than|do not fit"),
    "zeros": (bytes(100_000), "no row among|NUL|longer|do not fit"),
    "one endless line": (b"x" * (17 << 20), "line 1 is longer than 16 MB: this is no table"),
    "UTF-16 cut short": (table().decode().encode("utf-16")[:-1], "begins as UTF-16 but is cut short"),
    "bytes of no encoding": (table("22/9/20,03/02/2020,M\x00,W1,").replace(b"M\x00", b"\x81"), "line 5 has the byte 0x81"),
    "a bomb of 2 GB": (bomb, "unpacks to more than .* MB, which no export"),
    "a gzip bomb": (gzip_bomb, "unpacks to more than"),
    "a zip that lies about sizes": (lying_zip, "damaged or cut short|do not fit|no row|unpacks"),
    "a workbook that is a bomb": (lambda f: xlsx_with(f, "xl/worksheets/x.xml", bytes(200 << 20)), "unpacks to more than"),
    "an encrypted zip": (encrypted, "is encrypted; unpack it"),
    "a zip inside a zip": (
        lambda f: write_zip(f / "a.zip", {"b.csv": write_zip(f / "b.zip", {"a.csv": table()}).read_bytes()}),
        "an archive inside an archive is not opened; unpack it",
    ),
    "a zip without tables": (lambda f: write_zip(f / "a.zip", {"a.png": b"x", "b/": b""}), "holds no table"),
    "an empty zip": (b"PK\x05\x06" + bytes(18), "holds no table|damaged"),
    "half a zip": (cut(made(lambda f: write_zip(f / "a.zip", {"a.csv": table()})), 0.5), "damaged or cut short"),
    "half a gzip": (cut(gzip.compress(table()), 0.6), "gzip file is damaged or cut short; copy it again"),
    "half a workbook": (cut(XLSX, 0.5), "damaged or cut short"),
    "a workbook without sheets of rows": (lambda f: write_xlsx(f / "a.xlsx", {"A": []}), "no sheet holds a table"),
    "a workbook of another table": (lambda f: write_xlsx(f / "a.xlsx", {"A": [["a", "b"], [1, 2]]}), "missing Crime Ref"),
    "an old workbook cut in its sectors": (lambda f: _named(f / "a.xls", XLS[:-1500]), "the workbook cannot be read"),
    "an old workbook of another table": (lambda f: write_xls(f / "a.xls", {"A": [["a", "b"], [1, 2]]}), "missing Crime Ref"),
    "a workbook with a cell at its far end": (far_cell, "its reader needed more than 8 GB of memory"),
    "half an OpenDocument workbook": (cut(made(lambda f: write_ods(f / "a.ods", {"A": ROWS})), 0.5), "damaged or cut short"),
    "an OpenDocument bomb": (lambda f: ods_bomb(f / "a.ods"), "the workbook cannot be read .*Cell limit exceeded"),
    "a Parquet bomb": (parquet_bomb, "unpacks to more than"),
    "noise named .parquet": (lambda f: _named(f / "a.parquet", b"PAR1" + NOISE), "the Parquet file is damaged"),
    "a gzip of a workbook cut short": (gzip.compress(cut(XLSX, 0.5)), "damaged or cut short"),
    "an old workbook cut short": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + NOISE[:600], "the workbook cannot be read"),
    "half a Parquet file": (cut(PARQUET, 0.6), "the Parquet file is damaged or cut short"),
    "a Parquet file of lists": (
        lambda f: write_parquet(f / "a.parquet", [HEAD, ["1", "2", "3", "4", [1, 2]]]),
        "the columns Note hold lists",
    ),
    "a folder": (lambda f: f, "is a folder; name the files in it"),
    "no such file": (lambda f: f / "absent.csv", "does not exist; check the path"),
}  # fmt: skip


def _named(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def put(content: Content, folder: Path) -> Path:
    folder.mkdir()
    return _named(folder / "a.csv", content) if isinstance(content, bytes) else content(folder)


@pytest.fixture(autouse=True)
def _no_hanging() -> Iterator[None]:
    def late(*_: object) -> None:
        raise TimeoutError("the file kept reading busy for a minute")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def tree(folder: Path) -> dict[str, bytes]:
    """Everything in a store but the registry, whose history also knows what was refused."""
    names = ("registry.sqlite", ".loading.lock")
    files = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.name not in names)
    return {str(p.relative_to(folder)): p.read_bytes() for p in files}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    load(
        [put(text_of([HEAD, ["22/77/19", "03/02/2019", "M", "W2", ""]]).encode(), folder / "x")], PROFILE, folder / "s"
    )
    return folder / "s"


def test_the_corpus_is_large_enough() -> None:
    assert len(LOADS) + len(REFUSED) >= 60


@pytest.mark.parametrize("name", LOADS)
def test_a_damaged_file_is_read_and_every_row_accounted_for(tmp_path: Path, name: str) -> None:
    content, accepted, rejected = LOADS[name]
    files = open_exports([put(content, tmp_path / "in")], PROFILE)
    result = code(files, PROFILE)
    records, aside, delivered = pl.collect_all([result.records, result.rejected, result.delivered])
    assert (records.height, aside.height) == (accepted, rejected)
    assert delivered.height == sum(file.rows for file in files) == accepted + rejected
    if rejected:
        assert aside.select(pl.all_horizontal(pl.col("reason", "raw_text", "line").is_not_null()).all()).item()
        assert aside["source_file"].unique().to_list() == [files[0].name]
    both = pl.concat([records["source_row"], aside["source_row"]])
    assert sorted(both.to_list()) == list(range(1, accepted + rejected + 1))


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_export_is_refused_in_words_and_the_store_stays(
    tmp_path: Path, store: Path, name: str
) -> None:
    content, message = REFUSED[name]
    path = put(content, tmp_path / "in")
    before = tree(store)
    with pytest.raises(ExportError, match=message) as caught:
        load([path], PROFILE, store)
    assert str(caught.value).startswith(str(path))
    assert len(str(caught.value)) < 1000
    assert tree(store) == before


def test_raw_text_and_line_are_those_of_the_file(tmp_path: Path) -> None:
    broken = ['22/8/20,03/02/2020,"open,W1,ok', '22/9/20,soon,"a, b",W1,ok', "short"]
    content = b"Title\n\n" + table('22/7/20,03/02/2020,F,W1,"two\nlines"', *broken)
    (file,) = open_exports([put(content, tmp_path / "in")], PROFILE)
    aside = code([file], PROFILE).rejected.collect().sort("line")
    lines = content.decode().split("\n")
    assert aside["raw_text"].to_list() == broken
    assert [lines[number - 1] for number in aside["line"]] == broken


def test_a_load_keeps_the_rejected_rows_to_download(tmp_path: Path) -> None:
    path = put(table("22/8/20,03/02/2020", "22/9/20,soon,F,W1,ok"), tmp_path / "in")
    (snapshot,) = load([path], PROFILE, tmp_path / "store").snapshots
    (file,) = snapshot.files
    assert (file.rows_in, file.accepted, file.rejected) == (8, 6, 2)
    kept = pl.read_parquet(snapshot.folder / "rejected.parquet").sort("line")
    assert kept.select("source_file", "line", "raw_text").rows() == [
        ("a.csv", 5, "22/8/20,03/02/2020"),
        ("a.csv", 6, "22/9/20,soon,F,W1,ok"),
    ]
    assert Registry(tmp_path / "store").records("test").collect().height == 6


@pytest.mark.parametrize("seed", range(20))
def test_files_cut_and_overwritten_at_random_never_crash(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    content = bytearray(
        chance.choice([table(), XLSX, XLS, PARQUET, gzip.compress(table()), table().decode().encode("utf-16")])
    )
    for _ in range(chance.randint(1, 8)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    path = put(bytes(content[: chance.randint(len(content) // 2, len(content))]), tmp_path / "in")
    with contextlib.suppress(ExportError):
        files = open_exports([path], PROFILE)
        result = code(files, PROFILE)
        records, aside = pl.collect_all([result.records, result.rejected])
        assert records.height + aside.height == files[0].rows
