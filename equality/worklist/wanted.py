"""Which records a worklist is of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from equality.analysis.words import period_name
from equality.measures.catalogue import characteristics
from equality.measures.dimensions import FLAGS, ROLES, Selection
from equality.measures.states import APPLICABLE_STATES, STATE_TITLES, STATES

RECOVERABLE: Final = "recoverable_cells"
"""Instead of a state: blank or unknown, and the person is known on another record (a kind of the counts, too)."""

NOT_KNOWN: Final = APPLICABLE_STATES[1:]
"""The states of cells that are not known, whose people make up the complement of the known rate."""

KINDS: Final = (*STATES, RECOVERABLE)
"""What cells may be asked for."""


@dataclass(frozen=True)
class Wanted:
    """Records that have at least one cell of these characteristics in one of these states.

    Attributes:
        source: of the snapshots.
        selection: which records.
        characteristics: whose cells.
        states: of `KINDS`.
    """

    source: str
    selection: Selection
    characteristics: tuple[str, ...]
    states: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON, with one spelling for what means the same."""
        known, order = list(characteristics()), list(KINDS)
        return {
            "source": self.source,
            "period": list(self.selection.period),
            "where": {name: sorted(values) for name, values in sorted(self.selection.where.items()) if values},
            "flags": sorted(self.selection.flags),
            "characteristics": sorted(set(self.characteristics), key=known.index),
            "states": sorted(set(self.states), key=order.index),
        }

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> Wanted:
        """What `as_dict` gave.

        Raises:
            ValueError: if it is something else.
        """
        try:
            first, last = said["period"]
            where = {str(name): tuple(map(str, values)) for name, values in said["where"].items()}
            chosen, states = tuple(said["characteristics"]), tuple(said["states"])
            selection = Selection((str(first), str(last)), where, tuple(map(str, said["flags"])))
            source = str(said["source"])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError("this says of no worklist which records it is of") from error
        if not chosen or not states or not set(chosen) <= set(characteristics()) or not set(states) <= set(KINDS):
            raise ValueError("a worklist is of at least one characteristic and state that there are")
        return cls(source, selection, chosen, states)

    def words(self) -> str:
        """Which records these are, as `Victims · Worcester · Nov 2025 – Oct 2026 · Ethnicity: blank or unknown`."""
        where = dict(self.selection.where)
        roles = " and ".join(ROLES.get(role, role) for role in where.pop("role", ())) or "All roles"
        flags = [" or ".join(FLAGS.get(flag, flag) for flag in self.selection.flags)] if self.selection.flags else []
        period = [period_name(*self.selection.period)] if all(self.selection.period) else []
        places = [" or ".join(values) for values in where.values() if values]
        return " · ".join([roles, *places, *flags, *period, self.cells()])

    def cells(self) -> str:
        """What their cells are, as `Ethnicity or Sex: blank or unknown`."""
        titles = [characteristics()[name].title for name in self.characteristics]
        return f"{_any(titles)}: {state_words(self.states)}"


def state_words(states: tuple[str, ...]) -> str:
    """States as `blank or unknown`; all that are not known as that."""
    if set(states) == set(NOT_KNOWN):
        return "not known"
    ordered = [state for state in KINDS if state in states]
    return _any([_STATE_WORDS.get(state, STATE_TITLES.get(state, state).lower()) for state in ordered])


_STATE_WORDS: Final[Mapping[str, str]] = {RECOVERABLE: "blank or unknown, and known on another record"}


def _any(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
