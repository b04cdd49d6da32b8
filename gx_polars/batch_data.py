"""A frame as Great Expectations holds it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import polars as pl
from great_expectations.core.batch import BatchData
from great_expectations.execution_engine import ExecutionEngine

from gx_polars.values import Schema


class PolarsBatchData(BatchData):
    """One batch: a LazyFrame, whatever was given."""

    def __init__(self, execution_engine: ExecutionEngine[Any], frame: pl.DataFrame | pl.LazyFrame) -> None:
        super().__init__(execution_engine)
        if not isinstance(frame, pl.DataFrame | pl.LazyFrame):
            raise TypeError(f"a Polars DataFrame or LazyFrame is needed, not {type(frame).__name__}")
        self.frame = frame.lazy()
        #: A LazyFrame may stand for more than fits into memory; a DataFrame is in memory already.
        self.streaming = isinstance(frame, pl.LazyFrame)

    @cached_property
    def schema(self) -> Schema:
        """Column names and types; for a scan this reads the header or footer, once."""
        return self.frame.collect_schema()
