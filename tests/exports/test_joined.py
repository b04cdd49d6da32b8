"""Exports that come as several tables joined by keys give what the flat file gives, and lose no row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from equality.exports.load import Loaded, load
from equality.exports.profile import load_profile
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
