"""Records as a person meets them: from a figure, by link, page by page, by keyboard, and as a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest
from driving import Server, drawn
from playwright.sync_api import Page, expect

from equality.worklist.download import MARKING

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
TITLE = "Which records, and who will fix them?"


def params(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def headline(page: Page) -> str:
    return page.get_by_role("heading", level=2).first.inner_text()


def references(page: Page) -> list[str]:
    """The crime references on screen, from the grid that stands behind the drawn table."""
    cells = page.locator("[data-testid=stDataFrame] [role=gridcell]")
    expect(cells.first).to_be_attached()
    return [text for text in cells.all_text_contents() if re.fullmatch(r"\d{2}/\d+/\d{2}", text)]


def test_a_figure_leads_to_its_records_and_back_in_one_step(server: Server, visit: Visit) -> None:
    page = visit(f"{server.address}/gaps?source=athena&area=Worcester")
    link = page.get_by_role("link", name=re.compile(r"^Blank: [\d,]+$"))
    number = link.inner_text().split(": ")[1].strip()
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    drawn(page)
    assert headline(page).startswith(f"{number} records to look at: Ethnicity (self-defined): blank")
    assert params(page)["state"] == ["blank"]
    assert params(page)["area"] == ["Worcester"]
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where are the gaps?")


def test_a_row_opens_its_records_where_the_reader_says_so(server: Server, visit: Visit) -> None:
    page = visit(f"{server.address}/gaps?source=athena&click=records")
    grid = page.locator("[data-testid=stDataFrame]").first
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    assert box
    page.mouse.click(box["x"] + 14, box["y"] + 35 + 17)
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    drawn(page)
    assert len(params(page)["area"]) == 1


def test_pages_and_order_are_in_the_address_and_a_fresh_server_shows_the_same(
    server: Server, fresh_server: Server, visit: Visit
) -> None:
    page = visit(f"{server.address}/records?source=athena")
    first = references(page)
    assert first
    page.get_by_role("button", name="Page 2", exact=True).click()
    page.wait_for_function("() => location.search.includes('page=2')")
    drawn(page)
    assert references(page) != first
    expect(page.get_by_text(re.compile(r"^Records 51 to 100 of"))).to_be_visible()
    order = page.get_by_role("combobox", name="Order")
    order.click()
    order.press_sequentially("Crime ref")
    order.press("Enter")
    page.wait_for_function("() => location.search.includes('sort=reference')")
    drawn(page)
    assert "page" not in params(page)  # another order has another second page
    ordered = references(page)
    assert ordered == sorted(ordered)
    again = visit(f"{fresh_server.address}/records?{urlsplit(page.url).query}")
    expect(again.get_by_role("heading", level=1)).to_have_text(TITLE)
    assert references(again) == ordered
    assert headline(again) == headline(page)


def test_states_are_chosen_by_keyboard(server: Server, visit: Visit) -> None:
    page = visit(f"{server.address}/records?source=athena", width=400)
    before = headline(page)
    page.get_by_role("button", name="Declined", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.search.includes('state=')")
    drawn(page)
    assert headline(page) != before
    assert "declined" not in params(page)["state"][0]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_file_carries_the_number_that_the_page_shows(server: Server, visit: Visit, tmp_path: Path) -> None:
    page = visit(f"{server.address}/records?source=athena&area=Worcester&state=invalid")
    listed = int(headline(page).split(" ")[0].replace(",", ""))
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("button", name="List as CSV").click()
    path = tmp_path / "list.csv"
    waiting.value.save_as(path)
    told = page.get_by_text(re.compile(r"Your newest file is download no\. "))
    expect(told).to_be_visible()
    number = re.search(r"no\. ([\d,]+)", told.inner_text())
    assert number
    read = pl.read_csv(path, infer_schema=False)
    assert read.height == listed > 0
    assert set(read["download_number"]) == {number[1].replace(",", "")}
    assert set(read["marking"]) == {MARKING}
    assert set(read["area"]) == {"Worcester"}
    assert set(read["ethnicity_state"]) == {"Invalid"}


def test_a_list_of_records_has_no_download_that_is_not_numbered(server: Server, visit: Visit) -> None:
    for address, offered in (("records?source=athena&state=blank", False), ("gaps?source=athena", True)):
        page = visit(f"{server.address}/{address}")
        table = page.get_by_test_id("stDataFrame").first
        table.scroll_into_view_if_needed()
        table.hover()
        # What stands beside the download: else its absence would show nothing.
        expect(page.get_by_role("button", name="Fullscreen").first).to_be_visible()
        expect(page.get_by_role("button", name="Download as CSV")).to_have_count(int(offered))
