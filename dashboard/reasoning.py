"""Why, and what would help: the choices of the Drivers page, and the two sides that it compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl
import streamlit as st

from dashboard import mix
from dashboard.link import View
from dashboard.shell import Context
from equality.analysis.kitagawa import Split, kitagawa
from equality.analysis.words import period_name
from equality.measures.dimensions import months_between, shift_month
from equality.reading import places as reading

YEAR: Final = 12


@dataclass(frozen=True)
class Side:
    """One side of a comparison: what it is called, and its view."""

    name: str
    view: View


def last_year(context: Context) -> View | None:
    """The same months a year earlier; None if the data does not reach back so far, or that is the period before."""
    view = context.view
    if len(months_between(view.first, view.last)) >= YEAR:
        return None
    first, last = shift_month(view.first, -YEAR), shift_month(view.last, -YEAR)
    return replace(view, first=first, last=last) if first >= context.options.months[0] else None


def comparisons(context: Context, by: str | None) -> dict[str, str]:
    """What the selection can be compared with, in words; the first is the usual one."""
    found = {}
    if context.earlier:
        found["before"] = f"The period before, {context.earlier_words}"
    year = last_year(context)
    if year:
        found["year"] = f"A year before, {period_name(year.first, year.last)}"
    if by is not None:
        found["units"] = "Two units with each other"
    return found


def sides(context: Context, against: str, by: str | None) -> tuple[Side, Side]:
    """The two sides, A and B, that the difference A − B is of."""
    view = context.view
    now = Side(period_name(view.first, view.last), view)
    if against == "units" and by is not None:
        one, other = _pair(context, by)
        return tuple(Side(unit, replace(view, where=dict(view.where) | {by: (unit,)})) for unit in (one, other))  # type: ignore[return-value]
    earlier = last_year(context) if against == "year" else context.earlier
    return now, Side(period_name(earlier.first, earlier.last), earlier) if earlier else now


def _pair(context: Context, by: str) -> tuple[str, str]:
    """The two units of the link; those with most people if it names none."""
    units = _by_size(context, by)
    one = context.view.own_choice("unit", units)
    return one, context.view.own_choice("other", [unit for unit in units if unit != one])


def _by_size(context: Context, by: str) -> list[str]:
    free = replace(context.view, where={d: v for d, v in context.view.where.items() if d != by})
    people = context.slice(by, view=free, characteristics=[context.view.characteristic])
    ranked = people.sort("applicable", descending=True, maintain_order=True)[by].to_list()
    return [*ranked, *(unit for unit in context.options.values[by] if unit not in ranked)]


def choose_pair(context: Context, by: str) -> None:
    """Which two units are compared."""
    one, other = _pair(context, by)
    units = sorted(_by_size(context, by))
    title = context.snapshot.dimensions[by]
    for name, label, chosen in (("unit", title, one), ("other", "Compared with", other)):
        key = f"own-{name}"
        options = [unit for unit in units if name == "unit" or unit != one]
        if st.session_state.get(key) != chosen:
            st.session_state[key] = chosen

        def change(name: str = name, key: str = key) -> None:
            context.bar.go(context.view.with_own(name, st.session_state[key]))

        st.selectbox(label, options, key=key, on_change=change, width=280)


def splits(context: Context, against: str, by: str | None) -> dict[str, str]:
    """By what the parts of a difference can be shown, in words; the first is the usual one."""
    held = [d for d in (mix.crime(context.options), "channel", "team", "area") if d in context.options.units]
    return {d: context.snapshot.dimensions[d] for d in held if not (against == "units" and d == by)}


def strata(context: Context, shown: str | None, against: str, by: str | None) -> list[str]:
    """The columns that make up a stratum: the whole mix, and what is shown where it is no part of it."""
    columns = mix.mix(context.options, *([by] if against == "units" and by else []))
    return columns if shown is None or shown in columns else [*columns, shown]


def split_of(context: Context, pair: tuple[Side, Side], columns: Sequence[str]) -> Split | None:
    """The difference of two sides split into practice and mix; None if either has too few people."""
    first, second = (mix.cells(context, columns, side.view) for side in pair)
    if min(int(first["n"].sum()), int(second["n"].sum())) < max(1, context.minimum_n):
        return None
    return kitagawa(first, second, columns)


def places(context: Context) -> tuple[list[str], pl.DataFrame]:
    """The dimensions of the places that can be lifted, and their rates."""
    return reading.places(context.figures())


def choose_percent(context: Context, name: str, label: str, usual: int, help_text: str) -> float:
    """A slider of whole per cents, kept in the address; the share that it stands at."""
    chosen = context.view.own_number(name, 0, 100, usual)
    key = f"own-{name}"
    if st.session_state.get(key) != chosen:
        st.session_state[key] = chosen

    def change() -> None:
        context.bar.go(context.view.with_own(name, str(st.session_state[key]), str(usual)))

    st.slider(label, 0, 100, key=key, on_change=change, format="%d%%", help=help_text)
    return chosen / 100


def usual_rate(context: Context, rates: pl.DataFrame) -> int:
    """The rate that half of the places reach, in whole per cent; the target if no place has enough people."""
    return reading.usual_rate(context.figures(), rates)


def pareto_columns(title: str, missing: str) -> dict[str, Any]:
    """The columns of the table of who holds the gap."""
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "name": text(title, pinned=True, width="medium"),
        "missing": number(missing, format="localized"),
        "n": number("Out of", format="localized", help="The rate's denominator"),
        "percent": number("Share of the gap", format="%.1f%%"),
        "percent_together": number("Together with those above", format="%.1f%%"),
    }


def waterfall_columns(title: str) -> dict[str, Any]:
    """The columns of the table of practice and mix."""
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "name": text(title, pinned=True, width="medium"),
        "people_now": number("People, first side", format="localized"),
        "people_before": number("People, other side", format="localized"),
        "practice_points": number("Practice, points", format="%+.2f"),
        "mix_points": number("Mix, points", format="%+.2f"),
        "sum_points": number("Together, points", format="%+.2f"),
    }


def lift_columns(context: Context, keys: Sequence[str], measure: str) -> dict[str, Any]:
    """The columns of the table of lifts."""
    number, text, share = st.column_config.NumberColumn, st.column_config.TextColumn, "%.1f%%"
    titles = context.snapshot.dimensions
    return {
        **{key: text(titles[key], pinned=key == keys[0]) for key in keys},
        "gain": number("More people", format="localized", help=f"People more to be {measure.lower()}"),
        "n": number("Out of", format="localized", help="The rate's denominator"),
        "percent": number("Rate", format=share),
        "percent_after": number("Lifted to", format=share),
        "percent_total": number("Overall then", format=share, help="With this and all above it lifted"),
    }
