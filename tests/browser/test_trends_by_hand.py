"""Trends as a person meets it: a deep link to a fresh server, the keyboard, and an event that is entered and drawn."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from driving import Server, drawn
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
QUESTION = "Is it getting better, or is it noise?"


@pytest.fixture
def own_server(sample_store: Path, tmp_path: Path) -> Iterator[Server]:
    """A server with a store of its own, because events are written into it."""
    shutil.copytree(sample_store, tmp_path / "store", ignore=shutil.ignore_patterns("synthetic"))
    started = Server(tmp_path / "store", tmp_path / "server.log").wait()
    yield started
    started.stop()


def mark(page: Page, words: str) -> Locator:
    return page.locator(f'svg.marks [aria-label*="{words}"]')


def test_a_deep_link_and_an_event_by_keyboard(own_server: Server, visit: Visit) -> None:
    page = visit(f"{own_server.address}/trends?source=athena&characteristic=religion")
    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTION)
    expect(page.get_by_role("heading", level=2).first).to_contain_text("Religion or belief is known for")
    expect(mark(page, "still filling in; will probably reach").first).to_be_attached()
    expect(mark(page, "New form at the counters")).to_have_count(0)

    page.locator("summary", has_text="Enter an event").focus()
    page.keyboard.press("Enter")
    title = page.get_by_label("What happened").first
    title.wait_for()
    title.focus()
    page.keyboard.type("New form at the counters")
    page.keyboard.press("Tab")
    page.keyboard.type("20260302")  # year, month and day are fields of their own, each leads to the next
    page.keyboard.press("Tab")
    button = page.get_by_role("button", name="Enter the event")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("the charts show it from now on")).to_be_visible()
    drawn(page)
    expect(mark(page, "2 March 2026: New form at the counters")).to_have_count(1)
    again = visit(f"{own_server.address}/trends?source=athena")
    expect(mark(again, "2 March 2026: New form at the counters")).to_have_count(1)


def test_a_choice_is_in_the_address_and_back_undoes_it(server: Server, visit: Visit) -> None:
    page = visit(f"{server.address}/trends?source=athena")
    page.get_by_role("combobox", name="Step").click()
    page.get_by_role("option", name="Weeks").click()
    page.wait_for_url("**step=week**")
    expect(page.get_by_role("heading", level=2).first).to_contain_text("the week of")
    page.go_back()
    expect(page.get_by_role("heading", level=2).first).not_to_contain_text("the week of")
