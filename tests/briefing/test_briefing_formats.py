"""All formats say the same, and each is what its readers need it to be."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape

import pikepdf
import pytest
from briefing_measuring import LINE, lines, scale_numbers
from briefing_reading import csv_files, numbers, page_text, pdf_text, sheets, slides_text, squeezed
from pptx import Presentation
from pptx.util import Inches
from pypdf import PdfReader

from equality.briefing.document import MARKERS, Briefing, sentences
from equality.briefing.keep import files_of
from equality.briefing.pictures import svg
from equality.briefing.workbook import page_breaks, sheet_names

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
        # fastexcel leaves out columns beyond the widest row of nothing; the heading row is the seventh.
        written = [list(row) for row in sheet.rows()][6:]
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
    # A slide that is shown alone says what kind of figures it has, of which extract, and which slide it is.
    assert any(briefing.status in mark and briefing.source in mark for mark in marks)
    assert deck.slide_master._element.xpath('.//a:fld[@type="slidenum"]')
    with zipfile.ZipFile(io.BytesIO(files["xlsx"])) as book:
        printed = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(printed) == 1 + len(list(briefing.tables()))
    for sheet in printed:
        for place in ("oddHeader", "oddFooter"):
            found = re.search(rf"<{place}>(.*?)</{place}>", sheet, re.DOTALL)
            assert found
            assert briefing.marking.classification in found[1]
            assert len(unescape(found[1])) < 255


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


def test_the_web_page_needs_nothing_from_elsewhere(briefing: Briefing, files: dict[str, bytes]) -> None:
    text = files["html"].decode()
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "").replace("http://www.w3.org", "")


def test_pictures_of_the_web_page_are_set_in_its_letters_and_read_as_one_text(
    briefing: Briefing, files: dict[str, bytes]
) -> None:
    """A picture beside the page would have the letters of the reader's machine, wider than their places."""
    text = files["html"].decode()
    pictures = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    figures = [section.figure for section in briefing.sections if section.figure]
    assert "<img" not in text
    assert len(pictures) == len(figures)
    held = set(re.findall(r'@font-face { font-family: "([^"]+)"', text))
    for picture, figure in zip(pictures, figures, strict=True):
        for asked in re.findall(r'font-family="([^"]+)"', picture):
            assert held & {name.strip(' "') for name in unescape(asked).split(",")}
        assert [unescape(label) for label in re.findall(r'aria-label="([^"]*)"', picture)] == [figure.alt]
    names = re.findall(r'\bid="([^"]+)"', text)
    assert len(names) == len(set(names))
    for named in re.findall(r"url\(#([^)]+)\)", text):
        assert named in names


def test_rows_of_the_cover_are_as_tall_as_their_words(files: dict[str, bytes]) -> None:
    """No program is relied on to find the height of words in several lines: LibreOffice puts one over the other."""
    with zipfile.ZipFile(io.BytesIO(files["xlsx"])) as book:
        cover = book.read("xl/worksheets/sheet1.xml").decode()
    heights = [float(height) for height in re.findall(r'<row [^>]*?ht="([\d.]+)"', cover)]
    said = sheets(files["xlsx"])["Cover"].to_series(0).to_list()
    assert len(heights) == len(said)
    for words, height in zip(said, heights, strict=True):
        assert height >= lines(words, 6.6, 11, bold=False) * 11 * LINE, words


@pytest.mark.parametrize(
    ("heights", "headings", "breaks"),
    [
        ([], [], []),
        ([4, 4, 4], [False, False, False], [2]),
        # A heading goes to the next page with what is below it.
        ([4, 2, 2, 4, 2], [False, True, False, False, False], [1]),
        # What is longer than a page begins where it is, but never with the heading alone.
        ([2, 2, 4, 4, 4], [False, True, False, False, False], [3]),
        ([7, 2, 4, 4, 4], [False, True, False, False, False], [1, 4]),
    ],
)
def test_no_page_of_the_cover_ends_with_a_heading(
    heights: list[float], headings: list[bool], breaks: list[int]
) -> None:
    assert page_breaks(heights, headings, 10) == breaks


def test_tables_have_no_empty_column_and_notes_explain_only_what_is_there(briefing: Briefing) -> None:
    for section, table in briefing.tables():
        for place, column in enumerate(table.columns):
            assert not table.rows or any(row[place] is not None for row in table.rows), column.title
        held = {value for row in table.rows for value in row}
        notes = " ".join(section.notes)
        for marker in MARKERS:
            assert (marker in held) == (f"{marker}: " in notes), (section.title, marker)


def test_the_same_briefing_gives_the_same_files(briefing: Briefing, files: dict[str, bytes]) -> None:
    again = files_of(briefing)
    for ending in ("pdf", "html", "csv.zip"):
        assert again[ending] == files[ending], ending
    assert slides_text(again["pptx"]) == slides_text(files["pptx"])
    assert {n: s.rows() for n, s in sheets(again["xlsx"]).items()} == {
        n: s.rows() for n, s in sheets(files["xlsx"]).items()
    }
