"""A quick run of the simulation behind docs/simulation_compare.md: limits are neither too wide nor too narrow."""

from __future__ import annotations

import pytest

from benchmarks import simulate_compare as simulation

FORCES = 40


def test_limits_have_their_nominal_rates_where_nothing_differs() -> None:
    wide, far = simulation.alarms(
        FORCES, 1, lambda rng: simulation.placed(simulation.units(rng, 0.46), spread=False)["z"]
    )
    # 2,400 units: three standard errors about 5 % and 0.2 %.
    assert wide == pytest.approx(0.05, abs=0.014)
    assert far <= 0.006


def test_limits_that_allow_for_the_usual_spread_are_near_nominal_and_the_published_ones_are_not() -> None:
    def usual(rng: simulation.Rng):
        return simulation.units(rng, 0.46, simulation.TAU)

    wide, far = simulation.alarms(FORCES, 2, lambda rng: simulation.placed(usual(rng), spread=True)["z"])
    _, published = simulation.alarms(FORCES, 2, lambda rng: simulation.uncorrected(usual(rng)))
    assert wide < 0.08
    assert far < 0.009
    assert published > 2 * far


def test_adjusting_for_mix_takes_away_what_mix_makes() -> None:
    def recorded(rng: simulation.Rng):
        counts = simulation.mixed(rng).drop("crime").group_by("unit").sum()
        return simulation.placed(counts, spread=False)["z"]

    _, raw = simulation.alarms(FORCES, 3, recorded)
    wide, far = simulation.alarms(FORCES, 3, lambda rng: simulation.adjusted(simulation.mixed(rng), spread=False))
    assert raw > 0.04
    assert wide == pytest.approx(0.05, abs=0.014)
    assert far <= 0.006


def test_what_is_planted_is_found() -> None:
    found = {(n, shift): plain for n, shift, plain, _ in simulation.power(12)}
    assert found[1000, -0.2] == 1
    assert found[100, -0.1] < found[1000, -0.1]
    said = {words: kinds for words, _, _, kinds in simulation.reasons(40)}
    assert said["mix only"]["mix"] > 0.8
    assert said["practice only, +6 points"]["practice"] > 0.7
    assert said["nothing differs"]["same"] > 0.7
