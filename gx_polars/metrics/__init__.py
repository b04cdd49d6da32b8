"""GX's metrics on Polars."""

from __future__ import annotations

from gx_polars import column_types, plain_success
from gx_polars.metrics import aggregates, distinct, map_metrics, refused, table_metrics
from gx_polars.rules import RULES


def register() -> None:
    """Register everything this package knows with GX, for `PolarsExecutionEngine`."""
    for rule in RULES.values():
        map_metrics.register_rule(rule)
    map_metrics.register_value_lengths()
    map_metrics.register_null_counts()
    table_metrics.register()
    aggregates.register()
    distinct.register()
    column_types.register()
    plain_success.register()
    refused.register()
