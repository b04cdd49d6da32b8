"""Put Polars functions beside GX's own under a metric's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from great_expectations.expectations.metrics.metric_provider import MetricProvider
from great_expectations.expectations.registry import register_metric

from gx_polars.engine import PolarsExecutionEngine


class WithoutRowCount:
    """A GX provider class as the dependency graph sees it, not waiting for ``table.row_count``.

    GX makes every column metric wait for the row count. Nothing here reads it, and waiting would cost a
    query of its own before the suite's.
    """

    def __init__(self, metric_class: type[MetricProvider]) -> None:
        self.metric_class = metric_class
        self.__name__ = metric_class.__name__

    def __getattr__(self, name: str) -> Any:
        return getattr(self.metric_class, name)

    def get_evaluation_dependencies(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """GX's own dependencies, less one."""
        dependencies = self.metric_class.get_evaluation_dependencies(*args, **kwargs)
        return {name: metric for name, metric in dependencies.items() if name != "table.row_count"}


def register(
    metric_class: type[MetricProvider],
    name: str,
    function: Callable[..., Any],
    keys: tuple[tuple[str, ...], tuple[str, ...]],
    *,
    needs_row_count: bool = False,
) -> None:
    """Register a function under a metric's name, for `PolarsExecutionEngine`.

    Args:
        metric_class: The provider class whose defaults and dependencies are reused.
        name: The metric.
        function: Called as GX calls metric functions, by keyword; gives a value or a `Deferred`.
        keys: The metric's domain keys and value keys.
        needs_row_count: Whether the function reads ``table.row_count``.
    """
    # GX asks the class for dependencies, keys and defaults, which the stand-in passes on.
    provider: Any = metric_class if needs_row_count else WithoutRowCount(metric_class)
    register_metric(
        metric_name=name,
        metric_domain_keys=keys[0],
        metric_value_keys=keys[1],
        execution_engine=PolarsExecutionEngine,
        metric_class=provider,
        metric_provider=function,
    )


def register_value(
    metric_class: type[MetricProvider], function: Callable[..., Any], *, needs_row_count: bool = False
) -> None:
    """Register a function as a GX metric's value; see `register`."""
    name = metric_class.metric_name  # type: ignore[attr-defined]
    keys = (metric_class.domain_keys, metric_class.value_keys)
    register(metric_class, name, function, keys, needs_row_count=needs_row_count)
