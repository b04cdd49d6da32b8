"""What gx_polars refuses, each with a name.

Bad data is a result; these are for suites that ask for something this engine does not do.
"""

from __future__ import annotations


class GxPolarsError(Exception):
    """Base of every error this package raises itself."""


class UnsupportedExpectationError(GxPolarsError, NotImplementedError):
    """The expectation has no meaning on this engine, or none that can be asked row by row."""

    def __init__(self, expectation_type: str, reason: str) -> None:
        self.expectation_type = expectation_type
        self.reason = reason
        super().__init__(f"{expectation_type}: {reason}")


class UnsupportedRowConditionError(GxPolarsError, NotImplementedError):
    """The row condition is written in another engine's language."""


class UnsupportedRegexError(GxPolarsError, ValueError):
    """The pattern uses something that Polars' regex engine cannot do exactly as Python does."""

    def __init__(self, pattern: str, reason: str) -> None:
        self.pattern = pattern
        self.reason = reason
        super().__init__(f"regex {pattern!r} cannot run on Polars: {reason}")


class UnsupportedTypeError(GxPolarsError, TypeError):
    """The column's type has no defined meaning for this expectation."""

    def __init__(self, column: str, dtype: object, needed: str) -> None:
        self.column = column
        self.dtype = dtype
        super().__init__(f"column {column!r} is {dtype}; {needed}")


class MissingParameterError(GxPolarsError, KeyError):
    """The suite names a parameter that was not given."""

    def __init__(self, name: str, known: list[str]) -> None:
        self.name = name
        super().__init__(f"no value for parameter {name!r}; given: {', '.join(known) or 'none'}")

    def __str__(self) -> str:
        return str(self.args[0])
