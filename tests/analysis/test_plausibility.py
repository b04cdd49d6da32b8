"""The checks of Plausibility against published vectors, statsmodels and simulated units without any signal."""

from __future__ import annotations

import math
import random

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from equality.analysis import births, contradictions, defaults, mix
from equality.analysis.plausibility import benjamini_hochberg, far_above, two_sided, upper_tail
from equality.measures.answers import answer_column, valid_codes


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_false_discovery_rates_are_those_of_statsmodels(p_values: list[float]) -> None:
    expected = multipletests(p_values, method="fdr_bh")[1]
    assert benjamini_hochberg(p_values) == pytest.approx(list(expected))


def test_no_tests_have_no_rates() -> None:
    assert benjamini_hochberg([]) == []


def test_tails_of_the_normal_distribution() -> None:
    assert upper_tail(1.959963984540054) == pytest.approx(0.025)
    assert two_sided(-1.959963984540054) == pytest.approx(0.05)
    assert upper_tail(0) == 0.5


def simulated(rng: np.random.Generator, spread: float = 0.25, tests: int = 9) -> pl.DataFrame:
    """Sixty units of different sizes that differ a little, in several tests, none of them far from the others."""
    sizes = rng.integers(20, 800, 60)
    frames = []
    for test in range(tests):
        logit = math.log(0.15 / 0.85) + rng.normal(0, spread, 60)
        hits = rng.binomial(sizes, 1 / (1 + np.exp(-logit)))
        frames.append(
            pl.DataFrame({"unit": [f"U{i}" for i in range(60)], "test": str(test), "hits": hits, "size": sizes})
        )
    return pl.concat(frames).cast({"hits": pl.Int64, "size": pl.Int64})


def test_of_units_that_only_vary_as_units_do_hardly_any_is_named() -> None:
    rng = np.random.default_rng(5)
    named = [far_above(simulated(rng), "test", 20)["named"].sum() for _ in range(200)]
    # 60 units × 9 tests each; a unit four spreads away is named rightly, but it is rare.
    assert sum(count > 0 for count in named) <= 16


def test_a_unit_far_above_is_named_and_it_alone() -> None:
    rng = np.random.default_rng(6)
    rates = simulated(rng).with_columns(
        hits=pl.when((pl.col("unit") == "U7") & (pl.col("test") == "3"))
        .then((0.6 * pl.col("size")).cast(pl.Int64))
        .otherwise("hits")
    )
    found = far_above(rates, "test", 20)
    assert found.filter("named").select("unit", "test").rows() == [("U7", "3")]
    row = found.row(0, named=True)
    assert (row["low"], row["high"]) == pytest.approx(proportion_confint(row["hits"], row["size"], method="wilson"))


@pytest.mark.parametrize("rates", [[], [("A", 5, 10)], [("A", 0, 50), ("B", 0, 60)], [("A", 0, 0)] * 9])
def test_where_nothing_can_be_compared_nobody_is_named(rates: list[tuple[str, int, int]]) -> None:
    frame = pl.DataFrame(rates, schema={"unit": pl.String, "hits": pl.Int64, "size": pl.Int64}, orient="row")
    found = far_above(frame.with_columns(test=pl.lit("t")), "test", 20)
    assert not found["named"].any()


def answers(units: dict[str, tuple[int, int, int]]) -> pl.DataFrame:
    """The table `answers` of teams: asked, White British, Pakistani."""
    empty = {answer_column("ethnicity", code): 0 for code in valid_codes("ethnicity")}
    rows = [
        {"team": t, "ethnicity__asked": a, **empty, "ethnicity__W1": w, "ethnicity__A2": p}
        for t, (a, w, p) in units.items()
    ]
    return pl.DataFrame(rows)


def test_a_good_team_that_knows_everybody_is_not_named_for_one_answer() -> None:
    units = {f"T{i}": (300, 120 + i, 16) for i in range(20)} | {"Good": (300, 264, 36), "Copy": (300, 290, 2)}
    check = defaults.one_answer(answers(units), "team", "Team", {"ethnicity": "Ethnicity"}, 20)
    assert [finding.where for finding in check.findings] == [{"team": "Copy"}]
    assert "290 of 300 people" in check.findings[0].sentence


@pytest.mark.parametrize(
    ("counts", "index"),
    [
        (dict.fromkeys(range(23, 63), 10), 100),
        ({30: 5, 45: 5}, 500),
        ({31: 9, 44: 1}, 0),
        ({25: 1, 26: 4, 90: 50}, 100),
    ],
)
def test_whipples_index(counts: dict[int, int], index: float) -> None:
    frame = pl.DataFrame({"age": list(counts), "records": list(counts.values())})
    found = births.whipple(frame)
    assert found
    assert found[0] == pytest.approx(index)
    assert found[1] <= found[0] <= found[2]


def test_whipples_interval_is_that_of_the_share() -> None:
    found = births.whipple(pl.DataFrame({"age": [30, 31], "records": [300, 700]}))
    assert found
    low, high = proportion_confint(300, 1000, method="wilson")
    assert found[1:3] == pytest.approx((500 * low, 500 * high))
    assert births.whipple(pl.DataFrame({"age": [5], "records": [3]})) is None


@pytest.mark.parametrize(("index", "words"), [(104, "highly accurate"), (105, "fairly accurate"), (300, "very rough")])
def test_whipples_words(index: float, words: str) -> None:
    assert births.whipple_words(index) == words


def born(extra: dict[int, int], seed: int = 1, n: int = 5000) -> pl.DataFrame:
    rng = random.Random(seed)
    calendar = births.day_shares(pl.DataFrame(schema={"month_day": pl.Int16, "records": pl.Int64}))[
        "month_day"
    ].to_list()
    drawn = rng.choices(calendar, weights=[0.25 if day == 229 else 1 for day in calendar], k=n)
    counts = {day: drawn.count(day) + extra.get(day, 0) for day in calendar}
    return pl.DataFrame(
        {
            "month_day": list(counts),
            "records": list(counts.values()),
            "year": [1970 if d == 101 else 0 for d in counts],
        },
        schema={"month_day": pl.Int16, "records": pl.Int64, "year": pl.Int16},
    )


@pytest.mark.parametrize("seed", range(10))
def test_no_day_is_named_where_births_are_even(seed: int) -> None:
    assert not births.birth_days(born({}, seed)).findings


def test_days_with_too_many_births_are_named_with_their_number() -> None:
    days = born({101: 150, 701: 60})
    shares = births.day_shares(days).filter("named").sort("records", descending=True)
    assert shares["label"].to_list() == ["1 Jan", "1 Jul"]
    sentence = births.birth_days(days).findings[0].sentence
    assert "1 Jan" in sentence
    assert "1 Jul" in sentence


def test_few_dates_are_not_looked_at() -> None:
    assert births.birth_days(born({101: 90}, n=100)).missing


def test_the_stability_index_of_equal_mixes_is_nothing_and_a_known_one_is_itself() -> None:
    assert mix.stability_index([50, 50], [5, 5]) == pytest.approx(0)
    # By hand: (0.5 − 0.8) ln(0.5/0.8) + (0.5 − 0.2) ln(0.5/0.2)
    assert mix.stability_index([50, 50], [80, 20]) == pytest.approx(0.3 * math.log(1.6) + 0.3 * math.log(2.5))
    assert math.isfinite(mix.stability_index([10, 0], [1, 9]))


def test_the_census_groups_add_up_to_all_residents() -> None:
    worcester = mix.census().filter(pl.col("area") == "Worcester")
    shares = dict(worcester.select("group", pl.col("residents") / pl.col("residents").sum()).iter_rows())
    # domain: W1 82.67, W2 0.54, W3 0.09, Roma 0.13, W9 6.56; A1–A9 1.29 + 2.48 + 0.52 + 0.37 + 0.98
    assert shares["White"] == pytest.approx(0.8999, abs=0.0005)
    assert shares["Asian"] == pytest.approx(0.0564, abs=0.0005)
    total = pl.read_csv(mix.CENSUS).filter(pl.col("lad_name") == "Worcester")["all_usual_residents"][0]
    assert worcester["residents"].sum() == pytest.approx(total, abs=30)


def district(white: int, asian: int) -> pl.DataFrame:
    empty = {answer_column("ethnicity", code): 0 for code in valid_codes("ethnicity")}
    row = {"area": "Worcester", "ethnicity__asked": 2 * (white + asian), **empty}
    return pl.DataFrame([row | {"ethnicity__W1": white, "ethnicity__A2": asian}])


def test_a_mix_that_is_far_from_the_residents_is_a_prompt() -> None:
    assert not mix.ethnic_mix(district(900, 60), mix.census(), "Victims").findings
    check = mix.ethnic_mix(district(700, 300), mix.census(), "Victims")
    assert check.findings[0].where == {"area": "Worcester"}
    assert "are not residents" in check.not_proof
    few = mix.ethnic_mix(district(30, 30), mix.census(), "Victims")
    assert few.missing


def both(cells: dict[tuple[str, str], int]) -> pl.DataFrame:
    return pl.DataFrame(
        [(s, o, n) for (s, o), n in cells.items()], schema=["self_defined", "observed", "records"], orient="row"
    )


def test_a_group_that_is_observed_as_another_is_named() -> None:
    cells = {("White", "White"): 900, ("Asian", "Asian"): 95, ("Mixed", "Black"): 30, ("Mixed", "Mixed"): 30,
             ("blank", "White"): 400, ("White", "unknown"): 10}  # fmt: skip
    check = contradictions.both_ethnicities(both(cells), 20)
    assert "Mixed is observed as Mixed for 50%" in check.findings[0].sentence
    assert "27% have no self-defined one" in check.findings[0].sentence
    agree = contradictions.both_ethnicities(both({("White", "White"): 900, ("Asian", "Asian"): 95}), 20)
    assert not agree.findings
    assert "100.0%" in agree.looked


def test_where_officers_have_no_mixed_group_nobody_is_blamed_for_it() -> None:
    check = contradictions.both_ethnicities(both({("White", "White"): 900, ("Mixed", "Black"): 60}), 20)
    assert not check.findings


def test_conflicts_have_wilson_intervals() -> None:
    persons = pl.DataFrame({"month": ["2026-01", "2026-02"], "sex__twice": [100, 300], "sex__different": [3, 9]})
    rates = contradictions.conflicts(persons, {"sex": "Sex"})
    row = rates.row(0, named=True)
    assert (row["different"], row["twice"]) == (12, 400)
    assert (row["low"], row["high"]) == pytest.approx(proportion_confint(12, 400, method="wilson"))
    assert contradictions.one_person(persons, {"sex": "Sex"}, 20).findings
    rare = persons.with_columns(sex__different=pl.lit(1))
    assert not contradictions.one_person(rare, {"sex": "Sex"}, 20).findings


def test_both_code_lists_by_month() -> None:
    codes = pl.DataFrame(
        [("2026-01", "16+1", 3), ("2026-01", "18+1", 9), ("2026-02", "either list", 5)],
        schema=["month", "list", "records"],
        orient="row",
    )
    assert contradictions.lists_by_month(codes).select("old", "new", "either", "n").rows() == [
        (3, 9, 0, 12),
        (0, 0, 5, 0),
    ]
    assert "25%" in contradictions.old_lists(codes, 1).findings[0].sentence
    assert contradictions.old_lists(codes.filter(pl.col("list") == "either list"), 1).missing


def test_rules_speak_of_the_records_that_have_a_value() -> None:
    result = {"sentence": "A rule.", "element_count": 100, "missing_count": 40, "unexpected_count": 3, "success": False}
    suites = [{"name": "plausibility", "results": [result]}, {"name": "known", "results": [result]}]
    found = contradictions.rules({"suites": suites})
    assert found.select("failing", "of", "met").rows() == [(3, 60, False)]
    assert "3 of 60 records" in contradictions.impossible({"suites": suites}).findings[0].sentence
    assert contradictions.impossible({}).missing
