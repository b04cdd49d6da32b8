"""The figures that a briefing may use: slices of one snapshot's counts, as its audience may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from equality.analysis.findings import compared, measured
from equality.analysis.words import period_name
from equality.measures.catalogue import Characteristic
from equality.measures.counts import slice_counts
from equality.measures.dimensions import ROLES, Selection, months_between, shift_month
from equality.protection.disclosure import Disclosure
from equality.store.snapshot import Snapshot


@dataclass(frozen=True)
class Figures:
    """Slices of one snapshot within a selection.

    Attributes:
        snapshot: whose counts they are.
        counts: its stored counts.
        catalogue: the characteristics that the briefing speaks of.
        selection: people, area, crime and period; the role is one of its dimensions.
        minimum_n: a rate of fewer people is not shown.
        disclosure: for an audience that may not see exact counts, what it sees instead.
    """

    snapshot: Snapshot
    counts: pl.DataFrame
    catalogue: Mapping[str, Characteristic]
    selection: Selection
    minimum_n: int
    disclosure: Disclosure | None = None

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

    def slice(
        self, *by: str, selection: Selection | None = None, characteristics: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """Counts by dimensions, as the audience may see them; columns as `slice_counts` describes."""
        names = list(self.catalogue) if characteristics is None else characteristics
        chosen = selection or self.selection
        if self.disclosure:
            return self.disclosure.slice(by=by, characteristics=names, selection=chosen)
        return slice_counts(self.counts, by=by, characteristics=names, selection=chosen)

    def rates(self, *by: str, characteristics: Sequence[str] | None = None) -> pl.DataFrame:
        """The known rate by dimensions with its change against the period before: a frame of `compared`."""
        now = measured(self.slice(*by, characteristics=characteristics), "known", self.minimum_n)
        if self.earlier is None:
            before = now.clear()
        else:
            counts = self.slice(*by, selection=self.earlier, characteristics=characteristics)
            before = measured(counts, "known", self.minimum_n)
        return compared(now, before, [*by, "characteristic"])
