"""Plausibility and Missing together as a person meets them: by link, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest
from driving import Server, drawn
from playwright.sync_api import Page, expect

from equality.measures.dimensions import Selection, shift_month
from equality.measures.together import bits
from equality.store.registry import Registry

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def params(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def whole(page: Page) -> Page:
    """The page once its last line is there: the machine may pause before the charts come."""
    expect(page.get_by_text("Management information, not official statistics.")).to_be_visible()
    drawn(page)
    return page


def main(page: Page) -> str:
    return whole(page).locator("[data-testid=stMain]").inner_text()


@pytest.mark.parametrize("path", ["/plausibility?source=athena", "/together?source=athena&answer=Asian"])
def test_a_deep_link_to_a_fresh_server_shows_the_page(fresh_server: Server, visit: Visit, path: str) -> None:
    page = visit(f"{fresh_server.address}{path}")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    first = main(page)
    assert "Synthetic data" in first
    again = visit(f"{fresh_server.address}{path}")
    assert main(again) == first


def test_the_planted_team_is_named_and_leads_to_its_slice(server: Server, visit: Visit) -> None:
    page = visit(f"{server.address}/plausibility?source=athena")
    expect(page.get_by_role("heading", level=2).first).to_contain_text("Look first at Resolution Team 3")
    page.get_by_role("link", name="See Resolution Team 3 in Gaps").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where are the gaps?")
    drawn(page)
    assert params(page)["team"] == ["Resolution Team 3"]


def test_the_real_months_say_what_they_hold_and_what_they_cannot_tell(server: Server, visit: Visit) -> None:
    page = visit(f"{server.address}/plausibility")
    text = main(page)
    assert "Self-defined against officer-observed ethnicity" in text
    assert "Bromsgrove" in text
    untold = text[text.index("What this export cannot tell") :]
    assert "Made-up dates of birth" in untold
    assert "One person with different answers" in untold


def test_the_numbers_of_a_pattern_are_those_of_the_store(server: Server, visit: Visit, sample_store: Path) -> None:
    registry = Registry(sample_store)
    snapshot = registry.latest("athena")
    assert snapshot
    stored = registry.table(snapshot, "patterns")
    assert stored is not None
    last = snapshot.months[1]
    selection = Selection((shift_month(last, -11), last), {"role": ("victim",)})
    table = stored.filter(selection.predicate()).collect()
    everything = sum(bits().values())
    nothing_known = table.filter(pl.col("missing") == everything)["records"].sum()
    page = whole(visit(f"{server.address}/together?source=athena"))
    marks = page.locator('svg.marks [aria-label^="Missing together: Ethnicity, Sex, Age"]')
    labels = {label for mark in marks.all() if (label := mark.get_attribute("aria-label"))}
    everybody = [label for label in labels if label.count(",") >= len(bits()) - 1 and "Nationality" in label]
    assert any(f": {nothing_known:,} people" in label for label in everybody), labels


def test_the_answer_and_the_characteristic_are_chosen_by_keyboard_and_kept_in_the_address(
    server: Server, visit: Visit
) -> None:
    page = whole(visit(f"{server.address}/together?source=athena"))
    page.get_by_role("combobox", name="Answer").focus()
    page.keyboard.type("Black")
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.search.includes('answer=Black')")
    drawn(page)
    expect(page.get_by_text("are “Black”")).to_be_visible()
    box = page.get_by_role("combobox", name="Characteristic")
    box.focus()
    page.keyboard.type("Gender same")
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.search.includes('characteristic=gender_reassignment')")
    drawn(page)
    assert "answer" not in params(page)
    expect(page.get_by_text("are not broken down here")).to_be_visible()
    page.go_back()
    drawn(page)
    assert params(page)["answer"] == ["Black"]
