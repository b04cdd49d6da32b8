"""A code and the many ways it is written: draws a label for each code of a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from equality.synthetic.draws import Floats, Ints

Label = tuple[str, float]

# What stands in a cell that holds no answer, in every field. The export's reader decides what each
# of these means; the words here say what the generator meant.
BLANK: tuple[Label, ...] = (
    ("", 0.89),
    (" ", 0.03),
    ("-", 0.03),
    ("NULL", 0.05),
)
UNKNOWN: tuple[Label, ...] = (
    ("Unknown", 0.42),
    ("UNKNOWN", 0.10),
    ("Not recorded", 0.22),
    ("None recorded", 0.12),
    ("Not known", 0.08),
    ("Not Specified", 0.05),
    ("N/K", 0.01),
)
NOT_STATED: tuple[Label, ...] = (("Not stated", 0.80), ("NS - Not stated", 0.15), ("not stated", 0.05))
DECLINED: tuple[Label, ...] = (
    ("Prefer not to say", 0.70),
    ("Prefer Not To Say", 0.10),
    ("Refused", 0.12),
    ("Declined", 0.08),
)
NOT_OBTAINED: tuple[Label, ...] = (("Unable to obtain", 0.7), ("Not asked", 0.3))
INVALID: tuple[Label, ...] = (
    ("#N/A", 0.40),
    ("#VALUE!", 0.25),
    ("#MULTIVALUE", 0.15),
    ("ZZ", 0.20),
)

# The states a cell without a value can be in; every book of a characteristic begins with them.
GAPS: dict[str, tuple[Label, ...]] = {
    "blank": BLANK,
    "unknown": UNKNOWN,
    "not_stated": NOT_STATED,
    "declined": DECLINED,
    "not_obtained": NOT_OBTAINED,
    "invalid": INVALID,
}


def spellings(*label: str, tail: Sequence[str] = (), tail_share: float = 0.04) -> tuple[Label, ...]:
    """Usual labels (the first for two thirds, the rest alike) and a rare tail."""
    rest = label[1:]
    first = 1.0 if not rest else 0.66
    usual = [(label[0], first), *((text, (1 - first) / len(rest)) for text in rest)]
    if not tail:
        return tuple(usual)
    return (
        *((text, weight * (1 - tail_share)) for text, weight in usual),
        *((text, tail_share / len(tail)) for text in tail),
    )


class Book:
    """The labels of every code of one column."""

    def __init__(self, entries: Mapping[str, Sequence[Label]]) -> None:
        self.codes: tuple[str, ...] = tuple(entries)
        texts: list[str | None] = []
        steps: list[float] = []
        for row, labels in enumerate(entries.values()):
            weights = np.cumsum([weight for _, weight in labels])
            steps.extend(row + weights[:-1] / weights[-1])
            steps.append(row + 1.0)
            # null, not an empty string: a CSV then holds nothing between the commas
            texts.extend(text or None for text, _ in labels)
        self.labels = pl.Series(texts, dtype=pl.String)
        self._steps = np.asarray(steps)

    def code(self, name: str) -> int:
        """The number of a code."""
        return self.codes.index(name)

    def numbers(self, names: Sequence[str]) -> Ints:
        """The numbers of several codes."""
        return np.asarray([self.code(name) for name in names], dtype=np.int64)

    def pick(self, code: Ints, u: Floats) -> Ints:
        """A position in `labels` for each code."""
        return np.searchsorted(self._steps, code + np.minimum(u, 1 - 1e-9), side="right").astype(np.int64)

    def write(self, label: Ints) -> pl.Series:
        """The labels at these positions."""
        return self.labels.gather(pl.Series(label))


def characteristic(values: Mapping[str, Sequence[Label]], **gaps: Sequence[Label]) -> Book:
    """A book that starts with the gap states (some reworded for this field), then the values."""
    return Book({**{state: gaps.get(state, labels) for state, labels in GAPS.items()}, **values})
