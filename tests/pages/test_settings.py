"""The Settings page in streamlit.testing: what it changes, what it refuses, and that every page follows at once."""

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
from equality.choices import book
from equality.choices.in_force import in_force
from equality.choices.targets import Scope
from equality.exports.validity import holding as entries_held
from equality.measures.catalogue import characteristics
from equality.protection.access import Roles
from equality.protection.audit import audit_log
from equality.protection.choosing import aim, choose
from equality.protection.people import Role, local_person
from equality.settings import ROOT, settings
from equality.store import events
from equality.store.registry import Registry

ONLINE = "Online"


@pytest.fixture
def store(sample_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A store of its own, because choices are written into it."""
    place = tmp_path / "store"
    shutil.copytree(sample_store, place, ignore=shutil.ignore_patterns("synthetic"))
    monkeypatch.setenv("EQUALITY_STORE", str(place))
    settings.cache_clear()
    st.cache_resource.clear()
    yield place
    monkeypatch.undo()
    settings.cache_clear()
    st.cache_resource.clear()


def opened(page: str, user: dict[str, Any] | None = None, **params: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    if user is not None:
        test.user = user
    for name, value in params.items():
        test.query_params[name] = value
    test.run()
    test.switch_page(f"pages/{page}.py").run()
    assert not test.exception, [e.value for e in test.exception]
    return test


def press(test: AppTest, label: str) -> AppTest:
    next(button for button in test.button if button.label == label).click().run()
    assert not test.exception, [e.value for e in test.exception]
    return test


def number(test: AppTest, start: str) -> Any:
    return next(widget for widget in test.number_input if widget.label.startswith(start))


def frame(test: AppTest, place: int = 0) -> pl.DataFrame:
    found = pl.from_arrow(pa.ipc.open_stream(test.dataframe[place].proto.arrow_data.data).read_all())
    assert isinstance(found, pl.DataFrame)
    return found


def refused(test: AppTest) -> str:
    return str(test.error[0].value).replace("\\", "")


def texts(test: AppTest) -> str:
    return json.dumps([str(e.value) for kind in (test.caption, test.markdown, test.header) for e in kind])


def ticks(test: AppTest) -> set[float]:
    """The targets in the data of a page's charts, of 100."""
    found: set[float] = set()
    for chart in test.get("vega_lite_chart"):
        for data in (chart.proto.data, *(d.data for d in chart.proto.datasets)):
            if data.data:
                table = pl.from_arrow(pa.ipc.open_stream(data.data).read_all())
                assert isinstance(table, pl.DataFrame)
                found |= {round(v, 4) for v in table["target"].drop_nulls()} if "target" in table.columns else set()
        found |= {round(float(v), 4) for v in _targets_in(json.loads(chart.proto.spec or "{}"))}
    return found


def _targets_in(spec: Any) -> list[float]:
    if isinstance(spec, dict):
        own = [spec["target"]] if isinstance(spec.get("target"), int | float) else []
        return own + [v for part in spec.values() for v in _targets_in(part)]
    return [v for part in spec for v in _targets_in(part)] if isinstance(spec, list) else []


def test_a_target_is_chosen_seen_everywhere_and_taken_back(store: Path) -> None:
    registry = Registry(store)
    before = ticks(opened("overview", source="athena"))
    test = opened("settings")
    number(test, "Target").set_value(83)
    test.text_input(key="settings-target-reason").set_value("Board of 3 May")
    press(test, "Choose this target")
    assert "the target is 83" in str(test.success[0].value)
    assert frame(test)["target"][0] == 83
    assert in_force(registry.database).targets.of("ethnicity") == 0.83
    after = ticks(opened("overview", source="athena"))
    # The tick stands at the share; charts may hold it of 1 or of 100.
    assert {round(v, 4) for v in after - before} in ({0.83}, {83.0})
    assert "Target: 83%" in texts(opened("gaps", source="athena")).replace("\\\\", "")
    press(test, "Take the chosen target back")
    assert in_force(registry.database).targets.chosen == {}
    assert ticks(opened("overview", source="athena")) == before
    history = frame(opened("settings", part="history"))
    assert history.select("was", "value", "reason").rows() == [
        ("83%", "taken back", ""),
        ("80%", "83%", "Board of 3 May"),
    ]


def test_the_target_of_a_channel_shows_where_it_is_narrowed_to(store: Path) -> None:
    registry = Registry(store)
    aim(registry, Scope("ethnicity", "", ONLINE), 0.41, local_person())
    aim(registry, Scope("ethnicity", "witness"), 0.62, local_person())
    usual = characteristics()["ethnicity"].target

    def said(**params: str) -> set[float]:
        shown = ticks(opened("overview", source="athena", **params))
        return {v / 100 if v > 1 else v for v in shown} & {0.41, 0.62, usual}

    assert usual in said()
    assert 0.41 not in said()
    assert 0.41 in said(channel=ONLINE)
    assert 0.62 in said(role="witness")
    assert 0.41 in said(role="witness", channel=ONLINE)
    by_channel = ticks(opened("gaps", source="athena", by="channel", characteristic="ethnicity"))
    assert {0.41, usual} <= {v / 100 if v > 1 else v for v in by_channel}


def test_the_fewest_people_for_a_rate_hold_on_every_page_at_once(store: Path) -> None:
    choose(Registry(store), {"minimum_n": 37}, local_person())
    for page in ("overview", "gaps", "trends"):
        assert "fewer than 37 people" in texts(opened(page, source="athena"))


def test_numbers_that_cannot_be_are_answered_and_protecting_less_must_be_agreed(store: Path) -> None:
    registry = Registry(store)
    test = opened("settings", part="figures")
    number(test, "Viewers: figures below").set_value(4)
    number(test, "Fewest people").set_value(5)
    press(test, "Save")
    assert "4 people cannot be; give 5 to 100" in refused(test)
    assert "5 people cannot be; give 8 to 1,000" in refused(test)
    number(test, "Viewers: figures below").set_value(6)
    number(test, "Fewest people").set_value(20)
    press(test, "Save")
    assert "this protects less than before" in refused(test)
    assert in_force(registry.database).newest == {}
    next(c for c in test.checkbox if "agreed" in c.label).check()
    press(test, "Save")
    assert in_force(registry.database).settings.disclosure_threshold == 6
    assert number(test, "Viewers: figures below").value == 6
    press(test, "Save")
    assert "nothing was changed" in str(test.success[0].value)
    assert len(book.history(registry.database)) == 1


def test_what_was_changed_meanwhile_is_not_overwritten(store: Path) -> None:
    registry = Registry(store)
    mine, theirs = opened("settings", part="loading"), opened("settings", part="loading")
    number(theirs, "Warn of a field").set_value(80.5)
    press(theirs, "Save")
    number(mine, "Warn of a field").set_value(70)
    press(mine, "Save")
    assert "somebody else changed the same" in refused(mine)
    assert in_force(registry.database).settings.drift_blank == 0.805
    number(mine, "Warn of a field").set_value(70)
    press(mine, "Save")
    assert in_force(registry.database).settings.drift_blank == 0.7


def test_what_the_operator_fixed_is_read_only(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EQUALITY_MINIMUM_N", "25")
    settings.cache_clear()
    test = opened("settings", part="figures")
    assert number(test, "Fewest people").disabled
    assert not number(test, "Viewers: figures below").disabled
    assert "EQUALITY_MINIMUM_N" in texts(test).replace("\\", "")
    number(test, "Viewers: figures below").set_value(12)
    press(test, "Save")
    assert in_force(Registry(store).database).settings.disclosure_threshold == 12


def test_a_reason_is_asked_for_once_it_is_required(store: Path) -> None:
    registry = Registry(store)
    test = opened("settings", part="keeping")
    number(test, "Keep records for").set_value(90)
    next(c for c in test.checkbox if c.label == "A reason is required").check()
    press(test, "Save")
    holding = in_force(registry.database).settings
    assert (holding.retention_days, holding.audit_reason_required) == (90, True)
    number(test, "Keep records for").set_value(60)
    press(test, "Save")
    assert "a reason is required" in refused(test)
    assert in_force(registry.database).settings.retention_days == 90
    assert any(w.label == "Reason, for the audit log" for w in opened("trends", source="athena").text_input)


def test_areas_are_added_and_the_page_says_when_they_take_effect(store: Path) -> None:
    test = opened("settings", part="areas")
    assert "with the next load" in texts(test)
    test.selectbox(key="settings-entry-add-lpa-label").set_value("Wychavon")
    test.text_input(key="settings-entry-add-lpa-value").set_value("Vale")
    test.date_input(key="settings-entry-add-lpa-start").set_value("2026-05-01")
    press(test, "Add the entry")
    assert "from the next load on" in str(test.success[0].value)
    held = [h.valid.value for h in entries_held(Registry(store).database, "lpa") if h.valid.label == "Wychavon"]
    assert held[-1] == "Vale"
    test.selectbox(key="settings-entry-add-lpa-label").set_value("Wychavon")
    press(test, "Add the entry")
    assert "Say which label it is, and what it means" in refused(test)


def test_roles_are_given_and_the_last_administrator_stays(store: Path) -> None:
    roles = Roles(Registry(store).database)

    def give(test: AppTest, who: str, role: str) -> AppTest:
        test.text_input(key="settings-role-who").set_value(who)
        test.selectbox(key="settings-role-role").set_value(role)
        return press(test, "Give this role")

    test = opened("settings", part="roles")
    give(test, "Ann@force.example", Role.administrator)
    assert [(a.who, a.role) for a in roles.all()] == [("ann@force.example", Role.administrator)]
    give(test, "ann@force.example", "none")
    assert "is the last administrator" in refused(test)
    give(test, "bob@force.example", Role.team_lead)
    assert "at least one team" in refused(test)
    give(test, "bob@force.example", Role.viewer)
    assert frame(test)["role"].to_list() == ["Administrator", "Viewer"]


def test_events_are_entered_here_too_and_logged_first(store: Path) -> None:
    test = opened("settings", part="events")
    test.text_input(key="event-title-new").set_value("New form")
    press(test, "Enter the event")
    (entry,) = events.current(Registry(store).database, "stop_and_search")
    assert entry.event.title == "New form"
    logged = audit_log(Registry(store)).entries()[0]
    assert (logged.act, logged.about["event"], logged.about["title"]) == ("settings", "entered", "New form")


@pytest.mark.parametrize("role", [Role.viewer, Role.team_lead, Role.analyst])
@pytest.mark.parametrize("part", ["targets", "roles", "nonsense"])
def test_nobody_else_gets_in(store: Path, role: Role, part: str) -> None:
    registry = Registry(store)
    teams = ("Team 1",) if role is Role.team_lead else ()
    Roles(registry.database).give("x@force.example", role, teams, local_person(), audit_log(registry))
    user = {"is_logged_in": True, "sub": "1", "email": "x@force.example", "iat": int(time.time()), "iss": "test"}
    test = opened("settings", user, part=part)
    assert test.title[0].value == "This page is not for your role"
    assert not test.dataframe
    assert not test.number_input
    assert PAGES["settings"].menu not in [link.label for link in test.get("page_link")]


def test_the_page_works_while_the_store_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EQUALITY_STORE", str(tmp_path / "none"))
    settings.cache_clear()
    st.cache_resource.clear()
    try:
        for part in ("targets", "figures", "loading", "keeping", "areas", "events", "roles", "history"):
            assert opened("settings", part=part).title[0].value == PAGES["settings"].question
        assert not (tmp_path / "none").exists()
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        st.cache_resource.clear()
