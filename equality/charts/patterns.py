"""Which characteristics are missing together: a row of dots per pattern and a bar for its people (an UpSet plot).

After Lex et al., UpSet: Visualization of Intersecting Sets, IEEE TVCG 2014; 20: 1983–1992. Patterns run down, so that
their bars are read like any list, and the plot fits a phone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt
import polars as pl

from equality.analysis.words import people, percent
from equality.charts.matrix import initials
from equality.charts.palette import NARROW, Palette, styled, unchecked

ROW: Final = 30
HEADS: Final = 44
BARS: Final = 0.42
"""Part of the width that the bars take."""


def pattern_rows(patterns: pl.DataFrame, short: Mapping[str, str]) -> pl.DataFrame:
    """Rows of the plot: a frame of `together.common_patterns` with `row`, `text`, `label` and `sentence`."""
    frame = patterns.with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    labels = [
        ", ".join(short[m] for m in members) if members else "Nothing missing" for members in frame["members"].to_list()
    ]
    texts = [f"{r['records']:,} ({percent(r['share'])})" for r in frame.iter_rows(named=True)]
    sentences = [
        f"{f'Missing together: {label}' if r['members'] else label}: {people(r['records'])}, {percent(r['share'])}"
        for label, r in zip(labels, frame.iter_rows(named=True), strict=True)
    ]
    return frame.with_columns(
        pl.Series("label", labels, dtype=pl.String),
        pl.Series("text", texts, dtype=pl.String),
        pl.Series("sentence", sentences, dtype=pl.String),
    )


def pattern_dots(rows: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The dots: one per row and characteristic: `row`, `column`, `position` (0, 1, …), `absent`, `sentence`."""
    records = [
        {"row": r["row"], "column": name, "position": i, "absent": name in r["members"], "sentence": r["sentence"]}
        for r in rows.iter_rows(named=True)
        for i, name in enumerate(names)
    ]
    schema = {"row": pl.Int64, "column": pl.String, "position": pl.Int64, "absent": pl.Boolean, "sentence": pl.String}
    return pl.DataFrame(records, schema=schema)


@unchecked
def upset(rows: pl.DataFrame, names: Sequence[str], short: Mapping[str, str], colours: Palette) -> Any:
    """The plot: columns of dots for the characteristics, filled where one is missing, and bars of people beside them.

    Args:
        rows: a frame of `pattern_rows`.
        names: characteristics, in order.
        short: characteristic → its short name.
        colours: those of the mode.
    """
    count = len(names)
    # One scale across: characteristics at 0.5, 1.5, …, bars from `start` on.
    start = count + 0.4
    end = start + (count + 0.4) * BARS / (1 - BARS)
    most = max([1, *rows["records"].to_list()])
    dots = pattern_dots(rows, names).with_columns(x=pl.col("position") + 0.5)
    spans = (
        dots.filter("absent")
        .group_by("row")
        .agg(first=pl.col("x").min(), last=pl.col("x").max(), sentence=pl.col("sentence").first())
    )
    bars = rows.with_columns(start=pl.lit(start), end=start + (end - start) * 0.62 * pl.col("records") / most)
    letters = initials({name: short[name] for name in names})
    two_lines = {
        f"{i + 0.5}": (["", short[n]] if " " not in short[n] else short[n].split(" ", 1)) for i, n in enumerate(names)
    }
    three = {f"{i + 0.5}": ["", letters[n]] for i, n in enumerate(names)}
    axis = alt.Axis(
        orient="top",
        values=[i + 0.5 for i in range(count)],
        labelExpr=f"({NARROW} ? {json.dumps(three)} : {json.dumps(two_lines)})[format(datum.value, '.1f')]",
        title=None,
        labelLineHeight=14,
        labelPadding=14,
        labelFontSize=alt.ExprRef(expr=f"{NARROW} ? 10 : 12"),
        labelOverlap=False,
    )
    x: dict[str, Any] = {"scale": alt.Scale(domain=[0, end], nice=False), "axis": axis}
    y = alt.Y(
        "row:Q", scale=alt.Scale(domain=[-0.5, rows.height - 0.5], reverse=True, nice=False, zero=False), axis=None
    )
    absent, present, spanned, barred = (
        alt.Chart(part).encode(
            y=y, description=alt.Description("sentence:N"), tooltip=alt.Tooltip("sentence:N", title="Pattern")
        )
        for part in (dots.filter("absent"), dots.filter(~pl.col("absent")), spans, bars)
    )
    size = alt.ExprRef(expr=f"{NARROW} ? 45 : 110")
    layers = [
        present.mark_point(filled=False, stroke=colours.grid, strokeWidth=1.5, size=size, aria=False).encode(
            x=alt.X("x:Q", **x)
        ),
        barred.mark_bar(color=colours.mark, height=16).encode(x=alt.X("start:Q", **x), x2=alt.X2("end:Q")),
        barred.mark_text(align="left", dx=6, fontSize=alt.ExprRef(expr=f"{NARROW} ? 11 : 14"), aria=False).encode(
            x=alt.X("end:Q", **x), text=alt.Text("text:N")
        ),
    ]
    if spans.height:
        layers += [
            spanned.mark_rule(color=colours.mark, strokeWidth=2.5, aria=False).encode(
                x=alt.X("first:Q", **x), x2=alt.X2("last:Q")
            ),
            absent.mark_point(filled=True, fill=colours.mark, size=size, opacity=1, aria=False).encode(
                x=alt.X("x:Q", **x)
            ),
        ]
    layers = [layer for layer in layers if not layer.data.is_empty()]
    return styled(alt.layer(*layers), colours, width="container", height=ROW * rows.height + HEADS)
