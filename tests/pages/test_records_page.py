"""The page of records in streamlit.testing: who sees which rows, and what is written before they are shown."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.navigation import PAGES
from equality.measures.counts import slice_counts
from equality.measures.dimensions import Selection
from equality.protection.access import Roles
from equality.protection.audit import Act, Entry, Wanted, audit_log
from equality.protection.people import Role, local_person
from equality.settings import settings
from equality.store.purge import purge
from equality.store.registry import Registry
from equality.worklist.wanted import NOT_KNOWN
from tests.pages.test_roles import ADDRESS, NOT_YOURS, claims, opened

SOURCE = {"source": "athena"}
COPIED = "entries-when-copied"


@pytest.fixture
def store(sample_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    place = tmp_path / "store"
    shutil.copytree(sample_store, place, ignore=shutil.ignore_patterns("synthetic"))
    monkeypatch.setenv("EQUALITY_STORE", str(place))
    settings.cache_clear()
    st.cache_resource.clear()
    # Tests of other modules may have looked at records of the store that this is a copy of.
    (place / COPIED).write_text(str(audit_log(Registry(place)).count(Wanted())))
    yield place
    settings.cache_clear()
    st.cache_resource.clear()


def entries(store: Path, act: Act) -> list[Entry]:
    """What the audit log says of an act since the store was copied, the newest first."""
    found = audit_log(Registry(store)).entries(Wanted(act=act))
    return [entry for entry in found if entry.number > int((store / COPIED).read_text())]


def lists(test: AppTest) -> list[pl.DataFrame]:
    """The tables of records: those with a reference."""
    frames = [pl.from_arrow(pa.ipc.open_stream(table.proto.arrow_data.data).read_all()) for table in test.dataframe]
    return [frame for frame in frames if isinstance(frame, pl.DataFrame) and "crime_ref" in frame.columns]


def rows(test: AppTest) -> pl.DataFrame:
    (frame,) = lists(test)
    return frame


def not_known(store: Path, **where: tuple[str, ...]) -> int:
    registry = Registry(store)
    snapshot = registry.latest("athena")
    assert snapshot
    selection = Selection(("2025-11", "2026-10"), {"role": ("victim",), **where})
    counts = slice_counts(registry.counts(snapshot), characteristics=["ethnicity"], selection=selection)
    return sum(counts[state][0] for state in NOT_KNOWN)


def give(store: Path, role: Role | None, *teams: str) -> None:
    registry = Registry(store)
    Roles(registry.database).give(ADDRESS, role, teams, local_person(), audit_log(registry))


def test_a_view_is_written_once_with_its_filter_and_its_number_of_rows(store: Path) -> None:
    test = opened("records", None, **SOURCE)
    assert test.header[0].value.startswith(f"{not_known(store):,} records to look at")
    assert rows(test).height == 50
    (entry,) = entries(store, Act.records)
    assert entry.about["rows"] == not_known(store)
    assert entry.about["filter"]["characteristics"] == ["ethnicity"]
    assert set(entry.about["filter"]["states"]) == set(NOT_KNOWN)
    test.run()
    test.query_params["page"] = "2"
    test.run()
    assert len(entries(store, Act.records)) == 1
    test.query_params["area"] = "Worcester"
    test.run()
    newest, _ = entries(store, Act.records)
    assert newest.about["rows"] == not_known(store, area=("Worcester",))
    assert set(rows(test)["area"]) == {"Worcester"}


def test_what_cannot_be_written_is_not_shown(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EQUALITY_AUDIT_ANCHOR", str(store / "gone" / "anchor"))
    settings.cache_clear()
    test = opened("records", None, **SOURCE)
    assert "audit log cannot be written" in test.error[0].value
    assert not lists(test)
    assert not test.get("download_button")


def test_where_a_reason_is_required_it_comes_first(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EQUALITY_AUDIT_REASON_REQUIRED", "true")
    settings.cache_clear()
    test = opened("records", None, **SOURCE)
    assert not lists(test)
    assert not entries(store, Act.records)
    # Once more: to streamlit.testing a page that was switched to and the same page run again are two.
    test.run()
    test.text_input(key="records-reason").set_value("Weekly check").run()
    assert lists(test)
    assert entries(store, Act.records)[0].reason == "Weekly check"


def test_team_leads_see_their_own_teams_and_viewers_nothing(store: Path) -> None:
    registry = Registry(store)
    snapshot = registry.latest("athena")
    assert snapshot
    team = sorted(registry.counts(snapshot).collect()["team"].unique())[0]
    give(store, Role.team_lead, team)
    test = opened("records", claims(), **SOURCE)
    assert set(rows(test)["team"]) == {team}
    assert test.header[0].value.startswith(f"{not_known(store, team=(team,)):,} record")
    assert entries(store, Act.records)[0].about["teams"] == [team]
    # What the address asks for is narrowed, never widened.
    other = sorted(registry.counts(snapshot).collect()["team"].unique())[1]
    assert not lists(opened("records", claims(), **SOURCE, team=other))
    give(store, Role.viewer)
    assert opened("records", claims(), **SOURCE).title[0].value == NOT_YOURS
    assert not [
        link for link in opened("overview", claims(), **SOURCE).get("page_link") if "records" in str(link.proto)
    ]


@pytest.mark.parametrize("page", ["overview", "gaps", "trends", "compare", "drivers", "plausibility", "together"])
def test_every_page_of_figures_leads_to_the_records_behind_them(store: Path, page: str) -> None:
    test = opened(page, None, **SOURCE)
    labels = {link.proto.label for link in test.get("page_link")}
    assert f"Not known: {not_known(store):,}" in labels
    assert [label for label in labels if label.startswith("Recoverable: ")]


def test_of_gender_reassignment_only_what_is_open_is_listed(store: Path) -> None:
    for state in ("valid", "declined", "recoverable_cells", "declined,valid"):
        test = opened("records", None, **SOURCE, characteristic="gender_reassignment", state=state)
        assert test.header[0].value == "Of this characteristic only open questions are listed."
        assert not lists(test)
    test = opened("records", None, **SOURCE, characteristic="gender_reassignment")
    assert lists(test)
    assert "declined" not in entries(store, Act.records)[0].about["filter"]["states"]


def test_after_a_purge_the_page_says_so(store: Path) -> None:
    opened("records", None, **SOURCE)
    purge(Registry(store), date(2027, 1, 1), "athena", acting=lambda _: nullcontext())
    test = opened("records", None, **SOURCE)
    assert test.title[0].value == PAGES["records"].question
    assert test.header[0].value == "These records cannot be listed."
    assert "were purged" in test.info[0].value
    assert not lists(test)


def test_a_crafted_address_lists_nothing_else(store: Path) -> None:
    params = {"of": "ethnicity,__import__", "state": "gone'", "sort": "../x"}
    test = opened("records", None, **SOURCE, **params)
    test.query_params["page"] = "999999999"
    test.run()
    assert test.header[0].value.startswith(f"{not_known(store):,} records")
    assert rows(test).height == 50
