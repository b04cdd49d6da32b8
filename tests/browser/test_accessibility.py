"""axe-core on the pages, in both modes, wide and narrow; and that a phone need not scroll sideways."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from driving import Server, assert_accessible
from playwright.sync_api import Page, expect

from equality.store.registry import Registry

pytestmark = pytest.mark.browser
FIGURES = [
    "/",
    "/gaps",
    "/trends?source=athena",
    "/?source=athena",
    "/gaps?source=athena&area=Worcester&drill=area&by=team",
    "/compare?rates=raw",
    "/compare?source=athena&by=team",
    "/drivers?source=athena&against=units&by=area",
]
ANSWERS = ["/plausibility", "/plausibility?source=athena", "/together", "/together?source=athena&answer=Asian"]
LISTS = [
    "/records?source=athena",
    "/records?source=athena&state=recoverable_cells&of=ethnicity,age&sort=team",
    "/records?source=athena&part=lists",
    "/records?source=athena&part=samples",
]
STORE = ["/audit", "/settings", "/exports", "/exports?snapshot={snapshot}"]
PAGES = [*FIGURES, *ANSWERS, *LISTS, "/briefing?source=athena", *STORE]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1440, 400])
def test_axe_finds_nothing_serious(
    server: Server, registry: Registry, visit: Callable[..., Page], path: str, dark: bool, width: int
) -> None:
    newest = registry.latest("athena")
    assert newest
    page = visit(f"{server.address}{path.format(snapshot=newest.id)}", width=width, dark=dark)
    closed = page.locator("details:not([open]) > summary")
    while closed.count():
        closed.first.click()
    page.wait_for_timeout(500)
    assert_accessible(page)


def test_every_chart_has_a_name_and_every_mark_a_sentence(server: Server, visit: Callable[..., Page]) -> None:
    for path in FIGURES:
        page = visit(f"{server.address}{path}")
        for chart in page.locator("[data-testid=stVegaLiteChart]").all():
            named = chart.locator(
                "xpath=descendant-or-self::*[@role='figure' or @role='img' or @role='graphics-document']"
            )
            assert any(n.get_attribute("aria-label") for n in named.all())
        # A sentence says what is measured: people who are not known, the rate of a month, or points of a difference.
        said = ", ".join(f'svg.marks [aria-label*="{words}"]' for words in ("not known", "% of ", " points"))
        expect(page.locator(said).first).to_be_attached(timeout=20_000)
