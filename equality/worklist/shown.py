"""What of a record is shown: the one place that decides which states and values may stand beside a reference.

A list is for mending records, so a recorded value is shown only of a cell that the list is of, or that is not known.
Of gender reassignment a list says at most that the question is open: no answer, no refusal, and not that another record
holds one (Gender Recognition Act 2004, s.22: docs/definitions.md). Of sexual orientation no value is shown either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import polars as pl

from equality.measures.answers import NEVER_BROKEN_DOWN
from equality.measures.catalogue import characteristics
from equality.measures.states import STATE_TITLES, state_column
from equality.worklist.wanted import NOT_KNOWN, RECOVERABLE, Wanted

VALUE_NEVER_SHOWN: Final = NEVER_BROKEN_DOWN
"""Characteristics whose recorded value never stands beside a reference."""
ONLY_OPEN: Final = ("gender_reassignment",)
"""Characteristics of which a list says only that they are open."""
OPEN: Final = tuple(state for state in NOT_KNOWN if state != "declined")
"""The states of a cell that still can be asked about."""
_IS_OPEN: Final = "open"


def permitted(wanted: Wanted) -> Wanted | None:
    """The list that may be shown of what somebody wants; None if it may not be shown at all."""
    secret = [name for name in wanted.characteristics if name in ONLY_OPEN]
    if not secret or set(wanted.states) <= set(OPEN):
        return wanted
    others = tuple(name for name in wanted.characteristics if name not in ONLY_OPEN)
    if others:
        return replace(wanted, characteristics=others)
    states = tuple(state for state in wanted.states if state in OPEN)
    return replace(wanted, states=states) if states else None


def marks(names: tuple[str, ...], short: Mapping[str, str]) -> pl.Expr:
    """What is not known of a record, as a list of words such as `Ethnicity: blank`."""
    return pl.concat_list(_mark(name, short) for name in names).list.drop_nulls()


def mark_words(names: tuple[str, ...], short: Mapping[str, str]) -> dict[str, str]:
    """Every mark that `marks` can give → the state that it speaks of, `open` for a cell that is only open."""
    found = {}
    for name in names:
        if name in ONLY_OPEN:
            found[f"{short[name]}: {_IS_OPEN}"] = _IS_OPEN
        else:
            found |= {f"{short[name]}: {STATE_TITLES[state].lower()}": state for state in NOT_KNOWN}
    return found


def _mark(name: str, short: Mapping[str, str]) -> pl.Expr:
    state = pl.col(state_column(name))
    if name in ONLY_OPEN:
        return pl.when(state.is_in(OPEN)).then(pl.lit(f"{short[name]}: {_IS_OPEN}"))
    words = {s: f"{short[name]}: {STATE_TITLES[s].lower()}" for s in NOT_KNOWN}
    return pl.when(state.is_in(NOT_KNOWN)).then(state.cast(pl.String).replace_strict(words, default=None))


def raw_values(wanted: Wanted, names: tuple[str, ...], short: Mapping[str, str]) -> pl.Expr:
    """What stands in the cells that are not known, and in those that the list is of, as text; empty for nothing.

    Over records of `records.kept_records`.
    """
    parts = [_raw(wanted, name, short) for name in names if name not in VALUE_NEVER_SHOWN]
    return pl.concat_str(parts, separator="; ", ignore_nulls=True) if parts else pl.lit("")


def _raw(wanted: Wanted, name: str, short: Mapping[str, str]) -> pl.Expr:
    state, raw = pl.col(state_column(name)), pl.col(f"{name}_raw").cast(pl.String)
    listed = {*NOT_KNOWN, *(wanted.states if name in wanted.characteristics else ())}
    said = state.is_in([s for s in listed if s != RECOVERABLE]) & (raw.str.strip_chars() != "")
    return pl.when(said).then(pl.format("{}: {}", pl.lit(short[name]), raw))


def elsewhere(page: pl.DataFrame, frame: pl.LazyFrame, name: str) -> pl.DataFrame:
    """Where the persons of a list's records are known: the newest other record that knows them.

    Nothing is ever filled in from it: two records may be of two answers, or of two people by mistake.

    Args:
        page: records whose cell of this characteristic is recoverable.
        frame: all kept records.
        name: the characteristic.

    Returns:
        `person_ref`, `{name}_at` (the crime reference of that record), `{name}_on` (its date) and `{name}_value` (what
        stands there; null where the value is never shown).
    """
    asked = page.lazy().select("person_ref").unique()
    value = pl.lit(None, pl.String) if name in VALUE_NEVER_SHOWN else pl.col(f"{name}_raw").cast(pl.String)
    return (
        frame.filter(pl.col(state_column(name)) == "valid")
        .join(asked, on="person_ref", how="semi")
        .select(
            "person_ref",
            pl.col("crime_ref").alias(f"{name}_at"),
            pl.col("recorded_on").alias(f"{name}_on"),
            value.alias(f"{name}_value"),
            "row",
        )
        .sort("row")
        .unique("person_ref", keep="first", maintain_order=True)
        .drop("row")
        .collect()
    )


def titles(names: tuple[str, ...]) -> dict[str, str]:
    """Characteristic → the short name that marks begin with."""
    return {name: characteristics()[name].short for name in names}
