"""Files for spreadsheets hold no formula, and nothing of the export is lost in them."""

from __future__ import annotations

import io
from pathlib import Path

import fastexcel
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from equality.errors import StoreError
from equality.spreadsheet import csv_bytes, inert, neutralised, restored, write, xlsx_bytes

DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'=1", "''=1"]
HARMLESS = ["", "'", "it's", "a=1", "1-2", " =1", "’=", "ßé漢"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_looks_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert neutralised(pl.DataFrame({"a": [text]}))["a"].to_list() == [f"'{text}"]


@pytest.mark.parametrize("text", HARMLESS)
def test_anything_else_stays_as_it_is(text: str) -> None:
    assert neutralised(pl.DataFrame({"a": [text]}))["a"].to_list() == [text]


def test_on_screen_it_looks_the_same_and_the_table_s_own_download_holds_no_formula() -> None:
    shown = inert(pl.DataFrame({"a": [*DANGEROUS, *HARMLESS], "b": range(17)}))["a"].to_list()
    assert [text.replace("\u2060", "") for text in shown] == [*DANGEROUS, *HARMLESS]
    assert not any(text and text[0] in "=+-@\t\r\n" for text in shown)
    assert shown[len(DANGEROUS) :] == HARMLESS


@how(deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(st.sampled_from("'=+-@\t\r\nab,\"")), st.text()), min_size=1))
def test_what_was_neutralised_can_be_restored(texts: list[str | None]) -> None:
    frame = pl.DataFrame({"a": texts}, schema={"a": pl.String})
    safe = neutralised(frame)
    assert not any(text and text[0] in "=+-@\t\r\n" for text in safe["a"])
    assert restored(safe).equals(frame)


def test_a_csv_file_holds_every_value_once_it_is_restored() -> None:
    frame = pl.DataFrame({"text": [*DANGEROUS, *HARMLESS[1:], 'a "quoted", text'], "number": range(17)})
    content = csv_bytes(frame)
    assert content.startswith(b"\xef\xbb\xbf")
    assert restored(pl.read_csv(io.BytesIO(content))).equals(frame)


def test_a_workbook_holds_text_and_no_formula() -> None:
    frame = pl.DataFrame({"text": [*DANGEROUS, "http://example.org", "007"], "number": range(11)})
    content = xlsx_bytes(frame, "Rejected rows")
    sheet = fastexcel.read_excel(content).load_sheet_by_name("Rejected rows", dtypes={"text": "string"}).to_polars()
    assert sheet["text"].to_list()[:4] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)"]
    assert sheet["text"].to_list()[-2:] == ["http://example.org", "007"]
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as book:
        xml = b"".join(book.read(name) for name in book.namelist())
    assert b"<f>" not in xml
    assert b"hyperlink" not in xml


def test_a_cell_too_long_for_a_workbook_says_that_it_was_cut() -> None:
    sheet = fastexcel.read_excel(xlsx_bytes(pl.DataFrame({"a": ["x" * 40_000]}), "s")).load_sheet(0).to_polars()
    assert len(sheet["a"][0]) == 32_767
    assert sheet["a"][0].endswith("the CSV file holds all of it)")


def test_a_file_is_neither_overwritten_nor_of_an_unknown_kind(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": ["1"]})
    with pytest.raises(StoreError, match=r"must end in \.csv or \.xlsx"):
        write(frame, tmp_path / "rows.txt", "s")
    write(frame, tmp_path / "rows.csv", "s")
    with pytest.raises(StoreError, match="exists already"):
        write(frame, tmp_path / "rows.csv", "s")
    with pytest.raises(StoreError, match="cannot be written"):
        write(frame, tmp_path / "absent" / "rows.csv", "s")
