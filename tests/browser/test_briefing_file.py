"""The HTML file of a briefing by itself, as whoever gets it opens it: axe, a phone, and printed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from equality.briefing import page as web
from equality.briefing.document import Briefing
from equality.briefing.order import Order, carry_out
from equality.briefing.preset import presets
from equality.store.registry import Registry

pytestmark = pytest.mark.browser
HOSTILE = 'OFFICIAL"; } </style><b>'


@pytest.fixture(scope="module", params=list(presets()))
def briefing(request: pytest.FixtureRequest, registry: Registry) -> Briefing:
    """A briefing of each preset, marked with what would end a text of a style sheet."""
    snapshot = registry.latest("athena")
    assert snapshot
    preset = presets()[request.param].model_copy(update={"classification": HOSTILE})
    order = Order(
        snapshot=snapshot.id,
        preset=preset,
        preset_name=request.param,
        month=snapshot.months[1],
        role="victim",
        minimum_n=20,
        made_by="A. N. Analyst",
        made_at=datetime(2026, 11, 25, 9, 30, tzinfo=UTC),
    )
    return carry_out(order, registry)


@pytest.fixture
def opened(briefing: Briefing, browser: Browser, tmp_path: Path) -> Iterator[Page]:
    (tmp_path / "briefing.html").write_bytes(web.write(briefing))
    # The file lets no script run, and axe is one.
    context = browser.new_context(bypass_csp=True, viewport={"width": 1440, "height": 1000})
    asked: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "briefing.html").as_uri())
    yield page
    assert not [url for url in asked if not url.startswith(("file:", "data:"))]
    context.close()


def test_axe_finds_nothing_at_all_wide_and_narrow(opened: Page) -> None:
    for width in (1440, 400):
        opened.set_viewport_size({"width": width, "height": 1000})
        found = Axe().run(opened).response["violations"]
        assert [(v["id"], [n["html"][:200] for n in v["nodes"][:3]]) for v in found] == []
        assert opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_every_printed_page_is_marked_and_none_is_bare(opened: Page, briefing: Briefing) -> None:
    pages = PdfReader(io.BytesIO(opened.pdf(prefer_css_page_size=True))).pages
    assert len(pages) > 2
    for page in pages:
        text = page.extract_text()
        assert text.count(HOSTILE) >= 2
        assert briefing.marking.handling.split(".")[0] in text
        assert len(text.split()) > 40
