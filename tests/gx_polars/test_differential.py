"""The guard: generated frames and suites on Polars and on GX's pandas engine, every family."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from gxp_families import FAMILIES
from gxp_harness import FUZZ_EXAMPLES, compare
from gxp_strategies import frames
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

SHORT = 10


@pytest.mark.filterwarnings("ignore:Generating overly large repr")  # of a failing example
@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_family_agrees_with_pandas(family: str) -> None:
    suites = st.lists(FAMILIES[family], min_size=1, max_size=3)

    @settings(
        max_examples=FUZZ_EXAMPLES or SHORT,
        derandomize=not FUZZ_EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(frame=frames(), expectations=suites)
    def agree(frame: pl.DataFrame, expectations: list[Any]) -> None:
        compare(frame, expectations)

    agree()
