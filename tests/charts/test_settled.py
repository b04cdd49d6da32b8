"""Bars of lists: their parts are all of their cells, and the sentence above them is theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dashboard.tasks_panel import headline
from equality.charts.palette import DARK, LIGHT, Palette
from equality.charts.settled import KINDS, settled_bars, settled_rows
from equality.measures.dimensions import Selection
from equality.worklist.progress import OPEN, progress
from equality.worklist.tasks import Task
from equality.worklist.wanted import Wanted

NOW = ("valid", "declined", "not_understood", *OPEN, "not_applicable", "gone", "not_exported")
DAY = date(2026, 6, 1)


def counted(cells: list[tuple[str, str, int]], list_id: str = "a") -> pl.DataFrame:
    """What was counted of a list at its assignment and a month later."""
    rows = [
        {
            "list_id": list_id, "snapshot_id": f"athena-{day}", "extract_date": day, "team": "A",
            "characteristic": "sex", "was": was, "now": was if day == DAY else now, "cells": number,
        }
        for was, now, number in cells
        for day in (DAY, DAY + timedelta(days=30))
    ]  # fmt: skip
    return pl.DataFrame(rows).group_by(pl.all().exclude("cells")).agg(pl.col("cells").sum())


@hypothesis_settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([*OPEN, "not_understood"]), st.sampled_from(NOW), st.integers(1, 5_000)),
        min_size=1,
        max_size=20,
    )
)
def test_the_parts_of_a_bar_are_all_of_its_cells(cells: list[tuple[str, str, int]]) -> None:
    last = progress(counted(cells)).tail(1).with_columns(id=pl.col("list_id"), name=pl.lit("List"))
    whole = sum(number for *_, number in cells)
    assert last["cells"].item() == whole
    rows = settled_rows(last)
    heading, parts = rows.row(0, named=True), rows.slice(1)
    assert (heading["kind"], heading["name"]) == ("heading", "List")
    assert parts["name"].to_list() == [""] * parts.height
    assert parts["start"][0] == 0
    assert parts["end"][-1] == pytest.approx(100)
    assert parts["start"][1:].to_list() == parts["end"][:-1].to_list()
    assert parts["kind"].to_list() == [kind for kind in KINDS if kind in parts["kind"].to_list()]
    filled = sum(number for _, now, number in cells if now == "valid")
    drawn = {row["kind"]: row["end"] - row["start"] for row in parts.to_dicts()}
    assert drawn.get("filled", 0) == pytest.approx(100 * filled / whole)
    asked = sum(n for was, now, n in cells if now in ("valid", "declined") or (now == NOW[2] != was))
    assert last["asked"].item() == asked


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_the_chart_is_as_high_as_its_lists(colours: Palette) -> None:
    both = pl.concat([counted([("blank", "valid", 3), ("blank", "blank", 1)]), counted([("blank", "gone", 1)], "b")])
    last = progress(both).filter(pl.col("extract_date") > DAY).with_columns(id=pl.col("list_id"), name=pl.lit("List"))
    one, two = (settled_bars(settled_rows(last.head(n)), colours).to_dict() for n in (1, 2))
    assert two["height"] - one["height"] == 46
    assert "List: filled, 3 of 4 cells" in str(two)


def task(list_id: str, number: int, due: date, action: str = "assigned") -> Task:
    at = datetime.now(UTC)
    wanted = Wanted("athena", Selection(), ("sex",), ("blank",))
    return Task(list_id, number, "athena", "s", wanted, 4, 4, "A", due, "", action, 1, at, at, "somebody")


def test_the_sentence_counts_open_lists_and_names_those_overdue() -> None:
    both = pl.concat(
        [counted([("blank", "valid", 3), ("blank", "blank", 1)]), counted([("blank", "declined", 2)], "b")]
    )
    now = progress(both).filter(pl.col("extract_date") > DAY)
    past, soon = date.today() - timedelta(days=1), date.today()
    late, done = task("a", 1, past), task("b", 2, past)
    assert headline([late, done], now) == (
        "5 of 6 cells on 2 open lists are settled (83%); 5 were asked. 1 list overdue."
    )
    assert "overdue" not in headline([task("a", 1, soon), done], now)
    closed = replace(done, action="closed")
    assert headline([late, closed], now).startswith("3 of 4 cells on 1 open list")
    assert headline([closed], now) == "No list is open."
    assert headline([late], now.clear()) == "1 open list, none of whose cells are of your teams."
