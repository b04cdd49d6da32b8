"""Reads briefings back, with other libraries than those that wrote them."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from html.parser import HTMLParser

import fastexcel
import polars as pl
from pptx import Presentation
from pypdf import PdfReader

NUMBER = re.compile(r"(?<![\w.])[+−-]?\d[\d,]*(?:\.\d+)?")


def numbers(text: str) -> Counter[str]:
    """Every number in a text, as it is printed."""
    return Counter(NUMBER.findall(text))


def squeezed(text: str) -> str:
    """A text without the line breaks that a layout puts in."""
    return " ".join(text.split())


def pdf_text(content: bytes) -> str:
    return squeezed(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def slides_text(content: bytes) -> str:
    said = []
    for slide in Presentation(io.BytesIO(content)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                said.append(shape.text_frame.text)
            if shape.has_table:
                said += [cell.text for row in shape.table.rows for cell in row.cells]
    return squeezed(" ".join(said))


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent = tag in {"style", "script"}

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(data)


def page_text(content: bytes) -> str:
    reader = _Words()
    reader.feed(content.decode())
    return squeezed(" ".join(reader.said))


def sheets(content: bytes) -> dict[str, pl.DataFrame]:
    book = fastexcel.read_excel(content)
    return {
        name: book.load_sheet(name, header_row=None, dtypes="string").to_polars().fill_null("")
        for name in book.sheet_names
    }


def csv_files(content: bytes) -> dict[str, list[list[str]]]:
    import csv

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name: list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline="")))
            for name in archive.namelist()
        }
