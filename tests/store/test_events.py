"""Events: entered, edited, withdrawn, never overwritten; on each database."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from equality.errors import StoreError
from equality.store import events, tables
from equality.store.database import Database
from equality.store.events import Event

TRAINING = Event(date(2026, 5, 4), "training", "Training of two shifts", scope={"team": ("Shift B", "Shift D")})


def test_a_store_without_a_registry_has_no_events_and_is_not_made(tmp_path: Path) -> None:
    assert events.current(Database(tmp_path / "store"), "athena") == []
    assert not (tmp_path / "store").exists()


def test_what_holds_is_the_newest_and_the_history_keeps_all(tmp_path: Path, url: str) -> None:
    database = Database(tmp_path, url)
    first = events.enter(database, "athena", TRAINING, "local user")
    events.enter(database, "athena", Event(date(2026, 1, 19), "restructure", " Two  areas ", rebase=True), "somebody")
    events.enter(database, "other", TRAINING, "somebody")
    restructure, training = events.current(database, "athena")
    assert (restructure.event.title, restructure.event.rebase) == ("Two areas", True)
    assert (training.event_id, training.event, training.who, training.version) == (first, TRAINING, "local user", 1)

    moved = Event(date(2026, 5, 5), "training", "Training", "a day later")
    events.edit(database, training, moved, "an editor")
    (_, edited) = events.current(database, "athena")
    assert (edited.event, edited.who, edited.version) == (moved, "an editor", 2)

    events.withdraw(database, edited, "local user")
    assert [e.event.title for e in events.current(database, "athena")] == ["Two areas"]
    rows = [e for e in events.history(database, "athena") if e.event_id == first]
    assert [(e.action, e.who) for e in rows] == [
        ("entered", "local user"),
        ("edited", "an editor"),
        ("withdrawn", "local user"),
    ]
    assert rows[0].event == TRAINING


def test_two_who_edit_at_once_do_not_overwrite_each_other(tmp_path: Path, url: str) -> None:
    database = Database(tmp_path, url)
    events.enter(database, "athena", TRAINING, "one")
    (seen,) = events.current(database, "athena")
    events.edit(database, seen, Event(date(2026, 5, 6), "training", "Mine"), "one")
    with pytest.raises(StoreError, match="Somebody changed this event"):
        events.withdraw(database, seen, "two")
    assert [e.event.title for e in events.current(database, "athena")] == ["Mine"]
    with database.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(tables.events)).scalar() == 2


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (Event(date(2026, 1, 1), "training", "  "), "Give the event a title"),
        (Event(date(2026, 1, 1), "party", "Cake"), "An event is one of training"),
        (Event(date(2026, 1, 1), "training", "x" * 81), "at most 80 characters"),
    ],
)
def test_an_event_that_cannot_be_drawn_is_refused(tmp_path: Path, event: Event, message: str) -> None:
    database = Database(tmp_path)
    with pytest.raises(StoreError, match=message):
        events.enter(database, "athena", event, "somebody")
    assert events.history(database, "athena") == []
