"""The matrix of gaps: units down, characteristics across, the rate in each cell as number and shade."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt
import polars as pl

from equality.analysis.findings import measured
from equality.analysis.words import MEASURES, TOO_FEW, interval, percent
from equality.charts.palette import NARROW, Palette, styled, unchecked
from equality.measures.counts import KINDS, SUPPRESSED

ALL: Final = "__all__"
"""The unit of the row and the id of the column that hold the totals."""
CELL: Final = 30
"""Height of a row in pixels."""
HEADS: Final = 44
"""Height of the names above the columns."""
STEP_LIMITS: Final = (0.25, 0.5, 0.75, 0.9)
"""Rates at which the shade changes."""
STEP_NAMES: Final = ("under 25%", "25–49%", "50–74%", "75–89%", "90% and over")


def matrix_cells(
    counts: pl.DataFrame,
    by: str,
    focus: str,
    measure: str,
    minimum_n: int,
    unit_titles: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """The cells of the matrix with their totals at the edges.

    Args:
        counts: a frame of `slice_counts` by one dimension, for every characteristic.
        by: that dimension.
        focus: the characteristic whose missing people sort the rows.
        measure: name of the rate.
        minimum_n: cells with a smaller denominator have no rate.
        unit_titles: value of the dimension → its name on screen, where that differs.

    Returns:
        One row per unit and characteristic, and for the totals (`ALL`): `unit`, `label` (name and focus n),
        `rank` (0 for the total, months in order, others by `missing` of the focus), `column`, `n`, `hits`,
        `missing`, `share`, `low`, `high`, `step` (0, the largest gap, to 4), `text` and `sentence`.
    """
    parts = [
        counts.rename({by: "unit", "characteristic": "column"}),
        _summed(counts.rename({"characteristic": "column"}), ["column"]).with_columns(unit=pl.lit(ALL)),
        _summed(counts.rename({by: "unit"}), ["unit"]).with_columns(column=pl.lit(ALL)),
        _summed(counts, []).with_columns(unit=pl.lit(ALL), column=pl.lit(ALL)),
    ]
    names = ["unit", "column", "applicable", *KINDS]
    cells = measured(pl.concat([part.select(names) for part in parts]), measure, minimum_n)
    cells = cells.join(_ranks(cells, by, focus), on="unit")
    # Fields add up to more than people: the column of all fields shows nothing where there are too few people.
    hidden = (pl.col("column") == ALL) & (pl.col("focus_n") < minimum_n)
    cells = cells.with_columns(
        pl.col("enough") & ~hidden,
        *(pl.when(~hidden).then(pl.col(name)).alias(name) for name in ("share", "low", "high")),
    )
    titles = {ALL: "All"} | dict(unit_titles or {})
    # Of the rounded rate, so that cells with one number have one shade.
    step = pl.sum_horizontal(pl.col("share").round(2) >= limit for limit in STEP_LIMITS)
    frame = cells.with_columns(
        step=pl.when(pl.col("share").is_not_null()).then(step.cast(pl.Int64)),
        name=pl.col("unit").replace(titles),
    ).sort("rank", maintain_order=True)
    counted = pl.col("focus_n").map_elements(_counted, return_dtype=pl.String, skip_nulls=False)
    return frame.with_columns(label=pl.format("{} ({})", "name", counted))


def _counted(n: int | None) -> str:
    return SUPPRESSED if n is None else f"{n:,}"


def _summed(counts: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    sums = [pl.col(name).sum() for name in ("applicable", *KINDS)]
    return counts.group_by(list(keys), maintain_order=True).agg(sums) if keys else counts.select(sums)


def _ranks(cells: pl.DataFrame, by: str, focus: str) -> pl.DataFrame:
    focused = cells.filter(pl.col("column") == focus).select("unit", focus_n="n", focus_missing="missing")
    order = "unit" if by == "month" else "focus_missing"
    others = focused.filter(pl.col("unit") != ALL).sort(order, descending=True)
    total = focused.filter(pl.col("unit") == ALL)
    return pl.concat([total, others]).with_row_index("rank").with_columns(pl.col("rank").cast(pl.Int64))


def described(cells: pl.DataFrame, titles: Mapping[str, str], measure: str) -> pl.DataFrame:
    """The cells with `text` (the whole per cent), `title` of their column and `sentence` that reads them out."""
    words = MEASURES[measure]
    columns = {ALL: "All fields"} | dict(titles)

    def sentence(row: Mapping[str, Any]) -> str:
        place = f"{row['name']}, {columns[row['column']].lower()}"
        if row["share"] is None:
            return f"{place}: {TOO_FEW}"
        rate = f"{percent(row['share'])} ({interval(row['low'], row['high'])})"
        return f"{place}: {rate}, {row['missing']:,} of {row['n']:,} {words.missing}"

    rows = list(cells.iter_rows(named=True))
    return cells.with_columns(
        pl.Series("sentence", [sentence(r) for r in rows], dtype=pl.String),
        pl.Series("title", [columns[r["column"]] for r in rows], dtype=pl.String),
        pl.Series("text", ["" if r["share"] is None else _whole(r["share"]) for r in rows], dtype=pl.String),
    )


def _whole(share: float) -> str:
    return percent(share, 0).removesuffix("%").replace("under ", "<").replace("over ", ">")


def initials(short: Mapping[str, str]) -> dict[str, str]:
    """Three letters for each name, of its last word where the first is taken."""
    found: dict[str, str] = {}
    for name, title in short.items():
        words = (title[:3], title.split()[-1][:3].capitalize())
        found[name] = next((word for word in words if word not in found.values()), title[:3])
    return found


@unchecked
def matrix(cells: pl.DataFrame, columns: Sequence[str], short: Mapping[str, str], focus: str, colours: Palette) -> Any:
    """The matrix as a chart: a click on a cell selects it, as `cell` with `unit` and `column`.

    Args:
        cells: a frame of `described`.
        columns: the characteristics in order.
        short: characteristic → its short name.
        focus: the characteristic in focus, whose cells are outlined.
        colours: those of the mode.
    """
    names = {c: short[c] for c in columns} | {ALL: "All fields"}
    # Two lines for every name, so that they stand on one line above the cells; at a phone's width three letters.
    two_lines = {c: (["", name] if " " not in name else name.split(" ", 1)) for c, name in names.items()}
    letters = {c: ["", word] for c, word in initials({c: short[c] for c in columns}).items()} | {ALL: ["", "All"]}
    labels = f"({NARROW} ? {json.dumps(letters)} : {json.dumps(two_lines)})[datum.label]"
    units = cells.select("unit", "name", "label", "focus_n").unique(maintain_order=True)
    wide = {unit: label for unit, _, label, _ in units.iter_rows()}
    narrow = {unit: [name, f"of {_counted(n)}"] for unit, name, _, n in units.iter_rows()}
    axis_x = alt.Axis(
        orient="top",
        labelAngle=0,
        labelExpr=labels,
        title=None,
        labelLineHeight=14,
        labelLimit=120,
        labelPadding=20,
        labelFontSize=alt.ExprRef(expr=f"{NARROW} ? 12 : 14"),
    )
    axis_y = alt.Axis(
        labelExpr=f"({NARROW} ? {json.dumps(narrow)} : {json.dumps(wide)})[datum.label]",
        labelFontSize=alt.ExprRef(expr=f"{NARROW} ? 12 : 14"),
        labelLineHeight=13,
        labelOffset=alt.ExprRef(expr=f"{NARROW} ? -6 : 0"),
        title=None,
        labelLimit=alt.ExprRef(expr=f"{NARROW} ? 112 : 300"),
        labelPadding=8,
    )
    data = cells.select("unit", "column", "step", "text", "sentence", "share")
    base, shown, few = (
        alt.Chart(part).encode(
            x=alt.X("column:N", sort=[*columns, ALL], axis=axis_x, scale=alt.Scale(paddingInner=0.04)),
            y=alt.Y("unit:N", sort=units["unit"].to_list(), axis=axis_y, scale=alt.Scale(paddingInner=0.08)),
            description=alt.Description("sentence:N"),
            tooltip=alt.Tooltip("sentence:N", title="Rate"),
        )
        for part in (
            data.filter(pl.col("column") == focus),
            data.drop_nulls("step"),
            data.filter(pl.col("step").is_null()),
        )
    )
    chosen = alt.selection_point(name="cell", fields=["unit", "column"], on="click", empty=False, toggle=False)
    steps = list(range(len(colours.steps)))
    layers = [
        shown.mark_rect(cursor="pointer").encode(
            color=alt.Color("step:O", scale=alt.Scale(domain=steps, range=list(colours.steps)), legend=None)
        ),
        few.mark_rect(color=colours.too_few, stroke=colours.outline, strokeDash=[2, 2], cursor="pointer"),
        few.mark_text(color=colours.muted, fontSize=12).encode(
            text=alt.condition(NARROW, alt.value("·"), alt.value("too few"))
        ),
        base.mark_rect(filled=False, aria=False, stroke=colours.text, strokeWidth=1.5),
        shown.mark_text(fontSize=alt.ExprRef(expr=f"{NARROW} ? 11 : 14"), baseline="middle").encode(
            text=alt.Text("text:N"),
            color=alt.Color("step:O", scale=alt.Scale(domain=steps, range=list(colours.on_steps)), legend=None),
        ),
    ]
    # A layer without marks would be a picture without a name to a screen reader.
    chart = alt.layer(*(layer for layer in layers if not layer.data.is_empty())).resolve_scale(color="independent")
    return styled(chart.add_params(chosen), colours, width="container", height=CELL * units.height + HEADS)
