"""The waterfall from one rate to another: practice first, then mix, each by its largest contributions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from equality.analysis.kitagawa import PARTS, Part, Split, grouped
from equality.analysis.words import percent, points, signed
from equality.charts.bar_rows import bar_rows, scale_of
from equality.charts.palette import Palette

LARGEST: Final = 5
"""Contributions of a part that have rows of their own; the rest is one row."""
PART_TITLES: Final = {"practice": "How it is recorded (practice)", "mix": "What is recorded (mix)"}


def waterfall_rows(
    split: Split, by: str | None, titles: Mapping[str, str], ends: tuple[str, str], many: str, largest: int = LARGEST
) -> pl.DataFrame:
    """The rows of the waterfall, from B down to A: each bar begins where the one before ended.

    Args:
        split: the difference and its parts.
        by: the column of the strata whose values have bars of their own; None gives one bar per part.
        titles: value → its name on screen, where that differs.
        ends: what sides B and A are called, in this order.
        many: what the values are called, many of them.
        largest: how many values have a row of their own in each part.

    Returns:
        The rows of `bar_rows.bar_rows`, with `part` and `points` (the bar's length in points, null for levels).
    """
    at = split.rate_b
    rows: list[dict[str, Any]] = [_level(ends[0], at)]
    for part, total in zip(PARTS, (split.practice, split.mix), strict=True):
        named = [] if by is None else _largest(grouped(split, by), part, titles, many, largest)
        if named:
            rows.append(_heading(part, total))
        for unit, name, value in named or [(None, PART_TITLES[part], total.value)]:
            rows.append(_bar(part, unit, name, at, value))
            at += value
    # Not `at`: the last row states the rate itself, to which the bars add up.
    rows.append(_level(ends[1], split.rate_a))
    schema = {
        "id": pl.String, "name": pl.String, "value_text": pl.String, "brief": pl.String, "start": pl.Float64,
        "end": pl.Float64, "kind": pl.String, "sentence": pl.String, "part": pl.String, "points": pl.Float64,
    }  # fmt: skip
    frame = pl.DataFrame(rows, schema=schema)
    return frame.with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))


def _largest(
    groups: pl.DataFrame, part: str, titles: Mapping[str, str], many: str, largest: int
) -> list[tuple[str | None, str, float]]:
    ranked = groups.sort(pl.col(part).abs(), descending=True, maintain_order=True)
    shown = ranked.head(largest if ranked.height > largest + 1 else ranked.height)
    rows: list[tuple[str | None, str, float]] = [
        (unit, titles.get(unit, unit), value) for unit, value in shown.select("unit", part).iter_rows()
    ]
    rest = ranked.slice(shown.height)
    if rest.height:
        rows.append((None, f"{rest.height} other {many}", float(rest[part].sum())))
    return rows


def _level(name: str, rate: float) -> dict[str, Any]:
    value = percent(rate)
    return _row("", name, value, value, 100 * rate, 100 * rate, "level", f"{name}: {value}")


def _heading(part: str, total: Part) -> dict[str, Any]:
    value = f"{signed(total.value)} points ({signed(total.low)} to {signed(total.high)})"
    brief = f"{signed(total.value)}"
    return _row("", PART_TITLES[part], value, brief, None, None, "heading", f"{PART_TITLES[part]}: {value}", part)


def _bar(part: str, unit: str | None, name: str, at: float, value: float) -> dict[str, Any]:
    word = {"practice": "practice", "mix": "mix"}[part]
    sentence = f"{name}, {word}: {'up' if value > 0 else 'down'} {points(value)}"
    text = signed(value)
    return _row(unit or "", name, text, text, 100 * at, 100 * (at + value), part, sentence, part, 100 * value)


def _row(
    unit: str, name: str, value: str, brief: str, start: float | None, end: float | None, kind: str, sentence: str,
    part: str | None = None, length: float | None = None,
) -> dict[str, Any]:  # fmt: skip
    return {
        "id": unit, "name": name, "value_text": value, "brief": brief, "start": start, "end": end, "kind": kind,
        "sentence": sentence, "part": part, "points": length,
    }  # fmt: skip


def waterfall(rows: pl.DataFrame, colours: Palette) -> Any:
    """The waterfall as a chart. The scale does not begin at 0: what counts is the length of the bars, in points."""
    ends = [*rows["start"].drop_nulls(), *rows["end"].drop_nulls()]
    fills = {"practice": colours.mark, "mix": colours.second}
    return bar_rows(rows, scale_of(ends, left=0.3, right=0.2), fills, colours, joined=True)
