"""Nothing runs over an edge, is cut off or stands alone: with the longest real names, and 0, 1 and 60 teams."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from html import unescape

import polars as pl
import pytest
from briefing_measuring import beyond_edges, deck_of, marks_overflowing, overflows
from briefing_ordering import ordered
from pptx.oxml.ns import qn
from pypdf import PdfReader

from equality.briefing import slides, workbook
from equality.briefing.document import Briefing, Column, Marking, Table
from equality.briefing.fitting import column_widths, lines, pack, unbroken
from equality.briefing.keep import files_of
from equality.briefing.order import carry_out
from equality.briefing.pictures import svg
from equality.settings import ROOT
from equality.store.registry import Registry

TEAMS = (0, 1, 60)


def longest_names(count: int) -> list[str]:
    """The longest names of teams, districts and kinds of crime in the reference tables, made distinct."""
    reference = ROOT / "data" / "reference"
    held = set()
    for file, column in (
        ("teams.csv", "team"),
        ("LAD20_CSP20_PFA20_lookup.csv", "CSP20NM"),
        ("home_office_offence_codes_2017_18.csv", "Offence_Subgroup"),
    ):
        with (reference / file).open(encoding="utf-8-sig", newline="") as rows:
            held |= {row[column] for row in csv.DictReader(rows)}
    return sorted(held, key=lambda name: (-len(name), name))[:count]


@pytest.fixture(scope="module", params=TEAMS)
def crowded(request: pytest.FixtureRequest, registry: Registry) -> Briefing:
    """The briefing by teams, of so many teams."""
    order = ordered(registry, "public-contact-weekly")
    snapshot = registry.snapshot(order.snapshot)
    assert snapshot
    counts = registry.counts(snapshot).collect()
    if request.param == 0:
        counts = counts.clear()
    else:
        names = longest_names(request.param)
        index = pl.int_range(pl.len()) % len(names)
        counts = counts.with_columns(team=index.replace_strict(dict(enumerate(names)), return_dtype=pl.String))
    return carry_out(order, registry, counts)


@pytest.fixture(scope="module")
def crowded_files(crowded: Briefing) -> dict[str, bytes]:
    return files_of(crowded)


def test_every_text_fits_its_place_on_slides(files: dict[str, bytes]) -> None:
    assert not list(overflows(deck_of(files["pptx"])))


def test_every_text_fits_its_place_whatever_the_teams(crowded_files: dict[str, bytes]) -> None:
    assert not list(overflows(deck_of(crowded_files["pptx"])))
    no_slide_is_bare(crowded_files["pptx"])


@pytest.mark.parametrize("handling", ["For all.", "For the members of the board and of its committees only. " * 4])
def test_the_longest_marking_fits_every_slide(briefing: Briefing, handling: str) -> None:
    marking = Marking("OFFICIAL-SENSITIVE - COMMERCIAL AND PERSONAL, FOR NAMED READERS", handling[:200])
    marked = replace(briefing, marking=marking)
    assert not list(marks_overflowing(deck_of(slides.write(marked))))
    with zipfile.ZipFile(io.BytesIO(workbook.write(marked))) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    for sheet in sheets:
        footer = re.search("<oddFooter>(.*?)</oddFooter>", sheet, re.DOTALL)
        assert footer
        assert marking.classification in footer[1]
        assert len(unescape(footer[1])) < 255


def test_titles_and_words_of_a_slide_begin_at_one_edge(files: dict[str, bytes]) -> None:
    deck = deck_of(files["pptx"])
    for holder in (*deck.slide_master.placeholders, *deck.slide_layouts[0].placeholders):
        assert holder.text_frame.margin_left == 0
    for slide in deck.slides:
        assert min(shape.left for shape in slide.shapes) == slide.shapes.title.left


def test_the_unit_of_a_heading_is_never_alone_in_a_line() -> None:
    assert lines(unbroken("Lower limit, %"), 0.9, 12) == 2
    table = Table("", (Column("Month"), *[Column("Lower limit, %", "percent")] * 9), (("Oct 2026", *[1.0] * 9),))
    widths = column_widths(table, 6.69, 10.5, 0.14, 1.0)
    assert lines("Oct 2026", widths[0] * 1.14, 10.5) == 1


def test_empty_cells_are_as_small_as_the_others(files: dict[str, bytes]) -> None:
    """A run without letters makes LibreOffice take the template's large ones: rows grow over what stands below."""
    tables = [shape.table for slide in deck_of(files["pptx"]).slides for shape in slide.shapes if shape.has_table]
    paragraphs = [p for table in tables for cell in table.iter_cells() for p in cell.text_frame.paragraphs]
    empty = [paragraph for paragraph in paragraphs if not paragraph.text]
    assert paragraphs
    assert not [paragraph for paragraph in empty if paragraph.runs]
    assert {paragraph._p.find(qn("a:endParaRPr")).get("sz") for paragraph in empty} <= {"1200"}


def no_slide_is_bare(content: bytes) -> None:
    deck = deck_of(content)
    for slide in deck.slides:
        others = [shape for shape in slide.shapes if shape != slide.shapes.title]
        assert others, slide.shapes.title.text
        lowest = max(shape.top + shape.height for shape in others)
        assert lowest <= deck.slide_height


def test_no_slide_has_a_title_alone(files: dict[str, bytes]) -> None:
    no_slide_is_bare(files["pptx"])


def test_pages_have_no_orphans(briefing: Briefing, files: dict[str, bytes]) -> None:
    pages_have_no_orphans(briefing, files["pdf"])


def test_pages_have_no_orphans_whatever_the_teams(crowded: Briefing, crowded_files: dict[str, bytes]) -> None:
    pages_have_no_orphans(crowded, crowded_files["pdf"])


def pages_have_no_orphans(briefing: Briefing, content: bytes) -> None:
    """No page ends with a heading, none holds next to nothing, and a table that goes on repeats its headings."""
    titles = {"".join(s.title.split()) for s in briefing.sections} | {"Howthisiscounted", "Wherethesefigurescomefrom"}
    headings = {"".join("".join(c.title for c in table.columns).split()) for _, table in briefing.tables()}
    firsts = {"".join(cell.split()) for _, table in briefing.tables() for row in table.texts() for cell in row[:1]}
    for number, page in enumerate(PdfReader(io.BytesIO(content)).pages, start=1):
        text = page.extract_text()
        inner = text.replace(briefing.marking.classification, "").replace(briefing.marking.handling, "")
        inner = re.sub(r"Page \d+ of \d+", "", inner.replace(briefing.status, "")).strip(" ·\n")
        assert len(inner.split()) >= 25, f"page {number} holds only {inner!r}"
        rows = ["".join(line.split()) for line in inner.splitlines() if line.strip()]
        assert rows[-1] not in titles, f"page {number} ends with a heading"
        squeezed = "".join(inner.split())
        if any(re.match(re.escape(first) + "(?!:)", squeezed) for first in firsts if len(first) > 3):
            # It starts in the middle of a table.
            assert any(squeezed.startswith(heading) for heading in headings), f"page {number}: {inner[:80]!r}"


def test_the_first_page_is_the_page_of_substance(briefing: Briefing, files: dict[str, bytes]) -> None:
    first = "".join(PdfReader(io.BytesIO(files["pdf"])).pages[0].extract_text().split())
    words = [s for s in briefing.sections[:3] if not s.figure]
    assert len(words) == 3
    for section in words:
        for sentence in (section.title, section.finding, *section.points):
            assert "".join(sentence.split()) in first


def test_no_picture_is_clipped_or_cut_short(briefing: Briefing) -> None:
    whole(briefing)


def test_no_picture_is_clipped_or_cut_short_whatever_the_teams(crowded: Briefing) -> None:
    whole(crowded)


def whole(briefing: Briefing) -> None:
    for section in briefing.sections:
        if section.figure:
            drawn = svg(section.figure)
            assert not beyond_edges(drawn), section.title
            assert "…" not in drawn, section.title


@pytest.mark.parametrize(
    ("heights", "room", "below", "pages"),
    [
        ([], 5, 0, [0]),
        ([1] * 4, 4, 0, [4]),
        ([1] * 5, 4, 0, [3, 2]),
        ([1] * 4, 4, 1, [2, 2]),
        ([1] * 25, 12, 0, [9, 9, 7]),
        ([9], 4, 0, [1]),
    ],
)
def test_pages_are_filled_evenly(heights: list[float], room: float, below: float, pages: list[int]) -> None:
    assert pack(heights, room, below) == pages
