"""Briefings of the sample store."""

from __future__ import annotations

import pytest
from briefing_ordering import PRESETS, ordered

from equality.briefing.document import Briefing
from equality.briefing.keep import files_of
from equality.briefing.order import carry_out
from equality.store.registry import Registry


@pytest.fixture(scope="session", params=PRESETS)
def briefing(request: pytest.FixtureRequest, registry: Registry) -> Briefing:
    """A briefing of each preset, of synthetic victims."""
    return carry_out(ordered(registry, request.param), registry)


@pytest.fixture(scope="session")
def files(briefing: Briefing) -> dict[str, bytes]:
    """The same in every format."""
    return files_of(briefing)
