"""Missing together against plain loops, statsmodels and published vectors."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint, proportions_ztest

from equality.analysis import together
from equality.analysis.plausibility import two_sided
from equality.measures.together import bits

NAMES = ("ethnicity", "sex", "religion")
Person = tuple[set[str], set[str]]
people = st.lists(
    st.sets(st.sampled_from(NAMES), min_size=1).flatmap(
        lambda asked: st.tuples(st.just(asked), st.sets(st.sampled_from(sorted(asked))))
    ),
    min_size=1,
    max_size=40,
)


def table(persons: list[Person]) -> pl.DataFrame:
    rows = [(sum(bits()[n] for n in missing), sum(bits()[n] for n in asked), 1) for asked, missing in persons]
    return pl.DataFrame(rows, schema={"missing": pl.UInt16, "asked": pl.UInt16, "records": pl.UInt32}, orient="row")


@settings(deadline=None)
@given(people)
def test_the_overview_counts_people(persons: list[Person]) -> None:
    found = together.overview(table(persons))
    assert found.people == len(persons)
    assert found.complete == sum(not missing for _, missing in persons)
    assert found.nothing == sum(missing == asked for asked, missing in persons)


@settings(deadline=None)
@given(people)
def test_patterns_are_the_sets_of_people(persons: list[Person]) -> None:
    found = together.common_patterns(table(persons), NAMES, 20, 0)
    assert found["records"].sum() == len(persons)
    for row in found.iter_rows(named=True):
        assert row["records"] == sum(missing == set(row["members"]) for _, missing in persons)
        assert row["share"] == pytest.approx(row["records"] / len(persons))
    assert found["records"].to_list() == sorted(found["records"], reverse=True)
    assert together.common_patterns(table(persons), NAMES, 20, len(persons) + 1).is_empty()


@settings(deadline=None)
@given(people)
def test_pairs_are_conditional_shares(persons: list[Person]) -> None:
    for row in together.pairs(table(persons), NAMES).iter_rows(named=True):
        both_asked = [m for a, m in persons if row["given"] in a and row["other"] in a]
        without = [m for m in both_asked if row["given"] in m]
        assert row["n"] == len(without)
        assert row["both"] == sum(row["other"] in m for m in without)
        if without:
            limits = proportion_confint(row["both"], row["n"], method="wilson")
            assert (row["low"], row["high"]) == pytest.approx(limits, abs=1e-9)
            assert row["overall"] == pytest.approx(sum(row["other"] in m for m in both_asked) / len(both_asked))


def levels(counts: dict[tuple[str, str], tuple[int, int]], characteristic: str = "ethnicity") -> pl.DataFrame:
    rows = [(f, level, characteristic, n, k) for (f, level), (k, n) in counts.items()]
    return pl.DataFrame(rows, schema=["factor", "level", "characteristic", "asked", "known"], orient="row")


def row_of(frame: pl.DataFrame, level: str) -> dict[str, Any]:
    return frame.row(by_predicate=pl.col("level") == level, named=True)


def test_a_level_is_held_against_all_others_with_newcombes_interval() -> None:
    found = together.dependence(levels({("outcome", "A"): (56, 70), ("outcome", "B"): (48, 80)}), 20)
    row = row_of(found, "A")
    # Newcombe 1998: 56/70 against 48/80.
    assert (row["difference"], row["difference_low"], row["difference_high"]) == pytest.approx(
        (0.2, 0.0524, 0.3339), abs=5e-5
    )
    assert row["q"] == pytest.approx(proportions_ztest([56, 48], [70, 80])[1])
    assert row["named"]
    assert "known 20.0 points more often" in together.dependence_sentence(row, "Ethnicity", "Outcome")


@settings(deadline=None)
@given(st.integers(0, 300), st.integers(1, 300), st.integers(0, 300), st.integers(1, 300))
def test_the_score_is_that_of_statsmodels(x: int, n: int, y: int, m: int) -> None:
    x, y = min(x, n), min(y, m)
    if 0 < x + y < n + m:
        expected = proportions_ztest([x, y], [n, m])
        assert two_sided(together._score(x, n, y, m)) == pytest.approx(expected[1], abs=1e-12)
    else:
        assert together._score(x, n, y, m) == 0


def test_small_and_chance_differences_and_one_field_against_itself_are_not_named() -> None:
    found = together.dependence(levels({("outcome", "A"): (5020, 10000), ("outcome", "B"): (4900, 10000)}), 20)
    assert not found["named"].any()
    found = together.dependence(levels({("outcome", "A"): (12, 20), ("outcome", "B"): (10, 20)}), 20)
    assert not found["named"].any()
    assert together.dependence(
        levels({("sex_group", "female"): (90, 100), ("sex_group", "male"): (1, 99)}, "sex"), 20
    ).is_empty()
    assert together.dependence(levels({("outcome", "A"): (9, 10), ("outcome", "B"): (48, 80)}), 20).is_empty()


@settings(deadline=None)
@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_bounds_hold_whatever_the_missing_answers_are(hits: int, others: int, lost: int) -> None:
    found = together.bounds(hits, hits + others, hits + others + lost)
    if hits + others == 0:
        assert found is None
        return
    assert found
    for with_it in range(lost + 1):
        assert found.least <= (hits + with_it) / found.asked <= found.most
    assert found.least == pytest.approx(hits / found.asked)
    assert found.most == pytest.approx((hits + lost) / found.asked)
    assert found.low <= found.share <= found.high


def test_bounds_in_words() -> None:
    found = together.bounds(130, 400, 1000)
    assert found
    assert together.bounds_sentence(found, "Asian", "Victims") == (
        "Among the 400 people with an answer 32.5% are “Asian” (28.1–37.2). Of all 1,000 victims it could be anything "
        "from 13.0% to 73.0%, because 60% of the answers are missing."
    )


def test_the_ratio_of_two_shares_has_bounds() -> None:
    one, two = together.bounds(30, 60, 100), together.bounds(20, 80, 100)
    assert one
    assert two
    assert together.ratio_bounds(one, two) == pytest.approx((2.0, 0.3 / 0.4, 0.7 / 0.2))
    none = together.bounds(0, 80, 100)
    assert none
    assert together.ratio_bounds(one, none) is None
