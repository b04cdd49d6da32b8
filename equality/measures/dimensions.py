"""The dimensions by which counts can be sliced, and the selection of a slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

DIMENSIONS: Final[Mapping[str, str]] = {
    "month": "Month recorded",
    "role": "Role",
    "lpa": "Local policing area",
    "lpa_then": "Local policing area when recorded",
    "area": "District",
    "team": "Team",
    "crime_group": "Crime group",
    "crime_subgroup": "Crime type",
    "channel": "Reporting channel",
}
"""Dimension → its title on screen. A profile may give an export's own title (`dimension_titles`)."""

ROLES: Final[Mapping[str, str]] = {
    "victim": "Victims",
    "suspect": "Suspects",
    "witness": "Witnesses",
    "reporting_person": "Reporting persons",
    "involved_person": "Other involved persons",
    "person_searched": "People searched",
}
"""Role of a person-role record → what its people are called on screen."""

FLAGS: Final[Mapping[str, str]] = {
    "domestic_abuse": "Domestic abuse",
    "hate_race": "Hate: race",
    "hate_religion": "Hate: religion",
    "hate_sexual_orientation": "Hate: sexual orientation",
    "hate_disability": "Hate: disability",
    "hate_transgender": "Hate: transgender",
    "child_sexual_exploitation": "Child sexual abuse or exploitation",
    "honour_based": "Honour-based abuse",
    "online": "Online",
    "knife": "Knife",
    "controlling_or_coercive": "Controlling or coercive behaviour",
    "modern_slavery": "Modern slavery",
}
"""Crime flags. A flag says what motivated or marks the crime, never what the victim is. Their order is that of their
bits in stored counts: a new one goes to the end. Some follow from the offence (`data/reference/offence_flags.csv`).
"""

FLAG_BITS: Final[Mapping[str, int]] = {flag: 1 << bit for bit, flag in enumerate(FLAGS)}
"""Flag → its bit in the `flags` column, so that one small integer carries any combination."""

NOT_RECORDED: Final = "Not recorded"
"""The value of a dimension that the export has but this record leaves blank."""

OUTSIDE: Final = "Outside the force"
NO_LOCATION: Final = "No location"


@dataclass(frozen=True)
class Selection:
    """A slice of the counts: nothing chosen means everything.

    Attributes:
        period: first and last month, both inclusive, as `YYYY-MM`; an empty string leaves that end open.
        where: dimension → accepted values; a record must satisfy every dimension.
        flags: crime flags; a record must carry at least one of them.
    """

    period: tuple[str, str] = ("", "")
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    flags: tuple[str, ...] = ()

    def narrowed(self, dimension: str, *values: str) -> Selection:
        """The same selection with one dimension restricted to these values (none: unrestricted)."""
        where = {k: v for k, v in self.where.items() if k != dimension}
        return replace(self, where=where | ({dimension: values} if values else {}))

    @property
    def role_and_channel(self) -> tuple[str, str]:
        """The one role and the one channel that this selection is narrowed to; empty where it is not."""
        role, channel = (self.where.get(name, ()) for name in ("role", "channel"))
        return role[0] if len(role) == 1 else "", channel[0] if len(channel) == 1 else ""

    def during(self, first: str, last: str) -> Selection:
        """The same selection in another period."""
        return replace(self, period=(first, last))

    def predicate(self) -> pl.Expr:
        """The Boolean expression over the dimension columns that this selection means."""
        first, last = self.period
        terms: list[pl.Expr] = [pl.lit(True)]
        if first:
            terms.append(pl.col("month") >= first)
        if last:
            terms.append(pl.col("month") <= last)
        terms += [pl.col(name).is_in(list(values)) for name, values in self.where.items() if values]
        if self.flags:
            mask = sum(FLAG_BITS[flag] for flag in self.flags)
            terms.append((pl.col("flags") & mask) != 0)
        return pl.all_horizontal(terms)


def months_between(first: str, last: str) -> list[str]:
    """Every month from first to last as `YYYY-MM`, both inclusive."""
    start, end = _number(first), _number(last)
    return [_month(number) for number in range(start, end + 1)]


def shift_month(month: str, by: int) -> str:
    """The month `by` months later (earlier if negative), as `YYYY-MM`."""
    return _month(_number(month) + by)


def _number(month: str) -> int:
    year, month_of_year = month.split("-")
    return int(year) * 12 + int(month_of_year) - 1


def _month(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def check_dimensions(names: Sequence[str], available: Sequence[str]) -> None:
    """Raise a ValueError that lists what is available if a name is not a dimension of this export."""
    unknown = [name for name in names if name not in available]
    if unknown:
        raise ValueError(f"unknown dimension {', '.join(unknown)}: this export has {', '.join(available)}")
