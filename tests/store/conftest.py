"""Registries on both databases, and a small store to copy."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from equality.synthetic import generate
from tests.store.postgresql import cluster, create_database

_numbers = itertools.count()


@pytest.fixture(autouse=True)
def _quick(without_verdict: None) -> None:
    """No test of the store is about the verdict."""


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A throw-away server."""
    with cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty registry: empty for SQLite in the store."""
    if request.param == "sqlite":
        return ""
    return create_database(request.getfixturevalue("postgresql"), f"empty{next(_numbers)}")


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The last four of a small synthetic series of extracts."""
    return generate(tmp_path_factory.mktemp("exports"), people=8_000, months=24, until=date(2026, 6, 1))[-4:]
