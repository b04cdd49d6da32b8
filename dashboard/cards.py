"""The cards of Plausibility: a finding, its evidence as a chart and a table, what it is no proof of, and the way on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import polars as pl
import streamlit as st

from dashboard import navigation, show
from dashboard.shell import Context
from dashboard.text import plain
from equality.analysis.plausibility import Check, Finding
from equality.charts import birthdays, by_month, evidence_rows, grid
from equality.charts.evidence_rows import SCHEMA

MOST_FINDINGS = 3
"""Findings of one check that are written out; others are named."""
Drawn = tuple[Any, str, pl.DataFrame]
"""A chart, its name for those who cannot see it, and the numbers that it draws."""


def card(context: Context, check: Check, drawn: Drawn | None) -> None:
    """One check that found something."""
    with st.container(border=True, key=f"card-{check.id}"):
        st.subheader(plain(check.title), anchor=False)
        for finding in check.findings[:MOST_FINDINGS]:
            st.markdown(plain(finding.sentence))
            _link(context, finding)
        if more := [unit for f in check.findings[MOST_FINDINGS:] for unit in f.where.values()]:
            st.markdown(f"Also: {plain(', '.join(more))}.")
        _unheeded(context, check)
        if drawn:
            picture, alt_text, numbers = drawn
            show.chart(context, picture, f"evidence-{check.id}", alt_text)
            if reading := READING.get(check.id):
                st.caption(reading)
        st.markdown(f"**{plain(check.not_proof.split(':', 1)[0].split('.', 1)[0])}**" + _rest(check.not_proof))
        with st.expander("The same numbers as a table, and how they are counted"):
            st.write(plain(check.counted))
            if drawn:
                table(context, numbers, check)


def _rest(text: str) -> str:
    first = text.split(":", 1)[0].split(".", 1)[0]
    return plain(text[len(first) :])


def _link(context: Context, finding: Finding) -> None:
    if not (finding.where or finding.characteristic):
        return
    view = context.view
    for dimension, unit in finding.where.items():
        view = view.narrowed(dimension, [unit])
    if finding.characteristic in context.options.characteristics:
        view = replace(view, characteristic=finding.characteristic)
    gaps = navigation.PAGES["gaps"]
    label = "See this slice in Gaps" if not finding.where else f"See {plain(', '.join(finding.where.values()))} in Gaps"
    st.page_link(gaps.file, label=label, icon=":material/arrow_forward:", query_params=context.bar.params(view))


def _unheeded(context: Context, check: Check) -> None:
    if "all" in check.heeds:
        return
    lost = context.unheeded(*check.heeds)
    period = [] if "month" in check.heeds else ["Period"]
    lost = [*period, *(title for title in lost if title not in period)]
    if lost:
        st.caption(f"Not narrowed by: {', '.join(map(plain, lost))}.")


UNITS = "The dot is the unit with its 95% interval, each thin tick another unit, the thick tick all units together."
READING: Mapping[str, str] = {
    "defaults": UNITS,
    "one_answer": UNITS,
    "residual": UNITS,
    "birth_days": "Each dot is a day of the year, the broken line what chance gives.",
    "ages": "Ages that end in 0 or 5 are dark.",
    "both_ethnicities": "Down: what people say. Across: what officers see. Each row adds up to 100%; "
    "outlined is agreement.",
    "persons": "People with two different answers, of those with two or more answers, with the 95% interval.",
    "old_lists": "The share of Chinese recorded as O1 by month, with its 95% interval.",
    "impossible": "Records that break a rule, of all records that it speaks of.",
    "mix": "The share among answers less the share among residents, in points; outlined where it is far.",
}
"""Check → how to read its chart."""


def evidence(context: Context, check: Check) -> Drawn | None:
    """The chart of a check that found something."""
    draw = _DRAW.get(check.id)
    return draw(context, check.evidence) if draw else None


def _units(group: str) -> Callable[[Context, pl.DataFrame], Drawn]:
    def draw(context: Context, rates: pl.DataFrame) -> Drawn:
        names = {name: c.title for name, c in context.catalogue.items()}
        if group == "answer":
            names = {row["answer"]: f"“{row['label']}”" for row in rates.iter_rows(named=True)}
        rows, others = evidence_rows.unit_rows(rates, names, group)
        picture = evidence_rows.share_rows(rows, context.colours, others)
        return picture, "Named units against all others.", unit_table(rates, names, group)

    return draw


def unit_table(rates: pl.DataFrame, names: Mapping[str, str], group: str) -> pl.DataFrame:
    """Every unit in the tests in which one is named: the named first."""
    tested = rates.filter("named")[group].unique()
    shown = rates.filter("enough", pl.col(group).is_in(tested.implode()))
    return shown.select(
        unit="unit",
        what=pl.col(group).replace(names),
        percent=100 * pl.col("share"),
        percent_low=100 * pl.col("low"),
        percent_high=100 * pl.col("high"),
        hits="hits",
        n="size",
        overall=100 * pl.col("overall"),
        named=pl.when("named").then(pl.lit("named")).otherwise(pl.lit("")),
    )


def _days(context: Context, shares: pl.DataFrame) -> Drawn:
    points = birthdays.day_points(shares)
    return (
        birthdays.days(points, context.colours),
        "People by day of birth in the year.",
        shares.sort("records", descending=True).select("label", "records", "ratio"),
    )


def _ages(context: Context, counts: pl.DataFrame) -> Drawn:
    return (
        birthdays.ages(birthdays.age_bars(counts), context.colours),
        "People by age.",
        counts.select("age", "records"),
    )


def _both(context: Context, cells: pl.DataFrame) -> Drawn:
    shown = grid.agreement_cells(cells, context.minimum_n)
    numbers = cells.filter(pl.col("n") >= context.minimum_n).select(
        "self_defined",
        "observed",
        hits="records",
        n="n",
        percent=100 * pl.col("share"),
        percent_low=100 * pl.col("low"),
        percent_high=100 * pl.col("high"),
    )
    return grid.grid(shown, context.colours), "Self-defined against observed ethnic group.", numbers


def _persons(context: Context, rates: pl.DataFrame) -> Drawn:
    rows = interval_rows(rates, "name", "different", "twice")
    top = max(0.05, round((rates["high"].max() or 0) * 1.15, 2))  # type: ignore[operator,arg-type]
    numbers = _rated(rates, "name", "different", "twice")
    return evidence_rows.share_rows(rows, context.colours, top=top), "People with two different answers.", numbers


def _rules(context: Context, found: pl.DataFrame) -> Drawn:
    rows = interval_rows(found, "sentence", "failing", "of", narrow=True)
    top = max(0.01, round((found["high"].max() or 0) * 1.15, 3))  # type: ignore[operator,arg-type]
    numbers = _rated(found, "sentence", "failing", "of")
    return evidence_rows.share_rows(rows, context.colours, top=top), "Records that break a rule.", numbers


def interval_rows(frame: pl.DataFrame, name: str, hits: str, of: str, *, narrow: bool = False) -> pl.DataFrame:
    """Shares with their limits as rows of `evidence_rows.share_rows`; `narrow` leaves the interval out of the words."""
    rows = []
    for i, row in enumerate(frame.iter_rows(named=True)):
        share, low, high = (100 * (row[part] or 0.0) for part in ("share", "low", "high"))
        number = f"{row[hits]:,} of {row[of]:,}"
        value = number if narrow else f"{share:.1f}% ({low:.1f}–{high:.1f})"
        spoken = f"{row[name]}: {share:.2f}% ({low:.2f}–{high:.2f}), {number}"
        rows.append((i, row[name], value, spoken, row["share"], row["low"], row["high"], None))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _rated(frame: pl.DataFrame, name: str, hits: str, of: str) -> pl.DataFrame:
    return frame.select(
        what=name,
        hits=hits,
        n=of,
        percent=100 * pl.col("share"),
        percent_low=100 * pl.col("low"),
        percent_high=100 * pl.col("high"),
    )


def _months(context: Context, shares: pl.DataFrame) -> Drawn:
    points = by_month.month_points(shares, "recorded as Chinese")
    numbers = points.select(
        "name",
        "old",
        "new",
        percent=100 * pl.col("share"),
        percent_low=100 * pl.col("low"),
        percent_high=100 * pl.col("high"),
    )
    return by_month.months(points, context.colours), "Old code O1 by month.", numbers


def _mix(context: Context, mix: pl.DataFrame) -> Drawn:
    numbers = mix.select(
        "area",
        "group",
        hits="records",
        n="n",
        percent=100 * pl.col("share"),
        percent_low=100 * pl.col("low"),
        percent_high=100 * pl.col("high"),
        residents=100 * pl.col("resident_share"),
        psi="psi",
    )
    return grid.grid(grid.mix_cells(mix), context.colours), "Ethnic mix of answers against residents.", numbers


_DRAW: Mapping[str, Callable[[Context, pl.DataFrame], Drawn]] = {
    "defaults": _units("characteristic"),
    "one_answer": _units("answer"),
    "residual": _units("characteristic"),
    "birth_days": _days,
    "ages": _ages,
    "both_ethnicities": _both,
    "persons": _persons,
    "old_lists": _months,
    "impossible": _rules,
    "mix": _mix,
}


def table(context: Context, numbers: pl.DataFrame, check: Check) -> None:
    """The numbers of a chart, under the names that readers know."""
    number, text, share = st.column_config.NumberColumn, st.column_config.TextColumn, "%.1f%%"
    known = {
        "unit": text("Unit", pinned=True),
        "what": text("What"),
        "label": text("Day"),
        "name": text("Month"),
        "age": number("Age"),
        "area": text("District", pinned=True),
        "group": text("Group"),
        "self_defined": text("Self-defined", pinned=True),
        "observed": text("Observed"),
        "percent": number("Share", format=share),
        "percent_low": number("from", format=share, help="Lower limit of the 95% interval"),
        "percent_high": number("to", format=share, help="Upper limit of the 95% interval"),
        "records": number("People", format="localized"),
        "hits": number("People" if check.id != "impossible" else "Records", format="localized"),
        "n": number("Out of", format="localized"),
        "old": number("O1 (16+1)", format="localized"),
        "new": number("A4 (18+1)", format="localized"),
        "ratio": number("Times its share", format="%.1f"),
        "overall": number("All units", format=share),
        "residents": number("Residents", format=share),
        "psi": number("Stability index", format="%.2f"),
        "named": text("Named"),
    }
    columns = {name: known[name] for name in numbers.columns}
    show.table(context, numbers, f"table-{check.id}", f"{check.title}: the numbers", columns)
