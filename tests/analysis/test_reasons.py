"""Compare and Drivers in sentences that claim no more than the limits allow."""

from __future__ import annotations

import polars as pl
import pytest

from equality.analysis import comparison, reasons
from equality.analysis.casemix import unadjusted
from equality.analysis.funnel import funnel
from equality.analysis.kitagawa import Split, kitagawa
from equality.analysis.whatif import plan


@pytest.mark.parametrize(
    ("title", "many"),
    [
        ("Team", "teams"),
        ("District", "districts"),
        ("Object of search", "objects of search"),
        ("Category", "categories"),
        ("Day", "days"),
    ],
)
def test_plural(title: str, many: str) -> None:
    assert comparison.plural(title) == many


def headline(hits: list[int], n: int = 1000, **more: bool) -> str:
    counts = pl.DataFrame({"team": [f"T{i}" for i in range(len(hits))], "hits": hits, "n": [n] * len(hits)})
    placed, _ = funnel(unadjusted(counts, "team", 20), sum(hits) / (n * len(hits)), spread=False)
    placed = placed.with_columns(name="unit")
    return comparison.comparison_headline(
        placed, "Sex", "teams", adjusted=more.get("adjusted", False), spread=more.get("spread", False)
    )


def test_a_unit_outside_is_named_and_what_is_allowed_for_is_said() -> None:
    assert headline([500] * 19 + [700], adjusted=True, spread=True) == (
        "Sex: 1 of 20 teams differs by more than chance, mix and the usual spread between teams explain. "
        "Look first at T19 (70.0%, above). "
        "None lies between the 95% and the 99.8% limits, where chance alone puts about 1."
    )


def test_where_none_is_outside_none_is_named() -> None:
    said = headline([500] * 19 + [540])
    assert said.startswith("Sex: of 20 teams none differs by more than chance explains. One lies between")
    assert "T19" not in said


def test_more_than_three_are_counted_and_the_word_worst_is_never_used() -> None:
    said = headline([500] * 10 + [900] * 3 + [100] * 3)
    assert said.count("(") == 3
    assert "and 3 more." in said
    assert "worst" not in said.lower()
    assert not any("worst" in title.lower() for title in comparison.PLACE_TITLES.values())


@pytest.mark.parametrize(("hits", "word"), [([500], "only one"), ([], "none")])
def test_one_unit_is_compared_with_nobody(hits: list[int], word: str) -> None:
    frame = pl.DataFrame({"z": [0.1] * len(hits), "place": ["inside"] * len(hits)}, schema_overrides={"z": pl.Float64})
    said = comparison.comparison_headline(frame, "Sex", "teams", adjusted=False, spread=False)
    assert said.startswith(f"Nothing to compare: {word}")


def split(a: tuple, b: tuple) -> Split:
    frames = [pl.DataFrame({"crime": ["x", "y"], "n": n, "hits": hits}) for n, hits in (a, b)]
    found = kitagawa(*frames, ["crime"])
    assert found is not None
    return found


ENDS, KNOWN = ("2025", "2026"), ("is known for", "victims")


def said(a: tuple, b: tuple) -> str:
    return reasons.reason_headline(split(a, b), "Sex", ENDS, KNOWN, "crime type")


def test_practice_mix_and_neither_are_told_apart() -> None:
    practice = said(([1000, 1000], [800, 300]), ([1000, 1000], [500, 100]))
    assert practice.startswith(
        "Sex is known for 55.0% of victims in 2026 and 30.0% in 2025, 25.0 points more. How it is"
    )
    assert practice.endswith("the mix of crime type makes 0.0 points (−1.4 to +1.4), no more than chance.")
    mix = said(([1800, 200], [1440, 40]), ([200, 1800], [160, 360]))
    assert ", 48.0 points more. The mix of crime type makes +48.0 points" in mix
    assert mix.endswith("no more than chance.")
    same = said(([1000, 1000], [800, 300]), ([1000, 1000], [802, 299]))
    assert same.startswith("Sex is known for 55.0% of victims in 2026 and 55.0% in 2025: neither how it is recorded,")
    assert "points more" not in same
    assert "work against each other" in said(([1800, 200], [1000, 20]), ([200, 1800], [180, 600]))


def test_what_only_one_side_has_is_said() -> None:
    assert reasons.pooled_words(split(([100, 0], [50, 0]), ([50, 50], [20, 10]))).startswith("25.0% of the people")
    assert reasons.pooled_words(split(([100, 10], [50, 0]), ([50, 50], [20, 10]))) == ""


CELLS = pl.DataFrame({"team": ["a", "b"], "hits": [20, 60], "n": [100, 100]})


@pytest.mark.parametrize(
    ("rate", "goal", "start"),
    [
        (0.6, 0.6, "Lifting one combination to 60% would reach the goal of 60%: 40 people more known, from 40.0%"),
        (0.6, 0.9, "Lifting to 60% cannot reach the goal of 90%: even the one place below it would give only 40"),
        (0.6, 0.4, "The goal of 40% is reached already: the overall rate is 40.0%."),
        (0.1, 0.9, "No place of enough people is below 10%"),
    ],
)  # fmt: skip
def test_a_goal_is_reached_or_said_to_be_out_of_reach(rate: float, goal: float, start: str) -> None:
    found = plan(CELLS, ["team"], rate, goal, 20)
    assert reasons.plan_headline(found, rate, "combinations of team", "known").startswith(start)


def test_how_few_hold_most() -> None:
    said = reasons.pareto_headline(3, 0.82, 11, 900, "districts", "not known")
    assert said == "3 of 11 districts hold 82% of the 900 people not known."
