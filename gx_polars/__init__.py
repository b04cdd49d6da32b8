"""Great Expectations on Polars.

Importing this package registers the ``polars`` datasource (``context.data_sources.add_polars``) and
`PolarsExecutionEngine`, and nothing else: it makes no network request and reads no data.
"""

from __future__ import annotations

from gx_polars.conditions import Condition, conditions
from gx_polars.counting import conditions_for, count_by
from gx_polars.custom import (
    column_aggregate_value,
    column_condition_partial,
    column_pair_condition_partial,
    multicolumn_condition_partial,
)
from gx_polars.datasource import PolarsDatasource
from gx_polars.engine import PolarsExecutionEngine
from gx_polars.errors import (
    GxPolarsError,
    MissingParameterError,
    UnsupportedExpectationError,
    UnsupportedRegexError,
    UnsupportedRowConditionError,
    UnsupportedTypeError,
)
from gx_polars.metrics import register
from gx_polars.suites import load_suite

__all__ = [
    "Condition",
    "GxPolarsError",
    "MissingParameterError",
    "PolarsDatasource",
    "PolarsExecutionEngine",
    "UnsupportedExpectationError",
    "UnsupportedRegexError",
    "UnsupportedRowConditionError",
    "UnsupportedTypeError",
    "column_aggregate_value",
    "column_condition_partial",
    "column_pair_condition_partial",
    "conditions",
    "conditions_for",
    "count_by",
    "load_suite",
    "multicolumn_condition_partial",
]

register()
del register
