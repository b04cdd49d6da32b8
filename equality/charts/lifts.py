"""The fewest places whose lift reaches a goal: a bar from each one's rate to the rate it is lifted to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from equality.analysis.whatif import Plan
from equality.analysis.words import people, percent
from equality.charts.bar_rows import Scale, bar_rows
from equality.charts.palette import Palette

WHOLE = Scale(0, 100, (0, 25, 50, 75, 100))


def lift_rows(found: Plan, keys: Sequence[str], titles: Mapping[str, str], missing: str) -> pl.DataFrame:
    """The rows of the chart and its table, the largest gain first.

    Args:
        found: the plan.
        keys: the columns that name a cell.
        titles: value → its name on screen, where that differs.
        missing: what the people are who make up the gap.

    Returns:
        The rows of `bar_rows.bar_rows`, with the keys, `n`, `hits`, `gain`, `rate`, `rate_after` and `total_after`.
    """
    rows = []
    for row in found.cells.iter_rows(named=True):
        name = ", ".join(titles.get(row[key], row[key]) for key in keys)
        rate, after = row["rate"], row["hits_after"] / row["n"]
        gained = f"+{row['gain']:,} of {row['n'] - row['hits']:,} {missing}"
        rows.append(
            {
                "id": "",
                "name": name,
                "value_text": f"{gained} · all {percent(row['total_after'])}",
                "brief": f"+{row['gain']:,}",
                "start": 100 * rate,
                "end": 100 * after,
                "kind": "lift",
                "sentence": f"{name}: from {percent(rate)} to {percent(after)} of {people(row['n'])} is "
                f"{row['gain']:,} more; all then {percent(row['total_after'])}",
                **{key: row[key] for key in keys},
                "n": row["n"],
                "hits": row["hits"],
                "gain": row["gain"],
                "rate": rate,
                "rate_after": after,
                "total_after": row["total_after"],
            }
        )
    text, number = pl.String, pl.Float64
    schema = {
        "id": text, "name": text, "value_text": text, "brief": text, "start": number, "end": number, "kind": text,
        "sentence": text, **dict.fromkeys(keys, text), "n": pl.Int64, "hits": pl.Int64, "gain": pl.Int64,
        "rate": number, "rate_after": number, "total_after": number,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema).with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))


def lifts(rows: pl.DataFrame, rate: float, colours: Palette, width: int | str = "container") -> Any:
    """The chart, with the rate to which the places are lifted as a line.

    On paper, with a width in pixels, values are short, so that long names are whole.
    """
    if isinstance(width, int):
        after = (100 * pl.col("total_after")).round(1)
        rows = rows.with_columns(value_text=pl.format("{} · all {}%", "brief", after))
    room = 140 if isinstance(width, int) else 260
    return bar_rows(rows, WHOLE, {"lift": colours.mark}, colours, reference=100 * rate, width=width, room=room)
