"""Measures person-role records: the state of every cell, the counts by state, and the checkpoint's verdict.

States, counts and verdict come from the same expectations. A state is an expression over a record; the counts
group it, the worklist filters it, the checkpoint sums it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import Any

import great_expectations as gx
import polars as pl
from great_expectations.data_context.types.base import ProgressBarsConfig

import gx_polars  # noqa: F401 - importing it registers the polars datasource
from equality.measures import people
from equality.measures.catalogue import Aim
from equality.measures.counts import KINDS, column
from equality.measures.evidence import EVIDENCE, Extracted
from equality.measures.states import meta, state_column, state_expression
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
    sums = [
        # Of most characteristics no code means that the question was not understood: no sum need be made.
        (pl.lit(0) if kind == "not_understood" and name not in asked else _kind(name, kind))
        .cast(pl.UInt32)
        .alias(column(name, kind))
        for name in characteristics
        for kind in KINDS
    ]
    return cells.group_by(*dimensions, "flags").agg(sums)


def _kind(characteristic: str, kind: str) -> pl.Expr:
    state = pl.col(state_column(characteristic))
    if kind == "not_understood":
        return ((state == "not_obtained") & pl.col(_not_understood(characteristic))).sum()
    if kind == "recoverable_cells":
        cells = state.is_in(["blank", "unknown"]) & pl.col(_elsewhere(characteristic))
        return pl.when(pl.col("person_ref").count() > 0).then(cells.sum())
    return (state == kind).sum()


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
    with _ONE_AT_A_TIME:
        checkpoint = _checkpoint(characteristics, columns, aims, crime_reference_pattern is not None)
        outcome = checkpoint.run(
            batch_parameters={"dataframe": measured},
            expectation_parameters=parameters(characteristics, crime_reference_pattern),
        )
    found = {result.suite_name: result for result in outcome.run_results.values()}
    return {
        "success": bool(outcome.success),
        "suites": [
            {
                "name": name,
                "success": bool(result.success),
                "results": [_summary(r) for r in result.results],
            }
            for name, result in found.items()
        ],
    }


def _checkpoint(
    characteristics: Sequence[str], columns: Sequence[str], aims: Sequence[Aim], has_references: bool
) -> gx.Checkpoint:
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    batches = (
        context.data_sources.add_polars("exports")
        .add_dataframe_asset("records")
        .add_batch_definition_whole_dataframe("whole")
    )
    definitions = []
    for name in (*STATE_SUITES, TARGET_SUITE, *RECORD_SUITES):
        chosen = name == TARGET_SUITE
        wanted = target_suite(characteristics, columns, aims) if chosen else suite(name, characteristics, columns)
        if not has_references:
            wanted.expectations = [e for e in wanted.expectations if "crime_reference_pattern" not in str(e)]
        if wanted.expectations:
            context.suites.add(wanted)
            definition = gx.ValidationDefinition(name=name, data=batches, suite=wanted)
            definitions.append(context.validation_definitions.add(definition))
    return context.checkpoints.add(
        gx.Checkpoint(
            name="equality",
            validation_definitions=definitions,
            # Counts only: COMPLETE carries every failing value.
            result_format={"result_format": "BASIC", "partial_unexpected_count": 0},
        )
    )


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
