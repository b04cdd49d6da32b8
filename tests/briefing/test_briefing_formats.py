"""All formats say the same, and each is what its readers need it to be."""

from __future__ import annotations

import io

import pikepdf
import pytest
from briefing_measuring import scale_numbers
from briefing_reading import csv_files, numbers, page_text, pdf_text, sheets, slides_text, squeezed
from pptx import Presentation
from pptx.util import Inches
from pypdf import PdfReader

from equality.briefing.document import Briefing, sentences
from equality.briefing.keep import files_of
from equality.briefing.pictures import svg
from equality.briefing.workbook import sheet_names

TEXTS = {"pdf": pdf_text, "pptx": slides_text, "html": page_text}


@pytest.mark.parametrize("ending", TEXTS)
def test_every_sentence_and_number_stands_in_every_format(
    briefing: Briefing, files: dict[str, bytes], ending: str
) -> None:
    text = TEXTS[ending](files[ending])
    wanted = numbers(" ".join(s for s in sentences(briefing)))
    found = numbers(text)
    assert not wanted - found, f"{ending} lacks {dict(wanted - found)}"
    spaceless = text.replace(" ", "")
    for section in briefing.sections:
        for sentence in (section.title, section.finding, *section.points):
            # A layout breaks lines also behind dashes: spaces do not count.
            assert squeezed(sentence).replace(" ", "") in spaceless


@pytest.mark.parametrize("ending", TEXTS)
def test_no_format_says_a_number_that_the_briefing_does_not(
    briefing: Briefing, files: dict[str, bytes], ending: str
) -> None:
    said = numbers(" ".join([*sentences(briefing), briefing.marking.classification, briefing.marking.handling]))
    pages = len(PdfReader(io.BytesIO(files["pdf"])).pages)
    # Numbers of pages, of the parts of a table and of a picture's scale are the layout's own.
    layout = {str(number) for number in range(1, pages + 20)} | {"0", "25", "50", "75", "100"}
    # A picture says of people more that they are: +10 where the table has 10.
    layout |= {f"+{number}" for number in said}
    for section in briefing.sections:
        layout |= scale_numbers(svg(section.figure)) if section.figure else set()
    assert set(numbers(TEXTS[ending](files[ending]))) - set(said) <= layout


def test_the_workbook_holds_each_table_with_its_numbers_as_numbers(briefing: Briefing, files: dict[str, bytes]) -> None:
    book = sheets(files["xlsx"])
    assert list(book) == ["Cover", *sheet_names(briefing)]
    cover = " ".join(book["Cover"].to_series(0).to_list())
    said = [briefing.status, *briefing.origin, *(f"{t}: {m}" for t, m in briefing.definitions.items())]
    for section in briefing.sections:
        said += [section.title, section.finding, *section.points, *section.notes]
    assert not [sentence for sentence in said if sentence not in cover]
    archive = csv_files(files["csv.zip"])
    assert len(archive) == len(book)
    for (_, table), sheet, rows in zip(
        briefing.tables(), list(book.values())[1:], list(archive.values())[:-1], strict=True
    ):
        # fastexcel leaves out columns beyond the widest row of nothing; the heading row is the fourth.
        written = [list(row) for row in sheet.rows()][3:]
        assert written[0][: len(table.columns)] == [c.title for c in table.columns]
        assert rows[0] == [c.title for c in table.columns]
        for values, in_book, in_file in zip(table.rows, written[1:], rows[1:], strict=True):
            for value, cell, other in zip(values, in_book, in_file, strict=False):
                if isinstance(value, int | float):
                    assert float(cell) == pytest.approx(value)
                    assert float(other) == pytest.approx(value)
                else:
                    assert (cell, other) == (value or "", value or "")


def test_the_pdf_is_tagged_and_every_picture_has_an_alternative_text(
    briefing: Briefing, files: dict[str, bytes]
) -> None:
    with pikepdf.open(io.BytesIO(files["pdf"])) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "en-GB"
        assert document.Root.ViewerPreferences.DisplayDocTitle
        with document.open_metadata() as about:
            assert about["dc:title"] == briefing.title
            assert about["pdfuaid:part"] == "1"
        found = structure(document.Root.StructTreeRoot)
    pictures = [element for element in found if element[0] == "/Figure"]
    with_figures = [section for section in briefing.sections if section.figure]
    assert len(pictures) == len(with_figures)
    assert all(alt for _, alt in pictures)
    kinds = [kind for kind, _ in found]
    assert kinds.count("/Table") == len(list(briefing.tables()))
    assert kinds.count("/TH") >= sum(len(table.columns) for _, table in briefing.tables())
    assert kinds.count("/H1") + kinds.count("/H2") >= len(briefing.sections)
    bookmarks = [entry.title for entry in PdfReader(io.BytesIO(files["pdf"])).outline if not isinstance(entry, list)]
    assert bookmarks[: len(briefing.sections)] == [section.title for section in briefing.sections]


def structure(root: pikepdf.Object) -> list[tuple[str, str]]:
    """Every element of the structure tree: its kind and alternative text."""
    found, waiting = [], [root]
    while waiting:
        element = waiting.pop()
        if isinstance(element, pikepdf.Array):
            waiting += list(element)
        elif isinstance(element, pikepdf.Dictionary):
            if "/S" in element:
                found.append((str(element.S), str(element.get("/Alt", ""))))
            if "/K" in element:
                waiting.append(element.K)
    return found


def test_every_page_is_marked_at_top_and_bottom(briefing: Briefing, files: dict[str, bytes]) -> None:
    for page in PdfReader(io.BytesIO(files["pdf"])).pages:
        text = squeezed(page.extract_text())
        assert text.count(briefing.marking.classification) >= 2
        assert briefing.marking.handling in text
        assert ("SYNTHETIC" in text) == briefing.provenance.synthetic
    deck = Presentation(io.BytesIO(files["pptx"]))
    marks = [shape.text_frame.text for shape in deck.slide_master.shapes if shape.has_text_frame]
    assert sum(briefing.marking.classification in mark for mark in marks) == 2
    assert briefing.status in marks


def test_every_slide_has_a_title_and_nothing_runs_over_an_edge(files: dict[str, bytes]) -> None:
    deck = Presentation(io.BytesIO(files["pptx"]))
    assert len(deck.slide_layouts) == 1
    titles = []
    for slide in deck.slides:
        assert slide.shapes.title.text.strip()
        titles.append(slide.shapes.title.text)
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= Inches(6.93), slide.shapes.title.text
            if shape.shape_type is not None and (shape.has_table or "PICTURE" in str(shape.shape_type)):
                assert shape._element.xpath(".//p:cNvPr")[0].get("descr")
    assert len(titles) == len(set(titles)), "two slides of one title cannot be told apart by ear"


def test_the_web_page_needs_nothing_from_elsewhere(files: dict[str, bytes]) -> None:
    text = files["html"].decode()
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "").replace("http://www.w3.org", "")
    assert text.count("<img ") == text.count('alt="')


def test_the_same_briefing_gives_the_same_files(briefing: Briefing, files: dict[str, bytes]) -> None:
    again = files_of(briefing)
    for ending in ("pdf", "html", "csv.zip"):
        assert again[ending] == files[ending], ending
    assert slides_text(again["pptx"]) == slides_text(files["pptx"])
    assert {n: s.rows() for n, s in sheets(again["xlsx"]).items()} == {
        n: s.rows() for n, s in sheets(files["xlsx"]).items()
    }
