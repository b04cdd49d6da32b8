"""An export whose every text is hostile, a browser that sees what becomes of it, and what files made of it may hold."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import Final
from urllib.parse import urlencode

import polars as pl
from driving import Server, drawn
from playwright.sync_api import Browser, Page
from signing_in import new_context

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
    "www.elsewhere.example you@elsewhere.example :streamlit: :smile: :material_home: a -> b",
)
IMAGE, MARKDOWN, LATEX, FORMULA = MARKS[:4]
TURNED: Final = MARKS[6]
KEPT: Final = ("Role", "Person Type", "Date Recorded", "Extract Date", "Data Status")
"""Columns without which rows would be rejected."""
NAME: Final = "<img src=x onerror=alert(0)> **bold** $x$ =1+1.csv"
HEADING: Final = "<b>thick</b> **bold** $x^2$"
"""Of a column that no profile knows."""
MADE: Final = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    const asked = `img[src="x"], img[src*=elsewhere], img[alt="Streamlit logo"], .katex, script,
        a[href^="javascript:"], a[href^="mailto:"], a[href^="http://elsewhere"], a[href^="http://www.elsewhere"]`;
    const made = [...app.querySelectorAll(asked)];
    // Words that only markup can have set apart from what stands around them; icons are words that a typeface draws.
    const words = /^(bold|slanted|coded|coloured|thick|heading|home)$/;
    for (const e of app.querySelectorAll('*')) if (!e.children.length && words.test(e.textContent.trim())) made.push(e);
    return made.map(e => e.outerHTML);
}"""
TEXT: Final = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    const said = [...app.querySelectorAll('[aria-label]')].map(e => e.getAttribute('aria-label'));
    const typed = [...app.querySelectorAll('input, textarea')].map(e => e.value);
    return [app.textContent, ...said, ...typed].join('\\n');
}"""
"""All text of a page, what its charts draw and say included."""


def hostile(rows: pl.DataFrame) -> pl.DataFrame:
    """An export with a mark in every text of half its rows: every mark has enough people to be shown."""
    turn = pl.int_range(pl.len())
    columns = []
    for place, name in enumerate(rows.columns):
        if name not in KEPT:
            mark = ((turn // 2 + place) % len(MARKS)).replace_strict(dict(enumerate(MARKS)), return_dtype=pl.String)
            # A reference names something: it stays different for each.
            mark = mark + pl.col(name) if name in ("Crime Ref", "Person Ref") else mark
            columns.append(pl.when(turn % 2 == 0).then(mark).otherwise(pl.col(name)).alias(name))
    # A few rows are rejected, for dates that are none.
    broken = pl.when(turn < len(MARKS)).then(turn.replace_strict(dict(enumerate(MARKS)), default=None))
    recorded = pl.coalesce(broken, "Date Recorded").alias("Date Recorded")
    return rows.with_columns(*columns, recorded, turn.cast(pl.String).alias(HEADING), pl.lit(FORMULA).alias("=1+1"))


class Watched:
    """A page, and what it did that it should not have."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self.context = new_context(browser)
        self.page: Page = self.context.new_page()
        # Without the picker of a real window every file is an ordinary download.
        self.page.add_init_script("delete window.showSaveFilePicker")
        self.server = server
        self.dialogs: list[str] = []
        self.elsewhere: list[str] = []
        self.page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: self._asked(request.url))

    def _asked(self, url: str) -> None:
        if not url.startswith((self.server.address, "data:", "blob:")):
            self.elsewhere.append(url)

    def open(self, path: str, **params: object) -> None:
        self.page.goto(f"{self.server.address}/{path}{'?' if params else ''}{urlencode(params, doseq=True)}")
        drawn(self.page)
        self.unfold()

    def unfold(self) -> None:
        """Open all that is folded."""
        folded = self.page.locator("details:not([open]) > summary")
        while folded.count():
            folded.first.evaluate("summary => summary.click()")
        drawn(self.page)

    def text(self) -> str:
        return str(self.page.evaluate(TEXT))

    def download(self, button: str) -> bytes:
        """What a button gives."""
        with self.page.expect_download(timeout=60_000) as download:
            self.page.get_by_role("button", name=button, exact=True).click()
        content = download.value.path().read_bytes()
        drawn(self.page)
        return content

    def assert_all_is_text(self) -> None:
        assert self.dialogs == []
        assert self.elsewhere == []
        assert self.page.get_by_test_id("stException").count() == 0
        assert self.page.evaluate(MADE) == []


def seen(text: str) -> set[str]:
    """The marks that a text holds; tables of Markdown and of screen readers have other space."""
    spaced = _comparable(text)
    return {mark for mark in MARKS if _comparable(mark) in spaced}


def _comparable(text: str) -> str:
    """A text without what the screen adds: space, joiners that nobody sees, names of marks of direction."""
    named = re.sub("[\u200f\u202c\u202e]", lambda mark: f"[U+{ord(mark[0]):04X}]", re.sub("[\u200b\u2060]", "", text))
    return " ".join(named.split())


def read(content: bytes) -> list[list[str]]:
    """The rows of a CSV file, headings included."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def assert_no_formula(rows: list[list[str]], name: str = "") -> None:
    """No cell begins as a formula does, numbers with a sign apart."""
    number = re.compile(r"[+-]?[\d,]*\.?\d+%?")
    cells = {cell for row in rows for cell in row if cell[:1] in {*"=+-@\t\r\n"} - {""}}
    assert {cell for cell in cells if not number.fullmatch(cell)} == set(), name


def assert_workbook(content: bytes) -> None:
    """A workbook holds marks, and neither a formula nor a link that leads out of it."""
    books = pl.read_excel(io.BytesIO(content), sheet_id=0, raise_if_empty=False, has_header=False)
    sheets = {name: [[str(cell) for cell in row if cell is not None] for row in s.rows()] for name, s in books.items()}
    assert len(seen("\n".join(cell for rows in sheets.values() for row in rows for cell in row))) >= 3
    for name, rows in sheets.items():
        assert_no_formula(rows, name)
    for name, part in members(content).items():
        assert not (name.endswith(".rels") and re.search(b'TargetMode="External"', part)), name
        assert not (name.startswith("xl/worksheets/") and b"<f>" in part), name


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels", ".csv"))}
