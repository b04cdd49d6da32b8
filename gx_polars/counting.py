"""Counts by group, written once for every kind of frame that has conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import polars as pl
from great_expectations.core.expectation_suite import ExpectationSuite
from great_expectations.expectations.expectation import Expectation

from gx_polars.conditions import Condition, conditions

FrameT = TypeVar("FrameT")


def conditions_for(
    frame: Any,
    suite: ExpectationSuite | Iterable[Expectation],
    parameters: Mapping[str, Any] | None = None,
    *,
    skip_others: bool = False,
) -> list[Condition[Any]]:
    """A suite's conditions in the frame's own language.

    Args:
        frame: A Polars DataFrame or LazyFrame, or a Spark DataFrame.
        suite: A suite or expectations.
        parameters: Values for the suite's parameters.
        skip_others: Leave out expectations that are not about rows.
    """
    if _is_polars(frame):
        schema = frame.lazy().collect_schema()
        return list(conditions(suite, parameters, schema=schema, skip_others=skip_others))
    from gx_polars import spark

    return list(spark.conditions(suite, frame, parameters, skip_others=skip_others))


def count_by(frame: FrameT, found: Sequence[Condition[Any]], by: Sequence[str]) -> FrameT:
    """How many rows each condition applies to and finds unexpected, by group; lazy where the frame is.

    Args:
        frame: A Polars LazyFrame or DataFrame, or a Spark DataFrame.
        found: Conditions over that frame, from `conditions_for`.
        by: The columns to group by; none for one row of totals.

    Returns:
        A frame of the same kind: the columns of ``by``, then ``domain_0``, ``unexpected_0``, ``domain_1``, …,
        numbered as the conditions are.
    """
    language = _Polars if _is_polars(frame) else _Spark
    flags = {}
    for number, condition in enumerate(found):
        flags[f"domain_{number}"] = condition.domain
        flags[f"unexpected_{number}"] = condition.unexpected
    # Flags first, groups second: uniqueness is about the whole frame, not about one group.
    return language.total(language.flagged(frame, list(by), flags), list(by), list(flags))


def _is_polars(frame: Any) -> bool:
    return isinstance(frame, pl.DataFrame | pl.LazyFrame)


class _Polars:
    @staticmethod
    def flagged(frame: Any, by: list[str], flags: dict[str, Any]) -> Any:
        return frame.select(*by, **flags)

    @staticmethod
    def total(frame: Any, by: list[str], names: list[str]) -> Any:
        sums = [pl.col(name).sum().cast(pl.Int64) for name in names]
        return frame.group_by(by).agg(sums) if by else frame.select(sums)


class _Spark:
    @staticmethod
    def flagged(frame: Any, by: list[str], flags: dict[str, Any]) -> Any:
        return frame.select(*by, *(flag.cast("long").alias(name) for name, flag in flags.items()))

    @staticmethod
    def total(frame: Any, by: list[str], names: list[str]) -> Any:
        from pyspark.sql import functions as F  # noqa: N812 - pyspark is optional

        return frame.groupBy(*by).agg(*(F.coalesce(F.sum(name), F.lit(0)).alias(name) for name in names))
