"""What was planted in the synthetic export is found, and nothing else is named."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from equality.analysis import births, contradictions, defaults, mix
from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.measures.catalogue import characteristics
from equality.measures.counts import slice_counts
from equality.measures.dimensions import Selection
from equality.store.registry import Registry
from equality.store.snapshot import Snapshot
from equality.synthetic import generate, planted

TITLES = {name: c.title for name, c in characteristics().items()}
YEAR = ("2025-11", "2026-10")
MINIMUM = 20


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> tuple[Registry, Snapshot]:
    """The last year of the synthetic export in its usual size: the extracts of every third month."""
    folder = tmp_path_factory.mktemp("year")
    extracts = generate(folder / "exports", people=200_000, months=25, until=date(2026, 11, 1))
    load(extracts[::-3][:4][::-1], load_profile("athena"), folder / "store", accept_warnings=True)
    registry = Registry(folder / "store")
    newest = registry.latest("athena")
    assert newest
    return registry, newest


def table(year: tuple[Registry, Snapshot], name: str, role: str = "victim") -> pl.DataFrame:
    registry, snapshot = year
    stored = registry.table(snapshot, name)
    assert stored is not None
    where = {"role": (role,)} if "role" in stored.collect_schema() else {}
    return stored.filter(Selection(YEAR, where).predicate()).collect()


@pytest.mark.parametrize("role", ["victim", "suspect", "witness", "reporting_person"])
def test_the_team_that_enters_refusals_is_named_and_no_other(year: tuple[Registry, Snapshot], role: str) -> None:
    registry, snapshot = year
    counts = slice_counts(
        registry.counts(snapshot),
        by=["team"],
        characteristics=snapshot.characteristics,
        selection=Selection(YEAR, {"role": (role,)}),
    )
    check = defaults.defaults(counts, "team", "Team", TITLES, MINIMUM)
    assert [finding.where for finding in check.findings] == [{"team": planted.DUMPING_TEAM}]
    named = set(check.evidence.filter("named")["characteristic"])
    assert named == {
        "ethnicity",
        "religion",
        "sexual_orientation",
        "disability",
        "marriage_civil_partnership",
        "gender_reassignment",
    }


@pytest.mark.parametrize("role", ["victim", "witness", "reporting_person"])
def test_the_team_that_enters_one_answer_is_named_and_no_other(year: tuple[Registry, Snapshot], role: str) -> None:
    check = defaults.one_answer(table(year, "answers", role), "team", "Team", TITLES, MINIMUM)
    assert [finding.where for finding in check.findings] == [{"team": planted.W1_TEAM}]
    assert set(check.evidence.filter("named")["answer"]) == {"ethnicity__W1"}


def test_before_it_began_nobody_is_named(year: tuple[Registry, Snapshot]) -> None:
    registry, snapshot = year
    early = Selection(("2025-11", "2026-01"), {"role": ("victim",)})
    counts = slice_counts(
        registry.counts(snapshot), by=["team"], characteristics=snapshot.characteristics, selection=early
    )
    assert not defaults.defaults(counts, "team", "Team", TITLES, MINIMUM).findings
    answers = registry.table(snapshot, "answers")
    assert answers is not None
    assert not defaults.one_answer(
        answers.filter(early.predicate()).collect(), "team", "Team", TITLES, MINIMUM
    ).findings


def test_nothing_is_named_where_nothing_was_planted(year: tuple[Registry, Snapshot]) -> None:
    answers = table(year, "answers")
    assert not defaults.residual(answers, "team", "Team", MINIMUM).findings
    assert not mix.ethnic_mix(answers, mix.census(), "Victims").findings


def test_the_first_of_january_and_the_placeholder_year_are_found(year: tuple[Registry, Snapshot]) -> None:
    days = table(year, "birth_days")
    shares = births.day_shares(days)
    assert shares.filter("named")["label"].to_list() == ["1 Jan"]
    assert shares.filter("named")["ratio"][0] == pytest.approx(24, abs=4)
    assert births.first_january_years(days)["year"][0] == 1970
    assert "1970" in births.birth_days(days).findings[0].sentence


def test_both_code_lists_are_found_every_month(year: tuple[Registry, Snapshot]) -> None:
    months = contradictions.lists_by_month(table(year, "old_codes"))
    assert months["old"].sum() > 10
    assert months["new"].sum() > 10
    check = contradictions.old_lists(table(year, "old_codes"), MINIMUM)
    assert "O1" in check.findings[0].sentence


def test_people_with_different_answers_are_found_at_the_planted_rate(year: tuple[Registry, Snapshot]) -> None:
    rates = contradictions.conflicts(table(year, "persons"), TITLES)
    ethnicity = rates.row(by_predicate=pl.col("characteristic") == "ethnicity", named=True)
    # 3 % of records of those who come back have another answer, and one more record is one more chance.
    assert 0.01 < ethnicity["share"] < 0.04


def test_impossible_records_are_counted_by_the_suite(year: tuple[Registry, Snapshot]) -> None:
    registry, snapshot = year
    found = contradictions.rules(registry.validation(snapshot) or {})
    failing = dict(found.select("sentence", "failing").iter_rows())
    records = registry.records("athena").collect()
    person = pl.col("person_type") == "person"
    pregnant = records.filter(person, pl.col("sex_group") == "male", pl.col("pregnancy_maternity") == "Y").height
    assert failing["Nobody recorded as male is recorded as pregnant."] == pregnant
    unborn = records.filter(person, pl.col("born_on") > pl.col("committed_on")).height
    assert failing["People are born before the crime."] == unborn > 0
    early = records.filter(pl.col("reported_on") < pl.col("committed_on")).height
    assert failing["A crime is reported on or after the day it began."] == early > 0
