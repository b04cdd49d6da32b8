"""An export whose every text holds markup, formulas and direction marks: on every page and in every file it is text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import polars as pl
import pytest
from driving import Server, drawn
from playwright.sync_api import Browser, Page
from signing_in import new_context

from dashboard.navigation import PAGES
from equality.briefing.keep import files_of
from equality.briefing.order import carry_out
from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.protection.people import local_person
from equality.store import events
from equality.store.events import Event
from equality.store.registry import Registry
from tests.briefing.conftest import ordered

pytestmark = pytest.mark.browser
MARKS: Final = (
    "<img src=x onerror=\"alert('img')\">",
    "**bold** _slanted_ `coded`",
    "$x^2$ :red[coloured] :material/home:",
    '=HYPERLINK("http://elsewhere.example/f","formula")',
    "+1+cmd|'/C calc'!A0",
    "@SUM(1+1)",
    "\u202egnp.exe\u202c \u200fright",
    "../../etc/passwd",
    "[link](javascript:alert('md')) ![i](http://elsewhere.example/i.png)",
    "<script>alert('script')</script><b>thick</b>",
    "# heading",
    "| a | b |\t{{7*7}}",
    "<svg onload=alert('svg')><style>*{display:none}</style>",
)
KEPT: Final = ("Role", "Person Type", "Extract Date", "Data Status")
"""Columns without which rows would be rejected; dates stay as they are for the same reason."""


def hostile(rows: pl.DataFrame) -> pl.DataFrame:
    """An export with a mark in every text: in about half the rows, so that every unit holds enough people to show."""
    turn = pl.int_range(pl.len())
    columns = []
    for place, name in enumerate(rows.columns):
        if name in KEPT or "Date" in name or name in ("Committed From",):
            continue
        mark = pl.lit(MARKS[place % len(MARKS)])
        if name in ("Crime Ref", "Person Ref"):
            # A reference names something: it stays different for each.
            columns.append((mark + pl.col(name)).alias(name))
        else:
            chosen = (turn + place) % len(MARKS)
            every = chosen.replace_strict(dict(enumerate(MARKS)), return_dtype=pl.String)
            # In parts of the force the teams and channels are few, so that charts name them.
            few = name in ("LPA", "District", "Team", "How Reported")
            columns.append(pl.when(turn % 2 == 0).then(every if few else mark).otherwise(pl.col(name)).alias(name))
    return rows.with_columns(columns)


@pytest.fixture(scope="module")
def hostile_store(sample_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one such export, and an event of that kind."""
    folder = tmp_path_factory.mktemp("hostile")
    newest = sorted((sample_store / "synthetic").glob("*.csv"))[-1]
    rows = hostile(pl.read_csv(newest, infer_schema=False))
    path = folder / "<img src=x onerror=alert(0)> **bold** $x$ =1+1.csv"
    rows.write_csv(path)
    store = folder / "store"
    load([path], load_profile("athena"), store)
    registry = Registry(store)
    snapshot = registry.latest("athena")
    assert snapshot
    assert snapshot.accepted > 2000
    day = snapshot.extract_date.replace(day=1)
    events.enter(
        registry.database,
        "athena",
        Event(
            happened_on=day, kind="other", title=MARKS[0] + MARKS[1][:40], note=" ".join(MARKS)[:200], synthetic=True
        ),
        local_person().id,
    )
    return store


@pytest.fixture(scope="module")
def hostile_server(hostile_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dashboard of that store."""
    started = Server(hostile_store, tmp_path_factory.mktemp("log") / "server.log")
    yield started.wait()
    started.stop()


class Watched:
    """A page, and what it did that it should not have."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self.context = new_context(browser)
        self.page: Page = self.context.new_page()
        self.server = server
        self.dialogs: list[str] = []
        self.elsewhere: list[str] = []
        self.page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: self._asked(request.url))

    def _asked(self, url: str) -> None:
        if not url.startswith((self.server.address, "data:", "blob:")):
            self.elsewhere.append(url)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.server.address}{path}")
        drawn(self.page)
        for fold in self.page.locator("details:not([open]) > summary").all():
            fold.click()
        drawn(self.page)

    def assert_all_is_text(self) -> None:
        assert self.dialogs == []
        assert self.elsewhere == []
        assert self.page.get_by_test_id("stException").count() == 0
        made = self.page.evaluate(
            """() => {
                const within = document.querySelector('[data-testid=stApp]');
                const made = [...within.querySelectorAll(
                    'img[src="x"], img[src*=elsewhere], a[href^=javascript], a[href*=elsewhere], .katex, script'
                )].map(e => e.outerHTML);
                const words = /^(bold|slanted|coded|coloured|thick|heading|49|a|b)$/;
                for (const e of within.querySelectorAll('b, strong, em, i, code, del, h1, h2, h3, span[style], td, th'))
                    if (words.test(e.textContent.trim())) made.push(e.outerHTML);
                return made;
            }"""
        )
        assert made == []


@pytest.fixture(scope="module")
def watched(browser: Browser, hostile_server: Server) -> Iterator[Watched]:
    """A browser of the local user, who may see everything."""
    one = Watched(browser, hostile_server)
    yield one
    one.context.close()


def shown(page: Page) -> str:
    """All text of a page, that of its charts included."""
    return page.evaluate("document.querySelector('[data-testid=stApp]').textContent")


@pytest.mark.parametrize("name", PAGES)
def test_on_every_page_it_is_text(watched: Watched, name: str) -> None:
    crafted = {"area": MARKS[1], "team": [MARKS[0], MARKS[2]], "drill": "area"}
    for params in ({}, {"by": "team"}, crafted):
        watched.open(f"/{name}?{urlencode(params, doseq=True)}")
        watched.assert_all_is_text()
        assert watched.page.locator("h1").inner_text() == PAGES[name].question


def test_it_is_there_to_be_seen(watched: Watched) -> None:
    """In charts, lists, headings and filters: else the test above would see nothing."""
    watched.open("/gaps?by=team")
    text = shown(watched.page)
    assert sum(mark.split("\t")[0] in text for mark in MARKS) >= 5
    watched.open(f"/gaps?{urlencode({'team': MARKS[1], 'drill': 'team', 'by': 'month'})}")
    assert MARKS[1] in shown(watched.page)
    watched.open("/audit")
    assert "<img src=x onerror=alert(0)>" in shown(watched.page)


def test_a_tooltip_is_text(watched: Watched) -> None:
    watched.open("/gaps?by=team")
    tips = []
    for mark in MARKS[:3]:
        drawn_mark = watched.page.locator(f"svg.marks [aria-label*={_quoted(mark)}]").first
        drawn_mark.hover(force=True)
        tip = watched.page.locator("#vg-tooltip-element.visible")
        tip.wait_for()
        tips.append(tip.inner_text())
        assert tip.locator("img, b, strong, script, a, .katex").count() == 0
        watched.page.mouse.move(0, 0)
    assert any(mark in tip for mark, tip in zip(MARKS, tips, strict=False))
    watched.assert_all_is_text()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def test_the_download_of_a_table_holds_no_formula(watched: Watched) -> None:
    watched.open("/gaps?by=team")
    page = watched.page
    # Without the picker of a real window the file is an ordinary download.
    page.evaluate("delete window.showSaveFilePicker")
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    table.hover()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").first.click()
    content = download.value.path().read_text(encoding="utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(content)) for cell in row]
    assert any("HYPERLINK" in cell for cell in cells)
    assert [cell for cell in cells if cell[:1] in "=+@\t\r" and cell] == []
    assert [cell for cell in cells if cell.startswith("-") and not cell[1:].replace(".", "").isdigit()] == []


def test_a_briefing_holds_text_in_every_format(hostile_store: Path, watched: Watched, tmp_path: Path) -> None:
    registry = Registry(hostile_store)
    order = ordered(registry, "public-contact-weekly", made_by=MARKS[0])
    files = files_of(carry_out(order, registry))
    path = tmp_path / "briefing.html"
    path.write_bytes(files["html"])
    context = watched.context.browser.new_context()  # type: ignore[union-attr]
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.goto(path.as_uri())
    text = page.evaluate("document.body.textContent")
    assert MARKS[0] in text
    assert page.locator('img[src="x"], script, a[href^=javascript], a[href*=elsewhere]').count() == 0
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    context.close()
    book = pl.read_excel(io.BytesIO(files["xlsx"]), sheet_id=0, raise_if_empty=False, has_header=False)
    cells = [str(c) for sheet in book.values() for column in sheet.iter_columns() for c in column.drop_nulls()]
    assert any("HYPERLINK" in cell or MARKS[0] in cell for cell in cells)
    assert b"<f>" not in _members(files["xlsx"])
    assert b"HYPERLINK(" not in _members(files["pptx"]) or b"hlinkClick" not in _members(files["pptx"])
    for name, lines in _csv_files(files["csv.zip"]).items():
        assert not [c for row in lines for c in row if c[:1] in ("=", "@", "+")], name


def _members(content: bytes) -> bytes:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(n) for n in archive.namelist() if n.endswith((".xml", ".rels")))


def _csv_files(content: bytes) -> dict[str, list[list[str]]]:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            n: list(csv.reader(io.StringIO(archive.read(n).decode("utf-8-sig"))))
            for n in archive.namelist()
            if n.endswith(".csv")
        }
