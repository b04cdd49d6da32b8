"""A small table of shares with shades: who is observed as what, which district's mix differs from its residents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import polars as pl

from equality.analysis.words import interval, people, percent, signed
from equality.charts.palette import NARROW, Palette, styled, unchecked

CELL: Final = 38
SHADES: Final = (0.01, 0.1, 0.25, 0.5)
"""Shares from which a cell of the agreement has the next darker shade."""
FAR_SHADES: Final = (0.025, 0.05, 0.1, 0.15)
"""Differences from which a cell of the mix has the next darker shade, as shares."""
CELL_COLUMNS: Final = ("down", "across", "step", "text", "sentence", "outlined")
"""What a cell is drawn from: its place, shade (0, the palest, to 4), words, and whether it stands out."""


def agreement_cells(cells: pl.DataFrame, minimum_n: int) -> pl.DataFrame:
    """Cells of self-defined against observed groups: a frame of `contradictions.agreement` as `CELL_COLUMNS`."""
    shown = cells.filter(pl.col("n") >= minimum_n)
    sentences = [
        f"Of {people(r['n'])} who say {r['self_defined']}, {percent(r['share'])} ({interval(r['low'], r['high'])}) are "
        f"observed as {r['observed']}"
        for r in shown.iter_rows(named=True)
    ]
    return shown.select(
        down="self_defined",
        across="observed",
        step=_step(pl.col("share"), SHADES),
        text=_texts(shown["share"], lambda s: percent(s, 0)),
        sentence=pl.Series("sentence", sentences, dtype=pl.String),
        outlined="same",
    )


def mix_cells(mix: pl.DataFrame) -> pl.DataFrame:
    """Cells of districts and groups, the difference from the residents in points: a frame of `mix.district_mix`."""
    sentences = [
        f"{r['area']}, {r['group']}: {percent(r['share'])} ({interval(r['low'], r['high'])}) of "
        f"{people(r['n'])} with an "
        f"answer, {percent(r['resident_share'])} of residents, difference {signed(r['difference'])} points"
        for r in mix.iter_rows(named=True)
    ]
    order = mix.select("area", "psi").unique().sort("psi", descending=True)["area"].to_list()
    frame = mix.select(
        down="area",
        across="group",
        step=_step(pl.col("difference").abs(), FAR_SHADES),
        text=_texts(mix["difference"], signed),
        sentence=pl.Series("sentence", sentences, dtype=pl.String),
        outlined="far",
    )
    position = {area: i for i, area in enumerate(order)}
    return frame.sort(pl.col("down").replace_strict(position, return_dtype=pl.Int64), maintain_order=True)


def _step(value: pl.Expr, limits: Sequence[float]) -> pl.Expr:
    return pl.sum_horizontal(value >= limit for limit in limits).cast(pl.Int64)


def _texts(values: pl.Series, words: Any) -> pl.Series:
    return pl.Series("text", [words(v) for v in values], dtype=pl.String)


@unchecked
def grid(cells: pl.DataFrame, colours: Palette) -> Any:
    """The cells with their words, darker where the value is larger, outlined where it stands out.

    Args:
        cells: a frame of `CELL_COLUMNS`, in the order of the rows and columns.
        colours: those of the mode.
    """
    rows, columns = (cells[name].unique(maintain_order=True).to_list() for name in ("down", "across"))
    size = alt.ExprRef(expr=f"{NARROW} ? 12 : 14")
    base, out = (
        alt.Chart(part).encode(
            x=alt.X(
                "across:N",
                sort=columns,
                axis=alt.Axis(orient="top", labelAngle=0, title=None, labelFontSize=size),
                scale=alt.Scale(paddingInner=0.04),
            ),
            y=alt.Y(
                "down:N",
                sort=rows,
                axis=alt.Axis(title=None, labelFontSize=size, labelLimit=alt.ExprRef(expr=f"{NARROW} ? 110 : 260")),
                scale=alt.Scale(paddingInner=0.08),
            ),
            description=alt.Description("sentence:N"),
            tooltip=alt.Tooltip("sentence:N", title="Share"),
        )
        for part in (cells, cells.filter("outlined"))
    )
    domain = list(range(len(colours.steps)))

    def shade(fills: tuple[str, ...]) -> alt.Color:
        # The palette runs from dark to pale.
        return alt.Color("step:O", scale=alt.Scale(domain=domain, range=list(reversed(fills))), legend=None)

    layers = [
        base.mark_rect().encode(color=shade(colours.steps)),
        base.mark_text(fontSize=size, aria=False).encode(text=alt.Text("text:N"), color=shade(colours.on_steps)),
    ]
    if out.data.height:
        layers.insert(1, out.mark_rect(filled=False, stroke=colours.text, strokeWidth=2, aria=False))
    return styled(
        alt.layer(*layers).resolve_scale(color="independent"), colours, width="container", height=CELL * len(rows) + 28
    )
