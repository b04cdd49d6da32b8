"""What this engine does not do, each by name, with the reason a user is told."""

from __future__ import annotations

from typing import Any

from great_expectations.expectations.registry import _registered_metrics, register_metric

from gx_polars.engine import NO_OTHER_TABLE, PolarsExecutionEngine
from gx_polars.errors import UnsupportedExpectationError

_DISTRIBUTION = "it compares distributions; compute the statistic in Polars and expect a value of it"
_SQL = "it is written in SQL, which a frame does not answer"

#: Expectation → the metrics it would need, and why they are not there.
REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "expect_column_kl_divergence_to_be_less_than": (
        ("column.partition", "column.histogram", "column.value_counts", "column_values.between.count"),
        _DISTRIBUTION,
    ),
    "expect_column_value_z_scores_to_be_less_than": (("column_values.z_score",), _DISTRIBUTION),
    "expect_column_values_to_not_be_outliers": (
        ("column_values.not_outliers", "column.outlier_statistics"),
        _DISTRIBUTION,
    ),
    "expect_column_values_to_be_dateutil_parseable": (
        ("column_values.dateutil_parseable",),
        "dateutil guesses; say the format with expect_column_values_to_match_strftime_format",
    ),
    "expect_column_values_to_be_json_parseable": (
        ("column_values.json_parseable",),
        "parse the JSON when the frame is read",
    ),
    "expect_column_values_to_match_json_schema": (
        ("column_values.match_json_schema",),
        "parse the JSON when the frame is read",
    ),
    "expect_query_results_to_match_comparison": (("base_query.table", "comparison_query"), _SQL),
    "unexpected_rows_expectation": (("unexpected_rows_query",), _SQL),
    "expect_table_row_count_to_equal_other_table": ((), NO_OTHER_TABLE),
}


def register() -> None:
    """Register, for every refused metric, a function that says so."""
    for expectation_type, (prefixes, reason) in REFUSED.items():
        refusal = _refusal(expectation_type, reason)
        for name in list(_registered_metrics):
            definition = _registered_metrics[name]
            if not name.startswith(prefixes) or "PolarsExecutionEngine" in definition["providers"]:
                continue
            metric_class = next(iter(definition["providers"].values()))[0]
            register_metric(
                metric_name=name,
                metric_domain_keys=definition["metric_domain_keys"],
                metric_value_keys=definition["metric_value_keys"],
                execution_engine=PolarsExecutionEngine,
                metric_class=metric_class,
                metric_provider=refusal,
            )


def _refusal(expectation_type: str, reason: str) -> Any:
    def refuse(**_: Any) -> None:
        raise UnsupportedExpectationError(expectation_type, reason)

    return refuse
