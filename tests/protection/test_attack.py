"""Attacks on a viewer's figures: subtracting, averaging, bounding, over thousands of filters, months and extracts.

Each attack is first shown to work against the usual rule (suppress below 8, round every sum to the nearest 5 on its
own), so that it is known to be one; then it is tried on what viewers get.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import polars as pl
import pytest

from equality.measures.counts import slice_counts
from equality.measures.dimensions import Selection
from equality.protection.disclosure import Disclosure, Rule
from tests.pages.dashboard_double import VALUES, made_up_counts

SECRET = b"unknown to the attacker"
KIND = "blank"
WHO = "ethnicity"
COUNTS = made_up_counts(6000, seed=11)
TEAMS, MONTHS, AREAS, CHANNELS = (VALUES[name] for name in ("team", "month", "area", "channel"))

Figure = Callable[[Selection], int | None]


def exact_figure(counts: pl.DataFrame, kind: str = KIND) -> Figure:
    def figure(selection: Selection) -> int:
        return int(slice_counts(counts, characteristics=[WHO], selection=selection)[kind].item() or 0)

    return figure


def usual_figure(counts: pl.DataFrame, kind: str = KIND) -> Figure:
    """Each sum on its own: 0 shown, 1 to 7 suppressed, the rest to the nearest 5."""
    exact = exact_figure(counts, kind)

    def figure(selection: Selection) -> int | None:
        n = exact(selection)
        return None if 0 < n < 8 else 5 * round(n / 5)

    return figure


def viewer_figure(counts: pl.DataFrame, kind: str = KIND) -> Figure:
    seen = Disclosure(counts, SECRET, Rule())

    def figure(selection: Selection) -> int | None:
        return seen.slice(characteristics=[WHO], selection=selection)[kind].item()

    return figure


def selection(months: tuple[str, str], **where: tuple[str, ...]) -> Selection:
    return Selection(months, {"role": ("victim",), **where})


def small_cells(counts: pl.DataFrame, most: int = 30) -> list[tuple[Selection, int]]:
    """Slices of a team in a month, of an area by channel and so on, whose exact count is 1 to 7."""
    exact = exact_figure(counts)
    rng = random.Random(3)
    found: dict[str, tuple[Selection, int]] = {}
    while len(found) < most:
        month = rng.choice(MONTHS)
        one = selection((month, month), team=(rng.choice(TEAMS),), area=(rng.choice(AREAS),))
        if 1 <= (n := exact(one)) <= 7:
            found[repr(one)] = (one, n)
    return list(found.values())


def covers(one: Selection, rng: random.Random) -> tuple[Selection, Selection]:
    """A larger slice with the cell in it, and the same without: the months around it, or other teams beside it."""
    first = rng.choice([m for m in MONTHS if m <= one.period[0]])
    last = rng.choice([m for m in MONTHS if m >= one.period[0]])
    others = [team for team in TEAMS if team not in one.where["team"]]
    beside = tuple(rng.sample(others, rng.randint(1, len(others))))
    period = (first, last)
    where = dict(one.where)
    return (
        Selection(period, where | {"team": (*one.where["team"], *beside)}),
        Selection(period, where | {"team": beside}),
    )


def averaged(figure: Figure, one: Selection, rng: random.Random, tries: int = 50) -> float | None:
    """The mean of with − without in the cell's own month, over many companies of teams, areas and channels."""
    differences = []
    for _ in range(tries):
        inside, outside = covers(one, rng)
        months = one.period
        a, b = figure(Selection(months, inside.where)), figure(Selection(months, outside.where))
        if a is not None and b is not None:
            differences.append(a - b)
        # The same by stretching the period: what has the cell's month less what ends before it.
        earlier, later = [m for m in MONTHS if m < months[0]], [m for m in MONTHS if m > months[0]]
        longer, shorter = ("", ""), ("", "")
        if earlier and rng.random() < 0.5:
            begin = rng.choice(earlier)
            longer, shorter = (begin, months[0]), (begin, earlier[-1])
        elif later:
            end = rng.choice(later)
            longer, shorter = (months[0], end), (later[0], end)
        if longer[0]:
            a, b = figure(Selection(longer, one.where)), figure(Selection(shorter, one.where))
            if a is not None and b is not None:
                differences.append(a - b)
    return sum(differences) / len(differences) if differences else None


def recovered(figure: Figure, cells: list[tuple[Selection, int]]) -> float:
    rng = random.Random(7)
    hits = [
        estimate is not None and round(estimate) == n for one, n in cells for estimate in [averaged(figure, one, rng)]
    ]
    return sum(hits) / len(hits)


def guessing(cells: list[tuple[Selection, int]]) -> float:
    """How often somebody is right who always says the most frequent count."""
    return Counter(n for _, n in cells).most_common(1)[0][1] / len(cells)


@pytest.fixture(scope="module")
def cells() -> list[tuple[Selection, int]]:
    return small_cells(COUNTS)


def test_averaging_differences_works_against_the_usual_rule_and_not_against_ours(
    cells: list[tuple[Selection, int]],
) -> None:
    usual = recovered(usual_figure(COUNTS), cells)
    assert usual > guessing(cells) + 0.15
    ours = recovered(viewer_figure(COUNTS), cells)
    assert ours <= guessing(cells) + 0.1


def test_a_difference_of_views_is_always_the_same_rounded_block(cells: list[tuple[Selection, int]]) -> None:
    """However it is subtracted, nothing finer than a multiple of 5 comes out: thousands of combinations."""
    figure = viewer_figure(COUNTS)
    rng = random.Random(1)
    tried = 0
    for one, exact in cells:
        seen = set()
        for _ in range(70):
            inside, outside = covers(one, rng)
            a, b = figure(Selection(one.period, inside.where)), figure(Selection(one.period, outside.where))
            tried += 2
            if a is not None and b is not None:
                seen.add(a - b)
        # One answer for good, and as many exact counts behind it as lie within the base on either side.
        assert len(seen) <= 1
        assert all(value in (0, 5, 10) and abs(value - exact) < 5 for value in seen)
    assert tried > 4000


def bounds(figure: Figure, one: Selection) -> tuple[int, int]:
    """What is certain of a cell: from its own figure, from every piece of it, and from its siblings and their total."""
    low, high = 0, 10**6
    looks: list[tuple[int, int]] = []
    months = one.period
    alone = figure(one)
    looks.append((1, 9) if alone is None else (max(0, alone - 4), alone + 4))
    (team,), (area,) = one.where["team"], one.where["area"]
    for dimension, value, values in (("team", team, TEAMS), ("area", area, AREAS)):
        whole = figure(Selection(months, {d: v for d, v in one.where.items() if d != dimension}))
        rest = [figure(Selection(months, one.where | {dimension: (other,)})) for other in values if other != value]
        if whole is not None and None not in rest:
            total = sum(r for r in rest if r is not None)
            slack = 4 * (1 + len(rest))
            looks.append((max(0, whole - total - slack), whole - total + slack))
    for bottom, top in looks:
        low, high = max(low, bottom), min(high, top)
    return low, high


def test_no_suppressed_count_is_certain(cells: list[tuple[Selection, int]]) -> None:
    figure = viewer_figure(COUNTS)
    for one, exact in cells:
        low, high = bounds(figure, one)
        assert low <= exact <= high
        assert high - low >= 3


def test_which_pieces_are_zero_does_not_count_the_people() -> None:
    """Against the usual rule, the number of single-month pieces that are not 0 gives small counts away."""
    exact, usual, ours = (made(COUNTS, "invalid") for made in (exact_figure, usual_figure, viewer_figure))
    hits: Counter[str] = Counter()
    tried = 0
    for team in TEAMS:
        for area in AREAS:
            for start in range(0, len(MONTHS) - 1, 2):
                period = (MONTHS[start], MONTHS[start + 1])
                n = exact(selection(period, team=(team,), area=(area,)))
                if not 1 <= n <= 3:
                    continue
                tried += 1
                pieces = [selection((month, month), team=(team,), area=(area,)) for month in MONTHS[start : start + 2]]
                hits["usual"] += sum(usual(p) != 0 for p in pieces) == min(n, 2)
                hits["ours"] += sum(ours(p) != 0 for p in pieces) == min(n, 2)
    assert tried > 20
    assert hits["usual"] > 0.6 * tried
    assert hits["ours"] < 0.4 * tried


def grown(counts: pl.DataFrame, extracts: int) -> list[pl.DataFrame]:
    """Successive extracts: new records everywhere but in one team, which stays as it is."""
    made = [counts]
    for number in range(1, extracts):
        more = made_up_counts(150, seed=1000 + number).filter(pl.col("team") != TEAMS[0])
        dimensions = [c for c in counts.columns if "__" not in c]
        together = pl.concat([made[-1], more.select(counts.columns)])
        made.append(together.group_by(dimensions, maintain_order=True).sum())
    return made


def test_watching_extract_after_extract_gives_no_second_look() -> None:
    extracts = grown(COUNTS, 12)
    exact = exact_figure(COUNTS)
    figures = [viewer_figure(counts) for counts in extracts]
    usual = [usual_figure(counts) for counts in extracts]
    right: Counter[str] = Counter()
    cells = []
    for month in MONTHS:
        for area in AREAS:
            one = selection((month, month), team=(TEAMS[0],), area=(area,))
            if 1 <= exact(one) <= 7:
                cells.append((one, exact(one)))
    for one, n in cells:
        own = {figure(one) for figure in figures}
        assert len(own) == 1  # the same people, the same figure, extract after extract
        for name, held in (("ours", figures), ("usual", usual)):
            differences = []
            for figure in held:
                others = one.where | {"team": tuple(TEAMS[1:])}
                whole, rest = (
                    figure(Selection(one.period, one.where | {"team": tuple(TEAMS)})),
                    figure(Selection(one.period, others)),
                )
                if whole is not None and rest is not None:
                    differences.append(whole - rest)
            if differences:
                right[name] += round(sum(differences) / len(differences)) == n
    assert right["ours"] / len(cells) <= guessing(cells) + 0.1
    assert right["usual"] > right["ours"]


def test_every_independent_look_together_is_still_no_answer(cells: list[tuple[Selection, int]]) -> None:
    """The best linear guess from the cell itself and from every total less its siblings, weighted by their noise."""
    figure = viewer_figure(COUNTS)
    errors = []
    for one, exact in cells:
        looks: list[tuple[float, float]] = []
        alone = figure(one)
        looks.append((5.0 if alone is None else float(alone), 5.0))
        for dimension, values in (("team", TEAMS), ("area", AREAS)):
            whole = figure(Selection(one.period, {d: v for d, v in one.where.items() if d != dimension}))
            rest = [
                figure(Selection(one.period, one.where | {dimension: (other,)}))
                for other in values
                if other not in one.where[dimension]
            ]
            if whole is not None:
                total = sum(5 if r is None else r for r in rest)
                looks.append((float(whole - total), 4.0 * (1 + len(rest))))
        weight = sum(1 / variance for _, variance in looks)
        guess = sum(value / variance for value, variance in looks) / weight
        errors.append(guess - exact)
    hits = sum(abs(error) < 0.5 for error in errors) / len(errors)
    spread = (sum(error**2 for error in errors) / len(errors)) ** 0.5
    assert spread > 1.2
    assert hits <= guessing(cells) + 0.15
