"""A quick version of `benchmarks/false_alarms.py`: wrong limits would alarm at another rate."""

from __future__ import annotations

import pytest

from benchmarks.false_alarms import CASES, alarms, ideal, power

FORCES, MONTHS, SEED = 150, 24, 11
BY_NAME = {case.name: case for case in CASES}


def test_the_rules_cost_what_the_normal_distribution_says() -> None:
    found = ideal(4000, MONTHS, SEED)
    assert found["outside"] == pytest.approx(0.0027, abs=0.0005)  # beyond three standard deviations


@pytest.mark.parametrize("name", ["XmR, even months", "p, uneven months", "Laney p′, restless months"])
def test_points_outside_the_limits_are_as_rare_as_they_should_be(name: str) -> None:
    """Limits at 2.5 standard deviations would mark 1.2 % of the points, at 3.5 less than 0.05 %."""
    found = alarms(BY_NAME[name], FORCES, MONTHS, SEED)
    assert 0.0005 < found["outside"] < 0.009
    assert found["verdicts"] < 0.06


def test_a_p_chart_on_restless_months_is_wrong_and_the_choice_avoids_it() -> None:
    assert alarms(BY_NAME["p, restless months"], 40, MONTHS, SEED)["outside"] > 0.05
    assert alarms(BY_NAME["what fits, restless"], 40, MONTHS, SEED)["outside"] < 0.02


def test_a_rise_is_found() -> None:
    assert power(0.15, 600, 3, 40, MONTHS, SEED) > 0.9
    assert power(0.0, 600, 3, 100, MONTHS, SEED) < 0.08
