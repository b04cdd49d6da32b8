"""The ethnic mix of answers against the residents of the same district: a prompt, never a verdict."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from equality.analysis.contradictions import GROUPS
from equality.analysis.plausibility import Check, Finding
from equality.analysis.proportions import wilson
from equality.analysis.words import people, percent, signed
from equality.measures.answers import answer_column, ethnic_groups

CENSUS: Final = Path(__file__).resolve().parents[2] / "data" / "reference" / "census2021_ethnic_group_by_lad.csv"
FAR: Final = 0.1
"""Difference of a group's shares from which a mix is a prompt (after the CMS DQ Atlas)."""
PSI_FAR: Final = 0.25
"""Population stability index from which two mixes are called far apart."""
LEAST: Final = 100
"""Answers of a district below which its mix is not looked at."""
_HEADS: Final = {
    "Asian": "Asian,",
    "Black": "Black,",
    "Mixed": "Mixed ",
    "White": "White:",
    "Other": "Other ethnic group:",
}


@functools.cache
def census(path: Path = CENSUS) -> pl.DataFrame:
    """Residents of each district in the five groups, Census 2021 TS021: `area`, `group`, `residents`."""
    table = pl.read_csv(path)
    sums = [
        pl.sum_horizontal(name for name in table.columns if name.startswith(head)).alias(group)
        for group, head in _HEADS.items()
    ]
    return (
        table.select(pl.col("lad_name").alias("area"), *sums)
        .unpivot(GROUPS, index="area", variable_name="group", value_name="residents")
        .cast({"residents": pl.Int64})
    )


def stability_index(actual: Sequence[float], expected: Sequence[float]) -> float:
    """Population stability index Σ (aᵢ − eᵢ) · ln(aᵢ / eᵢ) of two mixes of counts.

    Half a person is added to each empty group, so that the logarithm exists.
    """

    def shares(counts: Sequence[float]) -> list[float]:
        filled = [count or 0.5 for count in counts]
        return [count / sum(filled) for count in filled]

    return sum((a - e) * math.log(a / e) for a, e in zip(shares(actual), shares(expected), strict=True))


def district_mix(answers: pl.DataFrame, residents: pl.DataFrame) -> pl.DataFrame:
    """The valid answers of each district in five groups beside its residents.

    Args:
        answers: the table `answers`.
        residents: a frame of `census`.

    Returns:
        One row per district of the census and group: `area`, `group`, `records`, `n` (answers of the district),
        `share`, `low`, `high`, `resident_share`, `difference`, `psi` (of the district) and `far`. A group is far if it
        differs by more than `FAR` and its interval leaves out the residents' share. Districts with fewer than `LEAST`
        answers are left out.
    """
    groups = ethnic_groups()
    sums = [
        pl.sum_horizontal(
            pl.col(answer_column("ethnicity", c)).cast(pl.Int64).sum() for c in groups if groups[c] == group
        ).alias(group)
        for group in GROUPS
    ]
    counted = (
        answers.group_by("area").agg(sums).unpivot(GROUPS, index="area", variable_name="group", value_name="records")
    )
    frame = counted.join(residents, on=["area", "group"]).with_columns(
        n=pl.col("records").sum().over("area"),
        resident_share=pl.col("residents") / pl.col("residents").sum().over("area"),
    )
    frame = frame.filter(pl.col("n") >= LEAST)
    share, low, high = wilson(pl.col("records"), pl.col("n"))
    frame = frame.with_columns(share=share, low=low, high=high).with_columns(
        difference=pl.col("share") - pl.col("resident_share")
    )
    outside = (pl.col("low") > pl.col("resident_share")) | (pl.col("high") < pl.col("resident_share"))
    order = pl.col("group").replace_strict({g: i for i, g in enumerate(GROUPS)})
    psi = {
        str(area): stability_index(part["records"].to_list(), part["residents"].to_list())
        for (area,), part in frame.partition_by("area", as_dict=True).items()
    }
    return (
        frame.with_columns(
            far=(pl.col("difference").abs() > FAR) & outside,
            psi=pl.col("area").replace_strict(psi, return_dtype=pl.Float64) if psi else pl.lit(None, pl.Float64),
            order=order,
        )
        .sort("area", "order")
        .drop("order")
    )


def ethnic_mix(answers: pl.DataFrame, residents: pl.DataFrame, people_are: str) -> Check:
    """Districts where the mix of answers is far from the residents'."""
    held = answer_column("ethnicity", "asked") in answers.columns and "area" in answers.columns
    mix = district_mix(answers, residents) if held else pl.DataFrame()
    found = mix.filter(pl.col("far") | (pl.col("psi") > PSI_FAR)) if mix.height else mix
    districts = found.sort("psi", descending=True)["area"].unique(maintain_order=True).to_list() if found.height else []
    count = mix["area"].n_unique() if mix.height else 0
    return Check(
        id="mix",
        title="Ethnic mix against the census",
        findings=[_mix_finding(mix.filter(pl.col("area") == area), people_are) for area in districts],
        looked=(
            f"In none of {count} districts does the mix of answers differ from the residents' by more than "
            f"10 points in a group."
        ),
        not_proof=(
            f"This is not proof of anything: {people_are.lower()} are not residents. Age, crime, visitors and "
            f"who comes to "
            "the police differ between groups. It is a prompt to look for defaults and for whom is not asked."
        ),
        counted=(
            "Valid answers to self-defined ethnicity in five groups against all usual residents of the "
            "district, Census "
            "2021 (TS021, Office for National Statistics). A district is named if a group differs by more "
            "than 10 points "
            "and its 95% interval leaves out the residents' share, or if the population stability index is above 0.25. "
            f"Districts with fewer than {LEAST} answers are not looked at."
        ),
        evidence=mix,
        heeds=("month", "role", "lpa", "area", "team"),
        missing="" if count else "No district of the census has enough self-defined ethnicities here.",
    )


def _mix_finding(district: pl.DataFrame, people_are: str) -> Finding:
    area, psi, n = district["area"][0], district["psi"][0], district["n"][0]
    far = district.sort(pl.col("difference").abs(), descending=True)
    far = far.filter("far") if far["far"].any() else far.head(1)
    parts = [
        f"{row['group']} {percent(row['share'], 0)} of {people_are.lower()}, "
        f"{percent(row['resident_share'], 0)} of residents "
        f"({signed(row['low'] - row['resident_share'])} to {signed(row['high'] - row['resident_share'])} points)"
        for row in far.iter_rows(named=True)
    ]
    sentence = f"{area}: {'; '.join(parts)}. {people(n)} with an answer, stability index {psi:.2f}."
    return Finding(sentence, {"area": area}, "ethnicity")
