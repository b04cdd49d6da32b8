"""Every page in every role, in streamlit.testing: what opens, what is refused, and what viewers get."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.navigation import PAGES
from equality.errors import StoreError
from equality.protection.access import MAY, Roles
from equality.protection.audit import audit_log
from equality.protection.people import Role, local_person
from equality.settings import ROOT, settings
from equality.store.registry import Registry

ADDRESS = "ann@force.example"
NOT_YOURS = "This page is not for your role"


@pytest.fixture
def store(sample_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    place = tmp_path / "store"
    shutil.copytree(sample_store, place, ignore=shutil.ignore_patterns("synthetic"))
    monkeypatch.setenv("EQUALITY_STORE", str(place))
    settings.cache_clear()
    st.cache_resource.clear()
    yield place
    settings.cache_clear()
    st.cache_resource.clear()


def give(store: Path, role: Role | None) -> None:
    registry = Registry(store)
    teams = ("Team 1",) if role is Role.team_lead else ()
    roles, log = Roles(registry.database), audit_log(registry)
    roles.give("other@force.example", Role.administrator, (), local_person(), log)  # somebody has to stay one
    roles.give(ADDRESS, role, teams, local_person(), log)


def opened(page: str, user: dict[str, Any] | None, **params: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    if user is not None:
        test.user = user
    for name, value in params.items():
        test.query_params[name] = value
    test.run()
    test.switch_page(f"pages/{page}.py").run()
    assert not test.exception, [e.value for e in test.exception]
    return test


def claims(**more: Any) -> dict[str, Any]:
    return {"is_logged_in": True, "sub": "1", "email": ADDRESS, "iat": int(time.time()), "iss": "test", **more}


@pytest.mark.parametrize("role", [*Role, None])
def test_every_page_opens_or_is_refused_as_the_role_says(store: Path, role: Role | None) -> None:
    give(store, role)
    for page, info in PAGES.items():
        title = opened(page, claims()).title[0].value
        if role is None:
            assert title == "You have no role here"
        elif info.needs in MAY[role]:
            assert title == info.question
        else:
            assert title == NOT_YOURS
    if role in (Role.viewer, Role.analyst):
        acts = [(e.act, e.about.get("page")) for e in audit_log(Registry(store)).entries()]
        assert ("refusal", "audit") in acts
        assert ("sign_in", None) in acts


@pytest.mark.parametrize(
    ("user", "title"),
    [
        ({"is_logged_in": False}, "Sign in"),
        (claims(email="stranger@elsewhere.example"), "You have no role here"),
        (claims(email_verified=False), "You have no role here"),
        (claims(email=""), "You have no role here"),
        (claims(email=["ann@force.example"]), "You have no role here"),
        (claims(iat=int(time.time()) - 9 * 3600), "Sign in again"),
        (claims(iat="soon"), "Sign in again"),
        ({k: v for k, v in claims().items() if k != "iat"}, "Sign in again"),
    ],
)
def test_nobody_else_sees_anything(store: Path, user: dict[str, Any], title: str) -> None:
    give(store, Role.administrator)
    for page in PAGES:
        test = opened(page, user, area="Worcester", source="athena", snapshot="x")
        assert test.title[0].value == title
        assert not test.header
        assert not test.dataframe
        assert not test.get("vega_lite_chart")
        assert not test.get("page_link")


def test_a_role_that_is_taken_away_is_gone_at_the_next_run(store: Path) -> None:
    give(store, Role.administrator)
    test = opened("audit", claims())
    assert test.title[0].value == PAGES["audit"].question
    give(store, Role.viewer)
    assert test.run().title[0].value == NOT_YOURS
    give(store, None)
    assert test.run().title[0].value == "You have no role here"


def test_groups_give_roles_where_the_settings_say_so_and_the_table_wins(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EQUALITY_ROLES_CLAIM", "groups")
    monkeypatch.setenv("EQUALITY_ROLES_BY_CLAIM", json.dumps({"equality": "viewer", "equality-analysts": "analyst"}))
    settings.cache_clear()
    user = claims(groups=["equality", "equality-analysts", "others"])
    assert opened("exports", user).title[0].value == PAGES["exports"].question
    assert opened("audit", user).title[0].value == NOT_YOURS
    assert opened("overview", claims(groups=["others"])).title[0].value == "You have no role here"
    give(store, None)
    assert opened("overview", user).title[0].value == "You have no role here"


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.7", None, "::", "equality.force.example"])
def test_without_sign_in_no_page_is_served_beyond_the_loopback_address(
    store: Path, monkeypatch: pytest.MonkeyPatch, address: str | None
) -> None:
    asked = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: address if name == "server.address" else asked(name))
    for page in PAGES:
        test = opened(page, None)
        assert test.title[0].value == "Not without sign-in"
        assert not test.dataframe


def test_an_act_that_cannot_be_logged_lets_nobody_in(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    give(store, Role.viewer)
    monkeypatch.setenv("EQUALITY_AUDIT_ANCHOR", str(store / "gone" / "anchor"))
    settings.cache_clear()
    test = opened("overview", claims())
    assert test.title[0].value == "The dashboard cannot let you in"
    assert "audit log cannot be written" in test.error[0].value


def test_a_registry_that_is_down_lets_nobody_in(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object) -> None:
        raise StoreError("The registry cannot be read.")

    monkeypatch.setattr(Roles, "of", down)
    assert opened("overview", claims()).title[0].value == "The dashboard cannot let you in"


def numbers(test: AppTest) -> set[int]:
    """Every whole number in tables and chart data, as the browser gets them."""
    found: set[int] = set()
    for table in test.dataframe:
        frame = pl.from_arrow(pa.ipc.open_stream(table.proto.arrow_data.data).read_all())
        assert isinstance(frame, pl.DataFrame)
        for name in frame.columns:
            # Where a row stands, and of how many months, says nothing of people.
            if frame[name].dtype.is_integer() and name not in ("row", "rank", "points"):
                found |= set(frame[name].drop_nulls().to_list())
    return found


@pytest.mark.parametrize("params", [{}, {"source": "athena", "by": "team"}, {"source": "athena", "area": "Worcester"}])
@pytest.mark.parametrize("page", ["overview", "gaps", "trends"])
def test_viewers_get_multiples_of_five_in_every_table(store: Path, page: str, params: dict[str, str]) -> None:
    give(store, Role.viewer)
    test = opened(page, claims(), **params)
    seen = numbers(test)
    assert seen
    assert not {n for n in seen if n % 5 or 0 < n < 5}
    assert any("[c]" in caption.value for caption in test.caption)
    give(store, Role.analyst)
    assert {n for n in numbers(opened(page, claims(), **params)) if n % 5}


@pytest.mark.parametrize("page", [name for name, info in PAGES.items() if info.needs in MAY[Role.viewer]])
@pytest.mark.parametrize(
    "params",
    [
        {},
        {"source": "athena"},
        {"source": "athena", "area": "Worcester", "team": "Nobody", "channel": "999", "flag": "domestic_abuse"},
        {"source": "athena", "from": "2026-01", "to": "2026-01", "flag": "honour_based"},
    ],
)
def test_every_page_of_figures_works_for_viewers(store: Path, page: str, params: dict[str, str]) -> None:
    give(store, Role.viewer)
    assert opened(page, claims(), **params).title[0].value == PAGES[page].question
