"""Measures person-role records: the state of every cell, the counts by state, and the checkpoint's verdict.

States, counts and verdict come from the same expectations. A state is an expression over a record; the counts
group it, the worklist filters it, the checkpoint sums it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import Any, Final

import great_expectations as gx
import polars as pl
from great_expectations.data_context.types.base import ProgressBarsConfig

import gx_polars  # noqa: F401 - importing it registers the polars datasource
from equality.measures import people
from equality.measures.catalogue import Aim
from equality.measures.counts import KINDS, column
from equality.measures.evidence import EVIDENCE, Extracted
from equality.measures.states import STATES, meta, state_column, state_expression
from equality.measures.suites import (
    RECORD_SUITES,
    STATE_SUITES,
    TARGET_SUITE,
    parameters,
    state_conditions,
    suite,
    target_suite,
)

# Great Expectations keeps its current project in a global; Streamlit runs each session in a thread.
_ONE_AT_A_TIME = threading.Lock()
_SUITE: Final = "suite"
_PLACE: Final = "place"
"""Where an expectation's meta says which suite it comes from, and its place there."""


def with_states(records: pl.LazyFrame, characteristics: Sequence[str]) -> pl.LazyFrame:
    """Add to person-role records `{characteristic}_state` for each characteristic."""
    return records.with_columns(
        state_expression(conditions).alias(state_column(name))
        for name, conditions in state_conditions(characteristics).items()
    )


def count(records: pl.LazyFrame, characteristics: Sequence[str], dimensions: Sequence[str]) -> pl.LazyFrame:
    """Count the cells of records by state within every combination of dimensions and flags that occurs.

    Returns:
        The stored form of counts that `equality.measures.counts` describes, in no particular order.
    """
    measured = with_states(records, characteristics)
    return _counted(measured, people.on_several_records(measured), characteristics, dimensions)


def tables(state: pl.LazyFrame, extract: pl.LazyFrame, about: Extracted) -> dict[str, pl.DataFrame]:
    """Everything that is counted of an extract, in one pass.

    Args:
        state: the records that are known once the extract is in.
        extract: those that it delivered itself.
        about: what it holds.

    Returns:
        `counts`, as `count` makes them, and the tables of `EVIDENCE`, by name.
    """
    # One frame for every table of the same records: Polars then reads them, and works out their states, once.
    measured = with_states(state, about.characteristics)
    several = people.on_several_records(measured)
    frames = {"state": measured, "extract": with_states(extract, about.characteristics), "people": several}
    lazy = {"counts": _counted(measured, several, about.characteristics, about.dimensions)}
    lazy |= {evidence.name: evidence.build(frames[evidence.of], about) for evidence in EVIDENCE}
    return dict(zip(lazy, pl.collect_all(list(lazy.values()), engine="streaming"), strict=True))


def _counted(
    measured: pl.LazyFrame, several: pl.LazyFrame, characteristics: Sequence[str], dimensions: Sequence[str]
) -> pl.LazyFrame:
    flags = [] if "flags" in measured.collect_schema() else [pl.lit(0, dtype=pl.UInt16).alias("flags")]
    codes = parameters(characteristics)
    asked = {
        name: [c.unexpected for c in conditions if meta(c).get("reason") == "not_understood"]
        for name, conditions in state_conditions(characteristics).items()
        if codes[f"{name}_not_understood"]
    }
    known = people.known(several, [state_column(name) for name in characteristics])
    cells = measured.join(known, on="person_ref", how="left").with_columns(
        *flags,
        *(pl.any_horizontal(failed).alias(_not_understood(name)) for name, failed in asked.items()),
        *(people.is_known(place).alias(_elsewhere(name)) for place, name in enumerate(characteristics)),
    )
    kinds = [kind for kind in KINDS if kind != _REST]
    sums = [
        # Of most characteristics no code means that the question was not understood: no sum need be made.
        (pl.lit(0) if kind == "not_understood" and name not in asked else _kind(name, kind))
        .cast(pl.UInt32)
        .alias(column(name, kind))
        for name in characteristics
        for kind in kinds
    ]
    groups = cells.group_by(*dimensions, "flags").agg(
        *sums, pl.len().alias(_RECORDS), pl.col("person_ref").count().alias(_NAMED)
    )
    return groups.select(*dimensions, "flags", *(_told(name, kind) for name in characteristics for kind in KINDS))


_REST: Final = "valid"
"""The state of the cells that are in no other: a sum for each characteristic that need not be made."""
_RECORDS: Final = "_records"
_NAMED: Final = "_named"


def _kind(characteristic: str, kind: str) -> pl.Expr:
    """How many cells of a group are of a kind, but for what `_told` makes of it."""
    state = pl.col(state_column(characteristic))
    if kind == "not_understood":
        return ((state == "not_obtained") & pl.col(_not_understood(characteristic))).sum()
    if kind == "recoverable_cells":
        return (((state == "blank") | (state == "unknown")) & pl.col(_elsewhere(characteristic))).sum()
    return (state == kind).sum()


def _told(characteristic: str, kind: str) -> pl.Expr:
    """A count of a group, from its sums."""
    counted = column(characteristic, kind)
    if kind == _REST:
        others = [column(characteristic, state) for state in STATES if state != _REST]
        return (pl.col(_RECORDS) - pl.sum_horizontal(others)).cast(pl.UInt32).alias(counted)
    if kind == "recoverable_cells":
        # Where nobody is named, nobody can be known elsewhere, and the count is not 0 but unknown.
        return pl.when(pl.col(_NAMED) > 0).then(pl.col(counted)).alias(counted)
    return pl.col(counted)


def _not_understood(characteristic: str) -> str:
    return f"{characteristic}_not_understood"


def _elsewhere(characteristic: str) -> str:
    return f"{characteristic}_known_elsewhere"


def validate(
    records: pl.LazyFrame,
    characteristics: Sequence[str],
    crime_reference_pattern: str | None = None,
    aims: Sequence[Aim] = (),
) -> dict[str, Any]:
    """Run every suite over records as a Great Expectations checkpoint.

    Args:
        records: person-role records.
        characteristics: those the export holds.
        crime_reference_pattern: regular expression of the export's crime references; None skips that check.
        aims: the targets that a force chose; where it chose none, those of `targets.json` hold.

    Returns:
        `success` and `suites`: per suite its `name`, `success` and `results`, each with `characteristic`,
        `dimension`, `state`, `expectation`, `mostly`, `element_count`, `unexpected_count`, `unexpected_percent`
        and `success`. Counts only: no value of any record is in it.
    """
    measured = with_states(records, characteristics)
    columns = measured.collect_schema().names()
    wanted = _suites(characteristics, columns, aims, crime_reference_pattern is not None)
    with _ONE_AT_A_TIME:
        outcome = _checkpoint(wanted).run(
            batch_parameters={"dataframe": measured},
            expectation_parameters=parameters(characteristics, crime_reference_pattern),
        )
    (found,) = outcome.run_results.values()
    results: dict[str, list[Any]] = {each.name: [] for each in wanted}
    for result in sorted(found.results, key=lambda result: _from(result)[_PLACE]):
        results[_from(result)[_SUITE]].append(_summary(result))
    return {
        "success": bool(outcome.success),
        "suites": [
            {"name": name, "success": all(result["success"] for result in summaries), "results": summaries}
            for name, summaries in results.items()
        ],
    }


def _suites(
    characteristics: Sequence[str], columns: Sequence[str], aims: Sequence[Aim], has_references: bool
) -> list[gx.ExpectationSuite]:
    wanted = [
        target_suite(characteristics, columns, aims) if name == TARGET_SUITE else suite(name, characteristics, columns)
        for name in (*STATE_SUITES, TARGET_SUITE, *RECORD_SUITES)
    ]
    if not has_references:
        for each in wanted:
            each.expectations = [e for e in each.expectations if "crime_reference_pattern" not in str(e)]
    return [each for each in wanted if each.expectations]


def _checkpoint(wanted: Sequence[gx.ExpectationSuite]) -> gx.Checkpoint:
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    batches = (
        context.data_sources.add_polars("exports")
        .add_dataframe_asset("records")
        .add_batch_definition_whole_dataframe("whole")
    )
    # One validation is one reading of the records, so every suite is validated as part of one.
    together = gx.ExpectationSuite(name="equality")
    for each in wanted:
        for place, expectation in enumerate(each.expectations):
            expectation.meta = {**(expectation.meta or {}), _SUITE: each.name, _PLACE: place}
            together.expectations.append(expectation)
    context.suites.add(together)
    definition = gx.ValidationDefinition(name="equality", data=batches, suite=together)
    return context.checkpoints.add(
        gx.Checkpoint(
            name="equality",
            validation_definitions=[context.validation_definitions.add(definition)],
            # Counts only: COMPLETE carries every failing value.
            result_format={"result_format": "BASIC", "partial_unexpected_count": 0},
        )
    )


def _from(result: Any) -> dict[str, Any]:
    return result.expectation_config.meta


def _summary(result: Any) -> dict[str, Any]:
    expectation, figures = result.expectation_config, result.result
    about = expectation.meta or {}
    return {
        "characteristic": about.get("characteristic"),
        "dimension": about.get("dimension"),
        "state": about.get("state"),
        "reason": about.get("reason"),
        "sentence": about.get("sentence"),
        "expectation": expectation.type,
        "mostly": expectation.kwargs.get("mostly", 1.0),
        "element_count": figures.get("element_count"),
        "missing_count": figures.get("missing_count"),
        "unexpected_count": figures.get("unexpected_count"),
        "unexpected_percent": figures.get("unexpected_percent"),
        "success": bool(result.success),
        "error": (result.exception_info or {}).get("exception_message"),
    }
