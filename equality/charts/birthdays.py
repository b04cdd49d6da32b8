"""Birthdays over the year, and ages: where many people have what few can have."""

from __future__ import annotations

import json
from typing import Any, Final

import altair as alt
import polars as pl

from equality.analysis.words import MONTHS, people
from equality.charts.palette import NARROW, Palette, styled, unchecked

HEIGHT: Final = 220
LABELLED: Final = 4
"""Days that are named in the chart."""


def day_points(shares: pl.DataFrame) -> pl.DataFrame:
    """The points of the chart: a frame of `births.day_shares` with `expected_records`, `sentence` and `text` (the day's
    name for those that are named).
    """
    named = shares.filter("named").sort("ratio", descending=True).head(LABELLED)["month_day"].to_list()
    frame = shares.with_columns(expected_records=pl.col("expected") * pl.col("n"))
    rows = list(frame.iter_rows(named=True))
    sentences = [f"{r['label']}: {people(r['records'])}, {r['ratio']:.1f} times its share of the year" for r in rows]
    texts = [f"{r['label']}: {r['records']:,}" if r["month_day"] in named else "" for r in rows]
    return frame.with_columns(
        pl.Series("sentence", sentences, dtype=pl.String), pl.Series("text", texts, dtype=pl.String)
    )


@unchecked
def days(points: pl.DataFrame, colours: Palette) -> Any:
    """How many people are born on each day of the year, named days as large dots with their name.

    Args:
        points: a frame of `day_points`.
        colours: those of the mode.
    """
    starts = points.filter(pl.col("month_day") % 100 == 1)["position"].to_list()
    names = dict(zip(map(str, starts), MONTHS, strict=True))
    axis = alt.Axis(
        values=starts,
        labelExpr=f"{NARROW} ? slice({json.dumps(names)}[datum.value], 0, 1) : {json.dumps(names)}[datum.value]",
        labelAlign="left",
        title=None,
    )
    base, named, expected = (
        alt.Chart(part).encode(
            x=alt.X("position:Q", axis=axis, scale=alt.Scale(domain=[0, 366], nice=False)),
            y=_y("records"),
            description=alt.Description("sentence:N"),
            tooltip=alt.Tooltip("sentence:N", title="Day"),
        )
        for part in (
            points.filter(~pl.col("named")),
            points.filter("named"),
            points.filter(pl.col("month_day") == 630),
        )
    )
    layers = [
        expected.mark_rule(color=colours.target, strokeDash=[4, 3], aria=False).encode(
            x=alt.X(datum=0), x2=alt.X2Datum(366), y=_y("expected_records")
        ),
        base.mark_point(filled=True, fill=colours.outline, size=14, opacity=0.8),
    ]
    if points["named"].any():
        layers += [
            named.mark_point(filled=True, fill=colours.mark, size=110, opacity=1),
            named.mark_text(align="left", dx=10, fontWeight="bold").encode(text=alt.Text("text:N")),
        ]
    return styled(alt.layer(*layers), colours, width="container", height=HEIGHT)


def age_bars(counts: pl.DataFrame) -> pl.DataFrame:
    """The bars of the ages: a frame of `births.age_counts` with `kind` and `sentence`."""
    sentences = [f"Age {r['age']}: {people(r['records'])}" for r in counts.iter_rows(named=True)]
    return counts.with_columns(pl.Series("sentence", sentences, dtype=pl.String))


@unchecked
def ages(bars: pl.DataFrame, colours: Palette) -> Any:
    """How many people are of each age, ages that end in 0 or 5 dark with their number below.

    Args:
        bars: a frame of `age_bars`.
        colours: those of the mode.
    """
    base = alt.Chart(bars).encode(
        x=alt.X("age:Q", axis=alt.Axis(values=list(range(10, 90, 10)), title=None), scale=alt.Scale(domain=[9, 90])),
        y=_y("records"),
        description=alt.Description("sentence:N"),
        tooltip=alt.Tooltip("sentence:N", title="Age"),
    )
    colour = alt.condition(alt.datum.rounded, alt.value(colours.mark), alt.value(colours.steps[3]))
    bar = base.mark_bar(width=alt.ExprRef(expr="max(1, width / 81 - 2)")).encode(color=colour)
    return styled(alt.layer(bar), colours, width="container", height=HEIGHT)


def _y(name: str) -> alt.Y:
    axis = alt.Axis(title=None, grid=True, gridColor="#8888", gridOpacity=0.3, format=",d", tickCount=4)
    return alt.Y(f"{name}:Q", axis=axis, scale=alt.Scale(zero=True))
