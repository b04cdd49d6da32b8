"""A real server on a free port, a real Chromium, and a store that the project's own loading prepared."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from driving import ARGUMENTS, Server, drawn, free_port
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from signing_in import PEOPLE, TEAM, Provider, SignedServer, Somebody, give_roles, new_context, sign_in

# As patient as actions are: a load takes seconds, on a busy machine many.
expect.set_options(timeout=20_000)
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
"""Debian's Chromium; where there is none, the one that `playwright install chromium` downloads."""


@pytest.fixture(scope="session")
def server(sample_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that tests share."""
    started = Server(sample_store, tmp_path_factory.mktemp("log") / "server.log").wait()
    yield started
    started.stop()


@pytest.fixture
def fresh_server(sample_store: Path, tmp_path: Path) -> Iterator[Server]:
    """A server that nobody has asked anything yet."""
    started = Server(sample_store, tmp_path / "server.log").wait()
    yield started
    started.stop()


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[Server]:
    """A server whose store is empty."""
    started = Server(tmp_path / "store", tmp_path / "server.log").wait()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; missing, the tests fail: a skipped test would hide that nothing was seen."""
    with sync_playwright() as driver:
        path = next((p for p in (CHROMIUM, driver.chromium.executable_path) if Path(p).exists()), None)
        if path is None:
            raise AssertionError(f"There is no Chromium at {CHROMIUM}: install it, or set CHROMIUM to where it is.")
        started = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens an address in a browser window of its own and waits until it is drawn."""
    opened: list[BrowserContext] = []

    def open_page(address: str, *, width: int = 1440, height: int = 1000, dark: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        context.set_default_timeout(20_000)
        opened.append(context)
        page = context.new_page()
        page.goto(address)
        drawn(page)
        return page

    yield open_page
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def role_store(sample_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, with roles for the people of the tests."""
    store = tmp_path_factory.mktemp("roles") / "store"
    shutil.copytree(sample_store, store, ignore=shutil.ignore_patterns("synthetic"))
    give_roles(store, (TEAM,))
    return store


@pytest.fixture(scope="session")
def desk_port() -> int:
    """The port of the dashboard at which people sign in: providers only send them back to addresses that they know."""
    return free_port()


@pytest.fixture(scope="session")
def provider(desk_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """An OpenID provider."""
    started = Provider([f"http://127.0.0.1:{desk_port}"], tmp_path_factory.mktemp("provider") / "log")
    yield started
    started.stop()


@pytest.fixture(scope="session")
def signed_server(
    role_store: Path, provider: Provider, desk_port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SignedServer]:
    """The dashboard at which people sign in."""
    started = SignedServer(role_store, tmp_path_factory.mktemp("signed"), provider, port=desk_port)
    yield started.wait()
    started.stop()


@pytest.fixture(scope="session")
def people(signed_server: SignedServer, browser: Browser) -> dict[str, Somebody]:
    """Everybody, signed in by the button and the provider's form, with the cookies that this gave them."""
    found = {}
    for someone in PEOPLE:
        context = new_context(browser)
        if someone.id != "out":
            page = context.new_page()
            page.goto(signed_server.address)
            drawn(page)
            sign_in(page, someone.email)
        found[someone.id] = replace(someone, cookies=context.storage_state())
        context.close()
    return found
