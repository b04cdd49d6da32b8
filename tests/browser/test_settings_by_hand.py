"""Settings as an administrator meets them: by keyboard, refused and mended, and Overview's tick moves."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from driving import Server, assert_accessible, drawn
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
PARTS = ("targets", "figures", "loading", "keeping", "areas", "events", "roles", "history")


@pytest.fixture
def own_server(sample_store: Path, tmp_path: Path) -> Iterator[Server]:
    """A server with a store of its own, because choices are written into it."""
    shutil.copytree(sample_store, tmp_path / "store", ignore=shutil.ignore_patterns("synthetic"))
    started = Server(tmp_path / "store", tmp_path / "server.log").wait()
    yield started
    started.stop()


def tick(page: Page) -> float:
    """Where the target of self-defined ethnicity stands on Overview, in pixels from the left."""
    found = page.locator('svg.marks [aria-label^="Ethnicity (self-defined)"]').first
    expect(found).to_be_attached()
    ticks = page.evaluate(
        """() => [...document.querySelectorAll('svg.marks path')]
            .map(path => [path.getAttribute('stroke'), path.getBoundingClientRect()])
            .filter(([, box]) => box.height >= 20 && box.width <= 4)
            .map(([, box]) => [box.y, box.x])"""
    )
    assert ticks
    row = found.bounding_box()
    assert row
    middle = row["y"] + row["height"] / 2
    return float(min(ticks, key=lambda place: abs(place[0] + 12 - middle))[1])


def test_a_target_is_chosen_by_keyboard_and_the_tick_moves(own_server: Server, visit: Visit) -> None:
    overview = f"{own_server.address}/?source=athena"
    before = tick(visit(overview))

    page = visit(f"{own_server.address}/settings")  # a deep link
    expect(page.get_by_role("heading", level=2).first).to_contain_text("nothing has been chosen yet")
    target = page.get_by_label("Target (per cent known)")
    target.focus()
    page.keyboard.type("120")
    page.keyboard.press("Tab")
    button = page.get_by_role("button", name="Choose this target")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("120% cannot be aimed at; give more than 0% and at most 100%")

    target.fill("55")
    page.keyboard.press("Tab")
    page.get_by_label("Reason, for the audit log").fill("Agreed on 3 May")
    page.keyboard.press("Tab")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("the target is 55% from now on")).to_be_visible()
    expect(page.get_by_role("heading", level=2).first).to_contain_text("1 target chosen here")

    after = tick(visit(overview))
    assert after < before - 10  # from 80 to 55 on a line of 0 to 100

    # The parts are chosen by keyboard too.
    page.get_by_role("radio", name="History").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**part=history**")
    drawn(page)
    for words in ("Agreed on 3 May", "55%", "80%"):
        expect(page.locator("[data-testid=stDataFrame]").first).to_contain_text(words)
    page.go_back()
    expect(page.get_by_label("Target (per cent known)")).to_be_visible()


def test_numbers_are_refused_with_what_to_do_and_saved_once_they_can_be(own_server: Server, visit: Visit) -> None:
    page = visit(f"{own_server.address}/settings?part=figures")
    threshold = page.get_by_label("Viewers: figures below it are suppressed (people)")
    threshold.fill("2")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("2 people cannot be; give 5 to 100.")
    threshold.fill("12")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Viewers: figures below it are suppressed: 12 people")).to_be_visible()
    drawn(page)  # until then the form of the run before is there too
    expect(page.get_by_label("Viewers: figures below it are suppressed (people)")).to_have_value("12")
    again = visit(f"{own_server.address}/settings?part=figures", width=400)
    expect(again.get_by_label("Viewers: figures below it are suppressed (people)")).to_have_value("12")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1440, 400])
def test_axe_finds_nothing_serious_in_any_part(own_server: Server, visit: Visit, width: int, dark: bool) -> None:
    for part in PARTS:
        page = visit(f"{own_server.address}/settings?part={part}", width=width, dark=dark)
        closed = page.locator("details:not([open]) > summary")
        while closed.count():
            closed.first.click()
        page.wait_for_timeout(300)
        assert_accessible(page)
