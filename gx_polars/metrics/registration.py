"""Put Polars functions beside GX's own under a metric's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from great_expectations.expectations.metrics.metric_provider import MetricProvider
from great_expectations.expectations.registry import register_metric

from gx_polars.engine import PolarsExecutionEngine


def register_value(metric_class: type[MetricProvider], function: Callable[..., Any]) -> None:
    """Register a function as a GX metric's value on `PolarsExecutionEngine`.

    Args:
        metric_class: The core provider class: its name, keys, defaults and dependencies are reused.
        function: Called as GX calls metric functions, by keyword; gives a value or a `Deferred`.
    """
    register_metric(
        metric_name=metric_class.metric_name,  # type: ignore[attr-defined]
        metric_domain_keys=metric_class.domain_keys,
        metric_value_keys=metric_class.value_keys,
        execution_engine=PolarsExecutionEngine,
        metric_class=metric_class,
        metric_provider=function,
    )
