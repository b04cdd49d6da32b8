"""The dashboard as a person meets it: by the menu, by a link, by mouse and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import polars as pl
import pytest
from driving import Server, drawn
from playwright.sync_api import Page, expect

from equality.measures.counts import slice_counts, with_rates
from equality.measures.dimensions import Selection, shift_month
from equality.store.registry import Registry
from equality.store.snapshot import Snapshot

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
OVERVIEW = "How are we doing, and what should we do next?"
GAPS = "Where are the gaps?"


def latest(sample_store: Path, source: str) -> tuple[Snapshot, pl.LazyFrame]:
    registry = Registry(sample_store)
    snapshot = registry.latest(source)
    assert snapshot is not None
    return snapshot, registry.counts(snapshot)


def last_year(snapshot: Snapshot) -> tuple[str, str]:
    return shift_month(snapshot.months[1], -11), snapshot.months[1]


def known(sample_store: Path, source: str, *by: str, characteristic: str = "ethnicity", **where: str) -> pl.DataFrame:
    snapshot, counts = latest(sample_store, source)
    chosen = {"role": (snapshot.headline_role,)} | {name: (value,) for name, value in where.items()}
    selection = Selection(period=last_year(snapshot), where=chosen)
    return with_rates(slice_counts(counts, by=by, characteristics=[characteristic], selection=selection))


def headings(page: Page) -> list[str]:
    return page.get_by_role("heading").all_inner_texts()


def params(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def cell(page: Page, words: str) -> None:
    """Click the mark whose spoken sentence begins with these words."""
    before = page.url
    page.locator(f'svg.marks [aria-label^="{words}"]').first.click(force=True)
    page.wait_for_function("before => location.href !== before", arg=before)
    drawn(page)


def test_the_menu_leads_from_page_to_page(server: Server, visit: Visit) -> None:
    page = visit(server.address)
    expect(page.get_by_role("heading", level=1)).to_have_text(OVERVIEW)
    page.get_by_role("link", name="Gaps", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(GAPS)
    assert urlsplit(page.url).path == "/gaps"
    page.get_by_role("link", name="Overview", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(OVERVIEW)


@pytest.mark.parametrize("path", ["/gaps?source=athena&by=team", "/overview", "/gaps"])
def test_a_deep_link_to_a_fresh_server_shows_what_the_menu_shows(fresh_server: Server, visit: Visit, path: str) -> None:
    first = visit(f"{fresh_server.address}{path}")
    by_link = headings(first), first.title(), first.locator("[data-testid=stMain]").inner_text()
    again = visit(fresh_server.address)
    if path != "/overview":
        again.get_by_role("link", name="Gaps", exact=True).click()
        expect(again.get_by_role("heading", level=1)).to_have_text(GAPS)
        again.goto(f"{fresh_server.address}{path}")
    drawn(again)
    assert by_link == (headings(again), again.title(), again.locator("[data-testid=stMain]").inner_text())
    expect(first.get_by_role("dialog")).to_have_count(0)
    assert first.locator("[data-testid=stSidebar]").count() == 0


@pytest.mark.parametrize("source", ["stop_and_search", "athena"])
def test_numbers_on_screen_equal_the_counts(server: Server, sample_store: Path, visit: Visit, source: str) -> None:
    page = visit(f"{server.address}/?source={source}")
    row = known(sample_store, source).row(0, named=True)
    headline = page.get_by_role("heading", level=2).first.inner_text()
    assert f"{row['valid']:,} of {row['applicable']:,} people" in headline
    assert f"{100 * row['known_low']:.1f}–{100 * row['known_high']:.1f}" in headline
    page.goto(f"{server.address}/gaps?source={source}&by=area")
    drawn(page)
    marks = page.locator('svg.marks [aria-label*=", ethnicity (self-defined): "]')
    spoken = set(marks.evaluate_all("marks => marks.map(m => m.getAttribute('aria-label'))"))
    for row in known(sample_store, source, "area").iter_rows(named=True):
        if row["applicable"] >= 20:
            missing = row["applicable"] - row["valid"]
            rate = f"{100 * row['known']:.1f}% ({100 * row['known_low']:.1f}–{100 * row['known_high']:.1f})"
            words = f"{row['area']}, ethnicity (self-defined): {rate}, {missing:,} of {row['applicable']:,} not known"
            assert words in spoken


def test_a_filter_changes_the_numbers_the_words_and_the_address(
    server: Server, sample_store: Path, visit: Visit
) -> None:
    page = visit(server.address)
    page.get_by_role("button", name="Area", exact=True).click()
    page.get_by_role("combobox", name=re.compile("^District")).click()
    page.get_by_role("option", name="Redditch", exact=True).click()
    drawn(page)
    assert params(page)["area"] == ["Redditch"]
    applicable = known(sample_store, "stop_and_search", area="Redditch")["applicable"][0]
    expect(page.get_by_text(f"{applicable:,} people · extract of")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Redditch", exact=True).click()
    drawn(page)
    assert "area" not in params(page)


def test_selection_survives_menu_reload_and_being_sent(server: Server, visit: Visit) -> None:
    address = f"{server.address}/gaps?" + urlencode(
        {"source": "athena", "area": "Worcester", "from": "2026-03", "to": "2026-08", "characteristic": "sex"}
    )
    page = visit(address)
    words = page.locator(".st-key-selection").inner_text()
    assert "Worcester" in words
    assert "Mar 2026 – Aug 2026" in words
    page.get_by_role("link", name="Overview", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(OVERVIEW)
    drawn(page)
    assert page.locator(".st-key-selection").inner_text() == words
    page.reload()
    drawn(page)
    assert page.locator(".st-key-selection").inner_text() == words
    page.get_by_role("button", name="Copy link").click()
    sent = page.locator("[data-testid=stCode] code").inner_text().replace("\n", "")
    other = visit(sent)
    assert other.locator(".st-key-selection").inner_text() == words


def test_a_click_drills_down_and_breadcrumb_and_back_return(server: Server, sample_store: Path, visit: Visit) -> None:
    page = visit(f"{server.address}/gaps?source=athena")
    top = page.get_by_role("heading", level=2).first.inner_text()
    cell(page, "Telford and Wrekin, disability")
    assert params(page)["area"] == ["Telford and Wrekin"]
    assert params(page)["by"] == ["team"]
    row = known(sample_store, "athena", characteristic="disability", area="Telford and Wrekin").row(0, named=True)
    headline = page.get_by_role("heading", level=2).first.inner_text()
    assert headline.startswith("Disability is known")
    assert f"of all {row['applicable'] - row['valid']:,}." in headline
    teams = known(sample_store, "athena", "team", characteristic="disability", area="Telford and Wrekin")
    worst = teams.sort(pl.col("applicable") - pl.col("valid"), descending=True)["team"][0]
    cell(page, f"{worst}, disability")
    assert params(page)["team"] == [worst]
    assert params(page)["by"] == ["crime_group"]
    page.go_back()
    drawn(page)
    assert page.get_by_role("heading", level=2).first.inner_text() == headline
    cell(page, f"{worst}, disability")
    assert params(page)["team"] == [worst]
    page.locator(".st-key-breadcrumbs").get_by_role("button", name="Telford and Wrekin").click()
    drawn(page)
    assert page.get_by_role("heading", level=2).first.inner_text() == headline
    page.locator(".st-key-breadcrumbs").get_by_role("button", name="All districts").click()
    drawn(page)
    assert "area" not in params(page)
    for _ in range(6):
        if "area" not in params(page) and "characteristic" not in params(page):
            break
        page.go_back()
        drawn(page)
    assert page.get_by_role("heading", level=2).first.inner_text() == top


def test_the_map_and_the_dots_drill_as_well(server: Server, visit: Visit) -> None:
    page = visit(f"{server.address}/gaps")
    page.locator('svg.marks path[aria-label^="Shropshire, "]').last.click(force=True)
    drawn(page)
    assert params(page)["area"] == ["Shropshire"]
    page.go_back()
    drawn(page)
    cell(page, "Wychavon: ")
    assert params(page)["area"] == ["Wychavon"]


def test_the_keyboard_alone_drills_down(server: Server, visit: Visit) -> None:
    page = visit(f"{server.address}/gaps?source=athena")
    page.locator("[data-testid=stDataFrame] canvas").first.focus()
    # The table moves the focus from its canvas to a cell, and takes a moment for it.
    for key in ("ArrowDown", "Shift+Space"):
        page.wait_for_timeout(300)
        page.keyboard.press(key)
    page.wait_for_function("() => location.search.includes('area=')")
    drawn(page)
    assert params(page)["by"] == ["team"]
    page.locator(".st-key-breadcrumbs").get_by_role("button", name="All districts").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => !location.search.includes('area=')")


def test_where_to_act_leads_to_its_drill_down(server: Server, visit: Visit) -> None:
    page = visit(f"{server.address}/?source=athena")
    page.locator("a", has_text="(team)").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(GAPS)
    drawn(page)
    assert len(params(page)["team"]) == 1
    assert params(page)["drill"] == ["team"]


def test_a_row_of_the_overview_leads_to_its_gaps(server: Server, visit: Visit) -> None:
    page = visit(f"{server.address}/?source=athena")
    cell(page, "Religion or belief: ")
    expect(page.get_by_role("heading", level=1)).to_have_text(GAPS)
    drawn(page)
    assert params(page)["characteristic"] == ["religion"]
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text(OVERVIEW)


def test_markup_in_a_link_stays_text(server: Server, visit: Visit) -> None:
    hostile = "<img src=x onerror=document.title='owned'> **bold** [a](javascript:alert(1)) :red[x] $y$"
    page = visit(f"{server.address}/gaps?" + urlencode({"team": hostile, "source": hostile, "by": hostile}))
    notices = page.locator("[data-testid=stAlert]").all_inner_texts()
    assert any("<img src=x" in notice for notice in notices)
    assert page.locator("[data-testid=stAlert] :is(img, a, strong, .katex)").count() == 0
    assert page.title() != "owned"


@pytest.mark.parametrize("path", ["/", "/gaps", "/?source=athena", "/gaps?source=athena&by=team", "/exports"])
def test_nothing_is_asked_of_the_internet(server: Server, visit: Visit, browser, path: str) -> None:
    context = browser.new_context()
    asked: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.address}{path}")
    drawn(page)
    context.close()
    foreign = [url for url in asked if not url.startswith((server.address, "data:", "blob:"))]
    assert foreign == []


def test_synthetic_is_said_wherever_it_is(server: Server, visit: Visit) -> None:
    for path in ("/", "/gaps"):
        page = visit(f"{server.address}{path}?source=athena")
        charts = page.locator("[data-testid=stVegaLiteChart]")
        for chart in charts.all():
            assert "Synthetic data" in " ".join(chart.locator("svg text").all_text_contents())
        assert "Synthetic data" in page.locator(".st-key-selection").inner_text()
        real = visit(f"{server.address}{path}")
        assert "ynthetic" not in real.locator("[data-testid=stMain]").inner_text()


def test_an_empty_store_says_how_to_fill_it(empty_server: Server, visit: Visit) -> None:
    page = visit(f"{empty_server.address}/gaps")
    expect(page.get_by_role("heading", level=1)).to_have_text("No data yet")
    assert "python -m equality seed" in page.locator("[data-testid=stMain]").inner_text()
