"""Answers that contradict each other: within a record, between records of a person, between code lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from equality.analysis.plausibility import Check, Finding
from equality.analysis.proportions import wilson
from equality.analysis.words import interval, month_name, people, percent
from equality.measures.answers import EITHER_LIST, NEW_LIST, OLD_LIST
from equality.measures.births import LASTING

GROUPS: Final = ("White", "Mixed", "Asian", "Black", "Other")
"""The five ethnic groups, in the order of the census."""
AGREEMENT: Final = 0.9
"""A group is named if fewer than this share are observed as what they say, with the whole interval."""
DIFFERENT: Final = 0.01
"""A conflict rate is named if its whole interval lies above this."""
PLAUSIBILITY_SUITE: Final = "plausibility"


def agreement(both: pl.DataFrame) -> pl.DataFrame:
    """Self-defined against observed group, of people with both.

    Args:
        both: the table `both_ethnicities`.

    Returns:
        One row per self-defined and observed group that the export can hold: `self_defined`, `observed`, `records`, `n`
        (people of the self-defined group with an observed one), `share`, `low`, `high`, `same`.
    """
    known = both.filter(pl.col("self_defined").is_in(GROUPS), pl.col("observed").is_in(GROUPS))
    counted = known.group_by("self_defined", "observed").agg(pl.col("records").cast(pl.Int64).sum())
    grid = pl.DataFrame({"self_defined": GROUPS}).join(pl.DataFrame({"observed": GROUPS}), how="cross")
    frame = grid.join(counted, on=["self_defined", "observed"], how="left").with_columns(pl.col("records").fill_null(0))
    # An officer's list without Mixed (6+1) has an empty column, not a wrong one.
    used = frame.filter(pl.col("records").sum().over("observed") > 0)
    frame = used.with_columns(n=pl.col("records").sum().over("self_defined"))
    share, low, high = wilson(pl.col("records"), pl.col("n"))
    return frame.with_columns(share=share, low=low, high=high, same=pl.col("self_defined") == pl.col("observed"))


def only_observed(both: pl.DataFrame) -> tuple[int, int]:
    """People with an observed ethnicity but no self-defined one, and all people with an observed one."""
    seen = both.filter(pl.col("observed").is_in(GROUPS))
    alone = seen.filter(~pl.col("self_defined").is_in(GROUPS))
    return int(alone["records"].sum() or 0), int(seen["records"].sum() or 0)


def both_ethnicities(both: pl.DataFrame, minimum_n: int) -> Check:
    """People who say one ethnic group and are observed as another."""
    cells = agreement(both)
    n = int(cells.filter("same")["n"].sum() or 0) if cells.height else 0
    alone, seen = only_observed(both)
    findings, looked = [], ""
    if n >= minimum_n:
        judged = cells.filter("same", pl.col("n") >= minimum_n)
        apart = judged.filter(pl.col("high") < AGREEMENT).sort("share")
        same = int(cells.filter("same")["records"].sum())
        share, low, high = _share(same, n)
        looked = (
            f"Self-defined and officer-observed ethnicity name the same group for {percent(share)} "
            f"({interval(low, high)}) of {people(n)} with both."
        )
        if apart.height:
            findings = [Finding(f"{looked} {_apart(apart, cells)}", {}, "ethnicity")]
    only = (
        f" Of {people(seen)} with an observed ethnicity {percent(alone / seen, 0)} have no self-defined one."
        if seen
        else ""
    )
    return Check(
        id="both_ethnicities",
        title="Self-defined against officer-observed ethnicity",
        findings=[Finding(f.sentence + only, f.where, f.characteristic) for f in findings],
        looked=looked + only,
        not_proof=(
            "This is not proof that anybody answered wrongly: the person's own answer stands, even if an officer sees "
            "it otherwise. Disagreement says that the observed ethnicity cannot stand in for the self-defined one."
        ),
        counted=(
            "People with a recognised answer in both fields, in five groups; Chinese counts as Asian. The observed "
            "6+1 list has no Mixed group, so people who say Mixed are left out where it is used. A group is named if "
            f"fewer than {AGREEMENT:.0%} are observed as what they say, with the whole interval."
        ),
        evidence=cells,
        heeds=("month", "role", "lpa", "area"),
        missing="" if n >= minimum_n else "This export does not hold both ethnicities, or too few people have both.",
    )


def _apart(apart: pl.DataFrame, cells: pl.DataFrame) -> str:
    parts = []
    for row in apart.iter_rows(named=True):
        seen = cells.filter(pl.col("self_defined") == row["self_defined"], ~pl.col("same")).sort(
            "records", descending=True
        )
        most = seen.row(0, named=True)
        parts.append(
            f"{row['self_defined']} is observed as {row['observed']} for {percent(row['share'], 0)} "
            f"({interval(row['low'], row['high'], 0)}) of {row['n']:,}, as {most['observed']} for "
            f"{percent(most['share'], 0)}"
        )
    return "; ".join(parts) + "."


def _share(successes: int, trials: int) -> tuple[float, float, float]:
    share, low, high = pl.select(
        *(e.alias(str(i)) for i, e in enumerate(wilson(pl.lit(successes), pl.lit(trials))))
    ).row(0)
    return share, low, high


def conflicts(persons: pl.DataFrame, titles: Mapping[str, str]) -> pl.DataFrame:
    """How often a person with two records has two different answers.

    Args:
        persons: the table `persons`.
        titles: characteristic → its name.

    Returns:
        One row per lasting characteristic: `characteristic`, `name`, `different`, `twice`, `share`, `low`, `high`; the
        highest share first.
    """
    held = [c for c in LASTING if f"{c}__twice" in persons.columns]
    rows = [
        (c, titles.get(c, "Date of birth"), int(persons[f"{c}__different"].sum()), int(persons[f"{c}__twice"].sum()))
        for c in held
    ]
    frame = pl.DataFrame(rows, schema=["characteristic", "name", "different", "twice"], orient="row")
    frame = frame.cast({"different": pl.Int64, "twice": pl.Int64}).filter(pl.col("twice") > 0)
    share, low, high = wilson(pl.col("different"), pl.col("twice"))
    return frame.with_columns(share=share, low=low, high=high).sort("share", descending=True)


def one_person(persons: pl.DataFrame, titles: Mapping[str, str], minimum_n: int) -> Check:
    """People who are recorded with two different answers."""
    rates = conflicts(persons, titles).filter(pl.col("twice") >= minimum_n)
    named = rates.filter(pl.col("low") > DIFFERENT)
    parts = [
        f"{row['name']} differs for {percent(row['share'])} ({interval(row['low'], row['high'])}) of "
        f"{people(row['twice'])}"
        for row in named.iter_rows(named=True)
    ]
    shown = "; ".join(parts)
    return Check(
        id="persons",
        title="One person with different answers",
        findings=[Finding(f"Of people with two records or more: {shown}.", {}, _held(named))] if parts else [],
        looked="People with two records or more are recorded alike on them.",
        not_proof=(
            "This is not proof that either answer is wrong: people may change how they describe themselves, and two "
            "people may share one reference."
        ),
        counted=(
            "People with a recognised answer on at least two records, in whatever role and place, who have two "
            "different ones; in the month of their last record. Named if the whole 95% interval lies above "
            f"{DIFFERENT:.0%}. Disability, partnership and pregnancy may change and are left out; of gender identity "
            "and sexual orientation only completeness is ever looked at."
        ),
        evidence=rates,
        heeds=("month",),
        missing="" if rates.height else "This export does not say who a person is, or nobody is recorded twice.",
    )


def _held(named: pl.DataFrame) -> str:
    first: str = named["characteristic"][0]
    return "age" if first == "born_on" else first


def lists_by_month(codes: pl.DataFrame) -> pl.DataFrame:
    """Chinese by the list it was recorded in: `month`, `old`, `new`, `either`, `n` (old and new), share and limits."""
    wanted = {"old": OLD_LIST, "new": NEW_LIST, "either": EITHER_LIST}
    frame = (
        codes.group_by("month")
        .agg(pl.col("records").filter(pl.col("list") == v).sum().cast(pl.Int64).alias(k) for k, v in wanted.items())
        .with_columns(n=pl.col("old") + pl.col("new"))
        .sort("month")
    )
    share, low, high = wilson(pl.col("old"), pl.col("n"))
    return frame.with_columns(share=share, low=low, high=high)


def old_lists(codes: pl.DataFrame, minimum_n: int) -> Check:
    """The old code list (16+1) still in use beside the new one (18+1)."""
    months = lists_by_month(codes)
    old, new = (int(months[name].sum() or 0) for name in ("old", "new"))
    n = old + new
    findings, looked = [], ""
    if n:
        share, low, high = _share(old, n)
        if old:
            last = month_name(str(months.filter(pl.col("old") > 0)["month"].max()))
            sentence = (
                f"Chinese is recorded by the old code O1 (16+1 list) for {percent(share, 0)} "
                f"({interval(low, high, 0)}) "
                f"of {people(n)}, by A4 (18+1) for the others; O1 was last used in {last}. Here both count as "
                f"Chinese, in the group Asian."
            )
            findings = [Finding(sentence, {}, "ethnicity")]
        looked = f"Nobody of {people(n)} recorded as Chinese has the old code O1."
    return Check(
        id="old_lists",
        title="Old code lists still in use",
        findings=findings,
        looked=looked,
        not_proof=(
            "This is not proof of a wrong answer: O1 and A4 mean the same. But figures from elsewhere that count O1 as "
            "Other show a break that never happened, and a screen that offers O1 cannot offer Arab or Gypsy "
            "or Irish Traveller."
        ),
        counted=(
            "Informative answers Chinese, by the label as exported: O1 or “Other … Chinese” is the 16+1 list, A4 or "
            "“Asian … Chinese” the 18+1 list; “Chinese” alone may be either and is left out."
        ),
        evidence=months,
        heeds=("month", "role", "lpa", "area", "team"),
        missing="" if n else "Nobody is recorded as Chinese here by a label that tells the lists apart.",
    )


def rules(validation: Mapping[str, Any]) -> pl.DataFrame:
    """What the checkpoint found of records that contradict themselves.

    Args:
        validation: as the store keeps it.

    Returns:
        `sentence` (the rule), `failing`, `of` (records that it speaks of), `share`, `low`, `high`, `met`; those that
        most records fail first.
    """
    rows = [
        (
            result["sentence"],
            int(result["unexpected_count"] or 0),
            # A value expectation speaks of the records whose value is there.
            int(result["element_count"] or 0) - int(result["missing_count"] or 0),
            bool(result["success"]),
        )
        for suite in validation.get("suites", ())
        if suite["name"] == PLAUSIBILITY_SUITE
        for result in suite["results"]
    ]
    frame = pl.DataFrame(
        rows, schema={"sentence": pl.String, "failing": pl.Int64, "of": pl.Int64, "met": pl.Boolean}, orient="row"
    )
    share, low, high = wilson(pl.col("failing"), pl.col("of"))
    return frame.with_columns(share=share, low=low, high=high).sort("failing", descending=True)


def impossible(validation: Mapping[str, Any]) -> Check:
    """Records that break a rule of `expectations/plausibility.json`."""
    found = rules(validation)
    broken = found.filter(~pl.col("met"))
    parts = [
        f"{row['failing']:,} of {row['of']:,} records break “{row['sentence'].rstrip('.')}”"
        for row in broken.iter_rows(named=True)
    ]
    return Check(
        id="impossible",
        title="Impossible combinations",
        findings=[Finding(f"{'; '.join(parts)}.")] if parts else [],
        looked="Every rule about combinations that this export can be asked is met.",
        not_proof="This is not proof of which of the two fields is wrong: only the record can tell.",
        counted=(
            "Expectations of `expectations/plausibility.json`, checked when the export was loaded, over "
            "everything that "
            "is known as of this extract: no filter narrows them."
        ),
        evidence=found,
        heeds=(),
        missing=""
        if found.height
        else "This extract was not judged: it was loaded together with a newer one, or by an older version.",
    )
