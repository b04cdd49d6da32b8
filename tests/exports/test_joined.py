"""Exports that come as several tables joined by keys give what the flat file gives, and lose no row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

from equality.cli import app
from equality.exports.load import Loaded, load
from equality.exports.profile import load_profile
from equality.measures.counts import slice_counts
from equality.measures.evidence import EVIDENCE
from equality.store.registry import Registry
from equality.synthetic import generate
from tests.exports.splitting import athena, split

MONTHS = 3
UNTIL = date(2026, 11, 1)
NAMED = {"extract": {"file_name": r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)", "snapshot": "each_extract_date"}}


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return generate(tmp_path_factory.mktemp("flat"), people=20_000, months=25, until=UNTIL)[-MONTHS:]


def loaded(files: list[Path], profile: object, store: Path) -> Loaded:
    return load(files, profile, store, accept_warnings=True)  # type: ignore[arg-type]


def same(one: pl.DataFrame, other: pl.DataFrame) -> None:
    assert_frame_equal(one, other.select(one.columns), check_row_order=False)


@pytest.mark.parametrize("extract", ["by column", "by name"])
def test_three_tables_count_what_the_flat_file_counts(flat: list[Path], tmp_path: Path, extract: str) -> None:
    parts = [path for file in flat for path in split(file, tmp_path)]
    loaded(flat, load_profile("athena"), tmp_path / "flat")
    made = loaded(parts, athena(**({} if extract == "by column" else NAMED)), tmp_path / "joined")
    one, other = Registry(tmp_path / "flat"), Registry(tmp_path / "joined")
    pairs = list(zip(one.snapshots("athena"), other.snapshots("athena"), strict=True))
    assert len(pairs) == MONTHS
    for before, after in pairs:
        assert after.extract_date == before.extract_date
        assert (after.rows_in, after.accepted, after.rejected) == (before.rows_in, before.accepted, before.rejected)
        assert (after.characteristics, after.dimensions) == (before.characteristics, before.dimensions)
        assert (after.flags, after.synthetic, after.blank) == (before.flags, before.synthetic, before.blank)
        same(one.counts(before).collect(), other.counts(after).collect())
        same(one.unmapped(before), other.unmapped(after))
        for name in (evidence.name for evidence in EVIDENCE):
            wanted, got = one.table(before, name), other.table(after, name)
            assert wanted is not None
            assert got is not None
            same(wanted.collect(), got.collect())
        assert sorted(file.table for file in after.tables) == ["crimes", "persons"]
        for file in after.tables:
            assert file.rows_in == file.joined == pl.read_csv(tmp_path / file.name).height
            assert (file.unused, file.rejected) == (0, 0)
    assert len(made.snapshots) == MONTHS


def test_a_drafted_profile_joins_what_was_split(flat: list[Path], tmp_path: Path) -> None:
    parts = split(flat[-1], tmp_path)
    out = tmp_path / "mine.yaml"
    result = CliRunner().invoke(app, ["profile", "draft", *map(str, parts), "--out", str(out)])
    assert result.exit_code == 0, result.output
    known = load_profile(str(out))
    assert known.tables["roles"].joins == {"crimes": ("Crime Ref",), "persons": ("Nominal",)}
    assert "roles.Nominal names persons.Nominal (1.00): the headings are the same, and 100%" in result.output
    assert "# Keys:\n# - roles.Crime Ref names crimes.Crime Ref" in out.read_text()
    (snapshot,) = loaded(parts, known, tmp_path / "drafted").snapshots
    loaded(flat[-1:], load_profile("athena"), tmp_path / "flat")
    before = Registry(tmp_path / "flat").latest("athena")
    assert before is not None
    assert (snapshot.rows_in, snapshot.accepted, snapshot.tables[0].unused) == (before.rows_in, before.accepted, 0)
    for name in ("sex", "ethnicity", "age", "religion"):
        one = slice_counts(Registry(tmp_path / "flat").counts(before), by=["role"], characteristics=[name])
        other = slice_counts(Registry(tmp_path / "drafted").counts(snapshot), by=["role"], characteristics=[name])
        same(one, other)


def test_tables_without_a_key_in_common_are_said_to_have_none(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(f"{name} ref,Sex\n{name}1,F\n{name}2,M\n")
    files = [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]
    result = CliRunner().invoke(app, ["profile", "draft", *files, "--out", str(tmp_path / "x.yaml")])
    assert result.exit_code == 2
    assert "none of these tables has a column whose values are the key" in result.output.replace("\n", " ")
