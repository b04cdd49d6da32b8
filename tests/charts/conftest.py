"""Charts are built with Altair's checks on."""

from __future__ import annotations

import pytest

from equality.charts import palette


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check each part of a chart against Vega-Lite's schema while it is built."""
    monkeypatch.setattr(palette, "CHECKED", True)
