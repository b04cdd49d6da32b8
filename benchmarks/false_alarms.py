"""How often control charts cry wolf, and how often they see what is there.

    python benchmarks/false_alarms.py [--forces 1000] [--months 24] [--seed 5]

Simulates forces in which nothing changes and puts `equality.analysis` to work on them: whatever it finds is a false
alarm. Then it plants a step and counts how often it is found. `docs/simulation.md` has the figures and what was to be
expected. Seeded: the same arguments print the same figures.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from equality.analysis.control_chart import control_chart
from equality.analysis.limits import Kind, Limits
from equality.analysis.signals import RULES, signals
from equality.analysis.trend import RECENT, verdict

Draw = Callable[[np.random.Generator, int], tuple[np.ndarray, np.ndarray]]
"""Number of months → denominators and the true share of each month."""


@dataclass(frozen=True)
class Case:
    """One kind of force and chart.

    Attributes:
        name: what the table calls it.
        kind: of chart; None for the one that the dashboard would choose.
        draw: the months of one force.
    """

    name: str
    kind: Kind | None
    draw: Draw


def _share(rng: np.random.Generator) -> float:
    return float(rng.uniform(0.1, 0.9))


def even(rng: np.random.Generator, months: int) -> tuple[np.ndarray, np.ndarray]:
    """About 2,500 people in every month: a force."""
    return rng.integers(2250, 2751, months), np.full(months, _share(rng))


def uneven(rng: np.random.Generator, months: int) -> tuple[np.ndarray, np.ndarray]:
    """40 to 300 people: a team."""
    return rng.integers(40, 301, months), np.full(months, _share(rng))


def restless(rng: np.random.Generator, months: int) -> tuple[np.ndarray, np.ndarray]:
    """40 to 300 people, and a share that wanders from month to month by more than chance (beta-binomial)."""
    mean = _share(rng)
    return rng.integers(40, 301, months), rng.beta(60 * mean, 60 * (1 - mean), months)


CASES: Final = (
    Case("XmR, even months", "xmr", even),
    Case("p, uneven months", "p", uneven),
    Case("Laney p′, uneven months", "p_prime", uneven),
    Case("p, restless months", "p", restless),
    Case("Laney p′, restless months", "p_prime", restless),
    Case("what fits, even", None, even),
    Case("what fits, uneven", None, uneven),
    Case("what fits, restless", None, restless),
)


def points(n: np.ndarray, hits: np.ndarray) -> pl.DataFrame:
    """Months as `control_chart` takes them."""
    return pl.DataFrame(
        {
            "period": [f"{2024 + i // 12}-{i % 12 + 1:02d}" for i in range(len(n))],
            "n": n.astype(int),
            "hits": hits.astype(int),
            "share": hits / n,
            "settled": [True] * len(n),
        }
    )


def alarms(case: Case, forces: int, months: int, seed: int) -> dict[str, float]:
    """What a chart finds in forces in which nothing changes.

    Returns:
        Per rule the share of points that it marks (a point that satisfies several counts for the first), `any` for all
        of them, `charts` the share of charts with any signal, `recent` with one in the last `RECENT` months, and
        `verdicts` the share of forces whose trend is called improving or worsening.
    """
    rng = np.random.default_rng(seed)
    marked = dict.fromkeys(RULES, 0)
    charts = recent = verdicts = 0
    for _ in range(forces):
        n, share = case.draw(rng, months)
        chart = control_chart(points(n, rng.binomial(n, share)), kind=case.kind)
        found = [rule for rule in chart.points["rule"].to_list() if rule]
        for rule in found:
            marked[rule] += 1
        charts += bool(found)
        recent += any(chart.points["rule"].tail(RECENT))
        verdicts += verdict(chart).word in ("improving", "worsening")
    rates = {rule: count / (forces * months) for rule, count in marked.items()}
    shares = {"charts": charts / forces, "recent": recent / forces, "verdicts": verdicts / forces}
    return rates | {"any": sum(rates.values())} | shares


def ideal(forces: int, months: int, seed: int) -> dict[str, float]:
    """The same rules on normal noise whose mean and spread are known: what the rules alone cost."""
    rng = np.random.default_rng(seed)
    known = Limits("xmr", 0.0, (1.0,) * months)
    marked = dict.fromkeys(RULES, 0)
    charts = 0
    for _ in range(forces):
        found = [s.rule for s in signals(rng.standard_normal(months).tolist(), known) if s]
        for rule in found:
            marked[rule] += 1
        charts += bool(found)
    rates = {rule: count / (forces * months) for rule, count in marked.items()}
    return rates | {"any": sum(rates.values()), "charts": charts / forces}


def power(step: float, people: int, after: int, forces: int, months: int, seed: int) -> float:
    """How often a rise of the true share in the last months is called improving.

    Args:
        step: the rise, as a share.
        people: per month, give or take a tenth.
        after: months since the rise.
        forces: how many to simulate.
        months: of the chart.
        seed: of the draw.
    """
    rng = np.random.default_rng(seed)
    found = 0
    for _ in range(forces):
        share = np.full(months, rng.uniform(0.3, 0.6))
        share[months - after :] += step
        n = rng.integers(round(0.9 * people), round(1.1 * people) + 1, months)
        found += verdict(control_chart(points(n, rng.binomial(n, share)))).word == "improving"
    return found / forces


STEPS: Final = ((0.0, 2500), (0.02, 2500), (0.04, 2500), (0.05, 600), (0.15, 600), (0.05, 100), (0.15, 100))
"""Rises with which power is reported, and people per month."""
SINCE: Final = (1, 3, 6)


def report(forces: int, months: int, seed: int) -> Iterator[str]:
    """The tables of `docs/simulation.md`, line by line."""
    names = (*RULES, "any", "charts", "recent", "verdicts")
    yield f"| chart | {' | '.join(names)} |"
    yield "|---" * (len(names) + 1) + "|"
    found = {case.name: alarms(case, forces, months, seed) for case in CASES}
    for name, rates in {"expected, limits known": ideal(20 * forces, months, seed), **found}.items():
        cells = (f"{100 * rates[key]:.2f} %" if key in rates else "" for key in names)
        yield f"| {name} | {' | '.join(cells)} |"
    yield ""
    yield f"| rise, people a month | {' | '.join(f'{since} months since' for since in SINCE)} |"
    yield "|---" * (len(SINCE) + 1) + "|"
    for step, people in STEPS:
        cells = (f"{100 * power(step, people, since, forces, months, seed):.0f} %" for since in SINCE)
        yield f"| {100 * step:.0f} points, {people:,} | {' | '.join(cells)} |"


def main() -> None:
    """Print the report."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--forces", type=int, default=1000)
    arguments.add_argument("--months", type=int, default=24)
    arguments.add_argument("--seed", type=int, default=5)
    asked = arguments.parse_args()
    for line in report(asked.forces, asked.months, asked.seed):
        print(line)


if __name__ == "__main__":
    main()
