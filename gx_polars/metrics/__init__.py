"""GX's metrics on Polars. Importing this package registers them."""

from __future__ import annotations

from gx_polars.metrics import map_metrics, table_metrics
from gx_polars.rules import RULES

for _rule in RULES.values():
    map_metrics.register_rule(_rule)
map_metrics.register_value_lengths()
table_metrics.register()
