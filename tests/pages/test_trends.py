"""The Trends page in streamlit.testing: what it says, what can be chosen, and events from the form to the chart."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from equality.analysis import trend
from equality.charts import palette
from equality.measures import ages
from equality.measures.dimensions import Selection
from equality.protection.people import local_person
from equality.sample_events import enter_sample_events
from equality.settings import ROOT, settings
from equality.store import events
from equality.store.registry import Registry

ENTER = "Enter the event"


@pytest.fixture
def store(sample_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the sample store, because events are written into it."""
    folder = tmp_path / "store"
    shutil.copytree(sample_store, folder, ignore=shutil.ignore_patterns("synthetic"))
    monkeypatch.setenv("EQUALITY_STORE", str(folder))
    monkeypatch.setattr(palette, "CHECKED", True)
    settings.cache_clear()
    st.cache_resource.clear()
    yield folder
    settings.cache_clear()
    st.cache_resource.clear()


def run(**params: str | list[str]) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.run()
    for name, value in params.items():
        app.query_params[name] = value
    app.switch_page("pages/trends.py").run()
    assert not app.exception
    return app


def header(app: AppTest) -> str:
    return str(app.header[0].value).replace("\\", "")


def control_data(app: AppTest) -> str:
    """The data of the control chart as text: its strings stand in it as they are."""
    charts = [chart.proto for chart in app.get("vega_lite_chart")]
    chart = next(c for c in charts if c.alt.startswith("Control chart"))
    return b"".join(d.data.data for d in chart.datasets).decode("utf-8", "replace")


def rows_of(app: AppTest, *columns: str) -> list[dict[str, Any]]:
    frame = next(d.value for d in app.dataframe if set(columns) <= set(d.value.columns))
    return frame.to_dict("records")  # type: ignore[no-any-return]


def test_the_sentence_is_the_verdict_on_like_with_like(store: Path) -> None:
    app = run(source="athena")
    registry = Registry(store)
    snapshots = registry.snapshots("athena")
    tables = [t for s in snapshots if (t := registry.table(s, ages.NAME)) is not None]
    history = ages.slice_ages(tables, characteristics=["ethnicity"], selection=Selection(where={"role": ("victim",)}))
    points = trend.months_as_settled(history, settings().minimum_n).tail(25)
    chart = trend.charted(points, "known")
    found = trend.verdict(chart)
    assert found.newest
    assert header(app).startswith(trend.WORDS[found.word])
    assert f"{found.newest['hits']:,} of {found.newest['n']:,} people recorded in Sep 2026" in header(app)
    newest = rows_of(app, "likely", "signal_text")[0]
    assert newest["signal_text"] == "Still filling in"
    assert newest["likely_low"] <= newest["likely"] <= newest["likely_high"]
    assert newest["likely"] > newest["share"]


def test_the_real_months_say_what_the_data_say(store: Path) -> None:
    app = run(source="stop_and_search")
    assert header(app).startswith("No change beyond chance. Ethnicity (self-defined) is known for 90 in 100 people")
    said = " ".join(str(c.value) for c in app.caption).replace("\\", "")
    assert "Laney p′ chart" in said
    assert "No record was delivered twice" in said
    assert not any(c.proto.alt.endswith("days since recording.") for c in app.get("vega_lite_chart"))


def test_steps_basis_and_kind_are_in_the_address(store: Path) -> None:
    app = run(source="athena", step="week", chart="p")
    assert "the week of" in header(app)
    assert {s.key: s.value for s in app.selectbox if s.key in ("own-step", "own-chart")} == {
        "own-step": "week",
        "own-chart": "p",
    }
    now = run(source="athena", basis="now")
    assert "recorded in Aug 2026" in header(now)  # later months still fill in
    assert "seen" not in header(run(source="athena", measure="populated", step="week"))  # only known is counted by week


def test_an_event_is_entered_drawn_edited_and_withdrawn(store: Path) -> None:
    app = run(source="athena")
    assert "New *form*" not in control_data(app)
    (title,) = (t for t in app.text_input if t.label == "What happened")
    title.set_value("New *form*")
    app.date_input[0].set_value(date(2026, 3, 2))
    app.selectbox(key="event-kind-new").set_value("form")
    app.multiselect(key="event-team-new").set_value(["OCC Shift B"])
    next(b for b in app.button if b.label == ENTER).click().run()
    assert not app.exception
    (entry,) = events.current(Registry(store).database, "athena")
    assert (entry.event.title, entry.event.kind, entry.event.scope, entry.who) == (
        "New *form*",
        "form",
        {"team": ("OCC Shift B",)},
        local_person().id,
    )
    assert entry.event.synthetic
    assert "New *form*" in control_data(app)
    assert [r["action"] for r in rows_of(app, "action", "who")] == ["entered"]

    of = f"{entry.event_id}1"
    app.text_input(key=f"event-title-{of}").set_value("New form")
    app.checkbox(key=f"event-rebase-{of}").set_value(True)
    next(b for b in app.button if b.label == "Save the change").click().run()
    assert "2 March 2026: New form" in control_data(app)
    next(b for b in app.button if b.label == "Withdraw this event").click().run()
    assert not app.exception
    assert "New form" not in control_data(app)
    assert [r["action"] for r in rows_of(app, "action", "who")] == ["withdrawn", "edited", "entered"]


def test_an_event_without_a_title_is_refused(store: Path) -> None:
    app = run(source="athena")
    next(b for b in app.button if b.label == ENTER).click().run()
    assert "Give the event a title" in app.error[0].value.replace("\\", "")
    assert events.history(Registry(store).database, "athena") == []


def test_before_and_after_the_training(store: Path) -> None:
    enter_sample_events(Registry(store), date(2026, 11, 1))
    enter_sample_events(Registry(store), date(2026, 11, 1))  # once only
    said = " ".join(str(m.value) for m in run(source="athena").markdown).replace("\\", "")
    assert "where it applied: known rose" in said
    assert "everywhere else: known did not change beyond chance" in said
    trained = run(source="athena", team=["OCC Shift B", "OCC Shift D", "Resolution Team 1", "Digital Desk"])
    assert "all of the selection: known rose" in " ".join(str(m.value) for m in trained.markdown).replace("\\", "")
    assert "4 May 2026: Training" in control_data(trained)
    other = run(source="athena", team="OCC Shift A")
    assert [s.value for s in other.selectbox if s.key == "trend-event"] != []
    assert "Training" not in control_data(other)


def test_a_snapshot_from_before_ages_were_counted_is_shown_as_known_now(store: Path) -> None:
    for path in (store / "snapshots").glob(f"*/{ages.NAME}.parquet"):
        path.unlink()
    app = run(source="athena")
    assert "load it again" in " ".join(str(c.value) for c in app.caption).replace("\\", "")
    assert not [s for s in app.selectbox if s.key in ("own-step", "own-basis")]
