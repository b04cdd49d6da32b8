"""Control limits of a rate: XmR, p and Laney's p′ charts, and which of them fits.

Each gives a centre line and, per point, a standard deviation: limits stand at three of them, near-limits at two.

Sources: NHS England, *Making Data Count* (XmR with screened moving ranges, as the NHS-R package NHSRplotthedots
computes it); Montgomery, *Introduction to Statistical Quality Control* (p chart); Laney 2002, *Improved control charts
for attributes* (p′).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import sqrt
from typing import Final, Literal

Kind = Literal["xmr", "p", "p_prime"]

KIND_TITLES: Final = {"xmr": "XmR chart", "p": "p chart", "p_prime": "Laney p′ chart"}
"""Kind of chart → what it is called on screen."""

XMR_FACTOR: Final = 2.66
"""Limits of an XmR chart in average moving ranges: 3 / 1.128, rounded as Making Data Count does."""
SCREEN: Final = 3.267
"""Moving ranges of so many average ones and more are left out, once: they are signals, not noise."""
D2: Final = 1.128
"""Expected moving range of two neighbours in standard deviations."""
UNEVEN: Final = 0.25
"""Denominators that differ from their average by more than this share call for limits of their own."""


@dataclass(frozen=True)
class Limits:
    """Where a process can be expected to stay.

    Attributes:
        kind: the chart they belong to.
        centre: the average, as a share.
        sigmas: standard deviation at each point, as a share.
        spread: how much more the points vary than chance alone lets them (Laney's σ_z); 1 for other charts.
    """

    kind: Kind
    centre: float
    sigmas: tuple[float, ...]
    spread: float = 1.0

    def at(self, distance: float) -> list[float]:
        """The line so many standard deviations from the centre, kept between 0 and 1."""
        return [min(1.0, max(0.0, self.centre + distance * sigma)) for sigma in self.sigmas]


def average_moving_range(values: Sequence[float], *, screened: bool = True) -> float:
    """The mean step between neighbours; screened, without steps of `SCREEN` times that mean or more."""
    steps = [abs(later - earlier) for earlier, later in pairwise(values)]
    if not steps:
        return 0.0
    mean = sum(steps) / len(steps)
    kept = [step for step in steps if step < SCREEN * mean] if screened else steps
    return sum(kept) / len(kept) if kept else 0.0


def xmr(values: Sequence[float], *, screened: bool = True) -> Limits:
    """Limits of an XmR chart: every point counts the same, whatever its denominator.

    Args:
        values: shares, in order.
        screened: leave out extreme moving ranges, as Making Data Count does.
    """
    sigma = XMR_FACTOR / 3 * average_moving_range(values, screened=screened)
    return Limits("xmr", sum(values) / len(values), (sigma,) * len(values))


def p_chart(hits: Sequence[int], n: Sequence[int]) -> Limits:
    """Limits of a p chart: as wide as chance alone makes a share of so many people."""
    centre = sum(hits) / sum(n)
    return Limits("p", centre, tuple(sqrt(centre * (1 - centre) / size) for size in n))


def p_prime(hits: Sequence[int], n: Sequence[int]) -> Limits:
    """Limits of Laney's p′ chart: those of the p chart times σ_z, by how much points really vary more (or less)."""
    plain = p_chart(hits, n)
    if not plain.sigmas[0]:
        return plain
    scores = [(x / size - plain.centre) / s for x, size, s in zip(hits, n, plain.sigmas, strict=True)]
    spread = average_moving_range(scores, screened=False) / D2
    return Limits("p_prime", plain.centre, tuple(s * spread for s in plain.sigmas), spread)


def fitting(hits: Sequence[int], n: Sequence[int]) -> Limits:
    """The limits that fit: XmR where denominators are alike, else p′, or p where points vary no more than chance.

    Denominators are alike if none differs from their average by more than `UNEVEN`. Limits narrower than chance alone
    are never drawn: where σ_z is below 1 the p chart's stand.
    """
    average = sum(n) / len(n)
    if all(abs(size - average) <= UNEVEN * average for size in n):
        return xmr([x / size for x, size in zip(hits, n, strict=True)])
    wide = p_prime(hits, n)
    return wide if wide.spread > 1 else p_chart(hits, n)


def limits_of(kind: Kind | None, hits: Sequence[int], n: Sequence[int], baseline: int | None = None) -> Limits:
    """The limits of one kind of chart; of the one that fits if none is named.

    Args:
        kind: of chart.
        hits: numerators.
        n: denominators.
        baseline: compute from the first so many points and extend to the others; None computes from all.
    """
    first = slice(0, baseline)
    found = _computed(kind, hits[first], n[first])
    if found.kind == "xmr":
        return replace(found, sigmas=(found.sigmas[0],) * len(n))
    chance = found.centre * (1 - found.centre)
    return replace(found, sigmas=tuple(found.spread * sqrt(chance / size) for size in n))


def _computed(kind: Kind | None, hits: Sequence[int], n: Sequence[int]) -> Limits:
    if kind == "xmr":
        return xmr([x / size for x, size in zip(hits, n, strict=True)])
    if kind == "p":
        return p_chart(hits, n)
    return p_prime(hits, n) if kind == "p_prime" else fitting(hits, n)
