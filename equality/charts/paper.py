"""The panels of rows as they stand on paper: one line a row, names at the left, values at the right, keys inside.

On screen (`row_panels`) a row takes two lines and the keys stand above the panels; on an A4 page or a slide that would
make pictures too tall for words of a readable size.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import polars as pl

from equality.analysis.words import month_name
from equality.charts.palette import Palette, styled, unchecked
from equality.measures.states import APPLICABLE_STATES, STATE_TITLES

ROW: Final = 28
"""Height of a row in pixels."""
NAMES: Final = 250
"""Width of the names."""
ONE_LINE: Final = 35
"""Characters of a name that fit into its width; a longer one stands in two smaller lines."""
VALUES: Final = 150
"""Width of the values at the right."""


def _plot(width: int) -> tuple[float, float]:
    return NAMES, width - VALUES


@unchecked
def dots(rows: pl.DataFrame, colours: Palette, width: int, reference: float | None = None) -> Any:
    """The rate of each row as a dot with its interval on a 0–100 line; target and national figure where there are any.

    Args:
        rows: a frame of `rate_rows`.
        colours: those of the mode.
        width: of the picture in pixels.
        reference: share of the whole selection, drawn as a line through all rows.
    """
    left, right = _plot(width)
    data = rows.select(
        "row", "name", "value_text", *(pl.col(n) * 100 for n in ("share", "low", "high", "target", "national"))
    )
    place = alt.Scale(domain=[0, 100], range=[left, right], nice=False)

    def x(name: str) -> alt.X:
        return alt.X(f"{name}:Q", scale=place, axis=None)

    base, shown = _base(data, rows), _base(data.drop_nulls("share"), rows)
    aims, others = (_base(data.drop_nulls(name), rows) for name in ("target", "national"))
    layers = [
        *_ticks(rows, colours, place),
        base.mark_rule(color=colours.grid).encode(x=alt.XDatum(0, scale=place, axis=None), x2=alt.X2Datum(100)),
        *([] if reference is None else [_line(reference, rows, colours, place)]),
        shown.mark_rule(color=colours.mark, strokeWidth=8, opacity=0.4).encode(x=x("low"), x2=alt.X2("high:Q")),
        aims.mark_tick(color=colours.target, thickness=3, size=18, orient="vertical").encode(x=x("target")),
        others.mark_point(shape="diamond", filled=False, size=90, stroke=colours.national, strokeWidth=2).encode(
            x=x("national")
        ),
        shown.mark_point(filled=True, fill=colours.mark, size=80, opacity=1, stroke=colours.background).encode(
            x=x("share")
        ),
        *_words(base, width, "value_text"),
        *_rate_key(data, colours, width),
    ]
    return _panel(layers, rows, colours, width)


@unchecked
def states(rows: pl.DataFrame, segments: pl.DataFrame, colours: Palette, width: int) -> Any:
    """What is recorded in each row, as a bar of all states, with the key above and the scale below.

    Args:
        rows: a frame of `rate_rows`.
        segments: the frame of `state_rows`.
        colours: those of the mode.
        width: of the picture in pixels.
    """
    left, right = NAMES, width - 10
    place = alt.Scale(domain=[0, 100], range=[left, right], nice=False)
    segments = segments.with_columns(pl.col("start", "end") * 100)
    order = list(APPLICABLE_STATES)
    fill = alt.Color("state:N", scale=alt.Scale(domain=order, range=[colours.states[s] for s in order]), legend=None)
    bars = (
        _base(segments, rows)
        .mark_bar(height=15, stroke=colours.outline, strokeWidth=0.5)
        .encode(x=alt.X("start:Q", scale=place, axis=None), x2=alt.X2("end:Q"), color=fill)
    )
    names = _base(rows.select("row", "name"), rows)
    key = pl.DataFrame({"state": order, "title": [STATE_TITLES[s] for s in order], "at": _spread(order, width)})
    boxes = alt.Chart(key).encode(x=alt.X("at:Q", scale=None, axis=None), y=alt.value(-0.62 * ROW))
    layers = [
        *_ticks(rows, colours, place, below=True),
        bars,
        *_words(names, width, None),
        boxes.mark_square(size=130, stroke=colours.outline, strokeWidth=0.5, opacity=1).encode(color=fill),
        boxes.mark_text(align="left", dx=11).encode(text=alt.Text("title:N")),
    ]
    return _panel(layers, rows, colours, width)


@unchecked
def months(rows: pl.DataFrame, points: pl.DataFrame, shown: Sequence[str], colours: Palette, width: int) -> Any:
    """The last months of each row as a small line with its first and last value, and the change in words.

    Args:
        rows: a frame of `rate_rows`.
        points: the frame of `month_rows`.
        shown: the months.
        colours: those of the mode.
        width: of the picture in pixels.
    """
    left, right = NAMES + 50, width - VALUES - 110
    last = max(1, len(shown) - 1)
    place = alt.Scale(domain=[0, last], range=[left, right], nice=False)
    lines = points.with_columns(place=pl.col("row") + 0.5 + 0.3 - 0.6 * pl.col("height"))
    base = alt.Chart(lines).encode(
        x=alt.X("position:Q", scale=place, axis=None), y=alt.Y("place:Q", scale=_vertical(rows), axis=None)
    )
    ends = {
        end: alt.Chart(lines.filter(pl.col("end") == end)).encode(
            x=alt.X("position:Q", scale=place, axis=None), y=alt.Y("place:Q", scale=_vertical(rows), axis=None)
        )
        for end in ("first", "last")
    }
    heads = pl.DataFrame({"position": [0, last], "text": [month_name(shown[0]), month_name(shown[-1])]})
    words = _base(rows.select("row", "name", "change_brief"), rows)
    layers = [
        *_words(words, width, "change_brief"),
        alt.Chart(heads)
        .mark_text(color=colours.muted)
        .encode(x=alt.X("position:Q", scale=place, axis=None), y=alt.value(-0.5 * ROW), text=alt.Text("text:N")),
        base.mark_line(color=colours.mark, strokeWidth=2).encode(detail=alt.Detail("row:N")),
        *(end.mark_circle(color=colours.mark, size=36, opacity=1) for end in ends.values()),
        ends["first"].mark_text(align="right", dx=-7).encode(text=alt.Text("label:N")),
        ends["last"].mark_text(align="left", dx=7).encode(text=alt.Text("label:N")),
    ]
    return _panel(layers, rows, colours, width)


def _base(data: pl.DataFrame, rows: pl.DataFrame) -> Any:
    if "name" in data.columns:
        data = data.with_columns(broken=pl.col("name").map_elements(_broken, return_dtype=pl.String))
    return alt.Chart(data.with_columns(middle=pl.col("row") + 0.5)).encode(
        y=alt.Y("middle:Q", scale=_vertical(rows), axis=None)
    )


def _vertical(rows: pl.DataFrame) -> alt.Scale:
    return alt.Scale(domain=[0, max(1, rows.height)], reverse=True, nice=False, zero=False)


def _words(base: Any, width: int, values: str | None) -> list[Any]:
    """The name of each row at the left and its value at the right."""
    long = f"length(datum.name) > {ONE_LINE}"
    look: dict[str, Any] = {"align": "left", "fontWeight": "bold"}
    named = [
        base.transform_filter(f"!({long})").mark_text(**look).encode(x=alt.value(0), text=alt.Text("name:N")),
        base.transform_filter(long)
        .mark_text(**look, fontSize=11, lineBreak="\n", lineHeight=12, dy=-6)
        .encode(x=alt.value(0), text=alt.Text("broken:N")),
    ]
    if values is None:
        return named
    return [
        *named,
        base.mark_text(align="right", limit=VALUES + 100).encode(x=alt.value(width), text=alt.Text(f"{values}:N")),
    ]


def _broken(name: str) -> str:
    """A name in two lines, if it is too long for one."""
    return "\n".join(textwrap.wrap(name, len(name) // 2 + 6))


def _ticks(rows: pl.DataFrame, colours: Palette, place: alt.Scale, *, below: bool = False) -> list[Any]:
    """The scale, above the rows or below them, and its lines through all rows."""
    at = max(1, rows.height) * ROW + 0.35 * ROW if below else -0.35 * ROW
    ticks = pl.DataFrame({"at": [0, 25, 50, 75, 100], "text": ["0", "25", "50", "75", "100%"]})
    base = alt.Chart(ticks).encode(x=alt.X("at:Q", scale=place, axis=None))
    return [
        base.mark_rule(color=colours.grid, strokeDash=[2, 3]).encode(
            y=alt.YDatum(0, scale=_vertical(rows), axis=None), y2=alt.Y2Datum(max(1, rows.height))
        ),
        base.mark_text(color=colours.muted).encode(y=alt.value(at), text=alt.Text("text:N")),
    ]


def _line(share: float, rows: pl.DataFrame, colours: Palette, place: alt.Scale) -> Any:
    return (
        alt.Chart(pl.DataFrame({"at": [100 * share]}))
        .mark_rule(color=colours.muted, strokeWidth=1.5)
        .encode(
            x=alt.X("at:Q", scale=place, axis=None),
            y=alt.YDatum(0, scale=_vertical(rows), axis=None),
            y2=alt.Y2Datum(max(1, rows.height)),
        )
    )


def _rate_key(data: pl.DataFrame, colours: Palette, width: int) -> list[Any]:
    """What the marks mean, above the names and the values: only of marks that are there."""
    layers = []
    marks: tuple[tuple[str, str, int, dict[str, Any]], ...] = (
        ("target", "Target", 6, {"shape": "stroke", "angle": 90, "stroke": colours.target, "strokeWidth": 3}),
        ("national", "Nationally", 74, {"shape": "diamond", "stroke": colours.national, "strokeWidth": 2}),
    )
    for name, title, at, mark in marks:
        if data[name].drop_nulls().is_empty():
            continue
        key = alt.Chart(pl.DataFrame({"at": [at], "title": [title]})).encode(
            x=alt.X("at:Q", scale=None, axis=None), y=alt.value(-0.5 * ROW)
        )
        layers += [
            key.mark_point(filled=False, size=90, **mark),
            key.mark_text(align="left", dx=9).encode(text=alt.Text("title:N")),
        ]
    interval = alt.Chart(pl.DataFrame({"title": ["95% interval"]}))
    layers.append(
        interval.mark_text(align="right", color=colours.muted).encode(
            x=alt.value(width), y=alt.value(-0.35 * ROW), text=alt.Text("title:N")
        )
    )
    return layers


def _spread(order: Sequence[str], width: int) -> list[float]:
    """Where the entries of a key begin, each as wide as its words ask."""
    wanted = [len(STATE_TITLES[state]) * 7.4 + 30 for state in order]
    scale = min(1.0, (width - 10) / sum(wanted))
    starts, at = [], 8.0
    for one in wanted:
        starts.append(at)
        at += one * scale
    return starts


def _panel(layers: Sequence[Any], rows: pl.DataFrame, colours: Palette, width: int) -> Any:
    kept = [layer for layer in layers if not layer.data.is_empty()]
    height = max(1, rows.height) * ROW
    panel = styled(alt.layer(*kept), colours, height=height, width=width)
    # The renderer makes room for the scale and the key above the rows by itself.
    panel.config["padding"] = {"left": 2, "right": 2, "top": 2, "bottom": 2}
    return panel
