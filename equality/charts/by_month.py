"""One share by month, with its interval."""

from __future__ import annotations

from typing import Any, Final

import altair as alt
import polars as pl

from equality.analysis.words import interval, month_name, people, percent
from equality.charts.palette import NARROW, Palette, styled, unchecked

HEIGHT: Final = 200


def month_points(shares: pl.DataFrame, what: str) -> pl.DataFrame:
    """Points by month: `month`, `share`, `low`, `high`, `n` and a `sentence` that says `what` the share is."""
    shown = shares.drop_nulls("share")
    sentences = [
        f"{month_name(r['month'])}: {percent(r['share'], 0)} ({interval(r['low'], r['high'], 0)}) of {people(r['n'])} "
        f"{what}"
        for r in shown.iter_rows(named=True)
    ]
    names = [month_name(m) for m in shown["month"]]
    return shown.with_columns(
        pl.Series("sentence", sentences, dtype=pl.String), pl.Series("name", names, dtype=pl.String)
    )


@unchecked
def months(points: pl.DataFrame, colours: Palette) -> Any:
    """The share of each month as a dot with its interval, from 0 to 100 %.

    Args:
        points: a frame of `month_points`.
        colours: those of the mode.
    """
    names = points["name"].to_list()
    every = max(1, len(names) // 6)
    base = alt.Chart(points).encode(
        x=alt.X(
            "name:N",
            sort=names,
            axis=alt.Axis(
                title=None, labelAngle=0, values=names[::every], labelFontSize=alt.ExprRef(f"{NARROW} ? 11 : 14")
            ),
        ),
        description=alt.Description("sentence:N"),
        tooltip=alt.Tooltip("sentence:N", title="Month"),
    )
    y = alt.Y(
        "share:Q",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(title=None, format=".0%", tickCount=3, grid=True, gridColor=colours.grid),
    )
    layers = [
        base.mark_rule(color=colours.mark, strokeWidth=6, opacity=0.35, aria=False).encode(
            y=alt.Y("low:Q"), y2=alt.Y2("high:Q")
        ),
        base.mark_point(filled=True, fill=colours.mark, size=90, opacity=1).encode(y=y),
    ]
    return styled(alt.layer(*layers), colours, width="container", height=HEIGHT)
