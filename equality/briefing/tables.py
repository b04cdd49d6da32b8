"""The tables of a briefing, tidy: one row per unit, a marker where a number is not shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from equality.analysis.words import month_name
from equality.briefing.document import MARKERS, NOT_SHOWN, TOO_FEW, Column, Table, Value
from equality.measures.states import APPLICABLE_STATES, STATE_TITLES

STATES_SHOWN: Final = APPLICABLE_STATES


def reading(table: Table) -> tuple[str, ...]:
    """What the markers mean that stand in a table, as a note; none if it has none."""
    held = {value for row in table.rows for value in row}
    meanings = [f"{marker}: {meaning}" for marker, meaning in MARKERS.items() if marker in held]
    return (f"{'; '.join(meanings)}.",) if meanings else ()


def state_title(state: str) -> str:
    """A state's name in tables."""
    return STATE_TITLES[state]


def rates(
    rows: pl.DataFrame, of: str, title: str, targets: Mapping[str, float], national: Mapping[str, float]
) -> Table:
    """Rates with their intervals.

    Args:
        rows: a frame of `rate_rows`.
        of: heading of the first column.
        title: of the table.
        targets: id of a row → target share.
        national: id of a row → national share; no column where there is none.
    """
    columns = [
        Column(of),
        Column("People", "count"),
        Column("Known", "count"),
        Column("Not known", "count"),
        Column("Known, %", "percent"),
        Column("Lower limit, %", "percent"),
        Column("Upper limit, %", "percent"),
        Column("Target, %", "percent"),
    ]
    columns += [Column("England and Wales, %", "percent")] if national else []
    cells = []
    for row in rows.iter_rows(named=True):
        line: list[Value] = [row["name"], *(_count(row, name) for name in ("n", "hits", "missing"))]
        line += [_rate(row, name) for name in ("share", "low", "high")]
        line.append(_of_100(targets.get(row["id"])))
        if national:
            line.append(_of_100(national.get(row["id"])))
        cells.append(tuple(line))
    return Table(title, tuple(columns), tuple(cells))


def states(rows: pl.DataFrame, title: str) -> Table:
    """What is recorded: people by state."""
    columns = (Column("Characteristic"), *(Column(STATE_TITLES[s], "count") for s in STATES_SHOWN))
    cells = [(row["name"], *(_count(row, s) for s in STATES_SHOWN)) for row in rows.iter_rows(named=True)]
    return Table(title, columns, tuple(cells))


def months(rows: pl.DataFrame, points: pl.DataFrame, shown: Sequence[str], earlier: str, title: str) -> Table:
    """Each row's first and last month, and its change from period to period.

    Args:
        rows: a frame of `rate_rows`, of `findings.compared`.
        points: the frame of `month_rows`.
        shown: the months.
        earlier: the period before in words, empty if there is none.
        title: of the table.
    """
    ends = {(point["id"], point["month"]): point["share"] for point in points.iter_rows(named=True)}
    columns = [Column("Characteristic"), *(Column(f"Known in {month_name(m)}, %", "percent") for m in _ends(shown))]
    columns += [Column(f"Change against {earlier}")] if earlier else []
    cells = []
    for row in rows.iter_rows(named=True):
        line: list[Value] = [row["name"]]
        line += [_of_100(ends[row["id"], m]) if (row["id"], m) in ends else TOO_FEW for m in _ends(shown)]
        cells.append((*line, row["change_text"]) if earlier else tuple(line))
    return Table(title, tuple(columns), tuple(cells))


def _ends(shown: Sequence[str]) -> list[str]:
    return list(dict.fromkeys((shown[0], shown[-1])))


def _count(row: Mapping[str, Any], name: str) -> Value:
    return NOT_SHOWN if row[name] is None else row[name]


def _rate(row: Mapping[str, Any], name: str) -> Value:
    return TOO_FEW if row[name] is None else _of_100(row[name])


def _of_100(share: float | None) -> Value:
    return None if share is None else round(100 * share, 1)
