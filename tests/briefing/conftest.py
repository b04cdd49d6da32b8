"""Briefings of the sample store."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from equality.briefing.document import Briefing
from equality.briefing.keep import files_of
from equality.briefing.order import Order, carry_out
from equality.briefing.preset import presets
from equality.store.registry import Registry

PRESETS = tuple(presets())


def ordered(registry: Registry, preset: str, source: str = "athena", **changes: object) -> Order:
    snapshot = registry.latest(source)
    assert snapshot
    facts: dict[str, object] = {
        "snapshot": snapshot.id,
        "preset": presets()[preset],
        "preset_name": preset,
        "month": snapshot.months[1],
        "role": snapshot.headline_role,
        "minimum_n": 20,
        "made_by": "A. N. Analyst",
        "made_at": datetime(2026, 11, 25, 9, 30, tzinfo=UTC),
    }
    return Order.model_validate(facts | changes)


@pytest.fixture(scope="session", params=PRESETS)
def briefing(request: pytest.FixtureRequest, registry: Registry) -> Briefing:
    """A briefing of each preset, of synthetic victims."""
    return carry_out(ordered(registry, request.param), registry)


@pytest.fixture(scope="session")
def files(briefing: Briefing) -> dict[str, bytes]:
    """The same in every format."""
    return files_of(briefing)
