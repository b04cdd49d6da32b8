"""Orders of briefings of the sample store."""

from __future__ import annotations

from datetime import UTC, datetime

from equality.briefing.order import Order
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
