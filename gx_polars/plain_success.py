"""A verdict that can be stored.

GX's quantile expectation answers with numpy's Boolean, which with numpy 2 cannot be written as JSON: a checkpoint
that holds one ends in a ``TypeError`` on every engine.
"""

from __future__ import annotations

from typing import Any

from great_expectations.expectations.core.expect_column_quantile_values_to_be_between import (
    ExpectColumnQuantileValuesToBeBetween,
)

from gx_polars.engine import PolarsExecutionEngine


def register() -> None:
    """Give the expectation a plain ``bool`` on `PolarsExecutionEngine`; other engines are untouched."""
    original = ExpectColumnQuantileValuesToBeBetween._validate

    def _validate(
        self: Any,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> Any:
        found = original(self, metrics, runtime_configuration, execution_engine)
        if isinstance(execution_engine, PolarsExecutionEngine) and isinstance(found, dict):
            found["success"] = bool(found["success"])
        return found

    ExpectColumnQuantileValuesToBeBetween._validate = _validate  # type: ignore[method-assign]
