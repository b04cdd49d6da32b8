"""Rows of rates: one row per characteristic or unit, with the words that stand in it.

The panels that draw them are in `row_panels`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from equality.analysis.words import MEASURES, TOO_FEW, change, interval, month_name, people, percent
from equality.measures.states import APPLICABLE_STATES, STATE_TITLES

TEXTS: Final = ("value_text", "missing_text", "change_text", "change_brief", "sentence")
LOOKS: Final = {
    "common": "",
    "open": ", still filling in",
    "improvement": ", signal: better",
    "concern": ", signal: worse",
    "neutral": ", signal: different",
}
"""What a month's point is → what its sentence adds."""
SPREAD: Final = 0.1
"""The least range of a small line, as a share: without it, noise would fill the height."""


def rate_rows(
    measured: pl.DataFrame,
    key: str,
    titles: Mapping[str, str],
    measure: str,
    targets: Mapping[str, float] | None = None,
    national: Mapping[str, float] | None = None,
    *,
    short: Mapping[str, str] | None = None,
    in_order: bool = False,
) -> pl.DataFrame:
    """The rows of the panels, the one with most people missing on top.

    Args:
        measured: a frame of `findings.measured`, or of `findings.compared`.
        key: the column that names a row.
        titles: value of the key → its name on screen; values without one are shown as they are.
        measure: the rate that was measured.
        targets: value of the key → target share.
        national: value of the key → national share.
        short: value of the key → a shorter name for narrow places.
        in_order: sort by the key, as months are, not by the people missing.

    Returns:
        The frame sorted, with `row`, `id`, `name`, `target`, `national` and the words of each panel:
        `value_text`, `missing_text`, `change_text`, `change_brief` and `sentence`, which reads out the row.
    """
    by = [key] if in_order else ["enough", "missing"]
    frame = measured.sort(by, descending=True, maintain_order=True).with_row_index("row")
    words = [_words(row, key, titles, measure) for row in frame.iter_rows(named=True)]
    words = [row | {"short": (short or {}).get(row["id"], row["name"])} for row in words]
    schema = dict.fromkeys(("id", "name", "short", *TEXTS), pl.String)
    ids = [row["id"] for row in words]
    return pl.concat([frame, pl.DataFrame(words, schema=schema)], how="horizontal").with_columns(
        pl.col("row").cast(pl.Int64),
        pl.Series("target", [(targets or {}).get(i) for i in ids], dtype=pl.Float64),
        pl.Series("national", [(national or {}).get(i) for i in ids], dtype=pl.Float64),
    )


def _words(row: Mapping[str, Any], key: str, titles: Mapping[str, str], measure: str) -> dict[str, str]:
    name = titles.get(row[key], row[key])
    words = MEASURES[measure]
    if row["share"] is None:
        return {
            "id": row[key],
            "name": name,
            "value_text": TOO_FEW,
            "missing_text": TOO_FEW,
            "change_text": TOO_FEW,
            "change_brief": TOO_FEW,
            "sentence": f"{name}: {TOO_FEW}",
        }
    value = f"{percent(row['share'])} ({interval(row['low'], row['high'])})"
    missing = f"{row['missing']:,} of {row['n']:,} {words.missing}"
    changed = change(row.get("difference"), row.get("difference_low"), row.get("difference_high"))
    return {
        "id": row[key],
        "name": name,
        "value_text": value,
        "missing_text": missing,
        "change_text": changed,
        "change_brief": changed.split(" (")[0],
        "sentence": f"{name}: {value}, {missing}",
    }


def state_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """The segments of the states panel: one row per row and state that occurs.

    Args:
        rows: a frame of `rate_rows`, with the counts of the states.

    Returns:
        `row`, `id`, `name`, `state`, `count`, `start` and `end` (shares) and `sentence`; none for rows with too few.
    """
    long = (
        rows.filter("enough")
        .unpivot(
            APPLICABLE_STATES,
            index=["row", "id", "name", "applicable"],
            variable_name="state",
            value_name="count",
        )
        .with_columns(order=pl.col("state").replace_strict({s: i for i, s in enumerate(APPLICABLE_STATES)}))
        .sort("row", "order")
        .with_columns(end=pl.col("count").cum_sum().over("row") / pl.col("applicable"))
        .with_columns(start=pl.col("end") - pl.col("count") / pl.col("applicable"))
        .filter(pl.col("count") > 0)
    )
    sentences = [
        f"{r['name']}: {STATE_TITLES[r['state']].lower()} {percent(r['end'] - r['start'])}, {people(r['count'])}"
        for r in long.iter_rows(named=True)
    ]
    return long.with_columns(pl.Series("sentence", sentences, dtype=pl.String)).drop("order", "applicable")


def month_rows(rows: pl.DataFrame, monthly: pl.DataFrame, key: str, months: Sequence[str]) -> pl.DataFrame:
    """The points of the months panel.

    Args:
        rows: a frame of `rate_rows`.
        monthly: `month`, the key, `share` and `n`; with control limits also `lower`, `centre`, `upper` (shares, null
            where there are none), `signal` and `settled`.
        key: the column that names a row.
        months: the months to show, in order; those without enough people are gaps in the line.

    Returns:
        `row`, `id`, `name`, `month`, `position` (0, 1, …), `share`, `n`, `end` (the first or last month shown), `look`
        (`common`, a signal, or `open` for a month that still fills in), `sentence`, and as `height`, `height_lower`,
        `height_centre` and `height_upper` where points and lines stand: 0 to 1 within the row's own range, which spans
        at least `SPREAD`.
    """
    positions = pl.DataFrame(
        {"month": list(months), "position": range(len(months))},
        schema={"month": pl.String, "position": pl.Int64},
    )
    lines = ("lower", "centre", "upper")
    usual = {"lower": None, "centre": None, "upper": None, "signal": None, "settled": True}
    types = dict.fromkeys(lines, pl.Float64) | {"signal": pl.String, "settled": pl.Boolean}
    missing = [pl.lit(usual[name], types[name]).alias(name) for name in usual if name not in monthly.columns]
    points = (
        rows.select("row", "id", "name")
        .join(monthly.with_columns(missing).select("month", pl.col(key).alias("id"), "share", "n", *usual), on="id")
        .join(positions, on="month")
        .drop_nulls("share")
        .sort("row", "position")
    )
    least = pl.min_horizontal("share", "lower").min().over("row")
    most = pl.max_horizontal("share", "upper").max().over("row")
    centre, half = (least + most) / 2, pl.max_horizontal((most - least) / 2, pl.lit(SPREAD / 2))
    heights = {"height": "share"} | {f"height_{name}": name for name in lines}
    points = points.with_columns(
        *(((pl.col(value) - centre) / (2 * half) + 0.5).alias(name) for name, value in heights.items()),
        look=pl.when("settled").then(pl.col("signal").fill_null("common")).otherwise(pl.lit("open")),
        end=pl.when(pl.col("position") == pl.col("position").min().over("row"))
        .then(pl.lit("first"))
        .when(pl.col("position") == pl.col("position").max().over("row"))
        .then(pl.lit("last")),
        label=pl.col("share").map_elements(lambda s: percent(s, 0), return_dtype=pl.String),
    )
    sentences = [
        f"{p['name']}, {month_name(p['month'])}: {percent(p['share'])} of {people(p['n'])}{LOOKS[p['look']]}"
        for p in points.iter_rows(named=True)
    ]
    return points.with_columns(pl.Series("sentence", sentences, dtype=pl.String))
