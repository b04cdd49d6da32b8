"""How often Compare and Drivers speak where there is nothing to say, and how often they see what is there.

`python -m benchmarks.simulate_compare` simulates 1,000 forces per scenario with seeds and prints the tables of
`docs/simulation_compare.md`. Everything judged here is judged by the code that the pages use.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from math import asin, sqrt

import numpy as np
import polars as pl

from equality.analysis.casemix import standardised, unadjusted
from equality.analysis.funnel import Z998, dispersion, distances, funnel
from equality.analysis.kitagawa import kitagawa, verdict
from equality.analysis.proportions import Z95

UNITS = 60
TAU = 0.035
"""The usual spread of teams on the arcsine scale; about 3.5 points at 50 %, as on the synthetic export."""
STRATA = 12
Rng = np.random.Generator


def sizes(rng: Rng) -> np.ndarray:
    """People per unit, spread as the teams of a force are: 20 to 3,000, half of them below 180."""
    return np.clip(rng.lognormal(np.log(180), 1.1, UNITS), 20, 3000).astype(int)


def moved(p: float, by: np.ndarray | float) -> np.ndarray:
    """A share moved on the arcsine scale."""
    return np.sin(np.clip(asin(sqrt(p)) + by, 0, np.pi / 2)) ** 2


def units(rng: Rng, p: float, tau: float = 0.0, planted: tuple[int, float] | None = None) -> pl.DataFrame:
    """Counts of one force: all units at one rate, up to a normal spread; perhaps one planted unit (people, shift)."""
    n, rates = sizes(rng), moved(p, rng.normal(0, tau, UNITS))
    if planted:
        n[0], rates[0] = planted[0], np.clip(rates[0] + planted[1], 0, 1)
    return pl.DataFrame({"unit": [f"u{i:02}" for i in range(UNITS)], "n": n, "hits": rng.binomial(n, rates)}).cast(
        {"n": pl.Int64, "hits": pl.Int64}
    )


def placed(counts: pl.DataFrame, *, spread: bool) -> pl.DataFrame:
    return funnel(unadjusted(counts, "unit", 20), counts["hits"].sum() / counts["n"].sum(), spread=spread)[0]


def uncorrected(counts: pl.DataFrame) -> pl.Series:
    """Distances with τ² from the winsorised φ as it is published, without the correction of `consistent`."""
    rates = unadjusted(counts, "unit", 20).filter("enough")
    target = counts["hits"].sum() / counts["n"].sum()
    scores = rates.select(distances(pl.col("share"), pl.col("size"), target)).to_series()
    _, tau2 = dispersion(scores, rates["size"], consistent=False)
    return rates.select(distances(pl.col("share"), pl.col("size"), target, tau2)).to_series()


def outside(z: pl.Series) -> tuple[int, int, int]:
    """How many were judged, and how many lie outside the 95 % and the 99.8 % limits."""
    kept = z.drop_nulls().abs()
    return kept.len(), int((kept > Z95).sum()), int((kept > Z998).sum())


def alarms(forces: int, seed: int, one: Callable[[Rng], pl.Series]) -> tuple[float, float]:
    """Share of units outside the 95 % and the 99.8 % limits over many forces."""
    rng = np.random.default_rng(seed)
    total = np.sum([outside(one(rng)) for _ in range(forces)], axis=0)
    return float(total[1] / total[0]), float(total[2] / total[0])


def mixed(rng: Rng) -> pl.DataFrame:
    """A force whose units differ by mix only: rates by stratum are the same everywhere."""
    rates = np.linspace(0.2, 0.75, STRATA)
    shares = rng.dirichlet(np.full(STRATA, 1.5), UNITS)
    n = np.array([rng.multinomial(size, share) for size, share in zip(sizes(rng), shares, strict=True)])
    hits = rng.binomial(n, rates)
    names = [[f"u{u:02}", f"s{s:02}"] for u in range(UNITS) for s in range(STRATA)]
    return pl.DataFrame(
        {"unit": [a for a, _ in names], "crime": [b for _, b in names], "n": n.ravel(), "hits": hits.ravel()}
    ).cast({"n": pl.Int64, "hits": pl.Int64})


def adjusted(cells: pl.DataFrame, *, spread: bool) -> pl.Series:
    target = cells["hits"].sum() / cells["n"].sum()
    return funnel(standardised(cells, "unit", ["crime"], 20), target, spread=spread)[0]["z"]


def false_alarms(forces: int) -> list[tuple[str, float, float]]:
    """Scenarios without any signal: name, share outside 95 %, share outside 99.8 %."""
    found = []
    for p in (0.08, 0.46, 0.82):
        for spread, words in ((False, "chance alone"), (True, "chance and usual spread")):
            one = lambda rng, p=p, spread=spread: placed(units(rng, p), spread=spread)["z"]  # noqa: E731
            found.append((f"no differences, {p:.0%} known; limits of {words}", *alarms(forces, 1, one)))
    for p in (0.2, 0.46, 0.82):
        for spread, words in ((False, "chance alone"), (True, "chance and usual spread")):
            one = lambda rng, p=p, spread=spread: placed(units(rng, p, TAU), spread=spread)["z"]  # noqa: E731
            found.append((f"usual spread, {p:.0%} known; limits of {words}", *alarms(forces, 2, one)))
        one = lambda rng, p=p: uncorrected(units(rng, p, TAU))  # noqa: E731
        found.append((f"usual spread, {p:.0%} known; winsorised φ as published", *alarms(forces, 2, one)))
    raw = lambda rng: placed(mixed(rng).group_by("unit").agg(pl.col("n", "hits").sum()), spread=False)["z"]  # noqa: E731
    found.append(("mix only, rates as recorded; limits of chance alone", *alarms(forces, 3, raw)))
    for spread, words in ((False, "chance alone"), (True, "chance and usual spread")):
        one = lambda rng, spread=spread: adjusted(mixed(rng), spread=spread)  # noqa: E731
        found.append((f"mix only, rates adjusted; limits of {words}", *alarms(forces, 3, one)))
    return found


def power(forces: int) -> list[tuple[int, float, float, float]]:
    """One planted unit: its people, its shift, and how often it lies outside 99.8 % without and with usual spread."""
    found = []
    for n in (100, 300, 1000):
        for shift in (-0.1, -0.15, -0.2):
            seen = []
            for tau in (0.0, TAU):
                rng = np.random.default_rng(4)
                hits = [
                    placed(units(rng, 0.46, tau, (n, shift)), spread=True).filter(unit="u00")["place"][0] == "far_below"
                    for _ in range(forces)
                ]
                seen.append(float(np.mean(hits)))
            found.append((n, shift, *seen))
    return found


def sides(rng: Rng, shift: float, *, other_mix: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Two places of 1,500 people each: perhaps another practice by `shift`, perhaps another mix."""
    rates = np.linspace(0.2, 0.75, STRATA)
    even = np.full(STRATA, 1 / STRATA)
    tilted = np.linspace(0.4, 1.6, STRATA) / STRATA
    both = []
    for share, rate in ((tilted if other_mix else even, rates + shift), (even, rates)):
        n = rng.multinomial(1500, share)
        both.append(pl.DataFrame({"crime": range(STRATA), "n": n, "hits": rng.binomial(n, rate)}))
    return both[0], both[1]


def reasons(forces: int) -> list[tuple[str, float, float, dict[str, float]]]:
    """Kitagawa: scenario, how often practice and mix are beyond chance, and how often each verdict is given."""
    found = []
    for words, shift, other in (
        ("nothing differs", 0.0, False),
        ("mix only", 0.0, True),
        ("practice only, +6 points", 0.06, False),
        ("both", 0.06, True),
    ):
        rng = np.random.default_rng(5)
        splits = [kitagawa(*sides(rng, shift, other_mix=other), ["crime"]) for _ in range(forces)]
        made = [split for split in splits if split is not None]
        kinds = [verdict(split) for split in made]
        found.append(
            (
                words,
                float(np.mean([split.practice.beyond_chance for split in made])),
                float(np.mean([split.mix.beyond_chance for split in made])),
                {kind: kinds.count(kind) / len(kinds) for kind in sorted(set(kinds))},
            )
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forces", type=int, default=1000)
    forces = parser.parse_args().forces
    print("| scenario | outside 95 % (nominal 5 %) | outside 99.8 % (nominal 0.2 %) |\n|---|---|---|")
    for words, wide, far in false_alarms(forces):
        print(f"| {words} | {100 * wide:.1f} % | {100 * far:.2f} % |")
    print("\n| people | shift | found, no spread | found, usual spread |\n|---|---|---|---|")
    for n, shift, plain, spread in power(forces):
        print(f"| {n:,} | {100 * shift:+.0f} points | {100 * plain:.0f} % | {100 * spread:.0f} % |")
    print("\n| truth | practice beyond chance | mix beyond chance | verdicts |\n|---|---|---|---|")
    for words, practice, mix, kinds in reasons(forces):
        said = ", ".join(f"{kind} {100 * share:.0f} %" for kind, share in kinds.items())
        print(f"| {words} | {100 * practice:.1f} % | {100 * mix:.1f} % | {said} |")


if __name__ == "__main__":
    main()
