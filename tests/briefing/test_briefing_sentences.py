"""No sentence says more than its figures: random slices, judged by a plain reckoning beside."""

from __future__ import annotations

import random
import re
from math import sqrt

import pytest
from briefing_reading import numbers
from conftest import ordered

from equality.briefing.order import carry_out
from equality.briefing.preset import presets
from equality.briefing.subject import Subject
from equality.briefing.topics import TOPICS
from equality.measures.catalogue import characteristics
from equality.measures.counts import slice_counts
from equality.measures.dimensions import Selection, months_between, shift_month
from equality.reading.figures import Figures
from equality.reading.stored import Stored
from equality.store.registry import Registry

SLICES = 500
Z = 1.959963984540054


def wilson(x: int, n: int) -> tuple[float, float, float]:
    p = x / n
    centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return p, max(0.0, centre - half), min(1.0, centre + half)


def change(now: tuple[int, int], before: tuple[int, int]) -> tuple[float, float, float]:
    (p1, l1, u1), (p2, l2, u2) = wilson(*now), wilson(*before)
    d = p1 - p2
    return d, d - sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2), d + sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)


def known(figures: Figures, selection: Selection, name: str) -> tuple[int, int]:
    row = slice_counts(figures.counts, characteristics=[name], selection=selection).row(0, named=True)
    return row["valid"], row["applicable"]


@pytest.mark.parametrize("source", ["athena", "stop_and_search"])
def test_no_sentence_contradicts_its_figures(registry: Registry, source: str) -> None:
    snapshot = registry.latest(source)
    assert snapshot
    counts = registry.counts(snapshot).collect()
    held = {name: characteristics()[name] for name in snapshot.characteristics}
    rng = random.Random(source)
    months = months_between(*snapshot.months)
    dimensions = [d for d in ("area", "team", "crime_subgroup", "channel") if d in counts.columns]
    told = {"up": 0, "down": 0, "no change": 0, "too few": 0}
    for _ in range(SLICES // 2):
        length = rng.choice([1, 3, 6])
        last = rng.choice(months[length - 1 :])
        where = {"role": (rng.choice(counts["role"].unique(maintain_order=True).to_list()),)}
        for dimension in rng.sample(dimensions, rng.randint(0, min(2, len(dimensions)))):
            where[dimension] = (rng.choice(counts[dimension].unique(maintain_order=True).to_list()),)
        name = rng.choice(list(held))
        selection = Selection((shift_month(last, 1 - length), last), where)
        figures = Figures(snapshot, counts, held, selection, 20, Stored(registry, snapshot, (snapshot,)), focus=name)
        doing = TOPICS["summary"](Subject(figures, presets()["pcc-monthly"]))[0]
        now = known(figures, selection, name)
        before = known(figures, figures.earlier, name) if figures.earlier else (0, 0)
        told[judge(doing.finding, doing.points, now, before, held[name].target)] += 1
    assert min(told["no change"], told["too few"]) > 10, told


def judge(finding: str, points: tuple[str, ...], now: tuple[int, int], before: tuple[int, int], target: float) -> str:
    x, n = now
    if n < 20:
        assert finding.startswith("Too few to say")
        assert not points
        return "too few"
    share, low, high = wilson(x, n)
    assert f"{x:,} of {n:,} " in finding
    assert f"{100 * low:.1f}–{100 * high:.1f}" in finding
    if 0 < round(100 * share) < 100:
        assert f"{round(100 * share)} in 100" in finding
    reached = next(point for point in points if point.startswith("The target"))
    assert (low >= target) == reached.endswith("it is reached.")
    assert (high < target) == ("it is not reached" in reached)
    if before[1] < 20:
        assert not re.search(r", (up|down) |no change beyond chance", finding)
        return "no change"
    difference, least, most = change(now, before)
    assert (least > 0) == (", up " in finding)
    assert (most < 0) == (", down " in finding)
    assert (least <= 0 <= most) == ("no change beyond chance" in finding)
    if least > 0 or most < 0:
        assert f"{abs(100 * difference):.1f}" in numbers(finding)
        return "up" if least > 0 else "down"
    return "no change"


def test_tables_equal_the_counts(registry: Registry) -> None:
    order = ordered(registry, "public-contact-weekly")
    briefing = carry_out(order, registry)
    snapshot = registry.snapshot(order.snapshot)
    assert snapshot
    counts = registry.counts(snapshot)
    selection = Selection(order.period, {"role": (order.role,)})
    teams = next(s.table for s in briefing.sections if s.title == "Which teams hold the gap?")
    assert teams
    by_hand = {
        row["team"]: row
        for row in slice_counts(counts, by=["team"], characteristics=["ethnicity"], selection=selection).to_dicts()
    }
    assert len(teams.rows) == sum(row["applicable"] > 0 for row in by_hand.values())
    for name, n, hits, missing, *_ in teams.rows:
        row = by_hand[str(name)]
        assert (n, hits, missing) == (row["applicable"], row["valid"], row["applicable"] - row["valid"])


def test_readers_of_rounded_figures_get_no_exact_count(registry: Registry) -> None:
    briefing = carry_out(ordered(registry, "pcc-monthly"), registry)
    for _, table in briefing.tables():
        for row in table.rows:
            for value, column in zip(row, table.columns, strict=True):
                if column.kind == "count" and not isinstance(value, str):
                    assert value is not None
                    assert value % 5 == 0
                    assert value == 0 or value >= 8 or column.title == "Not known"
