"""Rows of shares with their intervals: the row's words above, its line below, other units as ticks on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import altair as alt
import polars as pl

from equality.analysis.words import interval, people, percent
from equality.charts.palette import Palette, styled, unchecked

ROW: Final = 54
"""Height of a row in pixels."""
NAME: Final = 0.3
"""Where a row's words stand, in rows from its top."""
MARK: Final = 0.68
"""Where its marks stand."""
MOST_ROWS: Final = 6
SCHEMA: Final = {
    "row": pl.Int64,
    "name": pl.String,
    "value_text": pl.String,
    "sentence": pl.String,
    "share": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "reference": pl.Float64,
}
"""Columns of the rows that `share_rows` draws; `reference` is a share to compare with, or null."""


def unit_rows(rates: pl.DataFrame, names: Mapping[str, str], group: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of the units that a check names, and the ticks of all others.

    Args:
        rates: a frame of `plausibility.far_above`.
        names: value of `group` → what it is called.
        group: the column of the tests: a characteristic or an answer.

    Returns:
        A frame of `SCHEMA`, one row per named unit and test, at most `MOST_ROWS`; and `row`, `unit`, `share`,
        `sentence` of the other units in the same tests.
    """
    named = rates.filter("named").head(MOST_ROWS).with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    # With one unit its name stands in the sentence above: on a phone it would leave no room for the rest.
    alone = named["unit"].n_unique() == 1 and named.height > 1
    words = [_words(row, names.get(row[group], row[group]), alone) for row in named.iter_rows(named=True)]
    texts = pl.DataFrame(words, schema=dict.fromkeys(("name", "value_text", "sentence"), pl.String))
    rows = pl.concat([named, texts], how="horizontal").select(
        "row", "name", "value_text", "sentence", "share", "low", "high", reference="overall"
    )
    others = (
        rates.filter("enough", ~pl.col("named"))
        .join(named.select("row", group), on=group)
        .select("row", "unit", "share", "size")
        .sort("row", "share")
    )
    sentences = [f"{r['unit']}: {percent(r['share'])} of {people(r['size'])}" for r in others.iter_rows(named=True)]
    return rows, others.drop("size").with_columns(pl.Series("sentence", sentences, dtype=pl.String))


def _words(row: Mapping[str, Any], test: str, alone: bool) -> dict[str, str]:
    spoken = f"{percent(row['share'])} ({interval(row['low'], row['high'])}) of {people(row['size'])}"
    return {
        "name": test if alone else f"{row['unit']}: {test}",
        "value_text": f"{percent(row['share'], 0)} ({interval(row['low'], row['high'], 0)})",
        "sentence": f"{row['unit']}, {test}: {spoken}; all units together {percent(row['overall'])}",
    }


@unchecked
def share_rows(
    rows: pl.DataFrame,
    colours: Palette,
    others: pl.DataFrame | None = None,
    *,
    top: float = 1.0,
    wide: bool = False,
) -> Any:
    """Shares with their intervals on a line from 0 to `top`.

    Args:
        rows: a frame of `SCHEMA`.
        colours: those of the mode.
        others: `row`, `share` and `sentence` of marks that stand behind as ticks.
        wide: whether the rows have `least` and `most` too, what the share could be: a pale line behind the interval.
        top: where the line ends, as a share.
    """
    base, referred = (
        alt.Chart(part).encode(
            y=_y(rows), description=alt.Description("sentence:N"), tooltip=alt.Tooltip("sentence:N", title="Share")
        )
        for part in (rows, rows.drop_nulls("reference"))
    )
    down: dict[str, Any] = {"yOffset": round(MARK * ROW)}
    layers: list[Any] = [
        base.mark_rule(color=colours.grid, strokeWidth=2, aria=False, **down).encode(x=_at(0, top), x2=alt.X2Datum(top))
    ]
    if others is not None and others.height:
        ticks = alt.Chart(others).encode(
            y=_y(rows), description=alt.Description("sentence:N"), tooltip=alt.Tooltip("sentence:N", title="Other unit")
        )
        layers.append(
            ticks.mark_tick(
                color=colours.outline, thickness=1.5, size=16, orient="vertical", opacity=0.8, **down
            ).encode(x=_x("share", top))
        )
    if wide:
        could = base.mark_rule(color=colours.steps[2], strokeWidth=14, opacity=0.45, aria=False, **down)
        layers.append(could.encode(x=_x("least", top), x2=alt.X2("most:Q")))
    layers += [
        base.mark_rule(color=colours.mark, strokeWidth=8, opacity=0.4, aria=False, **down).encode(
            x=_x("low", top), x2=alt.X2("high:Q")
        ),
        base.mark_point(
            filled=True, fill=colours.mark, size=120, opacity=1, stroke=colours.background, strokeWidth=1.5, **down
        ).encode(x=_x("share", top)),
        base.mark_text(
            align="left",
            fontWeight="bold",
            limit=alt.ExprRef(expr="width - 116"),
            yOffset=round(NAME * ROW),
        ).encode(x=_at(0, top), text=alt.Text("name:N")),
        base.mark_text(align="right", yOffset=round(NAME * ROW)).encode(x=_at(top, top), text=alt.Text("value_text:N")),
    ]
    if rows["reference"].is_not_null().any():
        layers.insert(
            -2,
            referred.mark_tick(
                color=colours.target, thickness=3, size=26, orient="vertical", aria=False, **down
            ).encode(x=_x("reference", top)),
        )
    return styled(alt.layer(*layers), colours, width="container", height=ROW * max(rows.height, 1))


def _y(rows: pl.DataFrame) -> alt.Y:
    scale = alt.Scale(domain=[0, max(rows.height, 1)], reverse=True, nice=False, zero=False)
    return alt.Y("row:Q", scale=scale, axis=None)


def _x(name: str, top: float) -> alt.X:
    return alt.X(f"{name}:Q", scale=alt.Scale(domain=[0, top], nice=False, clamp=True), axis=None)


def _at(value: float, top: float) -> alt.XDatum:
    # The scale stands on every layer: Vega fails on layers that disagree about it.
    return alt.XDatum(value, scale=alt.Scale(domain=[0, top], nice=False, clamp=True), axis=None)
