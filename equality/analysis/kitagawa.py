"""Why two rates differ: how it is recorded (practice), or what is recorded (mix).

Kitagawa 1955, Components of a difference between two rates, JASA 50: 1168–1194: with shares w and rates r per stratum,

    R_A − R_B = Σ w̄ (r_A − r_B)  [practice]  +  Σ r̄ (w_A − w_B)  [mix],   bars are means of the two sides.

Several factors are taken together, as one stratum per combination: the split is then between practice and mix of all of
them at once, and needs no order of factors. (Das Gupta's split of the mix by factor is not made.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

import polars as pl

from equality.analysis.proportions import Z95

ROUNDING: Final = 1e-12
PARTS: Final = ("practice", "mix")
"""The two parts of a difference."""


@dataclass(frozen=True)
class Part:
    """One part of a difference of rates, with its 95 % limits, as shares."""

    value: float
    low: float
    high: float

    @property
    def beyond_chance(self) -> bool:
        """Whether the limits leave out 0."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Split:
    """A difference of two rates, A − B, and why.

    Attributes:
        strata: one row per stratum: its columns, `n_a`, `hits_a`, `n_b`, `hits_b`, the shares `w_a` and `w_b`, the
            rates `r_a` and `r_b`, `practice`, `mix` and `pooled` (one side has nobody, and takes the rate of the
        other). rate_a: rate of side A.
        rate_b: rate of side B.
        practice: the part that differs because the same work is recorded otherwise.
        mix: the part that differs because the work is another.
        pooled: share of the people of both sides, each side counting alike, who are in strata of one side only.
    """

    strata: pl.DataFrame
    rate_a: float
    rate_b: float
    practice: Part
    mix: Part
    pooled: float

    @property
    def difference(self) -> float:
        """A − B, the sum of the two parts."""
        return self.rate_a - self.rate_b


def kitagawa(a: pl.DataFrame, b: pl.DataFrame, strata: Sequence[str]) -> Split | None:
    """Split the difference of two rates into practice and mix.

    The limits are of the delta method for two independent samples of people, each a multinomial over stratum × answer;
    `tests/analysis/test_kitagawa.py` holds them against a bootstrap.

    Args:
        a: counts of side A: the strata, `n` and `hits`.
        b: the same of side B.
        strata: the columns that name a stratum.

    Returns:
        The split, or None if one side has nobody.
    """
    joined = _joined(a, b, strata)
    total_a, total_b = float(joined["n_a"].sum()), float(joined["n_b"].sum())
    if not total_a or not total_b:
        return None
    side_a, side_b = (pl.col("n_a") > 0), (pl.col("n_b") > 0)
    own_a, own_b = pl.col("hits_a") / pl.col("n_a"), pl.col("hits_b") / pl.col("n_b")
    frame = (
        joined.filter(side_a | side_b)
        .with_columns(
            w_a=pl.col("n_a") / total_a,
            w_b=pl.col("n_b") / total_b,
            # With one side empty the pooled rate of the stratum is the other side's.
            r_a=pl.when(side_a).then(own_a).otherwise(own_b),
            r_b=pl.when(side_b).then(own_b).otherwise(own_a),
            pooled=~(side_a & side_b),
        )
        .with_columns(
            practice=(pl.col("w_a") + pl.col("w_b")) / 2 * (pl.col("r_a") - pl.col("r_b")),
            mix=(pl.col("r_a") + pl.col("r_b")) / 2 * (pl.col("w_a") - pl.col("w_b")),
        )
    )
    rate_a, rate_b = float(joined["hits_a"].sum()) / total_a, float(joined["hits_b"].sum()) / total_b
    errors = _errors(frame, rate_a, rate_b, total_a, total_b)
    parts = {name: _part(float(frame[name].sum()), errors[name]) for name in PARTS}
    alone = frame.filter("pooled")
    pooled = (float(alone["w_a"].sum()) + float(alone["w_b"].sum())) / 2
    return Split(frame, rate_a, rate_b, parts["practice"], parts["mix"], pooled)


def grouped(split: Split, by: str) -> pl.DataFrame:
    """The parts summed over the values of one of the strata's columns.

    Returns:
        One row per value, the largest first: `unit`, `n_a`, `n_b`, `practice`, `mix`, and `touched`, the sum of
        the sizes of both. The parts of all rows sum to the difference.
    """
    sums = split.strata.group_by(pl.col(by).alias("unit")).agg(pl.col("n_a", "n_b", *PARTS).sum())
    return sums.with_columns(touched=pl.col("practice").abs() + pl.col("mix").abs()).sort(
        "touched", "unit", descending=[True, False]
    )


def _joined(a: pl.DataFrame, b: pl.DataFrame, strata: Sequence[str]) -> pl.DataFrame:
    keys = list(strata)

    def side(frame: pl.DataFrame, name: str, other: str) -> pl.DataFrame:
        whole = frame.select(*keys, pl.col("n", "hits").cast(pl.Float64))
        zero = pl.lit(0.0)
        return whole.select(
            *keys,
            **{f"n_{name}": "n", f"hits_{name}": "hits", f"n_{other}": zero, f"hits_{other}": zero},  # type: ignore[arg-type]
        ).select(*keys, "n_a", "hits_a", "n_b", "hits_b")

    both = pl.concat([side(a, "a", "b"), side(b, "b", "a")])
    sums = pl.col("n_a", "hits_a", "n_b", "hits_b").sum()
    return both.group_by(keys).agg(sums).sort(keys) if keys else both.select(sums)


def _errors(frame: pl.DataFrame, rate_a: float, rate_b: float, total_a: float, total_b: float) -> Mapping[str, float]:
    """Standard errors of the parts.

    A person of side A in stratum k moves *practice* by ½(r_kA − r_kB) through the shares and by w̄_k/w_kA·(y − r_kA)
    through the rate; *mix* by r̄_k and by ½(w_kA − w_kB)/w_kA·(y − r_kA). Side B likewise. The variance of these over
    the side's people, divided by their number, adds up over the sides.
    """
    squares = dict.fromkeys(PARTS, 0.0)
    sides: tuple[tuple[str, float, float], ...] = (("a", rate_a, total_a), ("b", rate_b, total_b))
    mean_w, mean_r = (pl.col("w_a") + pl.col("w_b")) / 2, (pl.col("r_a") + pl.col("r_b")) / 2
    for side, overall, total in sides:
        w, n = pl.col(f"w_{side}"), pl.col(f"n_{side}")
        # One person at the side's own rate keeps a stratum of few from looking certain.
        smooth = (pl.col(f"hits_{side}") + overall) / (n + 1)
        noise = smooth * (1 - smooth)
        # A stratum that the other side lacks takes this side's rate, and with it this rate's noise.
        lent = pl.col("pooled").cast(pl.Float64)
        through_share = {"practice": (pl.col("r_a") - pl.col("r_b")) / 2, "mix": mean_r}
        through_rate = {
            "practice": (1 - lent) * mean_w,
            "mix": (pl.col("w_a") - pl.col("w_b")).abs() * (1 + lent) / 2,
        }
        people = frame.filter(w > 0)
        for part in PARTS:
            moved = people.select(
                mean=(w * through_share[part]).sum(),
                square=(w * through_share[part] ** 2).sum(),
                rate=(through_rate[part] ** 2 / w * noise).sum(),
            ).row(0, named=True)
            squares[part] += (moved["square"] - moved["mean"] ** 2 + moved["rate"]) / total
    return {part: sqrt(max(0.0, square)) for part, square in squares.items()}


def _part(value: float, error: float) -> Part:
    # Where all strata are alike, sums of binary fractions leave a hair that is no difference.
    value = 0.0 if abs(value) < ROUNDING else value
    return Part(value, value - Z95 * error, value + Z95 * error)


def verdict(split: Split) -> str:
    """What the limits allow to be said: `same`, `practice`, `mix`, `both`, `opposed` or `unclear`.

    *Same*: neither part is beyond chance. *Practice* and *mix*: only that part is. *Both*: both are, in one direction;
    *opposed*: in two, so that they cancel out in part. *Unclear* never accuses: it is *same* with a difference of
    the rates themselves that chance would not explain, which neither part is sure to carry.
    """
    practice, mix = split.practice, split.mix
    if practice.beyond_chance and mix.beyond_chance:
        return "both" if (practice.value > 0) == (mix.value > 0) else "opposed"
    if practice.beyond_chance or mix.beyond_chance:
        return "practice" if practice.beyond_chance else "mix"
    return "unclear" if _differ(split) else "same"


def _differ(split: Split) -> bool:
    rows: dict[str, Any] = split.strata.select(pl.col("n_a", "n_b").sum()).row(0, named=True)
    variance = sum(rate * (1 - rate) / rows[n] for rate, n in ((split.rate_a, "n_a"), (split.rate_b, "n_b")))
    return abs(split.difference) > Z95 * sqrt(variance)
