from __future__ import annotations

import hashlib
import weakref
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from synthetic_reading import KEY, UNTIL

from equality.synthetic import generate
from equality.synthetic.blocks import BlockMaker, Part
from equality.synthetic.extracts import Block
from equality.synthetic.geography import REFERENCE
from equality.synthetic.series import BLOCK_ROWS, _plan
from equality.synthetic.teams import TEAMS, reference_table

HEADINGS = (
    "Crime Ref,Person Ref,Role,Person Type,Date Recorded,Date Reported,Committed From,LPA,District,Team,How Reported,"
    "HO Code,Crime Flags,Outcome,Date of Birth,DOB Estimated,Sex,Gender Same As Registered At Birth,"
    "Self Defined Ethnicity,Officer Observed Ethnicity,Nationality,Religion or Belief,Sexual Orientation,Disability,"
    "Marital Status,Pregnant or Recently,Extract Date,Data Status"
)
OLD = {"Herefordshire", "Shropshire", "Telford & Wrekin", "North Worcestershire", "South Worcestershire"}
NEW = {"Shropshire & Telford", "Herefordshire & Worcestershire"}


def digests(paths: list[Path]) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


def test_same_arguments_give_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    first = digests(generate(tmp_path / "a", people=5_000, until=UNTIL))
    assert first == digests(generate(tmp_path / "b", people=5_000, until=UNTIL))
    assert not set(first) & set(digests(generate(tmp_path / "c", people=5_000, until=UNTIL, seed=7)))


def test_a_file_per_month_named_by_its_date(paths: list[Path]) -> None:
    assert len(paths) == 25
    assert paths[0].name == "athena-synthetic-extract-2024-11-01.csv"
    assert paths[-1].name == "athena-synthetic-extract-2026-11-01.csv"
    assert sorted(paths[0].parent.iterdir()) == paths  # nothing half-written is left beside them


def test_headings(paths: list[Path]) -> None:
    for path in paths:
        with path.open(encoding="utf-8") as file:
            assert file.readline().rstrip("\n") == HEADINGS


def test_size_is_the_number_of_distinct_person_roles(latest: pl.DataFrame) -> None:
    assert len(latest) == pytest.approx(200_000, rel=0.02)


def test_every_row_says_synthetic(rows: pl.DataFrame) -> None:
    assert rows["Data Status"].unique().to_list() == ["SYNTHETIC"]


def test_keys_are_complete_and_unique_inside_an_extract(rows: pl.DataFrame) -> None:
    assert rows.select(pl.any_horizontal(pl.col(KEY).is_null()).any()).item() is False
    assert rows.select(pl.struct(*KEY, "extract").n_unique()).item() == len(rows)
    assert rows["Crime Ref"].str.contains(r"^22/\d{1,7}/\d{2}$").all()
    year = rows["Crime Ref"].str.tail(2).cast(pl.Int32) + 2000
    assert (year == rows["recorded"].dt.year()).all()
    assert rows.group_by("Crime Ref").agg(pl.col("recorded").n_unique())["recorded"].max() == 1


def test_references_tell_persons_organisations_and_nobody_apart(latest: pl.DataFrame) -> None:
    kinds = latest.group_by(pl.col("Person Ref").str.head(1).alias("first"), "person").len()
    shares = {(first, person): n / len(latest) for first, person, n in kinds.iter_rows()}
    assert shares[("N", True)] > 0.7
    assert shares[("G", False)] > 0.03
    assert shares[("X", False)] > 0.03
    assert 0 < shares[("G", True)] < 0.002  # a few companies entered as persons
    assert ("N", False) not in shares


def test_an_extract_holds_the_three_months_before_it(rows: pl.DataFrame) -> None:
    age = rows["extract"] - rows["recorded"]
    assert age.min() == timedelta(days=1)
    assert timedelta(days=89) <= age.max() <= timedelta(days=92)
    assert rows.group_by("extract").agg(pl.col("recorded").dt.month().n_unique())["recorded"].to_list() == [3] * 25


def test_later_extracts_repeat_keys_and_know_more(rows: pl.DataFrame) -> None:
    first = rows.filter(pl.col("extract") == date(2026, 8, 1), pl.col("recorded") >= date(2026, 7, 1))
    third = rows.filter(pl.col("extract") == date(2026, 10, 1))
    both = first.join(third, on=KEY, suffix=" later")
    assert len(both) == len(first)
    for heading in ("Self Defined Ethnicity", "Disability", "Sex"):
        before, after = both[f"known {heading}"], both[f"known {heading} later"]
        assert after.mean() > before.mean() + 0.01
        assert (before & ~after).sum() == 0  # nothing known is lost
    changed = both.filter(
        "known Self Defined Ethnicity", pl.col("Self Defined Ethnicity") != pl.col("Self Defined Ethnicity later")
    )
    assert 0 < len(changed) < 0.01 * len(both)  # corrections are rare
    entered_late = third.filter(pl.col("recorded") < date(2026, 8, 1)).join(first, on=KEY, how="anti")
    assert set(entered_late["Role"].str.to_uppercase().str.head(1)) == {"S", "W"}  # suspects and witnesses


def test_areas_change_on_19_january_2026(rows: pl.DataFrame) -> None:
    boundary = date(2026, 1, 19)
    before = set(rows.filter(pl.col("recorded") < boundary)["LPA"].drop_nulls())
    after = set(rows.filter(pl.col("recorded") >= boundary)["LPA"].drop_nulls())
    assert before == OLD | {"Outside force"}
    assert after == NEW | {"Outside force"}
    days = rows.filter(pl.col("recorded").is_in([boundary - timedelta(days=1), boundary]))
    assert days["recorded"].n_unique() == 2


def test_teams_record_only_while_they_exist(latest: pl.DataFrame) -> None:
    teams = pl.read_csv(REFERENCE / "teams.csv", try_parse_dates=True)
    spans = latest.group_by("Team").agg(first=pl.col("recorded").min(), last=pl.col("recorded").max())
    joined = spans.join(teams, left_on="Team", right_on="team", how="left")
    assert joined["team_type"].null_count() == 0
    assert (joined["first"] >= joined["valid_from"]).all()
    assert (joined["last"] <= joined["valid_to"].fill_null(UNTIL)).all()
    assert len(joined) == len(TEAMS)


def test_the_reference_table_of_teams_is_the_generators() -> None:
    held = pl.read_csv(REFERENCE / "teams.csv", schema=reference_table().schema)
    assert held.with_columns(pl.col("lpa").fill_null("")).equals(reference_table())
    assert held["team"].is_unique().all()
    assert set(held["synthetic"]) == {"yes"}
    ended = held.filter(pl.col("valid_to") == date(2026, 1, 18))
    started = held.filter(pl.col("valid_from") == date(2026, 1, 19))
    assert (len(held), len(ended), len(started)) == (63, 10, 4)


def test_the_mix_of_offences_is_west_mercias_of_2017_18(latest: pl.DataFrame) -> None:
    real = (
        pl.read_csv(REFERENCE / "west_mercia_recorded_crime_2017_18.csv", infer_schema=False)
        .group_by("Offence_Code")
        .agg(pl.col("Number_of_Offences").cast(pl.Float64).sum())
    )
    # Controlling or coercive behaviour (8U) has had a code of its own since; its crimes come out of those of 8N.
    crimes = latest.unique("Crime Ref").with_columns(pl.col("HO Code").replace("8U", "8N")).group_by("HO Code").len()
    both = real.join(crimes, left_on="Offence_Code", right_on="HO Code", how="full", coalesce=True).fill_null(0)
    assert set(crimes["HO Code"]) <= set(real.filter(pl.col("Number_of_Offences") > 0)["Offence_Code"])
    gap = both["Number_of_Offences"] / both["Number_of_Offences"].sum() - both["len"] / both["len"].sum()
    assert gap.abs().max() < 0.006


def test_a_block_does_not_depend_on_what_else_is_made() -> None:
    part = Part(date(2026, 3, 1), 31, index=1, blocks=2, rows=800, first_number=5_000, serials=2_000)
    alone = BlockMaker(people=20_000, until=UNTIL, seed=1).make(part)
    maker = BlockMaker(people=20_000, until=UNTIL, seed=1)
    maker.make(Part(date(2026, 2, 1), 28, index=0, blocks=1, rows=700, first_number=1, serials=2_000))
    after_another = maker.make(part)
    day = (date(2026, 5, 1) - date(1900, 1, 1)).days
    assert alone.on(day, "01/05/2026").equals(after_another.on(day, "01/05/2026"))


def test_ten_million_are_made_in_blocks_of_bounded_size() -> None:
    firsts = [date(2024 + m // 12, m % 12 + 1, 1) for m in range(27)]
    maker = BlockMaker(people=10_000_000, until=UNTIL, seed=1)
    parts = [part for month in _plan(firsts, 10_000_000, maker) for part in month]
    assert sum(part.rows for part in parts) == 10_000_000
    assert max(part.rows for part in parts) <= BLOCK_ROWS
    numbers = [(part.first_number, part.first_number + part.rows) for part in parts]
    assert all(end <= begin for (_, end), (begin, _) in pairwise(numbers))  # no person of one block in another


def test_one_block_at_a_time_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[weakref.ref[Block]] = []
    make = BlockMaker.make

    def watched(self: BlockMaker, part: Part) -> Block:
        block = make(self, part)
        made.append(weakref.ref(block))
        return block

    monkeypatch.setattr(BlockMaker, "make", watched)
    alive: list[int] = []
    generate(
        tmp_path, people=2_700, until=UNTIL, progress=lambda *_: alive.append(sum(ref() is not None for ref in made))
    )
    assert max(alive) == 1


def test_months_of_many_blocks_keep_keys_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("equality.synthetic.series.BLOCK_ROWS", 100)
    told: list[tuple[int, int]] = []
    paths = generate(tmp_path, people=6_000, until=UNTIL, progress=lambda done, total: told.append((done, total)))
    frame = pl.concat([pl.read_csv(path, infer_schema=False) for path in paths])
    assert frame.select(*KEY, "Extract Date").is_duplicated().any() is False
    assert frame.group_by("Crime Ref").agg(pl.col("Date Recorded").n_unique())["Date Recorded"].max() == 1
    assert [done for done, _ in told] == list(range(1, told[-1][1] + 1))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"until": date(2026, 11, 2)}, "first of a month"),
        ({"months": 23}, "at least 24"),
        ({"people": 26}, "at least one a month"),
    ],
)
def test_arguments_that_make_no_series_are_refused(tmp_path: Path, wrong: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        generate(tmp_path, **{"until": UNTIL, **wrong})
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_no_file_behind(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(tmp_path, people=2_000, until=UNTIL, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_another_until_and_more_months_work(tmp_path: Path) -> None:
    paths = generate(tmp_path, people=3_000, months=30, until=date(2025, 3, 1))
    frame = pl.concat([pl.read_csv(path, infer_schema=False) for path in paths])
    assert len(paths) == 30
    assert not NEW & set(frame["LPA"].drop_nulls())
