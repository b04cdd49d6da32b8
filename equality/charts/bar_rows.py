"""Rows of floating bars with their words: what a waterfall, a Pareto chart and a list of lifts have in common.

Each row has its name and value above one bar that runs from `start` to `end` on a scale that all rows share, so that
the chart reads without a legend, and on a phone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any, Final

import altair as alt
import polars as pl

from equality.charts.palette import NARROW, Palette, styled, unchecked

ROW: Final = 46
HEAD: Final = 26
"""Pixels above the rows, for the scale."""
NAME: Final = 13
BAR: Final = 33
THICK: Final = 14
STEPS: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 25, 50)


@dataclass(frozen=True)
class Scale:
    """The scale of the bars, in per cent: its ends and its marks."""

    low: float
    high: float
    ticks: tuple[float, ...]


def scale_of(values: Sequence[float], *, left: float = 0.06, right: float = 0.06) -> Scale:
    """A scale around values, with at most six marks at round numbers and room at both ends, in parts of its span."""
    low, high = min(values), max(values)
    span = max(high - low, 0.5)
    low, high = low - left * span, high + right * span
    step = next((s for s in STEPS if (high - low) / s <= 6), 50)
    first = ceil(low / step - 1e-9)
    ticks = tuple(round(step * i, 6) for i in range(first, floor(high / step + 1e-9) + 1))
    return Scale(low, high, ticks)


@unchecked
def bar_rows(
    rows: pl.DataFrame,
    scale: Scale,
    fills: Mapping[str, str],
    colours: Palette,
    *,
    unit: str = "%",
    joined: bool = False,
    reference: float | None = None,
    edges: Mapping[str, str] | None = None,
    clickable: bool = False,
    width: int | str = "container",
    room: int = 260,
) -> Any:
    """The chart; with `clickable` a click on a row selects it, as `row` with its `id`.

    Args:
        rows: `row` (0, 1, …; several may share one, and those without a name are bars only), `id`, `name`,
            `value_text`, `brief` (the value on a phone), `start` and `end` (per cent),
            `kind` and `sentence`. The kind *level* is drawn as a line at `end`, *heading* has words only.
        scale: that of the bars.
        fills: kind → colour of its bars.
        colours: those of the mode.
        unit: what follows the numbers of the scale.
        joined: draw a thin line from each bar's end to the next row, as a waterfall does.
        reference: a value, in per cent, drawn as a line through all rows.
        edges: kind → colour of the line around its bars, for fills too pale to be seen; else the background's.
        clickable: whether rows can be chosen.
        width: in pixels, on paper; else that of the page.
        room: pixels that the values take at the right, where the page is not narrow.
    """
    base = alt.Chart(rows).encode(y=_y(rows))
    kinds = [kind for kind in fills if kind in rows["kind"]]
    around = [(edges or {}).get(kind, colours.background) for kind in kinds]
    bars = alt.Chart(rows.filter(pl.col("kind").is_in(kinds))).encode(
        y=_y(rows), description=alt.Description("sentence:N"), tooltip=alt.Tooltip("sentence:N", title=" ")
    )
    levels = alt.Chart(rows.filter(pl.col("kind") == "level")).encode(
        y=_y(rows), description=alt.Description("sentence:N"), tooltip=alt.Tooltip("sentence:N", title=" ")
    )
    named = alt.Chart(rows.filter(pl.col("name") != "")).encode(y=_y(rows))
    words = named.transform_calculate(shown=f"{NARROW} ? datum.brief : datum.value_text")
    layers = [
        *_scale(rows, scale, unit, colours),
        *([_joints(rows, scale, colours)] if joined else []),
        *([] if reference is None else [_reference(reference, rows, scale, colours)]),
        bars.mark_rect(strokeWidth=1 if edges else 0.5, **_between(BAR - THICK / 2, BAR + THICK / 2)).encode(
            x=_x("start", scale),
            x2=alt.X2("end:Q"),
            y2=alt.Y2("row:Q"),
            fill=alt.Fill("kind:N", scale=alt.Scale(domain=kinds, range=[fills[k] for k in kinds]), legend=None),
            stroke=alt.Stroke("kind:N", scale=alt.Scale(domain=kinds, range=around), legend=None),
        ),
        levels.mark_tick(color=colours.text, thickness=4, size=THICK + 8, orient="vertical", yOffset=BAR).encode(
            x=_x("end", scale)
        ),
        *_words(named.encode(x=_at(scale.low, scale), text=alt.Text("name:N")), colours, align="left",
                fontWeight="bold", limit=alt.ExprRef(expr=f"width - ({NARROW} ? 110 : {room})")),
        *_words(words.encode(x=_at(scale.high, scale), text=alt.Text("shown:N")), colours, align="right"),
    ]  # fmt: skip
    if clickable:
        chosen = alt.selection_point(name="row", fields=["id"], on="click", empty=False, toggle=False)
        band = base.mark_rect(opacity=0.001, cursor="pointer", aria=False, **_between(1, ROW - 1)).encode(
            x=_at(scale.low, scale),
            x2=alt.X2Datum(scale.high),
            y2=alt.Y2("row:Q"),
            tooltip=alt.Tooltip("sentence:N", title=" "),
        )
        layers.append(band.add_params(chosen))
    # A layer without marks would be a picture without a name to a screen reader.
    layers = [layer for layer in layers if not layer.data.is_empty()]
    return styled(alt.layer(*layers), colours, width=width, height=_count(rows) * ROW + HEAD)


def _count(rows: pl.DataFrame) -> int:
    return int(rows.select(pl.col("row").max().fill_null(-1)).item()) + 1


def _y(rows: pl.DataFrame) -> alt.Y:
    domain = [-HEAD / ROW, _count(rows)]
    return alt.Y("row:Q", scale=alt.Scale(domain=domain, reverse=True, nice=False, zero=False), axis=None)


def _x(name: str, scale: Scale) -> alt.X:
    return alt.X(f"{name}:Q", scale=alt.Scale(domain=[scale.low, scale.high], nice=False, zero=False), axis=None)


def _at(value: float, scale: Scale) -> alt.XDatum:
    return alt.XDatum(value, scale=alt.Scale(domain=[scale.low, scale.high], nice=False, zero=False), axis=None)


def _between(top: float, bottom: float) -> dict[str, Any]:
    return {"yOffset": top, "y2Offset": bottom}


def _words(base: Any, colours: Palette, **look: Any) -> list[Any]:
    """Words above a bar, on a halo that keeps lines out of the letters."""
    halo: dict[str, Any] = {"stroke": colours.background, "strokeWidth": 4, "strokeJoin": "round", "aria": False}
    return [base.mark_text(yOffset=NAME, **look, **halo), base.mark_text(yOffset=NAME, **look)]


def _scale(rows: pl.DataFrame, scale: Scale, unit: str, colours: Palette) -> list[Any]:
    ticks = pl.DataFrame(
        {
            "at": scale.ticks,
            "row": [0] * len(scale.ticks),
            "bottom": [_count(rows)] * len(scale.ticks),
            "text": [f"{tick:g}{unit}" for tick in scale.ticks],
        },
        schema_overrides={"at": pl.Float64},
    )
    base = alt.Chart(ticks).encode(x=_x("at", scale), y=_y(rows))
    return [
        base.mark_rule(color=colours.grid, strokeDash=[2, 3], aria=False).encode(y2=alt.Y2("bottom:Q")),
        base.mark_text(color=colours.muted, aria=False, yOffset=-HEAD / 2).encode(text=alt.Text("text:N")),
    ]


def _joints(rows: pl.DataFrame, scale: Scale, colours: Palette) -> Any:
    """From the end of each bar down to the bar of the next row that has one."""
    drawn = rows.filter(pl.col("kind") != "heading")
    data = drawn.select("row", "end", following=pl.col("row").shift(-1)).drop_nulls()
    return (
        alt.Chart(data)
        .mark_rule(color=colours.outline, strokeWidth=1, aria=False, **_between(BAR + THICK / 2, BAR - THICK / 2))
        .encode(x=_x("end", scale), y=_y(rows), y2=alt.Y2("following:Q"))
    )


def _reference(value: float, rows: pl.DataFrame, scale: Scale, colours: Palette) -> Any:
    data = rows.filter(pl.col("kind") != "heading").select("row", at=pl.lit(float(value)))
    return (
        alt.Chart(data)
        .mark_rule(
            color=colours.target, strokeWidth=2, aria=False, **_between(BAR - THICK / 2 - 4, BAR + THICK / 2 + 4)
        )
        .encode(x=_x("at", scale), y=_y(rows), y2=alt.Y2("row:Q"))
    )
