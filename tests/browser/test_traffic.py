"""What the browser is sent, frame by frame: nothing that the role may not see, on any page, in any view."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import polars as pl
import polars.selectors as cs
import pytest
from driving import drawn
from playwright.sync_api import Browser, Page
from signing_in import TEAM, SignedServer, Somebody, new_context
from traffic import Sent, Traffic

from dashboard.navigation import PAGES, PageInfo
from equality.measures.counts import KINDS
from equality.protection.people import Role
from equality.settings import settings
from equality.store.registry import Registry

pytestmark = pytest.mark.browser
VIEWS: Final = (
    {},
    {"source": "athena"},
    {"source": "athena", "by": "team", "characteristic": "disability"},
    {"source": "athena", "area": "Worcester", "drill": "area", "by": "team", "measure": "asked"},
    {"source": "athena", "area": "Worcester", "team": "SNT Worcester", "drill": ["area", "team"], "by": "month"},
    {"source": "athena", "role": "suspect", "by": "crime_subgroup", "measure": "populated"},
    {"source": "athena", "from": "2026-09", "to": "2026-09", "flag": "hate_race", "by": "channel"},
    {"source": "athena", "area": "Malvern Hills", "team": TEAM, "channel": "999", "flag": "domestic_abuse"},
    {"source": "athena", "by": "area", "chart": "xmr", "until": "2026-09", "preset": "pcc-monthly"},
)
"""Sources, units, roles, rates and drill-downs, small ones among them."""
BASE: Final = settings().disclosure_base
THRESHOLD: Final = settings().disclosure_threshold
NOT_PEOPLE: Final = re.compile(
    r"\bin 100 |about [\d,]+ people more|the \d+ (?:with|largest)|fewer than \d+|at most \d+"
)
"""Numbers beside a word for people which are of no people: of 100, of a target, of rows."""


def references(store: Path, *not_of: str) -> set[str]:
    """Every crime and person reference in the store that no record of these teams has."""
    registry = Registry(store)
    # Not every source has teams.
    wanted = cs.by_name("crime_ref", "person_ref", "team", require_all=False).cast(pl.String)
    frames = [registry.records(source).select(wanted) for source in registry.sources()]
    records = pl.concat(frames, how="diagonal").collect()
    own = records.filter(pl.col("team").is_in(not_of))
    found = [set(frame["crime_ref"].drop_nulls()) | set(frame["person_ref"].drop_nulls()) for frame in (records, own)]
    return found[0] - found[1]


def drive(page: Page, someone: Somebody, server: SignedServer, pages: Sequence[PageInfo]) -> Iterator[str]:
    """Open pages in every view, and all that is folded away there."""
    for info in pages:
        # A briefing takes seconds to compose, and is no page to drill in.
        few = info.id == "briefing" or not someone.may_open(info)
        for params in VIEWS[::4] if few else VIEWS:
            page.goto(f"{server.address}/{info.id}?{urlencode(params, doseq=True)}")
            drawn(page)
            assert (page.locator("h1").inner_text() == info.question) == someone.may_open(info)
            yield page.url
        # What is folded away is sent as well, or when it is opened.
        for fold in page.locator("details > summary").all():
            fold.click()
        drawn(page)


def sent_to(browser: Browser, someone: Somebody, server: SignedServer, pages: Sequence[PageInfo]) -> Sent:
    """Everything that a role is sent on its pages."""
    context = new_context(browser, someone.cookies)
    page, traffic = context.new_page(), Traffic()
    traffic.watch(page)
    assert len(list(drive(page, someone, server, pages))) >= 3 * len(pages)
    context.close()
    found = traffic.sent()
    assert found.undecoded == []
    return found


def inexact(sent: Sent) -> list[tuple[str, int]]:
    """Counts that are not what disclosure control makes of them."""
    bad = []
    for where, count in sent.counts():
        if NOT_PEOPLE.search(where):
            continue
        # A sum or a difference of protected figures may be 5; a figure itself is at least the threshold, or suppressed.
        direct = where in ("applicable", *KINDS)
        if count % BASE or (direct and 0 < count < THRESHOLD):
            bad.append((where, count))
    return bad


@pytest.fixture(scope="module")
def to_viewer(browser: Browser, people: dict[str, Somebody], signed_server: SignedServer) -> Sent:
    """A viewer's traffic on every page of theirs, and what the others answer."""
    return sent_to(browser, people["viewer"], signed_server, [*PAGES.values()])


@pytest.fixture(scope="module")
def to_administrator(browser: Browser, people: dict[str, Somebody], signed_server: SignedServer) -> Sent:
    """An administrator's traffic, on the pages of which the test knows that they hold figures."""
    someone = people["administrator"]
    return sent_to(browser, someone, signed_server, [PAGES[name] for name in ("overview", "gaps", "records")])


def test_a_viewer_is_sent_no_exact_count_and_no_rate_of_one(to_viewer: Sent) -> None:
    assert len(to_viewer.tables) > 100
    assert len(to_viewer.counts()) > 1000
    assert inexact(to_viewer) == []
    rates = list(to_viewer.rates())
    assert len(rates) > 100
    # Charts draw per cent.
    assert [(of, x, n) for of, x, n in rates if min(abs(of - x / n), abs(of / 100 - x / n)) > 1e-9] == []


def test_a_viewer_is_sent_no_reference_and_no_record(to_viewer: Sent, role_store: Path) -> None:
    every = references(role_store)
    assert len(every) > 20_000
    assert to_viewer.words() & every == set()
    assert not [t.columns for t in to_viewer.tables if {"crime_ref", "person_ref", "source_row"} & set(t.columns)]


def test_the_same_eyes_see_exact_counts_in_an_administrators_traffic(to_administrator: Sent) -> None:
    """Else the tests above could not fail."""
    found = inexact(to_administrator)
    assert len(found) > 500
    assert any(0 < count < 8 for _, count in found)
    # In sentences as well as in tables.
    assert any(" " in where for where, _ in found)


def test_a_team_lead_is_sent_references_of_the_own_teams_only(
    browser: Browser, people: dict[str, Somebody], signed_server: SignedServer, role_store: Path, to_administrator: Sent
) -> None:
    lead = people["lead"]
    assert lead.role is Role.team_lead
    others = references(role_store, TEAM)
    own = references(role_store) - others
    assert len(own) > 100
    to_lead = sent_to(browser, lead, signed_server, [PAGES["gaps"], PAGES["records"]])
    assert to_lead.words() & others == set()
    # Else the line above could not fail.
    assert to_lead.words() & own
    assert to_administrator.words() & others
