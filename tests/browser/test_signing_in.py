"""Signing in at a real OpenID provider: every page in every role, by menu, by link and by crafted parameters."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import pytest
from driving import drawn, free_port
from playwright.sync_api import Browser, BrowserContext, Page, expect
from signing_in import PEOPLE, Provider, SignedServer, Somebody, new_context, sign_in

from dashboard import link
from dashboard.navigation import PAGES, PageInfo
from equality.protection.access import Roles
from equality.protection.audit import Wanted, audit_log
from equality.protection.people import Role, local_person
from equality.store.registry import Registry

pytestmark = pytest.mark.browser
Open = Callable[[str], Page]
NOT_YOURS: Final = "This page is not for your role"
NO_ROLE: Final = "You have no role here"
SIGN_IN: Final = "Sign in"
SIGN_IN_AGAIN: Final = "Sign in again"
EVERYBODY: Final = [someone.id for someone in PEOPLE]
HOSTILE: Final = (
    "<img src=x onerror=alert(1)>**bold** $x^2$ =1+1 \u202egnp ../../etc/passwd :red[x] [l](javascript:alert(1))"
)
EVERY_PARAMETER: Final = (*link.SINGLE, *link.MULTIPLE, *link.OWN, "snapshot", "unheard_of")
CRAFTED: Final = {
    "hostile": {name: HOSTILE if place % 3 else "w" * 300 for place, name in enumerate(EVERY_PARAMETER)},
    "others": {"source": "athena", "team": "SNT Worcester", "area": "Worcester", "by": "team", "role": "suspect"},
}


def expected(someone: Somebody, page: PageInfo) -> str:
    """The title of a page for somebody."""
    if someone.id == "out":
        return SIGN_IN
    if someone.role is None:
        return NO_ROLE
    return page.question if someone.may_open(page) else NOT_YOURS


def title(page: Page) -> str:
    return page.locator("h1").inner_text()


def assert_nothing_shown(page: Page) -> None:
    """A page that is refused holds no figure, no filter and nothing to do."""
    for what in ("stVegaLiteChart", "stDataFrame", "stMetric", "stSelectbox", "stMultiSelect", "stFileUploader"):
        assert page.get_by_test_id(what).count() == 0
    assert page.locator("h2, h3").count() == 0


def give(store: Path, who: str, role: Role | None) -> None:
    registry = Registry(store)
    Roles(registry.database).give(who, role, (), local_person(), audit_log(registry))


def acts(store: Path, who: str) -> list[str]:
    """What the audit log says that somebody did, the newest first."""
    return [e.act for e in audit_log(Registry(store)).entries(Wanted(words=who)) if e.who == who]


@pytest.fixture
def opened(browser: Browser, people: dict[str, Somebody]) -> Iterator[Open]:
    """A browser of somebody who has signed in (or has not)."""
    contexts: list[BrowserContext] = []

    def open_browser(who: str) -> Page:
        contexts.append(new_context(browser, people[who].cookies if who in people else None))
        return contexts[-1].new_page()

    yield open_browser
    for context in contexts:
        context.close()


@pytest.mark.parametrize("who", EVERYBODY)
def test_the_menu_holds_what_the_role_may_open_and_leads_there(
    signed_server: SignedServer, people: dict[str, Somebody], opened: Open, who: str
) -> None:
    page, someone = opened(who), people[who]
    page.goto(signed_server.address)
    drawn(page)
    menu = page.locator("[data-testid=stPageLink] a")
    allowed = [info for info in PAGES.values() if someone.may_open(info)]
    if allowed:
        expect(menu.first).to_be_visible(timeout=20_000)
    # The name follows the icon's; pages link to others as well.
    names = [text.split("\n")[-1].strip() for text in menu.all_inner_texts()]
    assert names[: len(allowed)] == [info.menu for info in allowed]
    assert not {info.menu for info in PAGES.values() if info not in allowed} & set(names)
    for place, info in enumerate(allowed):
        menu.nth(place).click()
        expect(page.locator("h1")).to_have_text(info.question)
        drawn(page)
        assert page.get_by_test_id("stException").count() == 0
    if not allowed:
        assert title(page) == expected(someone, next(iter(PAGES.values())))
        assert menu.count() == 0
        assert_nothing_shown(page)


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_link_opens_a_page_or_does_not_whatever_its_parameters_say(
    signed_server: SignedServer, people: dict[str, Somebody], opened: Open, who: str
) -> None:
    page, someone = opened(who), people[who]
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for name, info in PAGES.items():
        narrow = someone.role in (Role.viewer, Role.team_lead) and someone.may_open(info)
        for params in CRAFTED.values() if narrow else [CRAFTED["hostile"]]:
            page.goto(f"{signed_server.address}/{name}?{urlencode(params)}")
            drawn(page)
            assert title(page) == expected(someone, info)
            assert page.get_by_test_id("stException").count() == 0
            assert page.locator("img[src=x], a[href^=javascript]").count() == 0
            if not someone.may_open(info):
                assert_nothing_shown(page)
    assert dialogs == []


class Fresh:
    """Servers that nobody has asked anything yet, one after the other at one address.

    A cookie of Streamlit's is good for the address at which it was given only, so it is given there.
    """

    def __init__(self, store: Path, folder: Path, browser: Browser) -> None:
        port = free_port()
        self._provider = Provider([f"http://127.0.0.1:{port}"], folder / "provider.log")
        self._make = lambda: SignedServer(store, folder, self._provider, port=port).wait()
        server, context = self._make(), new_context(browser)
        page = context.new_page()
        page.goto(server.address)
        drawn(page)
        sign_in(page, next(someone.email for someone in PEOPLE if someone.id == "viewer"))
        self.cookies = {"viewer": context.storage_state(), "out": None}
        context.close()
        server.stop()

    def next(self) -> SignedServer:
        return self._make()

    def stop(self) -> None:
        self._provider.stop()


@pytest.fixture(scope="module")
def fresh(role_store: Path, tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Fresh]:
    """Fresh servers."""
    servers = Fresh(role_store, tmp_path_factory.mktemp("fresh"), browser)
    yield servers
    servers.stop()


@pytest.mark.parametrize("who", ["viewer", "out"])
@pytest.mark.parametrize("name", PAGES)
def test_the_first_request_to_a_fresh_server_meets_the_same_checks(
    fresh: Fresh, people: dict[str, Somebody], browser: Browser, name: str, who: str
) -> None:
    server, context = fresh.next(), new_context(browser, fresh.cookies[who])
    try:
        page, someone = context.new_page(), people[who]
        page.goto(f"{server.address}/{name}")
        drawn(page)
        assert title(page) == expected(someone, PAGES[name])
        if not someone.may_open(PAGES[name]):
            assert_nothing_shown(page)
    finally:
        context.close()
        server.stop()


def test_a_role_that_is_taken_away_is_gone_at_the_next_click(
    role_store: Path, signed_server: SignedServer, opened: Open
) -> None:
    who = "leaver@force.example"
    give(role_store, who, Role.analyst)
    page = opened("leaver")
    page.goto(f"{signed_server.address}/gaps?source=athena")
    drawn(page)
    sign_in(page, who)
    page.goto(f"{signed_server.address}/gaps?source=athena")
    drawn(page)
    assert title(page) == PAGES["gaps"].question
    give(role_store, who, None)
    page.get_by_test_id("stButtonGroup").get_by_text("Team", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=NO_ROLE)).to_be_visible(timeout=20_000)
    drawn(page)
    assert title(page) == NO_ROLE  # and of the page before nothing is left
    assert_nothing_shown(page)
    give(role_store, who, Role.viewer)
    page.goto(f"{signed_server.address}/compare")
    drawn(page)
    assert title(page) == NOT_YOURS
    assert acts(role_store, who)[0] == "refusal"


def test_signing_out_ends_the_sessions_in_every_browser(
    role_store: Path, signed_server: SignedServer, opened: Open
) -> None:
    who = "two.browsers@force.example"
    give(role_store, who, Role.viewer)
    first, second = opened("one"), opened("two")
    for page in (first, second):
        page.goto(signed_server.address)
        drawn(page)
        sign_in(page, who)
        assert title(page) == PAGES["overview"].question
    assert acts(role_store, who) == ["sign_in", "sign_in"]
    # Tokens are stamped in whole seconds: one of the same second would count as older.
    time.sleep(1.1)
    first.get_by_role("button", name="Sign out").click()
    # The provider asks whether to end the session there too.
    first.get_by_role("button", name="Yes, sign me out").click()
    first.wait_for_url(f"{signed_server.address}/**")
    drawn(first)
    assert title(first) == SIGN_IN
    assert acts(role_store, who)[0] == "sign_out"
    second.reload()
    drawn(second)
    assert title(second) == SIGN_IN_AGAIN
    assert_nothing_shown(second)
    sign_in(second, who)
    assert title(second) == PAGES["overview"].question


def test_a_session_ends_after_the_hours_of_the_setting(
    role_store: Path, browser: Browser, tmp_path: Path, opened: Open
) -> None:
    port = free_port()
    provider = Provider([f"http://127.0.0.1:{port}"], tmp_path / "provider.log")
    seconds = 20
    server = SignedServer(
        role_store, tmp_path, provider, port=port, env={"EQUALITY_SESSION_HOURS": str(seconds / 3600)}
    )
    try:
        page = opened("nobody")
        page.goto(server.wait().address)
        drawn(page)
        sign_in(page, "viewer@force.example")
        # The session began at some moment of signing in, which can take a busy machine as long as the session lasts.
        assert title(page) == PAGES["overview"].question
        page.wait_for_timeout(1000 * (seconds + 1))
        page.locator("[data-testid=stPageLink] a").nth(1).click()
        expect(page.get_by_role("heading", level=1, name=SIGN_IN_AGAIN)).to_be_visible(timeout=20_000)
        drawn(page)
        assert_nothing_shown(page)
        sign_in(page, "viewer@force.example")
        assert title(page) == PAGES["overview"].question
    finally:
        server.stop()
        provider.stop()


@pytest.mark.parametrize("who", ["unverified.administrator", "<b>**bold**</b> $x$ :red[x]"])
def test_a_name_is_text_and_one_that_is_not_verified_is_nobodys(
    role_store: Path, signed_server: SignedServer, opened: Open, who: str
) -> None:
    email = f"{who}@force.example"
    give(role_store, email, Role.administrator)
    page = opened("named")
    page.goto(signed_server.address)
    drawn(page)
    sign_in(page, email)
    verified = not who.startswith("unverified")
    assert title(page) == (PAGES["overview"].question if verified else NO_ROLE)
    if verified:
        page.get_by_role("button", name="Sign out").hover()
        told = page.get_by_role("tooltip")
        expect(told).to_have_text(f"Signed in as {email}")
        assert told.locator("b, strong, .katex, span[style*=color]").count() == 0
