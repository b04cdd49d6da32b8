"""The funnel plot: each unit's rate by how many people it is of, between the limits of chance."""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import Any, Final

import altair as alt
import polars as pl

from equality.analysis.comparison import PLACE_TITLES, unit_sentence
from equality.analysis.funnel import ABOVE, BELOW, FAR_ABOVE, FAR_BELOW, INSIDE, Spread, curves
from equality.analysis.words import percent
from equality.charts.palette import NARROW, Palette, styled, unchecked

HEIGHT: Final = 440
OUTSIDE: Final = (FAR_BELOW, BELOW, ABOVE, FAR_ABOVE)
ROOM: Final = (0.16, 0.045)
"""Part of the plot's width and height that a name takes: names closer than this are moved apart."""


def funnel_rows(placed: pl.DataFrame, titles: Mapping[str, str], measure: str, *, adjusted: bool) -> pl.DataFrame:
    """The units as rows of the chart and its table, those to look at first on top.

    Args:
        placed: a frame of `funnel.funnel`.
        titles: unit → its name on screen, where that differs.
        measure: the rate.
        adjusted: whether the rates are adjusted for mix.

    Returns:
        The frame with `id`, `name`, `where` (the place in words) and `sentence`.
    """
    named = placed.with_columns(
        id=pl.col("unit"),
        name=pl.col("unit").replace(dict(titles)),
        where=pl.col("place").replace_strict(PLACE_TITLES, return_dtype=pl.String),
    )
    sentences = [unit_sentence(row, measure, adjusted=adjusted) for row in named.iter_rows(named=True)]
    return named.with_columns(sentence=pl.Series(sentences, dtype=pl.String))


def labels(rows: pl.DataFrame, bounds: tuple[float, float]) -> pl.DataFrame:
    """Where the names of the units outside the limits stand, moved apart where two would overlap.

    Args:
        rows: a frame of `funnel_rows`.
        bounds: lowest and highest rate drawn, as shares.

    Returns:
        Rows outside the limits with `at` (the share at which the name stands) and `right` (it stands left of its point,
        because the point is near the right edge).
    """
    outside = rows.filter(pl.col("place").is_in(OUTSIDE)).select("id", "name", "size", "share", "place")
    if outside.is_empty():
        return outside.with_columns(at=pl.col("share"), right=pl.lit(False))
    first, last = _ends_of(rows.drop_nulls("z"))
    low, high = bounds
    taken: list[tuple[float, float]] = []
    places = []
    for row in outside.iter_rows(named=True):
        x, y = log(row["size"] / first) / log(last / first), (row["share"] - low) / (high - low)
        step = ROOM[1] if y >= 0.5 else -ROOM[1]
        while any(abs(x - other) < ROOM[0] and abs(y - height) < ROOM[1] for other, height in taken):
            y += step
        taken.append((x, y))
        places.append((low + y * (high - low), x > 0.75))
    return outside.with_columns(
        at=pl.Series([at for at, _ in places], dtype=pl.Float64),
        right=pl.Series([right for _, right in places], dtype=pl.Boolean),
    )


def _ends_of(judged: pl.DataFrame) -> tuple[float, float]:
    """The smallest and the largest size to draw: with room beside the outermost points."""
    sizes = judged["size"].sort()
    return sizes[0] / 1.25, sizes[-1] * 1.25


def bounds_of(rows: pl.DataFrame, spread: Spread) -> tuple[float, float]:
    """The lowest and the highest rate to draw, in tenths around the units and the narrower limits of the smallest."""
    judged = rows.drop_nulls("z")
    values = [*judged["share"], *judged["low_95"], *judged["high_95"], spread.target]
    low, high = min(values) - 0.03, max(values) + 0.03
    return max(0.0, int(low * 10) / 10), min(1.0, (int(high * 10 - 1e-9) + 1) / 10)


@unchecked
def funnel_plot(rows: pl.DataFrame, spread: Spread, size_title: str, rate_title: str, colours: Palette) -> Any:
    """The funnel plot; a click on a point selects it, as `unit` with its `id`.

    Args:
        rows: a frame of `funnel_rows` with at least one unit that can be judged.
        spread: what the limits allow for.
        size_title: what the horizontal axis counts.
        rate_title: what the vertical axis measures.
        colours: those of the mode.
    """
    judged = rows.drop_nulls("z")
    low, high = bounds_of(rows, spread)
    smallest, largest = _ends_of(judged)
    lines = curves(spread, smallest, largest)
    lines = lines.with_columns(pl.col("^(low|high)_.*$").clip(low, high) * 100)
    x = alt.X(
        "size:Q",
        scale=alt.Scale(type="log", domain=[smallest, largest], nice=False),
        axis=alt.Axis(title=size_title, titleFontSize=14, titleFontWeight="normal", labelFlush=True, tickCount=5,
                      titleColor=colours.muted, format=",d", labelOverlap=True),
    )  # fmt: skip
    axis_y = alt.Axis(
        title=None,
        labelExpr="datum.label + '%'",
        grid=True,
        gridColor=colours.grid,
        gridDash=[2, 3],
        tickCount=max(2, min(8, round((high - low) * 10))),
    )

    def y(name: str) -> alt.Y:
        return alt.Y(f"{name}:Q", scale=alt.Scale(domain=[100 * low, 100 * high], nice=False), axis=axis_y)

    points = judged.select("id", "name", "sentence", "size", "place", "share").with_columns(pl.col("share") * 100)
    chosen = alt.selection_point(name="unit", fields=["id"], on="click", empty=False, toggle=False)
    inside, near, far = (
        alt.Chart(points.filter(pl.col("place").is_in(places))).encode(
            x=x,
            y=y("share"),
            description=alt.Description("sentence:N"),
            tooltip=alt.Tooltip("sentence:N", title=rate_title),
        )
        for places in ([INSIDE], [BELOW, ABOVE], [FAR_BELOW, FAR_ABOVE])
    )
    shape = alt.Shape(
        "place:N",
        scale=alt.Scale(
            domain=[FAR_BELOW, BELOW, ABOVE, FAR_ABOVE],
            range=["triangle-down", "triangle-down", "triangle-up", "triangle-up"],
        ),
        legend=None,
    )
    layers = [
        *_limits(lines, x, y, colours),
        *_ends(lines, spread, x, y, colours),
        inside.mark_circle(size=70, color=colours.outline, opacity=0.75, cursor="pointer"),
        near.mark_point(size=130, strokeWidth=2, stroke=colours.mark, fill=colours.background, opacity=1,
                        cursor="pointer").encode(shape=shape),
        far.mark_point(size=210, filled=True, fill=colours.mark, stroke=colours.background, strokeWidth=1, opacity=1,
                       cursor="pointer").encode(shape=shape),
        *_names(labels(rows, (low, high)), x, y, colours),
    ]  # fmt: skip
    # A layer without marks would be a picture without a name to a screen reader.
    layers = [layer for layer in layers if not layer.data.is_empty()]
    return styled(alt.layer(*layers).add_params(chosen), colours, width="container", height=HEIGHT)


def _limits(lines: pl.DataFrame, x: Any, y: Any, colours: Palette) -> list[Any]:
    base = alt.Chart(lines)
    return [
        base.mark_line(color=colours.muted, strokeWidth=width, strokeDash=dash, aria=False).encode(x=x, y=y(name))
        for name, width, dash in (
            ("low_998", 1.6, [1, 0]),
            ("high_998", 1.6, [1, 0]),
            ("low_95", 1.2, [5, 4]),
            ("high_95", 1.2, [5, 4]),
        )
    ]


def _ends(lines: pl.DataFrame, spread: Spread, x: Any, y: Any, colours: Palette) -> list[Any]:
    """The rate of all, and what each line is, written at its right end."""
    last = lines.row(-1, named=True)
    first = float(lines["size"].min())  # type: ignore[arg-type]
    middle = 100 * spread.target
    rule = alt.Chart(pl.DataFrame({"size": [first, last["size"]], "at": [middle, middle]}))
    written = pl.DataFrame(
        [
            {"size": last["size"], "at": last["high_998"], "text": "99.8% limit", "dy": -9},
            {"size": last["size"], "at": last["low_998"], "text": "99.8% limit", "dy": 10},
            {"size": last["size"], "at": middle, "text": f"All: {percent(spread.target)}", "dy": -8},
        ]
    )
    return [
        rule.mark_line(color=colours.text, strokeWidth=1.5, aria=False).encode(x=x, y=y("at")),
        *(
            alt.Chart(written.filter(pl.col("dy") == dy))
            .mark_text(align="right", dy=dy, color=colours.muted, fontSize=13, aria=False)
            .encode(x=x, y=y("at"), text=alt.Text("text:N"))
            for dy in written["dy"]
        ),
    ]


def _names(named: pl.DataFrame, x: Any, y: Any, colours: Palette) -> list[Any]:
    data = named.with_columns(pl.col("at") * 100, far=pl.col("place").is_in([FAR_BELOW, FAR_ABOVE]))
    marks = []
    for right in (False, True):
        for far in (False, True):
            part = data.filter((pl.col("right") == right) & (pl.col("far") == far))
            # On a phone only the names of those outside the 99.8 % limits have room.
            words = alt.Chart(part).transform_calculate(shown=f"{NARROW} ? '' : datum.name")
            look: dict[str, Any] = {
                "align": "right" if right else "left",
                "dx": -11 if right else 11,
                "fontWeight": "bold" if far else "normal",
                "fontSize": 13,
                "limit": 220,
                "aria": False,
            }
            text = "name:N" if far else "shown:N"
            # A halo keeps the lines of the limits out of the letters.
            halo: dict[str, Any] = {"stroke": colours.background, "strokeWidth": 4, "strokeJoin": "round"}
            marks += [
                words.mark_text(**look, **more).encode(x=x, y=y("at"), text=text) for more in (halo, dict[str, Any]())
            ]
    return marks
