"""The figures of a reader: slices of one snapshot's counts within a selection, as this reader may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

import polars as pl

from equality.analysis.findings import compared, measured
from equality.analysis.words import period_name
from equality.measures.catalogue import Characteristic
from equality.measures.counts import slice_counts
from equality.measures.dimensions import ROLES, Selection, months_between, shift_month
from equality.measures.evidence import counts_of
from equality.protection.disclosure import Disclosure, protected_rows
from equality.store.events import Entry
from equality.store.snapshot import Snapshot

UNITS: Final = ("team", "area", "lpa", "lpa_then", "crime_group", "crime_subgroup", "channel")
"""Dimensions whose units can be compared: months and roles are not units that record."""


class Evidence(Protocol):
    """What lies beside a snapshot's counts; each reader of the store keeps it in a way of its own."""

    def table(self, name: str) -> pl.DataFrame | None:
        """A table of `equality.measures.evidence`; None if the snapshot was loaded before it was counted."""

    def history(self, selection: Selection, characteristics: Sequence[str]) -> pl.DataFrame | None:
        """A frame of `equality.measures.ages.slice_ages`; None if ages were not counted."""

    def events(self) -> list[Entry]:
        """What happened that may explain a change, the oldest first."""

    def delivered_again(self) -> bool:
        """Whether the source has had several extracts, so that its newest months may still fill in."""

    def secret(self) -> bytes:
        """The key of the store's disclosure control."""


@dataclass(frozen=True)
class Figures:
    """Slices of one snapshot within a selection.

    Attributes:
        snapshot: whose counts they are.
        counts: its stored counts; without rows where the reader may not see exact ones.
        catalogue: the characteristics to be spoken of.
        selection: people, area, crime and period; the role is one of its dimensions.
        minimum_n: a rate of fewer people is not shown.
        evidence: what lies beside the counts.
        disclosure: for a reader who may not see exact counts, what it sees instead.
        focus: the characteristic that is spoken of first.
        measure: the rate.
        values: dimension → the values that occur.
    """

    snapshot: Snapshot
    counts: pl.DataFrame
    catalogue: Mapping[str, Characteristic]
    selection: Selection
    minimum_n: int
    evidence: Evidence
    disclosure: Disclosure | None = None
    focus: str = "ethnicity"
    measure: str = "known"
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def role(self) -> str:
        """The role of the people counted."""
        return self.selection.where["role"][0]

    @property
    def people_are(self) -> str:
        """What the people are called."""
        return ROLES.get(self.role, self.role)

    @property
    def titles(self) -> dict[str, str]:
        """Characteristic → title."""
        return {name: c.title for name, c in self.catalogue.items()}

    @property
    def period(self) -> str:
        """The period in words."""
        return period_name(*self.selection.period)

    @property
    def units(self) -> list[str]:
        """The dimensions of this source whose units can be compared: those with something to tell apart."""
        return [d for d in UNITS if len(self.values.get(d, ())) > 1]

    @property
    def step(self) -> int:
        """What counts are a multiple of: 1, or the base to which this reader's figures are rounded."""
        return self.disclosure.rule.base if self.disclosure else 1

    @property
    def earlier(self) -> Selection | None:
        """The same selection in the period before, of equal length; None if the data does not reach back so far."""
        first, last = self.selection.period
        length = len(months_between(first, last))
        before = shift_month(first, -length), shift_month(first, -1)
        return self.selection.during(*before) if before[0] >= self.snapshot.months[0] else None

    @property
    def earlier_words(self) -> str:
        """The period before in words, empty if there is none."""
        return period_name(*self.earlier.period) if self.earlier else ""

    def within(self, selection: Selection) -> Figures:
        """The same figures of another selection."""
        return replace(self, selection=selection)

    def may_combine(self, *by: str) -> bool:
        """Whether this reader may see counts by these dimensions together, within the selection."""
        return self.disclosure is None or not self.disclosure.refuses(by, self.selection)

    def slice(
        self, *by: str, selection: Selection | None = None, characteristics: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """Counts by dimensions, as the reader may see them; columns as `slice_counts` describes."""
        names = list(self.catalogue) if characteristics is None else characteristics
        chosen = selection or self.selection
        if self.disclosure:
            return self.disclosure.slice(by=by, characteristics=names, selection=chosen)
        return slice_counts(self.counts, by=by, characteristics=names, selection=chosen)

    def rates(self, *by: str, characteristics: Sequence[str] | None = None) -> pl.DataFrame:
        """The rate by dimensions with its change against the period before: a frame of `compared`."""
        now = measured(self.slice(*by, characteristics=characteristics), self.measure, self.minimum_n)
        if self.earlier is None:
            before = now.clear()
        else:
            counts = self.slice(*by, selection=self.earlier, characteristics=characteristics)
            before = measured(counts, self.measure, self.minimum_n)
        return compared(now, before, [*by, "characteristic"])

    def table(self, name: str) -> pl.DataFrame | None:
        """A table of `equality.measures.evidence`, narrowed by those filters whose dimensions it has.

        None if the snapshot was loaded before this table was counted.
        """
        found = self.evidence.table(name)
        if found is None:
            return None
        held = {d: values for d, values in self.selection.where.items() if d in found.columns}
        flags = self.selection.flags if "flags" in found.columns else ()
        rows = found.filter(replace(self.selection, where=held, flags=flags).predicate())
        if self.disclosure:
            return protected_rows(rows, counts_of(rows), self.evidence.secret(), self.disclosure.rule)
        return rows

    def history(self) -> pl.DataFrame | None:
        """How much successive extracts knew at which age, whatever the period.

        A frame of `equality.measures.ages.slice_ages`; None if ages were not counted when the snapshot was loaded, and
        for readers who may not see exact counts: their figures of successive extracts are not protected.
        """
        if self.disclosure:
            return None
        return self.evidence.history(self.selection.during("", ""), tuple(self.catalogue))
