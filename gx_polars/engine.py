"""The execution engine: one ``collect`` per suite and batch.

Metric functions return `Deferred` expressions instead of values. Great Expectations resolves metrics in
rounds, cheapest dependencies first; the engine answers what needs no data at once and holds the rest
back until nothing else is left, so that everything that reads the data reads it together, whatever the
row conditions.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import great_expectations.exceptions as gx_exceptions
import polars as pl
from great_expectations.core.batch import BatchMarkers
from great_expectations.core.batch_spec import BatchSpec, RuntimeDataBatchSpec
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.execution_engine import ExecutionEngine
from great_expectations.expectations.row_conditions import (
    AndCondition,
    ComparisonCondition,
    NullityCondition,
    OrCondition,
)
from great_expectations.validator.metric_configuration import MetricConfiguration

from gx_polars.batch_data import PolarsBatchData
from gx_polars.deferred import Deferred, collect
from gx_polars.errors import UnsupportedExpectationError
from gx_polars.masks import ignored_mask
from gx_polars.row_conditions import row_mask
from gx_polars.source import Q
from gx_polars.values import Schema

Metrics = dict[Any, Any]
NO_OTHER_TABLE = "a batch is one frame; there is no other table"


@dataclass
class _Round:
    """What one call of `resolve_metrics` found."""

    resolved: Metrics = field(default_factory=dict)
    deferred: dict[Any, Deferred] = field(default_factory=dict)
    failed: list[tuple[MetricConfiguration, Exception]] = field(default_factory=list)


class PolarsExecutionEngine(ExecutionEngine[Q]):
    """Runs Great Expectations on Polars DataFrames and LazyFrames, lazily.

    Attributes:
        collects: How many times this engine has read data. One suite over one batch is one.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.collects = 0
        super().__init__(*args, **kwargs)

    # ---- Batches ---------------------------------------------------------------------------------

    def get_batch_data_and_markers(self, batch_spec: BatchSpec) -> tuple[PolarsBatchData, BatchMarkers]:
        """The frame inside a batch spec. The spec keeps only its name, so results never hold the frame."""
        if not isinstance(batch_spec, RuntimeDataBatchSpec):
            raise gx_exceptions.BatchSpecError(
                f"PolarsExecutionEngine takes frames (RuntimeDataBatchSpec), not {type(batch_spec).__name__}"
            )
        frame = batch_spec.batch_data
        batch_spec.batch_data = "PolarsDataFrame"
        loaded = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        return PolarsBatchData(self, frame), BatchMarkers({"ge_load_time": loaded})

    def load_batch_data(self, batch_id: str, batch_data: Any) -> None:
        """Keep a frame under a batch id."""
        if not isinstance(batch_data, PolarsBatchData):
            batch_data = PolarsBatchData(self, batch_data)
        super().load_batch_data(batch_id=batch_id, batch_data=batch_data)

    def batch(self, domain_kwargs: Mapping[str, Any]) -> PolarsBatchData:
        """The batch that domain kwargs name; the active one if they name none."""
        if domain_kwargs.get("table"):
            raise UnsupportedExpectationError("expect_table_row_count_to_equal_other_table", NO_OTHER_TABLE)
        batch_id = domain_kwargs.get("batch_id")
        if batch_id is None:
            data = self.batch_manager.active_batch_data
            if data is None:
                raise gx_exceptions.ValidationError("No batch is specified, but could not identify a loaded batch.")
        elif batch_id not in self.batch_manager.batch_data_cache:
            raise gx_exceptions.ValidationError(f"Unable to find batch with batch_id {batch_id}")
        else:
            data = self.batch_manager.batch_data_cache[batch_id]
        assert isinstance(data, PolarsBatchData)
        return data

    def schema(self, domain_kwargs: Mapping[str, Any]) -> Schema:
        """The batch's schema."""
        return self.batch(domain_kwargs).schema

    # ---- Domains (for custom metrics) ------------------------------------------------------------

    def get_domain_records(self, domain_kwargs: dict[str, Any]) -> pl.LazyFrame:
        """The batch's rows that satisfy ``row_condition`` and ``ignore_row_if``, as a LazyFrame."""
        batch = self.batch(domain_kwargs)
        frame = batch.frame
        mask = row_mask(domain_kwargs.get("row_condition"), batch.schema)
        if mask is not None:
            frame = frame.filter(mask.expr)
        ignored = ignored_mask(domain_kwargs, batch.schema)
        return frame if ignored is None else frame.filter(~ignored.expr)

    def get_compute_domain(
        self,
        domain_kwargs: dict[str, Any],
        domain_type: str | MetricDomainTypes,
        accessor_keys: Iterable[str] | None = None,
    ) -> tuple[pl.LazyFrame, dict[str, Any], dict[str, Any]]:
        """As in every GX engine: the rows, and the domain kwargs split into compute and accessor."""
        parts = self._partition_domain_kwargs(domain_kwargs, domain_type, accessor_keys)
        return self.get_domain_records(domain_kwargs), parts.compute, parts.accessor

    # ---- Metrics ---------------------------------------------------------------------------------

    def resolve_metrics(
        self,
        metrics_to_resolve: Iterable[MetricConfiguration],
        metrics: Metrics | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> Metrics:
        """Resolve what needs no data; if nothing of that is left, everything else in one ``collect``.

        GX asks again for what a call leaves out.
        """
        wanted = list(metrics_to_resolve)
        if not wanted:
            return metrics or {}
        turn = _Round()
        for metric in wanted:
            self._attempt(metric, metrics, runtime_configuration, turn)
        if not turn.resolved and not turn.failed:
            turn = self._collect(wanted, turn.deferred)
        self._metric_cache.update(turn.resolved)
        if turn.failed:
            # What did resolve is in the cache and is handed out when GX asks again.
            metric, error = turn.failed[0]
            same = tuple(other for other, its in turn.failed if str(its) == str(error))
            raise gx_exceptions.MetricResolutionError(message=str(error), failed_metrics=same or (metric,)) from error
        return turn.resolved

    def _attempt(
        self,
        metric: MetricConfiguration,
        metrics: Metrics | None,
        runtime_configuration: dict[str, Any] | None,
        turn: _Round,
    ) -> None:
        cached = self._metric_cache
        if isinstance(cached, dict) and metric.id in cached:
            turn.resolved[metric.id] = cached[metric.id]
            return
        try:
            value = self._value(metric, metrics, runtime_configuration)
        except Exception as error:  # any failure belongs to this metric alone
            turn.failed.append((metric, error))
            return
        if isinstance(value, Deferred):
            turn.deferred[metric.id] = value
        else:
            turn.resolved[metric.id] = value

    def _value(
        self,
        metric: MetricConfiguration,
        metrics: Metrics | None,
        runtime_configuration: dict[str, Any] | None,
    ) -> Any:
        direct, bundled = self._build_direct_and_bundled_metric_computation_configurations(
            metrics_to_resolve=[metric], metrics=metrics, runtime_configuration=runtime_configuration
        )
        if direct:
            return direct[0].metric_fn(**direct[0].metric_provider_kwargs)  # type: ignore[misc]
        partial = bundled[0]
        return Deferred(
            partial.metric_fn,
            rows=row_mask(
                (partial.compute_domain_kwargs or {}).get("row_condition"),
                self.schema(metric.metric_domain_kwargs),
            ),
        )

    def _collect(self, wanted: list[MetricConfiguration], deferred: dict[Any, Deferred]) -> _Round:
        turn = _Round()
        by_batch: dict[int, list[MetricConfiguration]] = {}
        for metric in wanted:
            by_batch.setdefault(id(self.batch(metric.metric_domain_kwargs)), []).append(metric)
        for group in by_batch.values():
            batch = self.batch(group[0].metric_domain_kwargs)
            self.collects += 1
            answers = collect(batch.frame, [deferred[metric.id] for metric in group], streaming=batch.streaming)
            for metric, answer in zip(group, answers, strict=True):
                if isinstance(answer, Exception):
                    turn.failed.append((metric, answer))
                else:
                    turn.resolved[metric.id] = answer
        return turn

    # ---- Row conditions, in the form GX asks engines for -------------------------------------------

    def _filter_clause(self, condition: Any) -> Q:
        clause = row_mask(condition)
        assert clause is not None
        return clause

    def _comparison_condition_to_filter_clause(self, condition: ComparisonCondition) -> Q:
        return self._filter_clause(condition)

    def _nullity_condition_to_filter_clause(self, condition: NullityCondition) -> Q:
        return self._filter_clause(condition)

    def _and_condition_to_filter_clause(self, condition: AndCondition) -> Q:
        return self._filter_clause(condition)

    def _or_condition_to_filter_clause(self, condition: OrCondition) -> Q:
        return self._filter_clause(condition)
