"""Type expectations in Polars' names.

GX's three type expectations ask which engine they run on and know only GX's own; for any other they fall
through to pandas' types or to no answer at all. They are given an answer for `PolarsExecutionEngine`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import polars as pl
from great_expectations.expectations.core.expect_column_type_to_be import ExpectColumnTypeToBe
from great_expectations.expectations.core.expect_column_values_to_be_in_type_list import (
    ExpectColumnValuesToBeInTypeList,
)
from great_expectations.expectations.core.expect_column_values_to_be_of_type import (
    ExpectColumnValuesToBeOfType,
)

from gx_polars.engine import PolarsExecutionEngine
from gx_polars.values import column_type

#: They have a map metric in GX, for pandas' object columns; on Polars a column has one type.
TYPE_EXPECTATIONS = (
    "expect_column_type_to_be",
    "expect_column_values_to_be_of_type",
    "expect_column_values_to_be_in_type_list",
)


def is_of_type(actual: pl.DataType, expected: str) -> bool:
    """Whether a column's type is the named one.

    Args:
        actual: The type.
        expected: A Polars class name (``"String"``, ``"Datetime"``: any unit and zone), or a type spelled
            out as Polars prints it (``"Datetime(time_unit='us', time_zone='UTC')"``, ``"List(Int64)"``).

    Raises:
        ValueError: There is no Polars type of that name.
    """
    if expected == str(actual):
        return True
    base = expected.partition("(")[0]
    named = getattr(pl, base, None)
    if not (isinstance(named, type) and issubclass(named, pl.DataType)):
        raise ValueError(f"{expected!r} is not a Polars type; this column is {actual}")
    return expected == base and isinstance(actual, named)


def _judge(expectation: Any, metrics: dict[str, Any], expected: Iterable[str] | None) -> dict[str, Any]:
    schema = pl.Schema({column["name"]: column["type"] for column in metrics["table.column_types"]})
    actual = column_type(expectation.column, schema)
    assert actual is not None
    # Every name is looked at, so that a misspelt one is an error wherever it stands in the list.
    matches = None if expected is None else [is_of_type(actual, name) for name in expected]
    success = matches is None or True in matches
    return {"success": success, "result": {"observed_value": str(actual)}}


def _answer_for_polars(expectation_class: type, expected: Callable[[Any], Iterable[str] | None]) -> None:
    original = expectation_class._validate  # type: ignore[attr-defined]

    def _validate(
        self: Any,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> Any:
        if isinstance(execution_engine, PolarsExecutionEngine):
            return _judge(self, metrics, expected(self))
        return original(self, metrics, runtime_configuration, execution_engine)

    expectation_class._validate = _validate  # type: ignore[attr-defined]


def register() -> None:
    """Teach GX's type expectations about `PolarsExecutionEngine`; other engines are untouched."""
    _answer_for_polars(ExpectColumnTypeToBe, lambda expectation: _one(expectation.type_))
    _answer_for_polars(ExpectColumnValuesToBeOfType, lambda expectation: _one(expectation.type_))
    _answer_for_polars(ExpectColumnValuesToBeInTypeList, lambda expectation: expectation.type_list)


def _one(name: str | None) -> list[str] | None:
    return None if name is None else [name]
