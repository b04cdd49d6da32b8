"""Workbooks of every kind: chosen sheets, headings further down, merged cells, real dates; and damaged ones, whose
reader may crash, hang or take all memory without harm to the process that asked."""

from __future__ import annotations

import datetime
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P

from equality.errors import ExportError
from equality.exports import workbook
from equality.exports.code import code
from equality.exports.confined import ConfinedError, confined
from equality.exports.load import load
from equality.exports.read import open_export
from equality.store.registry import Registry
from tests.exports.making import Rows, write_ods, write_xls, write_xlsx
from tests.exports.test_formats import CODED, HEAD, PROFILE, ROWS, coded, profile

DAY = datetime.date(2020, 2, 3)
WRITERS: dict[str, Callable[[Path, dict[str, Rows]], Path]] = {"xlsx": write_xlsx, "xls": write_xls, "ods": write_ods}
every_kind = pytest.mark.parametrize("kind", WRITERS)


def written(kind: str, folder: Path, sheets: dict[str, Rows]) -> Path:
    return WRITERS[kind](folder / f"a.{kind}", sheets)


@every_kind
def test_a_chosen_sheet_with_headings_that_are_not_first(tmp_path: Path, kind: str) -> None:
    below = [["Victims", "", "", "", ""], ["OFFICIAL", "", "", "", ""], ["", "", "", "", ""], *ROWS]
    path = written(kind, tmp_path, {"Jan": below, "Feb": [*below, ["22/9/20", "09/02/2020", "Male", "W2", "x"]]})
    with pytest.raises(ExportError, match=r"the sheets Jan, Feb all fit; name one as `sheet`"):
        open_export(path, PROFILE)
    for reading in ({"sheet": "Jan"}, {"sheet": "Jan", "heading_row": 4}):
        january = open_export(path, profile(reading=reading))
        assert coded(january) == CODED
        assert january.scan().select("line").collect()["line"].to_list() == [5, 6, 7]
    assert open_export(path, profile(reading={"sheet": "Feb"})).rows == 4
    assert open_export(path, profile(reading={"sheet": "*"})).rows == 7
    with pytest.raises(ExportError, match=r"has no sheet 'Mar'; its sheets are Jan, Feb"):
        open_export(path, profile(reading={"sheet": "Mar"}))


@every_kind
def test_real_dates_are_read_whatever_the_formats_of_the_profile(tmp_path: Path, kind: str) -> None:
    path = written(kind, tmp_path, {"A": [HEAD, ["1", DAY, "F", "W1", "x"], ["2", "03/02/20", "F", "W1", "x"]]})
    result = code([open_export(path, PROFILE)], PROFILE)
    assert result.records.select("recorded_on").collect()["recorded_on"].to_list() == [DAY, DAY]


def merged_xlsx(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 4, "Victims of crime")
        sheet.write_row(1, 0, HEAD)
        sheet.merge_range(2, 0, 3, 0, "22/1/20")
        sheet.write_row(2, 1, ROWS[1][1:])
        sheet.write_row(3, 1, ROWS[2][1:])


def merged_xls(path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("A")
    sheet.write_merge(0, 0, 0, 4, "Victims of crime")
    for column, heading in enumerate(HEAD):
        sheet.write(1, column, heading)
    sheet.write_merge(2, 3, 0, 0, "22/1/20")
    for row in (1, 2):
        for column, value in enumerate(ROWS[row][1:], start=1):
            sheet.write(row + 1, column, value)
    book.save(str(path))


def merged_ods(path: Path) -> None:
    book = OpenDocumentSpreadsheet()
    table = Table(name="A")

    def line(*cells: str | None, **span: int) -> None:
        row = TableRow()
        for number, value in enumerate(cells):
            cell = (
                CoveredTableCell() if value is None else TableCell(valuetype="string", **(span if not number else {}))
            )
            if value is not None:
                cell.addElement(P(text=value))
            row.addElement(cell)
        table.addElement(row)

    line("Victims of crime", None, None, None, None, numbercolumnsspanned=5)
    line(*HEAD)
    line("22/1/20", *ROWS[1][1:], numberrowsspanned=2)
    line(None, *ROWS[2][1:])
    book.spreadsheet.addElement(table)
    book.save(str(path))


@pytest.mark.parametrize("make", [merged_xlsx, merged_xls, merged_ods])
def test_of_merged_cells_the_first_has_the_value(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / f"a.{make.__name__.removeprefix('merged_')}"
    make(path)
    file = open_export(path, PROFILE)
    assert coded(file) == [("22/1/20", "F", "W1"), (None, "M", "NS")]
    assert file.scan().select("line").collect()["line"].to_list() == [3, 4]


@every_kind
def test_a_workbook_loads_with_every_row_accounted_for(tmp_path: Path, kind: str) -> None:
    rows = [*ROWS, ["22/8/20", "soon", "Male", "W1", "ok"], ["22/9/20", "09/02/2020", "Female", "B2", "ok"]]
    path = written(kind, tmp_path, {"A": rows})
    (snapshot,) = load([path], PROFILE, tmp_path / "store").snapshots
    assert (snapshot.rows_in, snapshot.accepted, snapshot.rejected) == (5, 4, 1)
    rejected = Registry(tmp_path / "store").rejected(snapshot).collect()
    assert rejected.select("line", "raw_text").row(0) == (5, "22/8/20,soon,Male,W1,ok")


# ---- Readers that crash, hang or take all memory ---------------------------------------------------------------


def far_cell(path: Path) -> Path:
    """A workbook of a few kilobytes whose reader wants room for 17 billion cells."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        sheet.write(1_048_575, 16_383, "x")
    return path


def test_a_memory_bomb_is_refused_and_this_process_lives(tmp_path: Path) -> None:
    with pytest.raises(
        ExportError, match=r"needed more than 8 GB of memory\); it is damaged or too large: save it again"
    ):
        open_export(far_cell(tmp_path / "a.xlsx"), PROFILE)


def test_a_reader_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SECONDS", 0.05)
    began = time.monotonic()
    with pytest.raises(ExportError, match=r"took longer than 0 seconds\); it is damaged or too large"):
        open_export(write_xlsx(tmp_path / "a.xlsx", {"A": ROWS}), PROFILE)
    assert time.monotonic() - began < 30


def test_a_damaged_old_workbook_never_ends_this_process(tmp_path: Path) -> None:
    sound = write_xls(tmp_path / "a.xls", {"A": [HEAD, *([f"22/{n}/20", DAY, "F", "W1", "x"] for n in range(300))]})
    content = sound.read_bytes()
    refused = 0
    chance = random.Random(7)
    for _ in range(6):
        damaged = bytearray(content[: chance.randint(len(content) // 2, len(content))])
        for _ in range(chance.randint(0, 20)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        sound.write_bytes(damaged)
        try:
            rows = open_export(sound, PROFILE).rows
        except ExportError:
            refused += 1
        else:
            assert 0 < rows <= 300
    assert refused


def test_a_crash_is_told_without_a_word_of_the_file(tmp_path: Path) -> None:
    for name in ("SIGSEGV", "SIGKILL", "SIGABRT"):
        with pytest.raises(ConfinedError, match=r"^crashed$"):
            confined("tests.exports.crashing", {"signal": name}, 60, 4 << 30)
    with pytest.raises(ConfinedError, match="needed more than 1 GB of memory"):
        confined("tests.exports.crashing", {"bytes": 2 << 30}, 60, 1 << 30)
    assert confined("tests.exports.crashing", {}, 60, 4 << 30)["process"] != os.getpid()


def test_the_reader_ends_by_itself_when_nobody_waits_for_it(tmp_path: Path) -> None:
    asked = b'{"request": {"sleep": 60}, "seconds": 0.2, "memory": 4294967296}'
    ended = subprocess.run([sys.executable, "-m", "tests.exports.crashing"], input=asked, timeout=30, check=False)
    assert ended.returncode == -signal.SIGALRM
