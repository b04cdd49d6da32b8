"""Which settings an administrator may choose on the page, what each means, and within which limits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from equality.errors import EqualityError
from equality.settings import Settings

Unit = Literal["people", "number", "share", "days", "yes"]


class ChoiceError(EqualityError):
    """A choice that cannot be made; the message says which, why and what to do."""


@dataclass(frozen=True)
class Choice:
    """A setting that may be chosen.

    Attributes:
        name: its field in `Settings`.
        title: on screen.
        part: the part of the page that it belongs to: `figures`, `loading` or `keeping`.
        unit: what its value is: people, a plain number, a share (0 to 1, shown as per cent), days or yes/no.
        meaning: a sentence for those who choose.
        weaker: what protects less: a lower or a higher value; empty where nobody is protected by it.
        weakening: what a weaker value means.
    """

    name: str
    title: str
    part: str
    unit: Unit
    meaning: str
    weaker: Literal["", "lower", "higher"] = ""
    weakening: str = ""

    @property
    def limits(self) -> tuple[float, float]:
        """The least and the greatest value, both allowed unless `above` says otherwise."""
        known = {type(m).__name__: m for m in Settings.model_fields[self.name].metadata}
        least = known["Ge"].ge if "Ge" in known else known["Gt"].gt if "Gt" in known else -math.inf
        return least, known["Le"].le if "Le" in known else math.inf

    @property
    def above(self) -> bool:
        """Whether the least value itself is not allowed."""
        return any(type(m).__name__ == "Gt" for m in Settings.model_fields[self.name].metadata)

    @property
    def default(self) -> Any:
        """What holds if neither the operator nor an administrator says anything."""
        return Settings.model_fields[self.name].default

    @property
    def may_be_open(self) -> bool:
        """Whether nothing may be chosen: None is then a value."""
        return self.default is None


CHOICES: Final[Mapping[str, Choice]] = {
    choice.name: choice
    for choice in (
        Choice(
            "minimum_n",
            "Fewest people for a rate",
            "figures",
            "people",
            "A rate of fewer people is not shown but called “too few”, on pages, in briefings and on the command line.",
            "lower",
            "Rates of smaller groups are shown: they move by chance, and say more about single people.",
        ),
        Choice(
            "disclosure_threshold",
            "Viewers: figures below it are suppressed",
            "figures",
            "people",
            "A viewer sees [c] for a figure below it that is not 0.",
            "lower",
            "Viewers see smaller counts than before. NHS Digital suppresses 1 to 7; 5 is the least that agencies use.",
        ),
        Choice(
            "disclosure_base",
            "Viewers: figures are multiples of",
            "figures",
            "people",
            "A viewer's counts are rounded, block by block, to a multiple of it.",
            "lower",
            "Viewers' counts come closer to the exact ones, so that small groups are easier to tell.",
        ),
        Choice(
            "disclosure_dimensions",
            "Viewers: filters that may be combined",
            "figures",
            "number",
            "How many of area, team, crime type, flag and channel a viewer may combine, beside month and role.",
            "higher",
            "Viewers may narrow figures down to smaller groups.",
        ),
        Choice(
            "drift_fewer_rows",
            "Warn of fewer rows",
            "loading",
            "share",
            "A load asks first if an extract has so much fewer rows than the one before.",
        ),
        Choice(
            "drift_blank",
            "Warn of a field gone blank",
            "loading",
            "share",
            "A load asks first if a field that was not is now blank in this share of records.",
        ),
        Choice(
            "drift_unmapped",
            "Warn of labels that nobody knows",
            "loading",
            "share",
            "A load asks first if the share of records with an unrecognised label rises by this much in a field.",
        ),
        Choice(
            "retention_days",
            "Keep records for",
            "keeping",
            "days",
            "purge removes the records of extracts that are older; their counts stay. Nothing is removed by itself.",
            "higher",
            "Records of people are kept longer: the retention schedule and the DPIA have to allow it.",
        ),
        Choice(
            "audit_reason_required",
            "A reason is required",
            "keeping",
            "yes",
            "Record-level views, downloads, assignments, purges and changes of settings or roles then need a reason.",
            "lower",
            "The audit log no longer says why somebody saw or changed what they did.",
        ),
    )
}
"""Name → what may be chosen, in the order of the page."""


def checked(name: str, value: Any) -> Any:
    """A value as it is kept.

    Args:
        name: of `CHOICES`.
        value: as somebody gave it; None where nothing is chosen any more.

    Raises:
        ChoiceError: if there is no such setting, or it cannot have this value.
    """
    choice = CHOICES.get(name)
    if choice is None:
        raise ChoiceError(f"There is no setting {name!r} to choose: there are {', '.join(CHOICES)} and targets.")
    if value is None:
        return None
    if choice.unit == "yes":
        if not isinstance(value, bool):
            raise ChoiceError(f"{choice.title}: it is yes or no, not {value!r}.")
        return value
    whole = choice.unit != "share"
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ChoiceError(f"{choice.title}: give a number, not {value!r}.")
    if whole and value != int(value):
        raise ChoiceError(f"{choice.title}: give a whole number, not {value:g}.")
    least, most = choice.limits
    if value < least or value > most or (choice.above and value == least):
        raise ChoiceError(f"{choice.title}: {in_words(choice, value)} cannot be; give {limit_words(choice)}.")
    return int(value) if whole else float(value)


def weakens(name: str, was: Any, value: Any) -> bool:
    """Whether a change of a setting protects people less than before."""
    choice = CHOICES[name]
    if not choice.weaker or was == value:
        return False
    # Without a retention period records are kept for as long as there is a disk.
    was, value = (math.inf if v is None else v for v in (was, value))
    return value < was if choice.weaker == "lower" else value > was


def limit_words(choice: Choice) -> str:
    """The limits in words: `5 to 100`."""
    least, most = choice.limits
    if choice.unit == "share":
        return f"more than {100 * least:g}% and at most {100 * most:g}%"
    return f"{least:,.0f} to {most:,.0f}"


def in_words(choice: Choice, value: Any) -> str:
    """A value with its unit."""
    if value is None:
        return "not decided"
    if choice.unit == "yes":
        return "yes" if value else "no"
    if choice.unit == "share":
        return f"{100 * value:g}%"
    return f"{value:,g}" + {"people": " people" if value != 1 else " person", "days": " days"}.get(choice.unit, "")


__all__ = ["CHOICES", "Choice", "ChoiceError", "checked", "in_words", "limit_words", "weakens"]
