"""Three panels that share their rows: rates as dots, what is recorded as bars, the last months as small lines.

The panels are charts of their own, because a chart of several views does not follow the width of its column; equal
heights keep their rows in line. Where a phone puts the panels below each other, each row of the second and third
begins with its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import polars as pl

from equality.analysis.words import month_name
from equality.charts.palette import NARROW, Palette, styled, unchecked
from equality.measures.states import APPLICABLE_STATES

ROW: Final = 58
"""Height of a row in pixels."""
HEAD: Final = 0.42
"""Height of the scale above the rows, in rows."""
NAME: Final = 0.27
"""Where a row's words stand, in rows from its top."""
MARK: Final = 0.66
"""Where a row's marks stand."""


def height(rows: pl.DataFrame) -> int:
    """The height of each panel in pixels, so that the panels' rows stand side by side."""
    return round((rows.height + HEAD) * ROW)


@unchecked
def dots(rows: pl.DataFrame, colours: Palette, *, clickable: bool = True, reference: float | None = None) -> Any:
    """The rate of each row as a dot with its interval on a 0–100 line.

    Args:
        rows: a frame of `rate_rows`.
        colours: those of the mode.
        clickable: whether a click on a row selects it, as `row` with its `id`.
        reference: share of the whole selection, drawn as a line through all rows.
    """
    data = rows.select(
        *("row", "id", "name", "value_text", "sentence", "share", "low", "high", "target", "national")
    ).with_columns(pl.col("share", "low", "high", "target", "national") * 100)
    base, shown, aims, others = (
        alt.Chart(part).encode(
            y=_y(rows), description=alt.Description("sentence:N"), tooltip=alt.Tooltip("sentence:N", title="Rate")
        )
        for part in (data, *(data.drop_nulls(name) for name in ("share", "target", "national")))
    )
    layers = [
        *_scale(rows, colours),
        *([] if reference is None else [_reference(reference, rows, colours)]),
        *_rate_marks(base, shown, aims, others, colours),
        base.mark_text(align="left", fontWeight="bold", limit=alt.ExprRef(expr="width - 140"), **_down(NAME)).encode(
            x=_at(0), text=alt.Text("name:N")
        ),
        base.mark_text(align="right", **_down(NAME)).encode(x=_at(100), text=alt.Text("value_text:N")),
    ]
    if clickable:
        # A band as wide as the row takes the click; the dot alone would be hard to hit.
        chosen = alt.selection_point(name="row", fields=["id"], on="click", empty=False, toggle=False)
        band = base.mark_rect(opacity=0.001, cursor="pointer", **_between(0.04, 0.96)).encode(
            x=_at(0), x2=alt.X2Datum(100), y2=alt.Y2("row:Q")
        )
        layers.append(band.add_params(chosen))
    return _panel(layers, rows, colours)


def _rate_marks(base: Any, shown: Any, aims: Any, others: Any, colours: Palette) -> list[Any]:
    """The line, the interval, the target, the national figure and, on top, the dot."""
    return [
        base.mark_rule(color=colours.grid, strokeWidth=2, aria=False, **_down(MARK)).encode(
            x=_at(0), x2=alt.X2Datum(100)
        ),
        shown.mark_rule(color=colours.mark, strokeWidth=8, opacity=0.4, aria=False, **_down(MARK)).encode(
            x=_x("low"), x2=alt.X2("high:Q")
        ),
        aims.mark_tick(color=colours.target, thickness=3, size=24, orient="vertical", aria=False, **_down(MARK)).encode(
            x=_x("target")
        ),
        others.mark_point(
            shape="diamond",
            filled=False,
            size=120,
            stroke=colours.national,
            strokeWidth=2.5,
            aria=False,
            **_down(MARK),
        ).encode(x=_x("national")),
        shown.mark_point(
            filled=True,
            fill=colours.mark,
            size=120,
            opacity=1,
            stroke=colours.background,
            strokeWidth=1.5,
            **_down(MARK),
        ).encode(x=_x("share")),
    ]


@unchecked
def states(rows: pl.DataFrame, segments: pl.DataFrame, colours: Palette) -> Any:
    """What is recorded in each row, as a thin bar of all states.

    Args:
        rows: a frame of `rate_rows`.
        segments: the frame of `state_rows`.
        colours: those of the mode.
    """
    order = list(APPLICABLE_STATES)
    bars = (
        alt.Chart(segments.with_columns(pl.col("start", "end") * 100))
        .mark_rect(stroke=colours.background, strokeWidth=1, **_between(MARK - 0.14, MARK + 0.14))
        .encode(
            x=_x("start"),
            x2=alt.X2("end:Q"),
            y=_y(rows),
            y2=alt.Y2("row:Q"),
            color=alt.Color(
                "state:N",
                scale=alt.Scale(domain=order, range=[colours.states[s] for s in order]),
                legend=None,
            ),
            description=alt.Description("sentence:N"),
            tooltip=alt.Tooltip("sentence:N", title="Recorded"),
        )
    )
    outline = (
        alt.Chart(rows.filter("enough").select("row"))
        .mark_rect(
            fillOpacity=0, stroke=colours.outline, strokeWidth=1, aria=False, **_between(MARK - 0.14, MARK + 0.14)
        )
        .encode(x=_at(0), x2=alt.X2Datum(100), y=_y(rows), y2=alt.Y2("row:Q"))
    )
    layers = [*_scale(rows, colours, grid=False), bars, outline, _named(rows, "missing_text", _at(0))]
    return _panel(layers, rows, colours)


@unchecked
def months(rows: pl.DataFrame, points: pl.DataFrame, shown: Sequence[str], colours: Palette) -> Any:
    """The last months of each row as a small line between its first and last value, with the change in words.

    Where there are control limits they are a band behind the line; signals are triangles, months that still fill in
    are hollow.

    Args:
        rows: a frame of `rate_rows`.
        points: the frame of `month_rows`.
        shown: the months.
        colours: those of the mode.
    """
    last = max(1, len(shown) - 1)
    # Room at both ends for the values of the first and the last month.
    left, right = -0.14 * last, 1.14 * last
    position = alt.X("position:Q", scale=alt.Scale(domain=[left, right], nice=False), axis=None)
    lift = 0.4 * ROW

    def line(part: pl.DataFrame) -> Any:
        return (
            alt.Chart(part)
            .transform_calculate(place=f"datum.row + {MARK + 0.02} + {lift / ROW / 2} - datum.height * {lift / ROW}")
            .encode(
                x=position,
                y=alt.Y("place:Q", scale=_vertical(rows), axis=None),
                description=alt.Description("sentence:N"),
                tooltip=alt.Tooltip("sentence:N", title="Month"),
            )
        )

    def band() -> Any:
        place = f"datum.row + {MARK + 0.02} + {lift / ROW / 2} - datum.height_%s * {lift / ROW}"
        limited = alt.Chart(points.drop_nulls("lower"))
        return (
            limited.transform_calculate(place=place % "lower", top=place % "upper")
            .mark_area(color=colours.common, opacity=0.22, interpolate="step", aria=False)
            .encode(
                x=position,
                y=alt.Y("place:Q", scale=_vertical(rows), axis=None),
                y2=alt.Y2("top:Q"),
                detail=alt.Detail("row:N"),
            )
        )

    def shaped(look: str, **mark: Any) -> Any:
        return line(points.filter(pl.col("look") == look)).mark_point(opacity=1, **mark)

    signals = [
        shaped(look, filled=True, shape=shape, size=70, color=colours.signals[look])
        for look, shape in (("improvement", "triangle-up"), ("concern", "triangle-down"), ("neutral", "diamond"))
    ]
    base = line(points)
    first_end, last_end = (line(points.filter(pl.col("end") == end)) for end in ("first", "last"))
    heads = pl.DataFrame({"position": [0, last], "row": [0, 0], "text": [month_name(shown[0]), month_name(shown[-1])]})
    layers = [
        _hairlines(rows, colours, left, right),
        alt.Chart(heads)
        .mark_text(color=colours.muted, aria=False, yOffset=-HEAD / 2 * ROW)
        .encode(x=position, y=_y(rows), text=alt.Text("text:N")),
        band(),
        base.mark_line(color=colours.mark, strokeWidth=2, aria=False).encode(detail=alt.Detail("row:N")),
        line(points.filter(pl.col("look") == "common")).mark_circle(color=colours.mark, size=20, opacity=1),
        *signals,
        shaped("open", filled=True, fill=colours.background, stroke=colours.mark, strokeWidth=1.5, size=30),
        first_end.mark_text(align="right", dx=-8).encode(text=alt.Text("label:N")),
        last_end.mark_text(align="left", dx=8).encode(text=alt.Text("label:N")),
        _named(rows, "change_text", _at(left, left, right), "change_brief"),
    ]
    return _panel(layers, rows, colours)


def _panel(layers: Sequence[Any], rows: pl.DataFrame, colours: Palette) -> Any:
    # A layer without marks would be a picture without a name to a screen reader.
    layers = [layer for layer in layers if not layer.data.is_empty()]
    return styled(alt.layer(*layers), colours, height=height(rows), width="container")


def _vertical(rows: pl.DataFrame) -> alt.Scale:
    return alt.Scale(domain=[-HEAD, rows.height], reverse=True, nice=False, zero=False)


def _y(rows: pl.DataFrame) -> alt.Y:
    return alt.Y("row:Q", scale=_vertical(rows), axis=None)


def _x(name: str) -> alt.X:
    return alt.X(f"{name}:Q", scale=alt.Scale(domain=[0, 100], nice=False), axis=None)


def _at(value: float, low: float = 0, high: float = 100) -> alt.XDatum:
    # The scale and the missing axis stand on every layer: Vega fails on layers that disagree about them.
    return alt.XDatum(value, scale=alt.Scale(domain=[low, high], nice=False), axis=None)


def _down(rows: float) -> dict[str, Any]:
    """A mark's place below the top of its row, as a property of the mark."""
    return {"yOffset": rows * ROW}


def _between(top: float, bottom: float) -> dict[str, Any]:
    return {"yOffset": top * ROW, "y2Offset": bottom * ROW}


def _named(rows: pl.DataFrame, text: str, left: Any, brief: str = "") -> Any:
    """The words above a row's marks, with its name in front where the panels stand below each other."""
    return (
        alt.Chart(rows.select("row", "short", pl.col(text).alias("words"), pl.col(brief or text).alias("brief")))
        .transform_calculate(shown=f"{NARROW} ? datum.short + ': ' + datum.brief : datum.words")
        .mark_text(align="left", limit=alt.ExprRef(expr="width"), clip=True, **_down(NAME))
        .encode(x=left, y=_y(rows), text=alt.Text("shown:N"))
    )


def _hairlines(rows: pl.DataFrame, colours: Palette, left: float, right: float) -> Any:
    """A line below each row, across the panel."""
    return (
        alt.Chart(rows.select("row"))
        .mark_rule(color=colours.grid, strokeWidth=1, aria=False, yOffset=ROW - 0.5)
        .encode(x=_at(left, left, right), x2=alt.X2Datum(right), y=_y(rows))
    )


def _scale(rows: pl.DataFrame, colours: Palette, *, grid: bool = True) -> list[Any]:
    """The 0–100 scale: its numbers above the rows and, with a grid, a line for each."""
    ticks = pl.DataFrame(
        {
            "at": [0, 25, 50, 75, 100],
            "row": [0] * 5,
            "bottom": [rows.height] * 5,
            "text": ["0", "25", "50", "75", "100%"],
            "align": ["left", "center", "center", "center", "right"],
        }
    )
    base = alt.Chart(ticks).encode(x=_x("at"), y=_y(rows))
    numbers = [
        alt.Chart(ticks.filter(pl.col("align") == align))
        .mark_text(color=colours.muted, align=align, aria=False, yOffset=-HEAD / 2 * ROW)
        .encode(x=_x("at"), y=_y(rows), text=alt.Text("text:N"))
        for align in ("left", "center", "right")
    ]
    lines = (
        [base.mark_rule(color=colours.grid, strokeDash=[2, 3], aria=False).encode(y2=alt.Y2("bottom:Q"))]
        if grid
        else []
    )
    return [_hairlines(rows, colours, 0, 100), *lines, *numbers]


def _reference(share: float, rows: pl.DataFrame, colours: Palette) -> Any:
    """The rate of the whole selection, in the height of the marks: a line through all rows would cross their words."""
    data = rows.select("row", at=pl.lit(100 * share))
    return (
        alt.Chart(data)
        .mark_rule(color=colours.muted, strokeWidth=1.5, aria=False, **_between(MARK - 0.2, MARK + 0.2))
        .encode(x=_x("at"), y=_y(rows), y2=alt.Y2("row:Q"))
    )
