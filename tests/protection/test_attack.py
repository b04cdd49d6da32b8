"""Attacks on a viewer's figures: subtracting, averaging, bounding, over thousands of filters, months and extracts.

Each attack is first shown to work against the usual rule (suppress below 8, round every sum to the nearest 5 on its
own), so that it is known to be one; then it is tried on what viewers get.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from fractions import Fraction

import polars as pl
import pytest

from equality.analysis.findings import measured
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


# ---- pieces, division and time ---- #

PIECES = ("area", "channel", "crime_group", "crime_subgroup", "lpa", "flags")
"""Every other dimension by which a team's month can be taken apart."""


def month_of_team(counts: pl.DataFrame, kind: str) -> pl.DataFrame:
    """What can be seen of every team in every month: its own figure, and the figures of all its pieces.

    Returns:
        team, month, `exact` (1 to 7), `own`, and per dimension the sum of the pieces and the least that it can hold.
    """
    seen = Disclosure(counts, SECRET, Rule())
    victims = Selection(where={"role": ("victim",)})
    exact = slice_counts(counts, by=["team", "month"], characteristics=[WHO], selection=victims)
    rows = exact.select("team", "month", exact=pl.col(kind).cast(pl.Int64)).filter(pl.col("exact").is_between(1, 7))

    def looked(*by: str) -> pl.DataFrame:
        # A figure that is suppressed is a 5, there being no other multiple of 5 below 8; but of a group that is
        # suppressed as a whole each may be 0 or 5.
        shown = seen.slice(by=("team", "month", *by), characteristics=[WHO], selection=victims)
        least = pl.when(pl.col("applicable").is_null()).then(0).otherwise(pl.col(kind).fill_null(5) - 4)
        return shown.with_columns(pl.col(kind).fill_null(5 if not by else 3), least=least.clip(0, None))

    rows = rows.join(looked().select("team", "month", own=kind), on=["team", "month"], how="left")
    for name in PIECES:
        sums = pl.col(kind).sum().alias(name), pl.col("least").sum().alias(f"{name}_least")
        rows = rows.join(looked(name).group_by("team", "month").agg(sums), on=["team", "month"], how="left")
    return rows.fill_null(0)


@pytest.mark.parametrize("kind", ["declined", "invalid", "not_stated"])
def test_taking_a_unit_apart_by_every_dimension_makes_nothing_certain(kind: str) -> None:
    """Each piece is rounded on its own, so their sum is another look: six of them, and bounds from every piece."""
    rows = month_of_team(COUNTS, kind)
    assert rows.height > 80
    low = pl.max_horizontal(pl.lit(1), pl.col("own") - 4, *(f"{name}_least" for name in PIECES))
    bounded = rows.with_columns(low=low, high=pl.col("own") + 4)
    assert bounded.filter(~pl.col("exact").is_between(pl.col("low"), pl.col("high"))).is_empty()
    assert bounded.filter(pl.col("low") == pl.col("high")).is_empty()
    mean = bounded.with_columns(guess=pl.mean_horizontal("own", *PIECES).round().cast(pl.Int64))
    usual = Counter(rows["exact"]).most_common(1)[0][1] / rows.height
    assert (mean["guess"] == mean["exact"]).mean() <= usual + 0.1


def test_dividing_rates_gives_back_the_rounded_figures_and_nothing_finer() -> None:
    """A rate of exact counts is a fraction whose terms can be found again; a viewer's is one of multiples of 5."""
    seen = Disclosure(COUNTS, SECRET, Rule())
    tried = found_by_usual = 0
    units = ("team", "area", "channel", "crime_subgroup", "crime_group", "lpa")
    for by in (*((unit, "month") for unit in units), ("team", "area"), ("team", "channel"), ("month",)):
        selection_of = Selection(where={"role": ("victim",)})
        for measure in ("known", "populated", "asked", "disclosure"):
            exact = measured(slice_counts(COUNTS, by=by, characteristics=[WHO], selection=selection_of), measure, 20)
            shown = measured(seen.slice(by=by, characteristics=[WHO], selection=selection_of), measure, 20)
            both = exact.join(shown, on=list(by), suffix="_shown").drop_nulls(["share", "share_shown"])
            for row in both.iter_rows(named=True):
                tried += 1
                rate = Fraction(row["share_shown"]).limit_denominator(row["n_shown"])
                assert (rate * row["n_shown"] - row["hits_shown"]) == 0
                assert row["hits_shown"] % 5 == row["n_shown"] % 5 == 0
                # With a rate of exact counts, the rounded denominator is enough to find both.
                whole = Fraction(row["share"]).limit_denominator(2 * row["n_shown"])
                found_by_usual += (
                    row["n"] % whole.denominator == 0 and abs(row["n"] - row["n_shown"]) < whole.denominator
                )
        # Where a rate would need a figure that is suppressed, there is none.
        assert shown.filter(pl.col("applicable").is_null())["share"].null_count() == shown["applicable"].null_count()
    assert tried > 1000
    assert found_by_usual > 0.5 * tried


def settling(counts: pl.DataFrame, extracts: int) -> list[pl.DataFrame]:
    """Successive extracts in which gaps are filled: in each, a tenth of the blanks becomes valid, here and there."""
    made = [counts]
    for number in range(1, extracts):
        filled = (pl.int_range(pl.len()) * 7919 + number * 104_729) % 10 == 0
        taken = pl.when(filled & (pl.col("ethnicity__blank") > 0)).then(1).otherwise(0).cast(pl.UInt32)
        made.append(
            made[-1].with_columns(
                ethnicity__blank=pl.col("ethnicity__blank") - taken, ethnicity__valid=pl.col("ethnicity__valid") + taken
            )
        )
    return made


def test_watching_a_count_shrink_does_not_give_it_away() -> None:
    """Each extract rounds the new count anew: the mean of what was seen against the mean of what was there."""
    extracts = settling(COUNTS, 8)
    exact, seen = [exact_figure(counts) for counts in extracts], [viewer_figure(counts) for counts in extracts]
    right: list[bool] = []
    last: list[int] = []
    for team in TEAMS:
        for month in MONTHS:
            for area in AREAS:
                one = selection((month, month), team=(team,), area=(area,))
                if not 1 <= (now := exact[-1](one)) <= 7:
                    continue
                figures = [5 if value is None else value for value in (figure(one) for figure in seen)]
                # The newest weigh most: what they say of a count that changes by one now and then.
                weights = [0.7 ** (len(figures) - 1 - place) for place in range(len(figures))]
                estimate = sum(w * f for w, f in zip(weights, figures, strict=True)) / sum(weights)
                right.append(round(estimate) == now)
                last.append(now)
    assert len(right) > 100
    usual = Counter(last).most_common(1)[0][1] / len(last)
    assert sum(right) / len(right) <= usual + 0.1
