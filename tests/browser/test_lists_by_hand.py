"""Give a list to a team, load the next extract, see what became of it; draw a sample and write down a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from driving import Server, assert_accessible, drawn
from playwright.sync_api import Page, expect

from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.protection.audit import audit_log
from equality.store.registry import Registry
from equality.synthetic import generate
from equality.worklist import progress, sample, tasks

pytestmark = pytest.mark.browser


@pytest.fixture
def growing(tmp_path: Path, without_verdict: None) -> Iterator[tuple[Server, Registry, Callable[[], None]]]:
    """A server whose store has two extracts, and what loads the third."""
    files = generate(tmp_path / "exports", people=4_000, months=24, until=date(2026, 6, 1))[-3:]
    store = tmp_path / "store"

    def grow(first: int, last: int) -> None:
        load(files[first:last], load_profile("athena"), store, accept_warnings=True)

    grow(0, 2)
    started = Server(store, tmp_path / "server.log").wait()
    yield started, Registry(store), lambda: grow(2, 3)
    started.stop()


def test_assigned_loaded_and_seen(
    growing: tuple[Server, Registry, Callable[[], None]], visit: Callable[..., Page]
) -> None:
    server, registry, load_next = growing
    page = visit(f"{server.address}/records?source=athena")
    page.get_by_text("Give this list to a team").click()
    team = page.get_by_role("combobox", name="Team")
    team.fill("Crime <b>bureau</b>")
    team.press("Enter")
    page.get_by_role("textbox", name="Note to the team").fill("Call back *first*")
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_text("List 1 is with Crime <b>bureau</b>")).to_be_visible()
    (task,) = tasks.tasks(registry, "athena")
    (entry,) = [e for e in audit_log(registry).entries() if e.act == "assignment"]
    assert (task.team, task.note, entry.about["cells"]) == ("Crime <b>bureau</b>", "Call back *first*", task.cells)

    load_next()
    page = visit(f"{server.address}/records?source=athena&part=lists")
    last = progress.newest(progress.progress(progress.counts(registry, [task.id]))).row(0, named=True)
    assert last["settled"] > 0
    said = f"{last['settled']:,} of {last['cells']:,} cells on 1 open list are settled"
    expect(page.get_by_role("heading", name=said)).to_be_visible()
    expect(page.get_by_text("Note: Call back *first*").first).to_be_visible()
    bars = page.locator('svg.marks [aria-label*="filled, "]')
    assert f"filled, {last['filled']:,} of {last['cells']:,} cells" in (bars.first.get_attribute("aria-label") or "")
    assert_accessible(page)

    page.get_by_text("Change or end this list").click()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_text("List 1: closed.")).to_be_visible()
    expect(page.get_by_role("heading", name="No list is open.")).to_be_visible()
    assert not tasks.task(registry, task.id).open


def test_a_sample_is_drawn_and_a_finding_written_down(
    growing: tuple[Server, Registry, Callable[[], None]], visit: Callable[..., Page]
) -> None:
    server, registry, _ = growing
    page = visit(f"{server.address}/records?source=athena&part=samples")
    expect(page.get_by_role("heading", name="No audit sample has been drawn yet.")).to_be_visible()
    page.get_by_role("button", name="Draw the sample").click()
    expect(page.get_by_text("Sample 1 is drawn")).to_be_visible()
    (made,) = sample.samples(registry, "athena")
    expect(page.get_by_role("heading", name=f"0 of {made.items:,} items were looked at")).to_be_visible()
    seen = [e.act for e in audit_log(registry).entries()].count("records")
    page.get_by_role("button", name="Show the items").click()
    drawn(page)
    assert [e.act for e in audit_log(registry).entries()].count("records") == seen + 1
    grid = page.locator("[data-testid=stDataFrame]").first
    # The second column of the first row, as a keyboard reaches it.
    grid.click(position={"x": 130, "y": 52})
    page.keyboard.press("Enter")
    answers = page.get_by_role("option")
    expect(answers.filter(has_text="Agrees")).to_be_visible()
    page.keyboard.type("Differs")
    expect(answers).to_have_count(1)
    page.keyboard.press("Enter")
    expect(grid.get_by_test_id("glide-cell-1-0")).to_have_text("Differs from the source")
    # The grid tells the page a moment later what was entered.
    page.wait_for_timeout(500)
    drawn(page)
    page.get_by_role("button", name="Save the findings").click()
    expect(page.get_by_text("1 finding saved.")).to_be_visible()
    assert sample.findings(registry, made).select("item", "finding").rows() == [(1, "differs")]
    expect(page.get_by_role("heading", name=f"1 of {made.items:,} items were looked at")).to_be_visible()
    assert_accessible(page)
