"""One export of the usual size, shared by the tests that measure it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from synthetic_reading import KEY, UNTIL, read

from equality.synthetic import generate


@pytest.fixture(scope="session")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return generate(tmp_path_factory.mktemp("synthetic"), until=UNTIL)


@pytest.fixture(scope="session")
def rows(paths: list[Path]) -> pl.DataFrame:
    """Every row of every extract, in the order of the extracts."""
    return read(paths)


@pytest.fixture(scope="session")
def latest(rows: pl.DataFrame) -> pl.DataFrame:
    """Each person-role once, as the last extract that holds it knows it."""
    return rows.unique(KEY, keep="last", maintain_order=True)


@pytest.fixture(scope="session")
def victims(latest: pl.DataFrame) -> pl.DataFrame:
    """Identified natural persons who are victims."""
    return latest.filter("victim", "person")
