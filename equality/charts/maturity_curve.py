"""How much is known so many days after recording, as a line with its intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import altair as alt
import polars as pl

from equality.analysis.words import interval, people, percent
from equality.charts.palette import Palette, styled, unchecked

HEIGHT: Final = 260


def curve_rows(curve: pl.DataFrame) -> pl.DataFrame:
    """A curve of `equality.analysis.maturity.curve`, of one characteristic, with `label`, `place` and `sentence`."""
    words = [
        {
            "label": _label(row["age"]),
            "place": percent(row["share"], 0),
            "sentence": f"{_days(row['age'])} after recording: {percent(row['share'])} "
            f"({interval(row['low'], row['high'])}) of {people(row['n'])}",
        }
        for row in curve.iter_rows(named=True)
    ]
    return curve.hstack(pl.DataFrame(words, schema=dict.fromkeys(("label", "place", "sentence"), pl.String)))


def _label(age: int) -> str:
    return f"{age} day" if age == 1 else f"{age} days"


def _days(age: int) -> str:
    return "On the day" if age == 0 else f"{_label(age)}"


def sentence(curve: pl.DataFrame, title: str) -> str:
    """How much was known at the youngest age and at the oldest; empty if there is one age only."""
    if curve.height < 2:
        return ""
    first, last = curve.row(0, named=True), curve.row(-1, named=True)
    return (
        f"{title} was known for {_share(first)} {_label(first['age'])} after recording, and for {_share(last)} at "
        f"{_label(last['age'])}."
    )


def _share(row: Mapping[str, Any]) -> str:
    return f"{percent(row['share'])} ({interval(row['low'], row['high'])})"


@unchecked
def maturity_curve(rows: pl.DataFrame, colours: Palette) -> Any:
    """The curve as a picture.

    Args:
        rows: a frame of `curve_rows`.
        colours: those of the mode.
    """
    data = rows.with_columns(pl.col("share", "low", "high") * 100)
    spread: Any = (data["high"].max(), data["low"].min())
    room = 0.25 * max(5.0, spread[0] - spread[1])
    domain = [max(0.0, spread[1] - room / 2), min(100.0, spread[0] + room)]
    scale = alt.Scale(domain=domain, nice=False, zero=False)
    axis = alt.Axis(title=None, grid=True, tickCount=5, labelExpr="datum.label + '%'")
    base = alt.Chart(data).encode(
        x=alt.X("label:O", sort=data["label"].to_list(), axis=alt.Axis(title=None, labelAngle=0)),
        description=alt.Description("sentence:N"),
        tooltip=alt.Tooltip("sentence:N", title="Known"),
    )
    y = alt.Y("share:Q", scale=scale, axis=axis)
    layers = [
        base.mark_rule(strokeWidth=8, opacity=0.35, color=colours.mark, aria=False).encode(
            y=alt.Y("low:Q", scale=scale, axis=axis), y2=alt.Y2("high:Q")
        ),
        base.mark_line(color=colours.mark, strokeWidth=2, aria=False).encode(y=y),
        base.mark_point(filled=True, opacity=1, size=90, color=colours.mark).encode(y=y),
        base.mark_text(dy=-8, baseline="bottom", color=colours.text, aria=False).encode(
            y=alt.Y("high:Q", scale=scale, axis=axis), text=alt.Text("place:N")
        ),
    ]
    return styled(alt.layer(*layers), colours, height=HEIGHT, width="container")
