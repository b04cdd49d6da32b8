"""The same table in every wrapping, encoding and layout gives the same records."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from equality.errors import ExportError
from equality.exports.code import code
from equality.exports.export_file import ExportFile
from equality.exports.profile import Profile
from equality.exports.read import open_export, open_exports
from tests.exports.making import (
    text_of,
    write_bytes,
    write_gzip,
    write_ods,
    write_parquet,
    write_xls,
    write_xlsx,
    write_zip,
)

HEAD = ["Crime Ref", "Date", "Sex", "Ethnicity", "Note"]
ROWS = [
    HEAD,
    ["22/1/20", "03/02/2020", "Female", "W1 – British", "said \"no\", twice"],
    ["22/2/20", "04/02/2020", "Male", "Not stated", "first line\nsecond line"],
    ["22/3/20", "05/02/2020", "", "A1 - Indian", "café; 6\" blade | £5\tx"],
]  # fmt: skip
CODED = [("22/1/20", "F", "W1"), ("22/2/20", "M", "NS"), ("22/3/20", None, "A1")]


def profile(**changes: object) -> Profile:
    given: dict[str, object] = {
        "name": "test",
        "source": "test",
        "title": "Test",
        "about": "A test",
        "confirmed": False,
        "headline_role": "victim",
        "extract": {"newest": True, "snapshot": "all_files"},
        "constants": {"role": "victim"},
        "columns": {"crime_ref": ["Crime Ref"], "recorded_on": ["Date"], "outcome": ["Note"]},
        "dates": ["%d/%m/%Y", "%d/%m/%y"],
        "characteristics": {"sex": {"headings": ["Sex", "Gender"]}, "ethnicity": {"headings": ["Ethnicity"]}},
    }
    return Profile.model_validate(given | changes)


PROFILE = profile()


def coded(file: ExportFile, known: Profile = PROFILE) -> list[tuple[str | None, ...]]:
    result = code([file], known)
    assert result.delivered.collect().height == file.rows == result.records.collect().height + file.misfits.height
    return result.records.select("crime_ref", "sex", "ethnicity").collect().rows()


TEXT = text_of(ROWS)
Make = Callable[[Path], Path]
FORMATS: dict[str, Make] = {
    "comma": lambda f: write_bytes(f / "a.csv", TEXT.encode()),
    "semicolon": lambda f: write_bytes(f / "a.csv", text_of(ROWS, ";").encode()),
    "tab": lambda f: write_bytes(f / "a.tsv", text_of(ROWS, "\t").encode()),
    "bar": lambda f: write_bytes(f / "a.txt", text_of(ROWS, "|").encode()),
    "everything quoted": lambda f: write_bytes(f / "a.csv", text_of(ROWS, quoting=csv.QUOTE_ALL).encode()),
    "Windows line ends": lambda f: write_bytes(f / "a.csv", text_of(ROWS, line_end="\r\n").encode()),
    "no last line end": lambda f: write_bytes(f / "a.csv", TEXT.rstrip("\n").encode()),
    "UTF-8 with BOM": lambda f: write_bytes(f / "a.csv", TEXT.encode("utf-8-sig")),
    "UTF-16 with BOM": lambda f: write_bytes(f / "a.csv", TEXT.encode("utf-16")),
    "UTF-16 LE": lambda f: write_bytes(f / "a.csv", TEXT.encode("utf-16-le")),
    "UTF-16 BE": lambda f: write_bytes(f / "a.csv", TEXT.encode("utf-16-be")),
    "Windows-1252": lambda f: write_bytes(f / "a.csv", TEXT.encode("cp1252")),
    "Excel's Unicode text": lambda f: write_bytes(f / "a.txt", text_of(ROWS, "\t", "\r\n").encode("utf-16")),
    "sep= line": lambda f: write_bytes(f / "a.csv", b"sep=;\n" + text_of(ROWS, ";").encode()),
    "headings in line 4": lambda f: write_bytes(f / "a.csv", b"Victims, February\nOFFICIAL\n\n" + TEXT.encode()),
    "blank lines": lambda f: write_bytes(f / "a.csv", TEXT.replace("22/3", "\n\n22/3").encode() + b"\n\n"),
    "spelled headings": lambda f: write_bytes(f / "a.csv", TEXT.replace("Crime Ref", " CRIME  REF").encode()),
    "gzip": lambda f: write_gzip(f / "a.csv.gz", TEXT.encode("cp1252")),
    "zip": lambda f: write_zip(f / "a.zip", {"x/a.csv": TEXT.encode(), "__MACOSX/a.csv": b"x", "a.pdf": b"%PDF"}),
    "zip of gzip": lambda f: write_zip(f / "a.zip", {"a.csv.gz": write_gzip(f / "b", TEXT.encode()).read_bytes()}),
    "XLSX": lambda f: write_xlsx(f / "a.xlsx", {"Extract": ROWS}),
    "XLSX with a title and another sheet": lambda f: write_xlsx(
        f / "a.xlsx", {"Notes": [["About", "this"], ["x", "y"]], "Data": [["Victims"], [], *ROWS, [], []]}
    ),
    "XLSX named .csv": lambda f: write_xlsx(f / "a.xlsx", {"Extract": ROWS}).rename(f / "a.csv"),
    "XLS": lambda f: write_xls(f / "a.xls", {"Extract": ROWS}),
    "XLS with a title and another sheet": lambda f: write_xls(
        f / "a.xls", {"Notes": [["About", "this"], ["x", "y"]], "Data": [["Victims"], [], *ROWS, [], []]}
    ),
    "XLS named .csv": lambda f: write_xls(f / "a.xls", {"Extract": ROWS}).rename(f / "a.csv"),
    "zip of XLS": lambda f: write_zip(f / "a.zip", {"x/a.xls": write_xls(f / "b", {"A": ROWS}).read_bytes()}),
    "ODS": lambda f: write_ods(f / "a.ods", {"Extract": ROWS}),
    "ODS with a title and another sheet": lambda f: write_ods(
        f / "a.ods", {"Notes": [["About", "this"], ["x", "y"]], "Data": [["Victims"], [], *ROWS, [], []]}
    ),
    "Parquet": lambda f: write_parquet(f / "a.parquet", ROWS),
}  # fmt: skip


@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS.keys())
def test_every_format_gives_the_same_records(tmp_path: Path, make: Make) -> None:
    file = open_export(make(tmp_path), PROFILE)
    assert coded(file) == CODED
    assert file.rows == 3
    result = code([file], PROFILE)
    notes = result.records.select("outcome").collect()["outcome"].to_list()
    assert [note.replace("\r\n", "\n") for note in notes] == [row[4] for row in ROWS[1:]]
    assert file.extract_date == datetime.date(2020, 2, 5)


def test_what_was_converted_is_said(tmp_path: Path) -> None:
    def notes(content: bytes) -> str:
        return "; ".join(open_export(write_bytes(tmp_path / "a.csv", content), PROFILE).notes)

    assert notes(TEXT.encode()) == ""
    assert "converted to UTF-8 from Windows-1252" in notes(TEXT.encode("cp1252"))
    assert "converted to UTF-8 from UTF-16" in notes(TEXT.encode("utf-16"))
    mixed = TEXT.encode() + "22/4/20,06/02/2020,Male,W2,naïve\n".encode("cp1252")
    assert "UTF-8 in 2 lines and Windows-1252 in 1" in notes(mixed)
    assert "separated by semicolons" in notes(text_of(ROWS, ";").encode())
    assert "the headings stand in line 2" in notes(b"Title\n" + TEXT.encode())


def test_the_five_undefined_bytes_of_windows_1252_are_not_guessed(tmp_path: Path) -> None:
    for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D):
        path = write_bytes(tmp_path / "a.csv", TEXT.encode("cp1252") + bytes([byte]))
        with pytest.raises(ExportError, match=rf"line 6 has the byte 0x{byte:02X}"):
            open_export(path, PROFILE)


def test_a_zip_of_several_tables_is_several_files_with_their_own_names(tmp_path: Path) -> None:
    other = text_of([HEAD, ["22/9/20", "09/02/2020", "Male", "W2", ""]]).encode()
    path = write_zip(tmp_path / "a.zip", {"jan/v.csv": TEXT.encode(), "feb/v.csv": other, "../evil.csv": other + b"\n"})
    files = open_exports([path], PROFILE)
    assert [file.name for file in files] == ["jan/v.csv", "feb/v.csv", "evil.csv"]
    assert [file.rows for file in files] == [3, 1, 1]
    assert len({file.sha256 for file in files}) == 3
    assert not (tmp_path.parent / "evil.csv").exists()
    result = code(files, PROFILE)
    assert result.delivered.group_by("source_file").len().sort("source_file").collect().rows() == [
        ("evil.csv", 1),
        ("feb/v.csv", 1),
        ("jan/v.csv", 3),
    ]
    with pytest.raises(ExportError, match="holds 3 tables"):
        open_export(path, PROFILE)


def test_the_same_table_has_the_same_checksum_in_any_wrapping(tmp_path: Path) -> None:
    paths = [
        write_bytes(tmp_path / "a.csv", TEXT.encode()),
        write_gzip(tmp_path / "b.csv.gz", TEXT.encode()),
        write_zip(tmp_path / "c.zip", {"c.csv": TEXT.encode()}),
    ]
    assert len({open_export(path, PROFILE).sha256 for path in paths}) == 1


def test_files_by_pattern(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "c.txt"):
        write_bytes(tmp_path / name, TEXT.encode())
    assert [file.name for file in open_exports([tmp_path / "*.csv"], PROFILE)] == ["a.csv", "b.csv"]
    with pytest.raises(ExportError, match=r"no file has such a name; check the pattern"):
        open_exports([tmp_path / "*.xlsx"], PROFILE)
    odd = write_bytes(tmp_path / "a[1].csv", TEXT.encode())
    assert coded(open_export(odd, PROFILE)) == CODED


def test_a_heading_that_stands_twice_is_told_apart_and_said(tmp_path: Path) -> None:
    rows = [[*row, other] for row, other in zip(ROWS, ["Sex", "Male", "Male", "Male"], strict=True)]
    file = open_export(write_bytes(tmp_path / "a.csv", text_of(rows).encode()), PROFILE)
    assert file.headings[-1] == "Sex (2)"
    assert "'Sex' stands 2 times: the first is used" in file.notes[0]
    assert coded(file) == CODED
    second = profile(
        characteristics={"sex": {"headings": ["Sex (2)"]}, "ethnicity": {"headings": ["Ethnicity"]}},
    )
    assert [sex for _, sex, _ in coded(open_export(file.path, second), second)] == ["M", "M", "M"]


def test_headings_that_reading_itself_uses_do_no_harm(tmp_path: Path) -> None:
    extra = ["source_row", "x", "y", "z"], ["source_file", "x", "y", "z"], ["line", "", "", ""], ["", "1", "2", "3"]
    rows = [[*row, *more] for row, more in zip(ROWS, zip(*extra, strict=True), strict=True)]
    file = open_export(write_bytes(tmp_path / "a.csv", text_of(rows).encode()), PROFILE)
    assert file.headings[5:] == ("source_row (2)", "source_file (2)", "line (2)", "column 9")
    assert coded(file) == CODED


def test_sheet_and_heading_row_by_name(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"Jan": ROWS, "Feb": [["x", "y"], *ROWS[:2]]})
    with pytest.raises(ExportError, match=r"the sheets Jan, Feb all fit; name one as `sheet`"):
        open_export(path, PROFILE)
    assert open_export(path, profile(reading={"sheet": "Jan"})).rows == 3
    assert open_export(path, profile(reading={"sheet": "Feb", "heading_row": 2})).rows == 1
    both = open_export(path, profile(reading={"sheet": "*"}))
    assert both.rows == 4
    assert both.scan().select("line").collect()["line"].to_list() == [2, 3, 4, 3]
    with pytest.raises(ExportError, match=r"has no sheet 'Mar'; its sheets are Jan, Feb"):
        open_export(path, profile(reading={"sheet": "Mar"}))


def test_real_dates_and_serial_numbers_of_spreadsheets(tmp_path: Path) -> None:
    day = datetime.date(2020, 2, 3)
    rows = [HEAD, ["1", day, "F", "W1", ""], ["2", 43864, "F", "W1", ""], ["3", 43864.5, "F", "W1", ""],
            ["4", "03/02/20", "F", "W1", ""], ["5", 20200203, "F", "W1", ""]]  # fmt: skip
    known = profile(dates=["%d/%m/%Y", "%d/%m/%y", "excel"])
    file = open_export(write_xlsx(tmp_path / "a.xlsx", {"A": rows}), known)
    result = code([file], known)
    assert result.records.select("crime_ref", "recorded_on").collect().rows() == [(n, day) for n in "1234"]
    # A number that is no serial of this century or the last is no date.
    (rejected,) = result.rejected.collect().rows(named=True)
    assert (rejected["line"], rejected["source_row"], rejected["raw_text"]) == (6, 5, "5,20200203,F,W1,")


def test_formulas_give_what_they_show_and_never_run(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ["22/1/20", "03/02/2020"])
        sheet.write_formula(1, 2, '="Fe"&"male"', value="Female")
        sheet.write_string(1, 3, "=HYPERLINK(1)")
        sheet.write_formula(1, 4, "=1/0", value="#DIV/0!")
    assert coded(open_export(path, PROFILE)) == [("22/1/20", "F", "=HYPERLINK(1)")]


def test_temporary_files_go_when_the_file_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gc
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    file = open_export(write_zip(tmp_path / "a.zip", {"a.csv": TEXT.encode("cp1252")}), PROFILE)
    made = [path for path in (tmp_path / "tmp").rglob("*") if path.is_dir()]
    assert made
    assert not [path for path in made if path.stat().st_mode & 0o077]
    assert coded(file) == CODED
    del file
    gc.collect()
    assert not [path for path in (tmp_path / "tmp").rglob("*") if path.is_file() and path.suffix != ".lock"]


def test_parquet_keeps_text_and_dates(tmp_path: Path) -> None:
    moment = datetime.datetime(2020, 2, 3, 12)
    frame = pl.DataFrame({"Crime Ref": [1], "Date": [moment], "Sex": ["F"], "Ethnicity": ["W1"], "Note": [None]})
    path = tmp_path / "a.parquet"
    frame.write_parquet(path)
    assert coded(open_export(path, PROFILE)) == [("1", "F", "W1")]
