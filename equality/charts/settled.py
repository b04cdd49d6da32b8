"""What became of the cells of lists: a bar a list, or a team, that is the whole of its cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from equality.analysis.words import percent
from equality.charts.bar_rows import bar_rows
from equality.charts.palette import Palette
from equality.charts.pareto_bars import WHOLE

KINDS: Final[Mapping[str, str]] = {
    "filled": "Filled",
    "declined": "Declined",
    "not_understood": "Asked, not understood",
    "waiting": "Not asked yet",
    "ended": "Gone, not applicable or not followed",
}
"""The parts of a bar, in order, and what they are called."""
_PARTS: Final = {
    "filled": pl.col("filled"),
    "declined": pl.col("declined"),
    "not_understood": pl.col("not_understood"),
    "waiting": pl.col("open") - pl.col("not_understood"),
    "ended": pl.col("inapplicable") + pl.col("gone") + pl.col("unfollowed"),
}


def settled_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """The parts of the bars, and a row without a bar for the words of each.

    Args:
        frame: of `progress.progress` in the newest snapshot, with `id` and `name`, in the order of the chart.

    Returns:
        The rows of `bar_rows.bar_rows`.
    """
    rows = []
    parted = frame.with_columns(part.alias(f"_{kind}") for kind, part in _PARTS.items())
    for row, cells in enumerate(parted.iter_rows(named=True)):
        share = cells["settled"] / cells["cells"] if cells["cells"] else None
        said = f"{cells['settled']:,} of {cells['cells']:,} settled"
        rows.append(
            {
                "row": row,
                "id": cells["id"],
                "name": cells["name"],
                "value_text": f"{said} · {percent(share, 0)}",
                "brief": percent(share, 0),
                "start": 0.0,
                "end": 0.0,
                "kind": "heading",
                "sentence": f"{cells['name']}: {said}",
            }
        )
        start = 0
        for kind, title in KINDS.items():
            number = cells[f"_{kind}"]
            if number:
                bare = {"name": "", "value_text": "", "brief": ""}
                rows.append(
                    {
                        "row": row,
                        "id": cells["id"],
                        **bare,
                        "start": 100 * start / cells["cells"],
                        "end": 100 * (start + number) / cells["cells"],
                        "kind": kind,
                        "sentence": f"{cells['name']}: {title.lower()}, {number:,} of {cells['cells']:,} cells",
                    }
                )
                start += number
    text, share_type = pl.String, pl.Float64
    schema = {
        "row": pl.Int64, "id": text, "name": text, "value_text": text, "brief": text, "start": share_type,
        "end": share_type, "kind": text, "sentence": text,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def fills(colours: Palette) -> dict[str, str]:
    """The colour of each part: that of the state its cells have."""
    states = colours.states
    return {
        "filled": states["valid"],
        "declined": states["declined"],
        "not_understood": states["not_obtained"],
        "waiting": states["blank"],
        "ended": colours.background,
    }


def settled_bars(rows: pl.DataFrame, colours: Palette) -> Any:
    """The chart; a click on a row selects it, as `row` with its `id`."""
    pale = dict.fromkeys(("waiting", "ended"), colours.outline)
    return bar_rows(rows, WHOLE, fills(colours), colours, edges=pale, clickable=True)
