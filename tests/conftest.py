"""Stores and frames that several tests need. Nothing here reads or writes the user's own store."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.measures import measure
from equality.settings import ROOT
from equality.store.registry import Registry
from equality.synthetic import generate

REAL_MONTHS = sorted((ROOT / "data" / "samples" / "stop_and_search").glob("*.csv"))
SYNTHETIC_UNTIL = date(2026, 11, 1)


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the real months and a small synthetic export of 25 extracts."""
    folder = tmp_path_factory.mktemp("sample") / "store"
    load(REAL_MONTHS, load_profile("data.police.uk"), folder)
    exports = generate(folder / "synthetic", people=20_000, months=25, until=SYNTHETIC_UNTIL)
    load(exports, load_profile("athena"), folder)
    return folder


@pytest.fixture(scope="session")
def registry(sample_store: Path) -> Registry:
    """The registry of the sample store."""
    return Registry(sample_store)


@pytest.fixture
def without_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loads without the checkpoint: two seconds of Great Expectations, of which a test of the store sees nothing."""
    monkeypatch.setattr(measure, "validate", lambda *_: {"success": True, "suites": []})
