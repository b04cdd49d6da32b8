"""Before and after an event: two dots with their intervals, where it applied and elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import altair as alt
import polars as pl

from equality.analysis.before_after import SIDES, BeforeAfter
from equality.analysis.words import interval, people, percent
from equality.charts.palette import Palette, styled, unchecked

ROW: Final = 46


def side_rows(found: Mapping[str, BeforeAfter]) -> pl.DataFrame:
    """The rows of the panel.

    Args:
        found: whom each comparison speaks of → the comparison.

    Returns:
        `row`, `where`, `side` (`before` or `after`), `share`, `low`, `high`, `n`, `name`, `value` and `sentence`.
    """
    rows: list[dict[str, Any]] = []
    for where, comparison in found.items():
        for side in SIDES:
            part = comparison.sides[side]
            value = f"{percent(part['share'])} ({interval(part['low'], part['high'])})"
            name = f"{where}, {side}"
            rows.append(
                {
                    "row": len(rows),
                    "where": where,
                    "side": side,
                    **{key: part[key] for key in ("share", "low", "high", "n")},
                    "name": name,
                    "value": value,
                    "sentence": f"{name}: {value} of {people(part['n'])}",
                }
            )
    return pl.DataFrame(rows)


@unchecked
def before_after_panel(rows: pl.DataFrame, colours: Palette) -> Any:
    """The comparison as a picture: each row's words above its line from 0 to 100.

    Args:
        rows: a frame of `side_rows`.
        colours: those of the mode.
    """
    data = rows.with_columns(pl.col("share", "low", "high") * 100)
    y = alt.Y("row:Q", scale=alt.Scale(domain=[0, rows.height], reverse=True, nice=False), axis=None)
    across = alt.Scale(domain=[0, 100], nice=False)
    axis = alt.Axis(title=None, values=[0, 25, 50, 75, 100], labelExpr="datum.label + '%'", labelFlush=True)

    def x(name: str) -> alt.X:
        return alt.X(f"{name}:Q", scale=across, axis=axis)

    def at(value: float) -> alt.XDatum:
        return alt.XDatum(value, scale=across, axis=axis)

    base = alt.Chart(data).encode(
        y=y, description=alt.Description("sentence:N"), tooltip=alt.Tooltip("sentence:N", title="Rate")
    )
    low: dict[str, Any] = {"yOffset": 0.7 * ROW}
    layers = [
        base.mark_rule(color=colours.grid, strokeWidth=2, aria=False, **low).encode(x=at(0), x2=alt.X2Datum(100)),
        base.mark_rule(color=colours.mark, strokeWidth=8, opacity=0.4, aria=False, **low).encode(
            x=x("low"), x2=alt.X2("high:Q")
        ),
        *(
            base.transform_filter(alt.datum.side == side)
            .mark_point(filled=True, size=120, opacity=1, fill=fill, stroke=colours.mark, strokeWidth=2, **low)
            .encode(x=x("share"))
            for side, fill in (("before", colours.background), ("after", colours.mark))
        ),
        base.mark_text(align="left", yOffset=0.3 * ROW, aria=False, limit=alt.ExprRef(expr="width - 130")).encode(
            x=at(0), text=alt.Text("name:N")
        ),
        base.mark_text(align="right", yOffset=0.3 * ROW, aria=False).encode(x=at(100), text=alt.Text("value:N")),
    ]
    return styled(alt.layer(*layers), colours, height=ROW * rows.height + 24, width="container")
