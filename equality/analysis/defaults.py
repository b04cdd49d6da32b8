"""Units that enter the same for nearly everyone: a refusal, "not stated", "unknown", one answer, or "any other"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from equality.analysis.plausibility import Check, Finding, far_above
from equality.analysis.proportions import wilson
from equality.analysis.words import interval, people, percent
from equality.measures.answers import COUNTED, answer_column, valid_codes
from equality.measures.codes import code_list

DEFAULTS: Final = ("declined", "not_stated", "unknown")
"""States that fill a field and say nothing."""
EVERYONE: Final = 0.9
"""One answer is that of everyone from this share on of those whom a unit has an answer of."""
RESIDUAL: Final = ("W9", "M9", "A9", "B9", "O9")
"""Self-defined ethnicities that say "any other"."""


def default_rates(counts: pl.DataFrame, unit: str, minimum_n: int) -> pl.DataFrame:
    """How often each unit records a refusal, "not stated" or "unknown", against the others.

    Args:
        counts: a frame of `slice_counts` by one dimension.
        unit: that dimension.
        minimum_n: units with fewer people are not judged.

    Returns:
        A frame of `far_above` by `characteristic`.
    """
    rates = counts.select(
        pl.col(unit).alias("unit"),
        "characteristic",
        hits=pl.sum_horizontal(DEFAULTS).cast(pl.Int64),
        size=pl.col("applicable").cast(pl.Int64),
    )
    return far_above(rates, "characteristic", minimum_n)


def defaults(counts: pl.DataFrame, unit: str, unit_title: str, titles: Mapping[str, str], minimum_n: int) -> Check:
    """Units whose refusals, "not stated" and "unknown" lie far above the others'."""
    rates = default_rates(counts, unit, minimum_n)
    judged = rates["z"].is_not_null().sum()
    return Check(
        id="defaults",
        title="Defaults in place of answers",
        findings=[_default_finding(rows, unit, titles) for rows in _by_unit(rates)],
        looked=_none_of(
            rates, unit_title, "records a refusal, “not stated” or “unknown” far more often than the others"
        ),
        not_proof=(
            "This is not proof that nobody asked: people whom one unit serves may decline more often. Listen to calls "
            "or read a sample of records before you speak to the unit."
        ),
        counted=(
            "Declined, not stated and unknown together, of all people to whom the question applies, by "
            f"{unit_title.lower()} and characteristic. " + _RULE
        ),
        evidence=rates,
        heeds=("all",),
        missing="" if judged else _too_few(unit_title),
    )


_RULE: Final = (
    "A unit is named if it lies outside the upper 99.8% limit of the funnel, which allows for the spread that units "
    "usually have, at least 10 points above all units together, and still at a false discovery rate of 1% over all "
    "units and characteristics (Benjamini–Hochberg)."
)


def _by_unit(rates: pl.DataFrame) -> list[pl.DataFrame]:
    named = rates.filter("named") if rates.height else rates
    return named.partition_by("unit", maintain_order=True) if named.height else []


def _none_of(rates: pl.DataFrame, unit_title: str, what: str) -> str:
    units = rates.filter("enough")["unit"].n_unique() if rates.height else 0
    return f"None of {units} units ({unit_title.lower()}) {what}."


def _default_finding(rows: pl.DataFrame, unit: str, titles: Mapping[str, str]) -> Finding:
    top = rows.row(0, named=True)
    others = [titles[name].lower() for name in rows["characteristic"][1:]]
    also = f" The same with {', '.join(others)}." if others else ""
    sentence = (
        f"{top['unit']} records a refusal, “not stated” or “unknown” for {percent(top['share'], 0)} of people "
        f"({interval(top['low'], top['high'], 0)}; {top['hits']:,} of {people(top['size'])}) on "
        f"{titles[top['characteristic']].lower()}, all units together for {percent(top['overall'], 0)}.{also}"
    )
    return Finding(sentence, {unit: top["unit"]}, top["characteristic"])


def answer_rates(answers: pl.DataFrame, unit: str, minimum_n: int) -> pl.DataFrame:
    """To how many of its people each unit gives its commonest answer, against the others.

    Args:
        answers: the table `answers` (`equality.measures.answers`).
        unit: the dimension whose units are compared.
        minimum_n: units with fewer people are not judged.

    Returns:
        A frame of `far_above` of the answers that some unit gives to more than half of its people: `answer`,
        `characteristic`, `label`, `valid` (people of the unit with an answer), `of_valid` with `of_valid_low`
        (share of them with this one) and `usual` (the same of all units). Named are only units with this one
        answer for at least `EVERYONE` of those they have an answer of, and more than usual beyond chance.
    """
    parts = [_answers_of(answers, unit, c) for c in COUNTED if answer_column(c, "asked") in answers.columns]
    if not parts:
        return pl.DataFrame()
    rates = pl.concat(parts)
    # An answer that is nobody's main one needs no funnel of its own.
    main = rates.filter(pl.col("hits") > pl.col("size") / 2, pl.col("size") >= minimum_n)["answer"].unique()
    of_valid, low, _ = wilson(pl.col("hits"), pl.col("valid"))
    judged = far_above(rates.filter(pl.col("answer").is_in(main.implode())), "answer", minimum_n).with_columns(
        of_valid=of_valid, of_valid_low=low, usual=(pl.col("hits").sum() / pl.col("valid").sum()).over("answer")
    )
    same = (pl.col("of_valid") >= EVERYONE) & (pl.col("of_valid_low") > pl.col("usual"))
    return judged.with_columns(
        named=(pl.col("named") & same).fill_null(False),
        label=pl.col("answer").map_elements(_label, return_dtype=pl.String),
    ).sort("named", "z", descending=True, nulls_last=True, maintain_order=True)


def _answers_of(answers: pl.DataFrame, unit: str, characteristic: str) -> pl.DataFrame:
    columns = [answer_column(characteristic, code) for code in valid_codes(characteristic)]
    asked = answer_column(characteristic, "asked")
    wide = answers.group_by(pl.col(unit).alias("unit"), maintain_order=True).agg(
        pl.col(asked, *columns).cast(pl.Int64).sum()
    )
    wide = wide.with_columns(valid=pl.sum_horizontal(columns), characteristic=pl.lit(characteristic)).rename(
        {asked: "size"}
    )
    index = ["unit", "characteristic", "size", "valid"]
    return wide.unpivot(columns, index=index, variable_name="answer", value_name="hits")


def _label(answer: str) -> str:
    characteristic, _, code = answer.partition("__")
    return code_list(characteristic)[code].label


def one_answer(answers: pl.DataFrame, unit: str, unit_title: str, titles: Mapping[str, str], minimum_n: int) -> Check:
    """Units that give one answer to nearly everyone."""
    rates = answer_rates(answers, unit, minimum_n)
    judged = rates.height and rates["z"].is_not_null().any()
    return Check(
        id="one_answer",
        title="One answer for everyone",
        findings=[_answer_finding(rows, unit, titles) for rows in _by_unit(rates)],
        looked=_none_of(rates, unit_title, "gives one answer to nearly everyone"),
        not_proof=(
            "This is not proof of false entries: a unit may serve people who are more alike, and may have asked them "
            "all. Compare with what its place would suggest, and read a sample of its records."
        ),
        counted=(
            "A unit's commonest informative answer, of all people to whom the question applies. It must also be the "
            f"answer of at least {EVERYONE:.0%} of those whom the unit has an answer of, and of more than it is in all "
            "units together beyond chance. Of gender identity and sexual orientation no answers are counted, nor of "
            "nationality and pregnancy. " + _RULE
        ),
        evidence=rates,
        heeds=("month", "role", "lpa", "area", "team"),
        missing="" if judged else _too_few(unit_title),
    )


def _answer_finding(rows: pl.DataFrame, unit: str, titles: Mapping[str, str]) -> Finding:
    top: dict[str, Any] = rows.row(0, named=True)
    sentence = (
        f"{top['unit']} records “{top['label']}” as {titles[top['characteristic']].lower()} for "
        f"{percent(top['share'], 0)} of people ({interval(top['low'], top['high'], 0)}; {top['hits']:,} of "
        f"{people(top['size'])}), all units together for {percent(top['overall'], 0)}. Of those whom it has an answer "
        f"of, it is {percent(top['of_valid'], 0)}; usual is {percent(top['usual'], 0)}."
    )
    return Finding(sentence, {unit: top["unit"]}, top["characteristic"])


def _too_few(unit_title: str) -> str:
    return f"Too few units to compare ({unit_title.lower()})."


def residual_rates(answers: pl.DataFrame, unit: str, minimum_n: int) -> pl.DataFrame:
    """How much of each unit's self-defined ethnicity is "any other": a frame of `far_above`."""
    valid = [c for code in valid_codes("ethnicity") if (c := answer_column("ethnicity", code)) in answers.columns]
    if not valid:
        return pl.DataFrame()
    residual = [answer_column("ethnicity", code) for code in RESIDUAL]
    wide = answers.group_by(unit, maintain_order=True).agg(pl.col(valid).cast(pl.Int64).sum())
    rates = wide.select(
        pl.col(unit).alias("unit"),
        characteristic=pl.lit("ethnicity"),
        hits=pl.sum_horizontal(residual),
        size=pl.sum_horizontal(valid),
    )
    return far_above(rates, "characteristic", minimum_n)


def residual(answers: pl.DataFrame, unit: str, unit_title: str, minimum_n: int) -> Check:
    """Units that put unusually many people into "any other" ethnic groups."""
    rates = residual_rates(answers, unit, minimum_n)
    total = f" Of all informative answers {percent(rates['overall'][0])} are “any other”." if rates.height else ""
    return Check(
        id="residual",
        title="“Any other” in place of a group",
        findings=[_residual_finding(rows, unit) for rows in (_by_unit(rates) if rates.height else [])],
        looked=(_none_of(rates, unit_title, "uses the residual ethnic groups far more often than the others") + total)
        if rates.height
        else "",
        not_proof="This is not proof of careless entry: “any other” is the right answer for many people.",
        counted=(
            f"The codes {', '.join(RESIDUAL)} of all informative answers to self-defined ethnicity, a warning sign "
            "in NHS practice. " + _RULE
        ),
        evidence=rates,
        heeds=("month", "role", "lpa", "area", "team"),
        missing="" if rates.height else "This export has no self-defined ethnicity.",
    )


def _residual_finding(rows: pl.DataFrame, unit: str) -> Finding:
    top = rows.row(0, named=True)
    sentence = (
        f"{top['unit']} puts {percent(top['share'], 0)} ({interval(top['low'], top['high'], 0)}) of the "
        f"{people(top['size'])} whose ethnicity it knows into an “any other” group, all units together "
        f"{percent(top['overall'], 0)}."
    )
    return Finding(sentence, {unit: top["unit"]}, "ethnicity")
