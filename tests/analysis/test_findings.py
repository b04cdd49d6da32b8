"""What the counts say, in sentences."""

from __future__ import annotations

import polars as pl
import pytest

from equality.analysis import findings
from equality.measures.counts import KINDS, RATES

TITLES = {"ethnicity": "Ethnicity", "sex": "Sex"}


def counts(key: str = "characteristic", **states: dict[str, int]) -> pl.DataFrame:
    rows = []
    for name, given in states.items():
        applicable = sum(
            count for state, count in given.items() if state not in ("not_understood", "recoverable_cells")
        )
        rows.append({key: name, "applicable": applicable} | dict.fromkeys(KINDS, 0) | given)
    return pl.DataFrame(rows)


def compared(now: pl.DataFrame, before: pl.DataFrame, minimum: int = 20) -> pl.DataFrame:
    pair = [findings.measured(frame, "known", minimum) for frame in (now, before)]
    return findings.compared(pair[0], pair[1], ["characteristic"])


def test_measured_gives_numerator_and_denominator_of_each_rate() -> None:
    frame = counts(
        sex={
            "valid": 60,
            "declined": 20,
            "not_obtained": 5,
            "not_understood": 2,
            "unknown": 5,
            "blank": 10,
            "recoverable_cells": 3,
        }
    )
    expected = {
        "populated": (90, 100),
        "known": (60, 100),
        "validity": (90, 90),
        "disclosure": (60, 80),
        "asked": (82, 100),
        "recoverable": (3, 15),
    }
    assert set(expected) == set(RATES)
    for measure, (hits, n) in expected.items():
        row = findings.measured(frame, measure).row(0, named=True)
        assert (row["hits"], row["n"], row["missing"]) == (hits, n, n - hits)


def test_wilson_and_newcombe_as_published() -> None:
    row = compared(counts(sex={"valid": 56, "blank": 14}), counts(sex={"valid": 48, "blank": 32})).row(0, named=True)
    assert row["difference"] == pytest.approx(0.2)
    assert row["difference_low"] == pytest.approx(0.0524, abs=5e-5)
    assert row["difference_high"] == pytest.approx(0.3339, abs=5e-5)


def test_headline_has_number_interval_denominator_and_change() -> None:
    now = counts(ethnicity={"valid": 430, "blank": 570})
    row = compared(now, counts(ethnicity={"valid": 350, "blank": 650})).row(0, named=True)
    assert findings.headline(row, "Ethnicity", "known", "Victims", "the year before") == (
        "Ethnicity is known for 43 in 100 victims (95% interval 40.0–46.1), up 8.0 points on the year before: "
        "430 of 1,000 people."
    )
    same = compared(now, now).row(0, named=True)
    assert "no change beyond chance from 2025" in findings.headline(same, "Ethnicity", "known", "Victims", "2025")
    alone = compared(now, now.clear()).row(0, named=True)
    assert "change" not in findings.headline(alone, "Ethnicity", "known", "Victims", "")


def test_headline_of_too_few_says_so() -> None:
    row = compared(counts(sex={"valid": 3, "blank": 2}), counts(sex={"valid": 3})).row(0, named=True)
    assert (
        findings.headline(row, "Sex", "known", "Victims", "")
        == "Too few to say: sex is asked for here of only 5 people."
    )
    none = compared(counts(sex={}), counts(sex={})).row(0, named=True)
    assert findings.headline(none, "Sex", "known", "Victims", "").endswith("nobody.")


def test_only_changes_beyond_chance_are_told() -> None:
    now = counts(ethnicity={"valid": 500, "blank": 500}, sex={"valid": 905, "blank": 95})
    before = counts(ethnicity={"valid": 400, "blank": 600}, sex={"valid": 900, "blank": 100})
    told = findings.changes(compared(now, before), TITLES, "known")
    assert [c.characteristic for c in told] == ["ethnicity"]
    assert told[0].sentence.startswith("Ethnicity: known rose 10.0 points (+5.6 to +14.3), from 40.0% to 50.0%")


def test_contributors_take_the_largest_of_each_dimension() -> None:
    teams = counts("team", A={"valid": 10, "blank": 90}, B={"valid": 60, "blank": 40}, C={"valid": 5, "blank": 5})
    channels = counts("channel", web={"valid": 25, "blank": 75}, phone={"valid": 50, "blank": 60})
    found = findings.contributors({"team": teams, "channel": channels}, "known", 0.8, (75, 210))
    assert [(c.dimension, c.unit, c.missing) for c in found] == [
        ("team", "A", 90),
        ("channel", "web", 75),
        ("channel", "phone", 60),
    ]
    first = found[0]
    assert first.share_of_gap == pytest.approx(90 / 135)
    assert first.force == pytest.approx(75 / 210)
    assert first.reached == pytest.approx((75 + 70) / 210)
    assert "From" not in findings.advice(first, "known", 0.8)
    assert "the overall rate would go from 35.7% to 69.0%" in findings.advice(first, "known", 0.8)


def test_a_unit_at_its_target_is_not_said_to_gain() -> None:
    units = counts("team", A={"valid": 90, "blank": 10}, B={"valid": 9, "blank": 1})
    found = findings.contributors({"team": units}, "known", 0.8, (99, 110))
    assert found[0].reached == found[0].force
    assert "Already at its target of 80%" in findings.advice(found[0], "known", 0.8)


def test_a_single_unit_and_no_gap_contribute_nothing() -> None:
    alone, full = counts("team", A={"valid": 1, "blank": 9}), counts("team", A={"valid": 5}, B={"valid": 5})
    assert findings.contributors({"team": alone}, "known", 0.8, (1, 10)) == []
    assert findings.contributors({"team": full}, "known", 0.8, (10, 10)) == []


def test_one_selection_has_one_rate_whatever_its_parts_sum_to() -> None:
    teams = counts("team", A={"valid": 10, "blank": 90}, B={"valid": 60, "blank": 40})
    channels = counts("channel", web={"valid": 25, "blank": 80}, phone={"valid": 50, "blank": 60})
    found = findings.contributors({"team": teams, "channel": channels}, "known", 0.8, (70, 205))
    assert {c.force for c in found} == {70 / 205}


def test_gap_headline_names_the_largest_part() -> None:
    total = findings.measured(counts(sex={"valid": 40, "blank": 60}), "known").row(0, named=True)
    largest = {"name": "Redditch", "missing": 30, "n": 50}
    assert findings.gap_headline(total, largest, "Sex", "known", "Victims") == (
        "Sex is known for 40 in 100 victims (95% interval 30.9–49.8). The largest part of the gap is Redditch: "
        "30 of its 50 people not known, 50% of all 60."
    )
    full = findings.measured(counts(sex={"valid": 40}), "known").row(0, named=True)
    assert "there is no gap" in findings.gap_headline(full, None, "Sex", "known", "Victims")
