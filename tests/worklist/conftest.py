"""Registries on both databases, and a small series of extracts."""

from __future__ import annotations

import pytest

from tests.store.conftest import exports, postgresql, url

__all__ = ["exports", "postgresql", "url"]


@pytest.fixture(autouse=True)
def _quick(without_verdict: None) -> None:
    """No test of lists is about the verdict."""
