"""Run the same expectations on Polars and on GX's pandas engine, and compare what they say."""

from __future__ import annotations

import datetime
import math
import os
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import great_expectations as gx
import numpy as np
import pandas as pd
import polars as pl

import gx_polars  # noqa: F401 - registers the datasource

FUZZ_EXAMPLES = int(os.environ.get("GX_POLARS_FUZZ_EXAMPLES", "0"))


@cache
def context() -> Any:
    """One ephemeral context for all tests of a process."""
    made = gx.get_context(mode="ephemeral")
    made.variables.progress_bars = {"globally": False}
    return made


@cache
def definition(engine: str) -> Any:
    """A batch definition for whole frames on the named engine."""
    sources = context().data_sources
    source = sources.add_polars("polars") if engine == "polars" else sources.add_pandas("pandas")
    return source.add_dataframe_asset("asset").add_batch_definition_whole_dataframe("whole")


def to_pandas(frame: pl.DataFrame) -> pd.DataFrame:
    """The frame as GX's pandas users have it: text as Python objects, so that regexes are Python's."""
    made = frame.to_pandas()
    for name, dtype in frame.schema.items():
        if dtype == pl.String:
            made[name] = pd.Series(frame[name].to_list(), dtype=object)
    return made


def run(
    engine: str,
    frame: pl.DataFrame | pl.LazyFrame,
    expectations: Sequence[Any],
    result_format: Any = "COMPLETE",
    parameters: dict[str, Any] | None = None,
) -> list[Any]:
    """The validation result of each expectation, in order."""
    given: Any = frame
    if engine == "pandas":
        given = to_pandas(frame.collect() if isinstance(frame, pl.LazyFrame) else frame)
    batch = definition(engine).get_batch(batch_parameters={"dataframe": given})
    suite = gx.ExpectationSuite(name="suite", expectations=[_numbered(e, i) for i, e in enumerate(expectations)])
    found = batch.validate(suite, result_format=result_format, expectation_parameters=parameters)
    return sorted(found.results, key=lambda result: result.expectation_config.meta["n"])


def _numbered(expectation: Any, number: int) -> Any:
    return expectation.copy(update={"meta": {**(expectation.meta or {}), "n": number}, "id": None})


def raised(result: Any) -> str | None:
    """The message of the exception a result stands for, if it does."""
    info = result.exception_info or {}
    if "raised_exception" in info:
        return info["exception_message"] if info["raised_exception"] else None
    for one in info.values():
        if isinstance(one, dict) and one.get("raised_exception"):
            return str(one["exception_message"])
    return None


def plain(value: Any) -> Any:
    """A value with the engines' own spellings taken away: NaT, NaN and None are one, 1.0 is 1."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray | pl.Series):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = pd.Timestamp(value) if isinstance(value, np.datetime64) else value.item()
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime()
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC) if value.tzinfo else value
    if isinstance(value, datetime.date):
        return datetime.datetime.combine(value, datetime.time())
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        number = float(value)
        return float(f"{number:.9g}") if math.isfinite(number) else number
    return value


#: Lists whose order GX leaves open: equal counts, and sets.
_UNORDERED = ("partial_unexpected_counts", "partial_missing_list", "partial_unexpected_set")


def summary(result: Any) -> dict[str, Any]:
    """What must agree between engines: everything but the query and the wording of errors."""
    if raised(result):
        return {"raised": True}
    found = {key: plain(value) for key, value in result.result.items() if key != "unexpected_index_query"}
    for key in _UNORDERED:
        if found.get(key):
            found[key] = sorted(found[key], key=repr)
    return {"success": bool(result.success), **found}


def _flat(values: Any) -> list[Any]:
    if isinstance(values, dict):
        values = list(values.values())
    return [item for value in values for item in _flat(value)] if isinstance(values, list) else [values]


def compare(frame: pl.DataFrame, expectations: Sequence[Any], parameters: dict[str, Any] | None = None) -> None:
    """Both engines say the same of every expectation, or neither can say anything.

    A DataFrame runs on Polars' in-memory engine and a LazyFrame on its streaming engine: each is asked.
    """
    theirs = run("pandas", frame, expectations, parameters=parameters)
    for given in (frame, frame.lazy()):
        _compare(frame, expectations, run("polars", given, expectations, parameters=parameters), theirs)


def _compare(frame: pl.DataFrame, expectations: Sequence[Any], ours: list[Any], theirs: list[Any]) -> None:
    for expectation, one, other in zip(expectations, ours, theirs, strict=True):
        left, right = summary(one), summary(other)
        if None in _flat(left.get("unexpected_list", [])):
            # GX sorts equal counts by value and gives up on None, which pandas spells NaN.
            left.pop("partial_unexpected_counts", None)
            right.pop("partial_unexpected_counts", None)
        assert left == right, (
            f"\n{expectation!r}\n{frame}\npolars: {left} {raised(one)}\npandas: {right} {raised(other)}"
        )
