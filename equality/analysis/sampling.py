"""Stratified random samples of records: how many, how many of each stratum, which, and what they say of all.

Formulas: Cochran, *Sampling Techniques*, third edition (1977), sections 4.4 (size, with the finite-population
correction), 5.9 and 5.10 (stratified estimates of a proportion). The interval is Wilson's with the effective sample
size (Franco, Little, Louis and Slud 2019, *Journal of Survey Statistics and Methodology* 7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt
from statistics import NormalDist
from typing import Final

import numpy as np
import polars as pl

from equality.analysis.proportions import wilson

LEAST: Final = 2
"""Items of each stratum at least: with one alone nothing could be said of how they vary."""


def quantile(confidence: float) -> float:
    """The standard normal quantile of a two-sided interval: 1.96 for 0.95."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def sample_size(population: int, precision: float, confidence: float = 0.95, expected: float = 0.5) -> int:
    """How many items estimate a share of a population well enough.

    Args:
        population: how many there are.
        precision: half the width of the interval, 0 to 1.
        confidence: of the interval, 0 to 1.
        expected: the share one expects; 0.5 needs most.

    Raises:
        ValueError: if precision, confidence or expectation is no share strictly between 0 and 1.
    """
    if not all(0 < share < 1 for share in (precision, confidence, expected)):
        raise ValueError("precision, confidence and the expected share lie between 0 and 100%")
    if population <= 0:
        return 0
    infinite = quantile(confidence) ** 2 * expected * (1 - expected) / precision**2
    return min(population, ceil(infinite / (1 + (infinite - 1) / population) - 1e-9))


def allocate(sizes: Sequence[int], wanted: int, least: int = LEAST) -> list[int]:
    """How many items to draw of each stratum: in proportion to its size (largest remainders), `least` at least.

    The least is added on top where proportion gives fewer, so the sum may exceed what was wanted.

    Args:
        sizes: of the strata.
        wanted: how many in all.
        least: of each stratum at least, or all of it.
    """
    population = sum(sizes)
    if not population:
        return [0] * len(sizes)
    exact = [min(wanted, population) * size / population for size in sizes]
    given = [floor(share) for share in exact]
    rest = sorted(range(len(sizes)), key=lambda i: (given[i] - exact[i], i))
    for i in rest[: min(wanted, population) - sum(given)]:
        given[i] += 1
    return [min(size, max(number, least)) for size, number in zip(sizes, given, strict=True)]


def draw(population: pl.DataFrame, key: Sequence[str], drawn: Mapping[str, int], seed: int) -> pl.DataFrame:
    """Draw from each stratum without replacement; the same seed and records give the same sample.

    Every record gets a number of the generator PCG64 (O'Neill 2014), in the order of its key; of each stratum those
    with the smallest are drawn. So neither the order of the rows nor the version of a library matters.

    Args:
        population: `stratum` and the columns of the key, which tell all rows apart.
        key: these columns.
        drawn: stratum → how many.
        seed: a whole number from 0 on.

    Returns:
        The rows drawn, by stratum and then in the order in which they were drawn, with `item` from 1.
    """
    # The raw stream is the one that NumPy promises never to change.
    numbers = pl.Series("_number", np.random.PCG64(seed).random_raw(population.height), dtype=pl.UInt64)
    wanted = pl.col("stratum").replace_strict(drawn, default=0, return_dtype=pl.UInt32)
    return (
        population.sort(key, nulls_last=True)
        .with_columns(numbers)
        .filter(pl.col("_number").rank("ordinal").over("stratum") <= wanted)
        .sort("stratum", "_number")
        .drop("_number")
        .with_row_index("item", offset=1)
    )


@dataclass(frozen=True)
class Estimate:
    """What a sample says of its population.

    Attributes:
        share: of the population, 0 to 1: strata weighted by their size.
        low: lower limit of the interval.
        high: upper limit.
        standard_error: of the share, with the finite-population correction.
        effective: the size of a simple random sample that would leave the same uncertainty; None where all of the
            population was looked at.
        least: the share if nothing agreed that could not be told.
        most: the share if all of that agreed.
        told: items of which it could be told.
        untold: items of which it could not.
    """

    share: float
    low: float
    high: float
    standard_error: float
    effective: float | None
    least: float
    most: float
    told: int
    untold: int


def estimate(strata: pl.DataFrame, confidence: float = 0.95) -> Estimate | None:
    """The share of a population that agrees, from a stratified sample.

    The effective sample size is p (1 − p) / v, but at most what the weights alone give, so that strata in which few
    items happen to be alike do not make the interval too narrow.

    Args:
        strata: `population`, `agrees`, `differs`, `untold`: whole numbers, a row a stratum.
        confidence: of the interval.

    Returns:
        None as long as of some stratum nothing is told: then nothing is known of its part of the population.
    """
    rows = strata.filter(pl.col("population") > 0).with_columns(told=pl.col("agrees") + pl.col("differs"))
    if rows.is_empty() or rows.filter(pl.col("told") == 0).height:
        return None
    weight = pl.col("population") / pl.col("population").sum()
    n, p = pl.col("told"), pl.col("agrees") / pl.col("told")
    left = 1 - n / pl.col("population")
    looked_at = n + pl.col("untold")
    alone = weight**2 * left / n
    share, variance, of_weights, least, most, told, untold = rows.select(
        (weight * p).sum(),
        # Of a single item the strata's spread is unknown: the largest there can be.
        (weight**2 * left * pl.when(n > 1).then(p * (1 - p) / (n - 1)).otherwise(0.25)).sum().alias("variance"),
        alone.sum().alias("of_weights"),
        (weight * pl.col("agrees") / looked_at).sum().alias("least"),
        (weight * (pl.col("agrees") + pl.col("untold")) / looked_at).sum().alias("most"),
        n.sum().alias("n"),
        pl.col("untold").sum(),
    ).row(0)
    if of_weights == 0:
        return Estimate(share, share, share, 0.0, None, least, most, told, untold)
    effective = 1 / of_weights
    if variance > 0 and 0 < share < 1:
        effective = min(effective, share * (1 - share) / variance)
    low, high = _wilson(share, effective, quantile(confidence))
    return Estimate(share, low, high, sqrt(variance), effective, least, most, told, untold)


def _wilson(share: float, n: float, z: float) -> tuple[float, float]:
    frame = pl.DataFrame({"hits": [share * n], "n": [n]})
    _, low, high = frame.select(
        e.alias(name) for name, e in zip(("p", "low", "high"), wilson(pl.col("hits"), pl.col("n"), z), strict=True)
    ).row(0)
    return low, high
