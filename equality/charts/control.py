"""The control chart: points, limits, signals, events, target, and the newest months apart with what they may reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import altair as alt
import polars as pl

from equality.analysis.control_chart import ControlChart
from equality.analysis.trend import period_words, signal_words, unit_of
from equality.analysis.words import interval, people, percent
from equality.charts.palette import NARROW, Palette, styled, unchecked

HEIGHT: Final = 420
SHAPES: Final = {"common": "circle", "improvement": "triangle-up", "concern": "triangle-down", "neutral": "diamond"}
"""What a point is → its shape; the colours differ too, but nobody has to see them."""
SIGNAL_TITLES: Final = {
    "common": "Within limits",
    "improvement": "Signal: better",
    "concern": "Signal: worse",
    "neutral": "Signal: different",
}
BRIEF: Final = {
    "outside": ("above limit", "below limit"),
    "trend": ("rising", "falling"),
    "two_of_three": ("near upper limit", "near lower limit"),
    "shift": ("above average", "below average"),
}
"""Rule → the words at the first point of a run of it, up and down."""
LEAST_SPAN: Final = 0.06
"""The least height of the scale, as a share: without it noise would fill the picture."""
REACH: Final = 0.15
"""A target farther than this from the points is named at the edge instead of drawn: it would flatten everything."""
ROOM: Final = 0.16
"""Room above everything else for the names of events, as a share of the height."""
APART: Final = 4
"""Points between one word and the next on the same side, at least."""
LABELS: Final = 0.17
"""Room right of the points for the names of the lines, as a share of the width."""


def control_rows(chart: ControlChart) -> pl.DataFrame:
    """The points as the chart draws them.

    Returns:
        The chart's points with `at` (a day in the middle of the period), `look` (a key of `SHAPES`), `word` (at the
        first point of a run of signals), and `sentence`, which reads out a point; points with too few people are left
        out.
    """
    unit = unit_of(chart.points)
    frame = chart.points.drop_nulls("share").with_columns(
        at=pl.col("begins") + (pl.col("ends") - pl.col("begins")) / 2,
        look=pl.col("signal").fill_null("common"),
    )
    firsts = _firsts(frame["side"].to_list())
    rows = [_words(row, unit, first) for row, first in zip(frame.iter_rows(named=True), firsts, strict=True)]
    words = pl.DataFrame(rows, schema={"word": pl.String, "sentence": pl.String})
    return frame.hstack(words).with_columns(pl.col("at").cast(pl.Date))


def _firsts(sides: Sequence[int | None]) -> list[bool]:
    """Whether a point is the first of its run of signals on one side; not where words would run into earlier ones."""
    firsts: list[bool] = []
    last: dict[int, int] = {}
    for i, side in enumerate(sides):
        first = side is not None and (i == 0 or sides[i - 1] != side) and i - last.get(side, -APART) >= APART
        if first and side is not None:
            last[side] = i
        firsts.append(first)
    return firsts


def _words(row: Mapping[str, Any], unit: str, first: bool) -> dict[str, str | None]:
    value = f"{percent(row['share'])} ({interval(row['low'], row['high'])}) of {people(row['n'])}"
    start = f"{period_words(row['period'])}: {value}"
    if not row["settled"]:
        reach = ""
        if row["likely"] is not None:
            reach = (
                f"; will probably reach {percent(row['likely'])} ({interval(row['likely_low'], row['likely_high'])})"
            )
        return {"word": None, "sentence": f"{start}, still filling in{reach}"}
    if row["signal"] is None:
        return {"word": None, "sentence": f"{start}, {'within limits' if row['lower'] is not None else 'no limits'}"}
    word = BRIEF[row["rule"]][row["side"] < 0] if first else None
    return {"word": word, "sentence": f"{start}, {SIGNAL_TITLES[row['signal']].lower()}, {signal_words(row, unit)}"}


def event_rows(events: Sequence[tuple[date, str, bool]], rows: pl.DataFrame) -> pl.DataFrame:
    """The events that fall into a chart: `day`, `title`, `rebase`, `level` (0, 1, 2: labels that would collide stand
    below each other) and `sentence`.

    Args:
        events: day, title and whether limits begin anew there.
        rows: a frame of `control_rows`.
    """
    schema = {"day": pl.Date, "title": pl.String, "rebase": pl.Boolean, "level": pl.Int64, "sentence": pl.String}
    if rows.is_empty():
        return pl.DataFrame(schema=schema)
    first: Any = rows["begins"].min()
    last: Any = rows["ends"].max()
    shown = [e for e in sorted(events) if first <= e[0] <= last]
    made = [
        {
            "day": day,
            "title": title if len(title) <= 60 else title[:59] + "…",
            "rebase": rebase,
            "level": index % 3,
            "sentence": f"{day.day} {day:%B %Y}: {title}" + (", limits begin anew" if rebase else ""),
        }
        for index, (day, title, rebase) in enumerate(shown)
    ]
    return pl.DataFrame(made, schema=schema)


@unchecked
def control(
    rows: pl.DataFrame,
    events: pl.DataFrame,
    target: float | None,
    colours: Palette,
    *,
    width: int | str = "container",
    height: int = HEIGHT,
) -> Any:
    """The control chart as a picture.

    Args:
        rows: a frame of `control_rows`, at least one.
        events: a frame of `event_rows`.
        target: share to reach; None draws none.
        colours: those of the mode.
        width: in pixels, on paper; else that of the page.
        height: in pixels.
    """
    shares = [name for name in rows.columns if rows.schema[name] == pl.Float64]
    data = rows.with_columns(pl.col(shares) * 100)
    low, high = _span(rows)
    near = target is not None and low - REACH <= target <= high + REACH
    if near and target is not None:
        low, high = min(low, target - 0.01), max(high, target + 0.01)
    axes = _Axes(data, low, high)
    layers = [*_events(events, axes, colours), *_lines(data, axes, colours)]
    if target is not None:
        layers += _target(target, near, (low, high), data, axes, colours)
    layers += _points(data, axes, colours)
    return styled(alt.layer(*layers), colours, height=height, width=width)


def _span(rows: pl.DataFrame) -> tuple[float, float]:
    """The lowest and highest share to be seen, at least `LEAST_SPAN` apart and with room for words above."""
    names = ["share", "lower", "upper", "likely_low", "likely_high"]
    values = [v for name in names for v in rows[name].drop_nulls()]
    low, high = min(values), max(values)
    half = max(high - low, LEAST_SPAN) / 2
    centre = (low + high) / 2
    return max(0.0, centre - 1.2 * half), min(1.0, centre + 1.2 * half)


class _Axes:
    """The scales that all layers share: Vega fails on layers that disagree about them."""

    def __init__(self, data: pl.DataFrame, low: float, high: float) -> None:
        begins: Any = data["begins"].min()
        ends: Any = data["ends"].max()
        self.begins: date = begins
        self.ends: date = ends + timedelta(days=round(LABELS * (ends - begins).days))
        self.low, self.top = 100 * low, 100 * (low + (high - low) / (1 - ROOM))
        days = [alt.DateTime(year=d.year, month=d.month, date=d.day) for d in (self.begins, self.ends)]
        self._across = alt.Scale(domain=days, nice=False)
        self._up = alt.Scale(domain=[self.low, self.top], nice=False, zero=False)
        firsts = pl.date_range(begins.replace(day=1), ends, "1mo", eager=True).to_list()
        marked = [d for d in firsts if d >= begins][:: max(1, round(len(firsts) / 8))]
        self._months = alt.Axis(
            title=None,
            format="%b %Y",
            labelOverlap="greedy",
            # Else the first label, moved inwards, would push out the second.
            labelFlush=False,
            ticks=True,
            values=[alt.DateTime(year=d.year, month=d.month, date=d.day) for d in marked],
        )
        self._shares = alt.Axis(
            title=None, grid=True, tickCount=6, labelExpr="datum.value > 100 ? '' : datum.label + '%'"
        )

    def x(self, name: str = "at") -> alt.X:
        """A day's place."""
        return alt.X(f"{name}:T", scale=self._across, axis=self._months)

    def y(self, name: str = "share") -> alt.Y:
        """A per cent's place."""
        return alt.Y(f"{name}:Q", scale=self._up, axis=self._shares)


def _lines(data: pl.DataFrame, axes: _Axes, colours: Palette) -> list[Any]:
    """Average and limits as steps, each phase by itself, with their names at the right edge."""
    limited = data.drop_nulls("lower")
    layers = []
    for name, word, dash in (
        ("upper", "Upper limit", [5, 4]),
        ("centre", "Average", []),
        ("lower", "Lower limit", [5, 4]),
    ):
        base = alt.Chart(limited).encode(x=axes.x(), y=axes.y(name), detail=alt.Detail("phase:N"))
        line = base.mark_line(color=colours.common, strokeWidth=1.5, interpolate="step", strokeDash=dash, aria=False)
        end = limited.tail(1).with_columns(
            long=pl.format("{} {}%", pl.lit(word), pl.col(name).round(1)), brief=pl.format("{}%", pl.col(name).round(1))
        )
        named = (
            alt.Chart(end)
            .transform_calculate(words=f"{NARROW} ? datum.brief : datum.long")
            .mark_text(align="right", dy=-7, color=colours.muted, aria=False)
            .encode(x=alt.XValue("width"), y=axes.y(name), text=alt.Text("words:N"))
        )
        layers += [line, named] if limited.height else []
    return layers


def _points(data: pl.DataFrame, axes: _Axes, colours: Palette) -> list[Any]:
    settled, immature = data.filter("settled"), data.filter(~pl.col("settled"))
    looks = [look for look in SHAPES if look in data["look"].to_list()]
    fills = {"common": colours.mark, **colours.signals}
    tip = alt.Tooltip("sentence:N", title="Point")
    base = alt.Chart(settled).encode(x=axes.x(), y=axes.y())
    layers = [
        base.mark_line(color=colours.mark, strokeWidth=1.5, opacity=0.55, aria=False),
        base.mark_point(filled=True, opacity=1, size=110, stroke=colours.background, strokeWidth=1).encode(
            shape=alt.Shape("look:N", scale=alt.Scale(domain=looks, range=[SHAPES[i] for i in looks]), legend=None),
            color=alt.Color("look:N", scale=alt.Scale(domain=looks, range=[fills[i] for i in looks]), legend=None),
            description=alt.Description("sentence:N"),
            tooltip=tip,
        ),
    ]
    places: tuple[tuple[int, int, Any], ...] = ((1, -12, "bottom"), (-1, 12, "top"))
    for side, shift, baseline in places:
        worded = data.drop_nulls("word").filter(pl.col("side") == side)
        if worded.height:
            words = alt.Chart(worded).encode(x=axes.x(), y=axes.y(), text=alt.Text("word:N"))
            look = {"dy": shift, "baseline": baseline, "color": colours.text, "fontWeight": "bold", "fontSize": 13}
            layers += _on_clear_ground(words, colours, **look)
    if immature.height:
        layers += _immature(settled, immature, axes, colours, tip)
    return layers


def _immature(settled: pl.DataFrame, immature: pl.DataFrame, axes: _Axes, colours: Palette, tip: Any) -> list[Any]:
    """Periods that still fill in: hollow as known now, and where they will probably end up as a bar with a dash."""
    joined = pl.concat([settled.tail(1), immature]).sort("at")
    now = alt.Chart(immature).encode(x=axes.x(), y=axes.y(), description=alt.Description("sentence:N"), tooltip=tip)
    layers = [
        alt.Chart(joined)
        .mark_line(color=colours.mark, strokeDash=[2, 4], strokeWidth=1.5, aria=False)
        .encode(x=axes.x(), y=axes.y()),
        now.mark_point(filled=True, fill=colours.background, stroke=colours.mark, strokeWidth=2, opacity=1, size=100),
    ]
    expected = immature.drop_nulls("likely").with_columns(
        words=pl.format("will probably reach {}%", pl.col("likely").round(1)),
        brief=pl.format("to reach {}%", pl.col("likely").round(1)),
    )
    if expected.height:
        base = alt.Chart(expected).encode(x=axes.x(), description=alt.Description("sentence:N"), tooltip=tip)
        layers += [
            base.mark_rule(strokeWidth=9, opacity=0.35, color=colours.mark, aria=False).encode(
                y=axes.y("likely_low"), y2=alt.Y2("likely_high:Q")
            ),
            base.mark_tick(orient="horizontal", thickness=3, size=16, color=colours.mark, aria=False).encode(
                y=axes.y("likely")
            ),
        ]
        words = base.transform_calculate(shown=f"{NARROW} ? datum.brief : datum.words").encode(
            y=axes.y("likely_high"), text=alt.Text("shown:N")
        )
        look = {"align": "right", "dx": -12, "dy": -2, "baseline": "bottom", "color": colours.text, "fontSize": 13}
        layers += _on_clear_ground(words, colours, **look)
    return layers


def _on_clear_ground(words: Any, colours: Palette, **look: Any) -> list[Any]:
    """Words that lines may pass: with a rim of the background's colour below them, so that no line strikes them out."""
    rim = look | {"color": colours.background, "stroke": colours.background, "strokeWidth": 4, "strokeJoin": "round"}
    return [words.mark_text(aria=False, **rim), words.mark_text(aria=False, **look)]


def _target(
    target: float, near: bool, span: tuple[float, float], data: pl.DataFrame, axes: _Axes, colours: Palette
) -> list[Any]:
    above = target > span[1]
    place = 100 * (target if near else span[1] if above else span[0])
    text = (
        f"Target {100 * target:.0f}%"
        if near
        else f"Target {100 * target:.0f}%, {'above' if above else 'below'} the chart"
    )
    brief = f"Target {100 * target:.0f}% {'' if near else '▲' if above else '▼'}".strip()
    frame = pl.DataFrame({"at": [data["begins"].min()], "share": [place], "long": [text], "brief": [brief]})
    base = alt.Chart(frame)
    words = (
        base.transform_calculate(words=f"{NARROW} ? datum.brief : datum.long")
        .mark_text(align="left", dx=4, dy=-7, color=colours.target, fontWeight="bold", aria=False)
        .encode(x=axes.x(), y=axes.y(), text=alt.Text("words:N"))
    )
    if not near:
        return [words]
    return [base.mark_rule(color=colours.target, strokeWidth=2, aria=False).encode(y=axes.y()), words]


def _events(events: pl.DataFrame, axes: _Axes, colours: Palette) -> list[Any]:
    layers: list[Any] = []
    tip = alt.Tooltip("sentence:N", title="Event")
    dashes: tuple[tuple[bool, list[int]], ...] = ((False, [4, 3]), (True, [1, 0]))
    for rebase, dash in dashes:
        part = events.filter(pl.col("rebase") == rebase)
        rule = alt.Chart(part).mark_rule(color=colours.national, strokeWidth=2, strokeDash=dash)
        layers += (
            [rule.encode(x=axes.x("day"), description=alt.Description("sentence:N"), tooltip=tip)]
            if part.height
            else []
        )
    # A name stands on the side of its line that has half of the chart or more.
    turn = axes.begins + 0.5 * (axes.ends - axes.begins)
    placed = events.with_columns(top=axes.top - pl.col("level") * ROOM / 3 * (axes.top - axes.low))
    sides: tuple[tuple[Any, int, pl.Expr], ...] = (
        ("left", 6, pl.col("day") <= turn),
        ("right", -6, pl.col("day") > turn),
    )
    for align, shift, side in sides:
        part = placed.filter(side)
        look = {
            "align": align,
            "dx": shift,
            "dy": 1,
            "baseline": "top",
            "color": colours.national,
            "fontWeight": "bold",
            "fontSize": 13,
            "limit": alt.ExprRef(expr="0.48 * width"),
        }
        words = alt.Chart(part).encode(x=axes.x("day"), y=axes.y("top"), text=alt.Text("title:N"))
        layers += _on_clear_ground(words, colours, **look) if part.height else []
    return layers
