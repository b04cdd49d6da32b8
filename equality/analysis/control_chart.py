"""Control charts of a rate over months or weeks: is a change real, or noise?

Limits are computed from settled points only, anew from a documented event on if it says so. Fewer than
`MINIMUM_POINTS` give no limits; fewer than `TRIAL_BELOW` give trial limits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import polars as pl

from equality.analysis.limits import Kind, limits_of
from equality.analysis.signals import Signal, signals

MINIMUM_POINTS: Final = 8
"""Fewer settled points than these give no limits: a run of seven needs one more to stand out from."""
TRIAL_BELOW: Final = 12
"""Limits of fewer points than these are on trial: they will still move."""
RARE: Final = 1.0
"""Hits, or misses, per point on average below which a share is too close to 0 or 100 % for limits."""

Assurance = Literal["pass", "fail", "hit_and_miss"]

_LINES: Final = {
    "phase": pl.Int64,
    "centre": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "near_lower": pl.Float64,
    "near_upper": pl.Float64,
    "rule": pl.String,
    "side": pl.Int64,
    "signal": pl.String,
}


@dataclass(frozen=True)
class ControlChart:
    """A rate over time with its limits and signals.

    Attributes:
        points: the points that were given, with `phase`, `centre`, `lower`, `upper`, `near_lower`, `near_upper` (as
            shares; null without limits), `rule` (of `signals.RULES`), `side` (1 up, −1 down) and `signal`
            (`improvement`, `concern` or `neutral`); null where chance explains the point.
        kind: of the newest phase's chart; None without limits.
        spread: Laney's σ_z of the newest phase.
        settled: settled points that the newest phase's limits are computed from.
        trial: whether the newest phase's limits are on trial.
        rebased: positions of the points from which limits were computed anew.
        waiting: positions of events that ask for new limits but have fewer than `MINIMUM_POINTS` points since: until
            then limits are those of the time before, and later points are judged by them.
    """

    points: pl.DataFrame
    kind: Kind | None
    spread: float
    settled: int
    trial: bool
    rebased: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()


def control_chart(
    points: pl.DataFrame, *, kind: Kind | None = None, rebase: Iterable[int] = (), better: int = 1
) -> ControlChart:
    """Put limits around a rate over time and find its signals.

    Args:
        points: one row per month or week, in order: `n`, `hits`, `share` (null where there are too few people) and
            `settled`; only settled points with a share count.
        kind: of chart; None chooses what fits each phase (`limits.fitting`).
        rebase: positions from which limits are computed anew, each only where there are `MINIMUM_POINTS` before it,
            and once there are as many from it on.
        better: 1 if more is better, −1 if less is, 0 if neither.
    """
    counted = [i for i, row in enumerate(points.iter_rows(named=True)) if row["settled"] and row["share"] is not None]
    starts, waiting = _starts(counted, sorted(set(rebase)))
    rows: list[dict[str, Any]] = [dict.fromkeys(_LINES) for _ in range(points.height)]
    newest: tuple[Kind | None, float, int] = (None, 1.0, 0)
    for phase, (start, end) in enumerate(zip(starts, [*starts[1:], points.height], strict=True)):
        members = [i for i in counted if start <= i < end]
        held = sum(i < waiting[0] for i in members) if waiting and end == points.height else len(members)
        newest = _fill(points, rows, members, held, range(start, end), phase, kind, better)
    lines = pl.DataFrame(rows, schema=_LINES)
    return ControlChart(
        points=points.drop(*(set(_LINES) & set(points.columns))).hstack(lines),
        kind=newest[0],
        spread=newest[1],
        settled=newest[2],
        trial=newest[0] is not None and newest[2] < TRIAL_BELOW,
        rebased=tuple(starts[1:]),
        waiting=tuple(waiting),
    )


def _starts(counted: Sequence[int], wanted: Sequence[int]) -> tuple[list[int], list[int]]:
    starts, waiting = [0], []
    for position in wanted:
        before = sum(starts[-1] <= i < position for i in counted)
        after = sum(i >= position for i in counted)
        if before >= MINIMUM_POINTS and after >= MINIMUM_POINTS:
            starts.append(position)
        elif before >= MINIMUM_POINTS and after:
            waiting.append(position)
    return starts, waiting


def _fill(
    points: pl.DataFrame,
    rows: list[dict[str, Any]],
    members: Sequence[int],
    held: int,
    span: range,
    phase: int,
    kind: Kind | None,
    better: int,
) -> tuple[Kind | None, float, int]:
    """Write the lines and signals of one phase into its rows; limits come from its first `held` points."""
    for i in span:
        rows[i]["phase"] = phase
    hits, n, shares = (points[name].gather(list(members)).to_list() for name in ("hits", "n", "share"))
    if held < MINIMUM_POINTS or min(sum(hits[:held]), sum(n[:held]) - sum(hits[:held])) < RARE * held:
        return None, 1.0, held
    limits = limits_of(kind, hits, n, held)
    for i, signal, *lines in zip(
        members, signals(shares, limits), *(limits.at(d) for d in (-3, 3, -2, 2)), strict=True
    ):
        rows[i] |= {"centre": limits.centre} | dict(
            zip(("lower", "upper", "near_lower", "near_upper"), lines, strict=True)
        )
        rows[i] |= _meaning(signal, better)
    return limits.kind, limits.spread, held


def _meaning(signal: Signal | None, better: int) -> dict[str, Any]:
    if signal is None:
        return {}
    meaning = {1: "improvement", -1: "concern", 0: "neutral"}[signal.side * better]
    return {"rule": signal.rule, "side": signal.side, "signal": meaning}


def assurance(chart: ControlChart, target: float) -> Assurance | None:
    """Whether a process as it is will reach a target: always, never, or by chance; None without limits."""
    lines = chart.points.drop_nulls("lower")
    if chart.kind is None or lines.is_empty():
        return None
    lower, upper = lines["lower"][-1], lines["upper"][-1]
    return "fail" if target > upper else "pass" if target < lower else "hit_and_miss"
