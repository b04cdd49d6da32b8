"""Compare and Drivers as a person meets them: by link, by click, by table and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from driving import Server, drawn
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
COMPARE = "Who differs by more than chance and mix?"
DRIVERS = "Why, and what would help most?"
GAPS = "Where are the gaps?"


def params(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def headline(page: Page) -> str:
    return page.get_by_role("heading", level=2).first.inner_text()


def gone_to_gaps(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(GAPS)
    drawn(page)


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/compare?source=athena&by=team&rates=raw&limits=chance", COMPARE),
        ("/drivers?source=athena&against=units&by=area&unit=Worcester&other=Wychavon&reach=70&goal=55", DRIVERS),
    ],
)
def test_a_deep_link_to_a_fresh_server_shows_what_the_menu_shows(
    fresh_server: Server, visit: Visit, path: str, title: str
) -> None:
    first = visit(f"{fresh_server.address}{path}")
    expect(first.get_by_role("heading", level=1)).to_have_text(title)
    by_link = first.locator("[data-testid=stMain]").inner_text()
    again = visit(fresh_server.address)
    again.get_by_role("link", name="Compare" if title == COMPARE else "Drivers", exact=True).click()
    expect(again.get_by_role("heading", level=1)).to_have_text(title)
    again.goto(f"{fresh_server.address}{path}")
    drawn(again)
    assert again.locator("[data-testid=stMain]").inner_text() == by_link


def test_choices_of_compare_are_in_the_address_and_survive_the_menu(server: Server, visit: Visit) -> None:
    page = visit(f"{server.address}/compare?source=athena&by=team")
    adjusted = headline(page)
    page.get_by_role("radio", name="As recorded").click()
    page.wait_for_function("() => location.search.includes('rates=raw')")
    drawn(page)
    assert headline(page) != adjusted
    page.get_by_role("radio", name="Chance alone").click()
    page.wait_for_function("() => location.search.includes('limits=chance')")
    drawn(page)
    shown = headline(page)
    page.get_by_role("link", name="Drivers", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(DRIVERS)
    drawn(page)
    page.get_by_role("link", name="Compare", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(COMPARE)
    drawn(page)
    assert headline(page) == shown
    page.go_back()
    page.go_back()
    drawn(page)
    page.get_by_role("button", name="Reset").click()
    page.wait_for_function("() => !location.search.includes('rates=raw')")


def test_a_point_leads_to_the_gaps_of_its_unit(server: Server, visit: Visit) -> None:
    page = visit(f"{server.address}/compare?source=athena&by=team")
    point = page.locator('svg.marks [aria-label*=" adjusted ("]').first
    unit = (point.get_attribute("aria-label") or "").split(": ")[0]
    point.click(force=True)
    gone_to_gaps(page)
    assert params(page)["team"] == [unit]
    assert params(page)["drill"] == ["team"]


@pytest.mark.parametrize("path", ["/compare?source=athena&by=area", "/drivers?source=athena&by=area"])
def test_the_keyboard_alone_leads_to_the_gaps_of_a_unit(server: Server, visit: Visit, path: str) -> None:
    page = visit(f"{server.address}{path}")
    if path.startswith("/drivers"):
        page.locator("summary", has_text="The same numbers as a table").nth(1).focus()
        page.keyboard.press("Enter")
        page.wait_for_timeout(500)
        grid = page.locator("details[open] [data-testid=stDataFrame] canvas").first
    else:
        grid = page.locator("[data-testid=stDataFrame] canvas").first
    grid.focus()
    for key in ("ArrowDown", "Shift+Space"):
        page.wait_for_timeout(300)
        page.keyboard.press(key)
    gone_to_gaps(page)
    assert len(params(page)["area"]) == 1


def test_a_bar_of_the_pareto_leads_to_the_gaps_of_its_unit(server: Server, visit: Visit) -> None:
    page = visit(f"{server.address}/drivers?source=athena&by=area")
    bar = page.locator('svg.marks [aria-label*="of the gap"]').first
    unit = (bar.get_attribute("aria-label") or "").split(": ")[0]
    bar.click(force=True)
    gone_to_gaps(page)
    assert params(page)["area"] == [unit]


def test_the_slider_moves_by_keyboard_into_the_address_and_the_sentence(server: Server, visit: Visit) -> None:
    page = visit(f"{server.address}/drivers?source=athena&goal=50&reach=60")
    slider = page.get_by_role("slider", name="Lift places to this rate")
    expect(slider).to_have_value("60")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("() => location.search.includes('reach=63')")
    drawn(page)
    expect(page.get_by_text("to 63%").first).to_be_visible()
    page.reload()
    drawn(page)
    expect(page.get_by_role("slider", name="Lift places to this rate")).to_have_value("63")


def test_the_waterfall_says_each_bar_and_both_ends(server: Server, visit: Visit) -> None:
    page = visit(f"{server.address}/drivers?source=athena&against=units&by=area&unit=Worcester&other=Wychavon")
    expect(page.locator('svg.marks [aria-label*=", practice: "]').first).to_be_attached()
    spoken = page.locator("svg.marks [aria-label]").evaluate_all("m => m.map(x => x.getAttribute('aria-label'))")
    assert any(label.startswith("Wychavon: ") for label in spoken)
    assert any(", practice: " in label for label in spoken)
    assert any(", mix: " in label for label in spoken)
    assert "Worcester" in headline(page)
    assert "Wychavon" in headline(page)
