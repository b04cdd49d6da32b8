"""Who holds the gap: each bar begins where the one before ended, so that their ends are the shares together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from equality.analysis.words import people, percent
from equality.charts.bar_rows import Scale, bar_rows
from equality.charts.palette import Palette

WHOLE = Scale(0, 100, (0, 25, 50, 75, 100))


def pareto_rows(frame: pl.DataFrame, titles: Mapping[str, str], missing: str, many: str, largest: int) -> pl.DataFrame:
    """The rows of the chart and its table.

    Args:
        frame: of `whatif.pareto`.
        titles: unit → its name on screen, where that differs.
        missing: what the people are who make up the gap.
        many: what the units are called, many of them.
        largest: how many have a row of their own; the others are one row.

    Returns:
        The rows of `bar_rows.bar_rows`, with `n`, `missing`, `share` and `together`.
    """
    shown = frame.head(largest if frame.height > largest + 1 else frame.height)
    rest = frame.slice(shown.height)
    if rest.height:
        sums = rest.select(
            unit=pl.lit(None, pl.String),
            units=pl.col("units").sum(),
            n=pl.col("n").sum(),
            missing=pl.col("missing").sum(),
            share=pl.col("share").sum(),
            before=pl.col("before").first(),
            together=pl.col("together").last(),
        )
        shown = pl.concat([shown, sums])
    rows = []
    for row in shown.iter_rows(named=True):
        alone = row["unit"] is None
        name = f"{row['units']:,} other {many}" if alone else titles.get(row["unit"], row["unit"])
        held = f"{row['missing']:,} of {row['n']:,} {missing}"
        share = percent(row["share"], 0)
        rows.append(
            {
                "id": row["unit"] or "",
                "name": name,
                "value_text": f"{held} · {share}, together {percent(row['together'], 0)}",
                "brief": f"{share} · {percent(row['together'], 0)}",
                "start": 100 * row["before"],
                "end": 100 * row["together"],
                "kind": "rest" if alone else "unit",
                "sentence": f"{name}: {row['missing']:,} of {people(row['n'])} {missing}, {share} of the gap; "
                f"with those above {percent(row['together'], 0)}",
                "n": row["n"],
                "missing": row["missing"],
                "share": row["share"],
                "together": row["together"],
            }
        )
    text, number = pl.String, pl.Float64
    schema = {
        "id": text, "name": text, "value_text": text, "brief": text, "start": number, "end": number, "kind": text,
        "sentence": text, "n": pl.Int64, "missing": pl.Int64, "share": number, "together": number,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema).with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))


def pareto_bars(rows: pl.DataFrame, colours: Palette) -> Any:
    """The chart; a click on a row selects it, as `row` with its `id`."""
    return bar_rows(rows, WHOLE, {"unit": colours.mark, "rest": colours.outline}, colours, clickable=True)
