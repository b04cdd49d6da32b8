"""The snapshots and counts that pages read, held once per process.

Counts are kept per snapshot id: a snapshot never changes, and hashing a frame would be both slow and, above
50,000 rows, wrong (Streamlit hashes a sample).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from dashboard.link import FILTERS, UNITS, Options
from equality.analysis.verdict import Verdict, verdict
from equality.choices.in_force import InForce, in_force
from equality.measures.counts import characteristics_of
from equality.measures.dimensions import NO_LOCATION, NOT_RECORDED, OUTSIDE, ROLES, Selection, months_between
from equality.protection.disclosure import Disclosure, Rule, rule, secret_of
from equality.reading import stored
from equality.settings import settings
from equality.store import events as store_events
from equality.store.events import Entry
from equality.store.registry import Registry
from equality.store.snapshot import Snapshot

LAST: tuple[str, ...] = (OUTSIDE, NO_LOCATION, NOT_RECORDED)
"""Values that stand after the others in lists of choices."""


@st.cache_resource(show_spinner=False)
def _registry(store: Path) -> Registry:
    # One per process and store: each registry keeps connections of its own.
    return Registry(store)


def registry() -> Registry:
    """The registry of the store that the settings name."""
    return _registry(settings().store)


def holding() -> InForce:
    """What administrators chose, and the environment's settings where they did not; asked anew every time."""
    return in_force(registry().database)


def snapshots() -> dict[str, Snapshot]:
    """The newest snapshot of every source that has one, in the registry's order."""
    known = registry()
    latest = {source: known.latest(source) for source in known.sources()}
    return {source: snapshot for source, snapshot in latest.items() if snapshot is not None}


def every_snapshot() -> list[Snapshot]:
    """All snapshots of all sources, the newest load first."""
    return sorted(registry().snapshots(), key=lambda s: (s.loaded_at, s.extract_date, s.id), reverse=True)


def counts(snapshot: Snapshot) -> pl.DataFrame:
    """The stored counts of a snapshot; shared by all sessions, so never changed in place."""
    return _counts(snapshot.id, snapshot)


@st.cache_resource(show_spinner="Reading the counts", max_entries=4)
def _counts(snapshot_id: str, _snapshot: Snapshot) -> pl.DataFrame:
    return registry().counts(_snapshot).collect()


def table(snapshot: Snapshot, name: str) -> pl.DataFrame | None:
    """A table that was counted beside the counts; None if the snapshot was loaded before it was counted."""
    return _table(snapshot.id, name, snapshot)


@st.cache_resource(show_spinner=False, max_entries=16)
def _table(snapshot_id: str, name: str, _snapshot: Snapshot) -> pl.DataFrame | None:
    found = registry().table(_snapshot, name)
    return None if found is None else found.collect()


def secret() -> bytes:
    """The key of the store's disclosure control."""
    return secret_of(settings().store)


def disclosure(snapshot: Snapshot) -> Disclosure:
    """The counts of a snapshot as viewers may see them."""
    return _disclosure(snapshot.id, rule(holding().settings), snapshot)


@st.cache_resource(show_spinner=False, max_entries=4)
def _disclosure(snapshot_id: str, given: Rule, _snapshot: Snapshot) -> Disclosure:
    return Disclosure(counts(_snapshot), secret(), given)


def extracts(snapshot: Snapshot) -> list[Snapshot]:
    """The extracts of a snapshot's source up to it, the oldest first."""
    return stored.extracts(registry(), snapshot)


def history(snapshot: Snapshot, selection: Selection, characteristics: Sequence[str]) -> pl.DataFrame | None:
    """How much the extracts of a source up to a snapshot knew at which age, as `equality.measures.ages.slice_ages`.

    None if not even this snapshot's ages were counted, because it was loaded by an earlier version.
    """
    if not stored.ages_counted(snapshot):
        return None
    found = {s.extract_date: s for s in extracts(snapshot)}
    where = tuple(sorted((name, tuple(values)) for name, values in selection.where.items() if values))
    ids = tuple(s.id for s in found.values())
    return _history(ids, where, selection.flags, tuple(characteristics), tuple(found.values()))


@st.cache_resource(show_spinner="Reading earlier extracts", max_entries=200)
def _history(
    ids: tuple[str, ...],
    where: tuple[tuple[str, tuple[str, ...]], ...],
    flags: tuple[str, ...],
    characteristics: tuple[str, ...],
    _snapshots: tuple[Snapshot, ...],
) -> pl.DataFrame:
    return stored.history(registry(), _snapshots, Selection(where=dict(where), flags=flags), characteristics)


@dataclass(frozen=True)
class Beside:
    """The evidence of a snapshot, as `equality.reading.figures.Evidence` describes it, held once per process."""

    snapshot: Snapshot

    def table(self, name: str) -> pl.DataFrame | None:
        """A table that was counted beside the counts."""
        return table(self.snapshot, name)

    def history(self, selection: Selection, characteristics: Sequence[str]) -> pl.DataFrame | None:
        """How much successive extracts knew at which age."""
        return history(self.snapshot, selection, characteristics)

    def events(self) -> list[Entry]:
        """What happened that may explain a change."""
        return events(self.snapshot.source)

    def delivered_again(self) -> bool:
        """Whether there was more than one extract."""
        return len(extracts(self.snapshot)) > 1

    def secret(self) -> bytes:
        """The key of the store's disclosure control."""
        return secret()


def events(source: str) -> list[Entry]:
    """The events of a source that hold, the oldest first."""
    return store_events.current(registry().database, source)


def events_history(source: str) -> list[Entry]:
    """Every row about the events of a source, in the order in which they were written."""
    return store_events.history(registry().database, source)


def options(snapshot: Snapshot) -> Options:
    """What a link may ask of this snapshot."""
    return _options(snapshot.id, snapshot)


@st.cache_resource(show_spinner=False, max_entries=16)
def _options(snapshot_id: str, _snapshot: Snapshot) -> Options:
    frame = counts(_snapshot)
    held = [d for d in dict.fromkeys((*FILTERS, *UNITS)) if d in _snapshot.dimensions and d in frame.columns]
    values = {d: _values(frame[d]) for d in held}
    roles = [role for role in ROLES if role in values.get("role", ())]
    if _snapshot.headline_role in roles:
        roles = [_snapshot.headline_role, *(role for role in roles if role != _snapshot.headline_role)]
    return Options(
        source=_snapshot.source,
        months=tuple(months_between(*_snapshot.months)),
        roles=tuple(roles) or (_snapshot.headline_role,),
        values=values,
        flags=_snapshot.flags,
        characteristics=tuple(c for c in _snapshot.characteristics if c in characteristics_of(frame.columns)),
    )


def _values(column: pl.Series) -> tuple[str, ...]:
    found = column.drop_nulls().unique().to_list()
    return tuple(sorted(found, key=lambda v: (LAST.index(v) + 1 if v in LAST else 0, v)))


@st.cache_resource(show_spinner=False, max_entries=16)
def _unmapped(snapshot_id: str, _snapshot: Snapshot) -> pl.DataFrame:
    return registry().unmapped(_snapshot)


def unmapped(snapshot: Snapshot) -> pl.DataFrame:
    """Labels of this snapshot that no code list knows: field, label, records."""
    return _unmapped(snapshot.id, snapshot)


@st.cache_resource(show_spinner=False, max_entries=2000)
def _digest(snapshot_id: str, _snapshot: Snapshot) -> tuple[int, Verdict]:
    return registry().unmapped(_snapshot).height, verdict(registry().validation(_snapshot))


def digest(snapshot: Snapshot) -> tuple[int, Verdict]:
    """How many labels of a snapshot were not recognised, and the checkpoint's verdict on it."""
    return _digest(snapshot.id, snapshot)


@st.cache_resource(show_spinner=False, max_entries=16)
def _validation(snapshot_id: str, _snapshot: Snapshot) -> dict[str, Any]:
    return dict(registry().validation(_snapshot) or {})


def validation(snapshot: Snapshot) -> dict[str, Any]:
    """What the checkpoint found in this snapshot, as stored when it was loaded."""
    return _validation(snapshot.id, snapshot)
