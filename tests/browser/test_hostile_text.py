"""An export whose every text holds markup, formulas and direction marks: on every page and in every file it is text."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import polars as pl
import pytest
from driving import Server, drawn
from hostile import (
    FORMULA,
    HEADING,
    IMAGE,
    LATEX,
    MARKDOWN,
    MARKS,
    NAME,
    TURNED,
    Watched,
    assert_no_formula,
    assert_workbook,
    hostile,
    members,
    read,
    seen,
)
from playwright.sync_api import Browser, expect
from pptx import Presentation
from pypdf import PdfReader

from dashboard.navigation import PAGES
from equality.briefing.keep import files_of
from equality.briefing.order import carry_out
from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.measures.dimensions import Selection
from equality.protection.audit import audit_log
from equality.protection.people import local_person
from equality.store import events
from equality.store.events import Event
from equality.store.registry import Registry
from equality.synthetic import generate
from equality.worklist import sample, tasks
from equality.worklist.wanted import NOT_KNOWN, Wanted
from tests.briefing.briefing_ordering import ordered

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Given:
    """What the tests are about: the store, the newest export in it, and the same under headings that nobody knows."""

    store: Path
    export: pl.DataFrame
    known: Path
    unknown: Path


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Given:
    """A plain extract and a hostile one after it, with what people add to them: a list, a sample, an event."""
    folder = tmp_path_factory.mktemp("hostile")
    series = generate(folder / "series", people=20_000, months=25, until=date(2026, 11, 1))
    # Every third holds all records of its three months.
    frames = [pl.read_csv(path, infer_schema=False) for path in series[::3]]
    newest = frames[-1]["Extract Date"][0]
    rows = hostile(pl.concat(frames).with_columns(pl.lit(newest).alias("Extract Date")))
    known, unknown = folder / NAME, folder / f"unknown {NAME}"
    rows.write_csv(known)
    renamed = {"Crime Ref": "Incident =1", "Self Defined Ethnicity": f"Ethnic origin {MARKDOWN}", "Sex": f"Sex {IMAGE}"}
    rows.head(400).rename(renamed).drop("Extract Date", "Data Status").write_csv(unknown)

    store, profile = folder / "store", load_profile("athena")
    load([series[-2]], profile, store)
    load([known], profile, store, accept_warnings=True)
    registry, who = Registry(store), local_person()
    snapshot = registry.latest("athena")
    assert snapshot
    assert snapshot.accepted > 10_000
    assert snapshot.rejected >= len(MARKS)
    happened = Event(
        date(2026, 6, 1), "other", f"{IMAGE}{MARKDOWN}"[:60], " ".join(MARKS)[:200], {"team": (IMAGE,)}, synthetic=True
    )
    events.enter(registry.database, "athena", happened, who.id)
    events.enter(registry.database, "athena", Event(date(2026, 3, 1), "other", LATEX, synthetic=True), who.id)
    log = audit_log(registry)
    wanted = Wanted("athena", Selection(where={"team": (FORMULA, MARKDOWN)}), ("ethnicity",), NOT_KNOWN)
    due = date.today() + timedelta(days=14)
    tasks.assign(registry, snapshot, wanted, IMAGE, due, " ".join(MARKS[:5]), by=who, log=log, reason=FORMULA)
    sample.take(registry, snapshot, wanted, sample.Design("team"), by=who, log=log, reason=MARKDOWN)
    return Given(store, rows, known, unknown)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that the server logs to."""
    return tmp_path_factory.mktemp("log") / "server.log"


@pytest.fixture(scope="module")
def hostile_server(given: Given, log: Path) -> Iterator[Server]:
    """A dashboard of that store."""
    started = Server(given.store, log)
    yield started.wait()
    started.stop()


@pytest.fixture(scope="module")
def watched(browser: Browser, hostile_server: Server) -> Iterator[Watched]:
    """A browser of the local user, who may see everything."""
    one = Watched(browser, hostile_server)
    yield one
    one.context.close()


LINKED: Final = {"area": [MARKDOWN], "team": [IMAGE, LATEX, FORMULA]}
"""A selection as a link brings it, of labels that the export has."""
ADDRESSES: Final[dict[str, tuple[str, dict[str, object], int]]] = {
    # What a test is called: page, parameters, and how many of the marks it has to show.
    "overview": ("overview", {}, 3),
    "overview of a team": ("overview", {"team": [IMAGE]}, 1),
    "gaps": ("gaps", {"by": "team"}, 8),
    "gaps of a team": ("gaps", {"team": [MARKDOWN], "drill": "team", "by": "month"}, 1),
    "gaps of a selection that is empty": ("gaps", LINKED, 4),
    "trends": ("trends", {}, 2),
    "compare": ("compare", {"by": "team"}, 5),
    "drivers": ("drivers", {"against": "units", "by": "team"}, 5),
    "plausibility": ("plausibility", {}, 3),
    "together": ("together", {}, 0),
    "records": ("records", {"of": "ethnicity,religion", "state": "invalid"}, 8),
    "records that are recoverable": ("records", {"state": "recoverable_cells", "of": "ethnicity,age"}, 0),
    "records of teams": ("records", {"part": "lists"}, 5),
    "records of a sample": ("records", {"part": "samples"}, 1),
    "briefing": ("briefing", {"preset": "public-contact-weekly"}, 3),
    "exports": ("exports", {}, 0),
    "mapping": ("mapping", {}, 0),
    "settings": ("settings", {"part": "targets"}, 0),
    "settings of areas": ("settings", {"part": "areas"}, 0),
    "settings of events": ("settings", {"part": "events"}, 3),
    "audit": ("audit", {}, 0),
}


def test_every_page_is_among_them() -> None:
    assert {page for page, *_ in ADDRESSES.values()} == set(PAGES)


@pytest.mark.parametrize("called", ADDRESSES)
def test_on_every_page_it_is_text(watched: Watched, called: str) -> None:
    name, params, shown = ADDRESSES[called]
    watched.open(name, **params)
    watched.assert_all_is_text()
    expect(watched.page.locator("h1")).to_have_text(PAGES[name].question)
    # Else the lines above would see nothing.
    assert len(seen(watched.text())) >= shown


def test_the_page_of_an_extract(watched: Watched, given: Given) -> None:
    snapshot = Registry(given.store).latest("athena")
    assert snapshot
    watched.open("exports", snapshot=snapshot.id)
    watched.assert_all_is_text()
    text = watched.text()
    # The name of the file, headings that nobody knows, labels that nobody knows.
    for words in (NAME, HEADING, "=1+1"):
        assert words in text
    assert len(seen(text)) >= 5
    rows = read(watched.download("Rejected rows as CSV"))
    assert_no_formula(rows)
    assert {cell.removeprefix("'") for row in rows for cell in row} >= set(MARKS)
    assert_workbook(watched.download("Rejected rows as XLSX"))


def test_an_export_of_unknown_headings_is_mapped(watched: Watched, given: Given) -> None:
    watched.open("mapping")
    watched.page.locator("input[type=file]").set_input_files(given.unknown)
    expect(watched.page.get_by_role("heading", level=2)).to_contain_text("columns recognised", timeout=60_000)
    drawn(watched.page)
    watched.unfold()
    watched.assert_all_is_text()
    assert len(seen(watched.text())) >= 5


def test_an_export_is_loaded_by_the_page(watched: Watched, given: Given) -> None:
    watched.open("exports")
    page = watched.page
    page.locator("input[type=file]").set_input_files(given.known)
    expect(page.get_by_test_id("stFileChip")).to_be_visible()
    drawn(page)
    watched.assert_all_is_text()
    page.get_by_role("button", name="Go on to the mapping").click()
    expect(page.get_by_role("button", name="Load 1 file")).to_be_visible(timeout=60_000)
    drawn(page)
    watched.assert_all_is_text()
    assert page.get_by_test_id("stMain").inner_text().count(NAME) >= 1
    page.get_by_role("button", name="Load 1 file").click()
    # It is in the store already, so what is said of it is a refusal that quotes its name.
    expect(page.get_by_role("button", name="Load another export")).to_be_visible(timeout=60_000)
    drawn(page)
    watched.assert_all_is_text()
    assert NAME in page.get_by_test_id("stMain").inner_text()


def test_a_file_that_is_refused(watched: Watched, tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_text("\n".join(f'{mark.replace(",", "")},"{HEADING}"' for mark in MARKS))
    watched.open("mapping")
    watched.page.locator("input[type=file]").set_input_files(path)
    expect(watched.page.get_by_role("alert").or_(watched.page.get_by_role("heading", level=2)).first).to_be_visible()
    drawn(watched.page)
    watched.assert_all_is_text()


def test_a_tooltip_is_text(watched: Watched) -> None:
    watched.open("gaps", by="team")
    for mark in (IMAGE, MARKDOWN, LATEX):
        cell = watched.page.locator(f"svg.marks [aria-label^={_quoted(mark)}]").first
        cell.scroll_into_view_if_needed()
        cell.hover(force=True)
        tip = watched.page.locator("#vg-tooltip-element.visible")
        expect(tip).to_contain_text(mark)
        assert tip.locator("img, b, strong, script, a, .katex").count() == 0
        watched.page.mouse.move(0, 0)
        expect(tip).to_have_count(0)
    watched.assert_all_is_text()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def test_the_download_of_a_table_holds_no_formula(watched: Watched) -> None:
    watched.open("gaps", by="team")
    table = watched.page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    table.hover()
    with watched.page.expect_download() as download:
        # What the pointer would have to reach lies above the table, where the page's own bar may be.
        watched.page.get_by_role("button", name="Download as CSV").first.dispatch_event("click")
    rows = read(download.value.path().read_bytes())
    assert len(seen("\n".join(cell for row in rows for cell in row))) >= 8
    assert_no_formula(rows)


def test_a_list_of_records_holds_no_formula(watched: Watched) -> None:
    watched.open("records", of="ethnicity", state="invalid")
    watched.page.get_by_label("Reason, for the audit log").last.fill(FORMULA)
    watched.page.keyboard.press("Tab")
    drawn(watched.page)
    rows = read(watched.download("List as CSV"))
    assert_no_formula(rows)
    assert seen("\n".join(cell for row in rows for cell in row)) == set(MARKS)
    # What stands in the file is the export's own text, but for the apostrophe in front of a formula.
    references = {row[0] for row in rows}
    assert any(reference.startswith(f"'{FORMULA}22/") for reference in references)
    assert any(reference.startswith(f"{IMAGE}22/") for reference in references)
    assert_workbook(watched.download("List as XLSX"))


def test_the_audit_log_holds_no_formula(watched: Watched) -> None:
    watched.open("audit")
    watched.page.get_by_label("Words in who, about or reason").fill("slanted")
    watched.page.keyboard.press("Tab")
    drawn(watched.page)
    watched.assert_all_is_text()
    assert MARKDOWN in watched.text()
    watched.open("audit")
    watched.page.get_by_label("Reason, for the audit log").fill(FORMULA)
    watched.page.keyboard.press("Tab")
    drawn(watched.page)
    rows = read(watched.download("Entries as CSV"))
    assert_no_formula(rows)
    assert any(f"'{FORMULA}" in row for row in rows)
    entries = [json.loads(line) for line in watched.download("Entries with hashes as JSON lines").splitlines()]
    assert any(entry["reason"] == FORMULA for entry in entries)
    assert any(MARKDOWN in json.dumps(entry["about"]) for entry in entries)


@pytest.fixture(scope="module")
def briefing(given: Given) -> dict[str, bytes]:
    """A briefing that names teams, in every format."""
    registry = Registry(given.store)
    return files_of(carry_out(ordered(registry, "public-contact-weekly", made_by=IMAGE), registry))


def test_a_briefing_is_text_as_a_web_page(briefing: dict[str, bytes], browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "briefing.html").write_bytes(briefing["html"])
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.goto((tmp_path / "briefing.html").as_uri())
    assert len(seen(page.locator("body").inner_text())) >= 4
    assert page.locator('img[src="x"], script, a[href^=javascript], a[href*=elsewhere]').count() == 0
    words = page.locator(
        "b, strong, em, i, code, h1, h2, h3", has_text=re.compile(r"^\s*(bold|thick|heading|coded)\s*$")
    )
    assert words.count() == 0
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    context.close()


def test_a_briefing_is_text_in_every_other_format(briefing: dict[str, bytes]) -> None:
    assert_workbook(briefing["xlsx"])
    for name, content in members(briefing["csv.zip"]).items():
        assert_no_formula(read(content), name)

    slides = [shape for slide in Presentation(io.BytesIO(briefing["pptx"])).slides for shape in slide.shapes]
    said = [shape.text_frame.text for shape in slides if shape.has_text_frame]
    said += [cell.text for shape in slides if shape.has_table for row in shape.table.rows for cell in row.cells]
    assert len(seen("\n".join(said))) >= 4
    links = b"".join(content for name, content in members(briefing["pptx"]).items() if name.endswith(".rels"))
    assert b"elsewhere" not in links
    assert b"javascript" not in links

    pages = PdfReader(io.BytesIO(briefing["pdf"])).pages
    # Lines are broken anywhere, and letters that go from right to left are written in their own order.
    words = "".join("".join(page.extract_text().split()) for page in pages)
    assert sum("".join(mark.split()) in words for mark in MARKS) >= 3
    for page in pages:
        for link in page.get("/Annots") or []:
            assert not re.search("elsewhere|javascript", str(link.get_object().get("/A", "")))


def test_a_briefing_names_marks_of_direction(given: Given) -> None:
    registry = Registry(given.store)
    about = {"team": (TURNED,)}
    order = ordered(registry, "public-contact-weekly", where=about, made_by=f"{TURNED} of {TURNED}")
    files = files_of(carry_out(order, registry))
    # The words of a picture stand each by itself.
    said = {"html": re.sub("<svg.*?</svg>", "", files["html"].decode(), flags=re.DOTALL)}
    said["pdf"] = "".join(page.extract_text() for page in PdfReader(io.BytesIO(files["pdf"])).pages)
    for name in ("pptx", "xlsx", "csv.zip"):
        said[name] = "\n".join(content.decode() for content in members(files[name]).values())
    for name, text in said.items():
        assert "[U+202E]gnp.exe[U+202C] [U+200F]right" in " ".join(text.split()), name
        assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", text), name


def test_the_log_says_nothing_of_the_export(watched: Watched, given: Given, log: Path) -> None:
    """After all tests above: a server logs its errors, and an error could quote what it was about."""
    said = log.read_text(encoding="utf-8")
    assert watched.server.address in said
    held = {v for column in given.export.iter_columns() for v in column.drop_nulls().unique() if len(v) > 4}
    assert sorted(value for value in {*held, NAME, HEADING} if value in said) == []
    assert "Traceback" not in said
