"""The engines that the benchmark compares. Each runs alone in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
from engine_data import STRINGS, own_suite, string_suite

os.environ["GX_ANALYTICS_ENABLED"] = "false"

Run = Callable[[], Any]


def _suite(name: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    return own_suite() if name == "own" else (string_suite(), {})


def _batch(engine: str, frame: Any) -> Any:
    import great_expectations as gx

    import gx_polars  # noqa: F401 - registers the datasource

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    sources = context.data_sources
    source = sources.add_polars("source") if engine == "polars" else sources.add_pandas("source")
    definition = source.add_dataframe_asset("asset").add_batch_definition_whole_dataframe("whole")
    return definition.get_batch(batch_parameters={"dataframe": frame})


def _gx_suite(name: str) -> tuple[Any, dict[str, Any]]:
    import gx_polars

    expectations, parameters = _suite(name)
    return gx_polars.load_suite({"name": "suite", "expectations": expectations}), parameters


def _counts(found: Any) -> list[int]:
    return sorted(int(result.result["unexpected_count"]) for result in found.results)


def _validation(engine: str, frame: Any, suite: str) -> Run:
    made, parameters = _gx_suite(suite)

    def run() -> list[int]:
        # A batch of its own for each run: within one batch, metrics once computed are kept.
        batch = _batch(engine, frame)
        return _counts(batch.validate(made, result_format="SUMMARY", expectation_parameters=parameters))

    return run


def gx_polars_whole(path: Path, suite: str) -> Run:
    """A validation with SUMMARY results on `gx_polars`."""
    return _validation("polars", pl.read_parquet(path), suite)


def gx_polars_scan(path: Path, suite: str) -> Run:
    """The same over a scan of the file, never whole in memory."""
    return _validation("polars", pl.scan_parquet(path), suite)


def gx_pandas_whole(path: Path, suite: str) -> Run:
    """The same on GX's own pandas engine."""
    import pandas as pd

    return _validation("pandas", pd.read_parquet(path), suite)


def _hand_written(suite: str) -> list[pl.Expr]:
    """What a person who knows Polars would write for the eighteen, or for our suites."""
    if suite == "own":
        return _own_by_hand()
    exprs = []
    for name, (codes, pattern) in STRINGS.items():
        column = pl.col(name)
        exprs.append(column.null_count().alias(f"{name}_null"))
        exprs.append((~column.is_in(codes)).sum().alias(f"{name}_set"))
        exprs.append((~column.str.contains(pattern)).sum().alias(f"{name}_regex"))
    return exprs


def _own_by_hand() -> list[pl.Expr]:
    suite, parameters = own_suite()
    exprs = []
    for number, one in enumerate(suite):
        kwargs = one["kwargs"]
        column = pl.col(kwargs["column"])
        if one["type"].endswith("not_be_null"):
            wrong = column.is_null()
        else:
            inside = column.is_in(parameters[kwargs["value_set"]["$PARAMETER"]])
            wrong = inside if "not_be_in_set" in one["type"] else ~inside
        exprs.append((wrong & _rows_by_hand(kwargs["row_condition"])).sum().alias(f"u{number}"))
    return exprs


def _rows_by_hand(condition: dict[str, Any]) -> pl.Expr:
    if "conditions" in condition:
        parts = [_rows_by_hand(part) for part in condition["conditions"]]
        return pl.all_horizontal(parts) if condition["type"] == "and" else pl.any_horizontal(parts)
    column, value = pl.col(condition["column"]["name"]), condition["parameter"]
    return {
        "==": lambda: column == value,
        "!=": lambda: column.ne_missing(pl.lit(value)),
        "IN": lambda: column.is_in(value),
        "NOT_IN": lambda: ~column.is_in(value).fill_null(False),
    }[condition["operator"]]()


def polars_whole(path: Path, suite: str) -> Run:
    """Plain Polars: the counts alone."""
    frame = pl.read_parquet(path)
    exprs = _hand_written(suite)
    return lambda: sorted(int(count) for count in frame.lazy().select(exprs).collect().row(0))


def polars_scan(path: Path, suite: str) -> Run:
    """Plain Polars over a scan, streaming."""
    exprs = _hand_written(suite)
    frame = pl.scan_parquet(path)
    return lambda: sorted(int(count) for count in frame.select(exprs).collect(engine="streaming").row(0))


def gx_polars_units(path: Path, suite: str) -> Run:
    """The suite's conditions counted by 300 units with `count_by`."""
    import gx_polars

    frame = pl.read_parquet(path)
    made, parameters = _gx_suite(suite)

    def run() -> list[int]:
        found = gx_polars.conditions_for(frame, made, parameters)
        counted = gx_polars.count_by(frame.lazy(), found, ["unit"]).collect()
        return sorted(counted[f"unexpected_{n}"].sum() for n in range(len(found)))

    return run


def polars_units(path: Path, suite: str) -> Run:
    """Plain Polars: the hand-written group-by."""
    frame = pl.read_parquet(path)
    exprs = _hand_written(suite)

    def run() -> list[int]:
        counted = frame.lazy().group_by("unit").agg(pl.len(), *exprs).collect()
        return sorted(counted.drop("unit", "len").sum().row(0))

    return run


def gx_pandas_units(path: Path, suite: str) -> Run:
    """GX's pandas engine, one validation per unit."""
    import pandas as pd

    frame = pd.read_parquet(path)
    made, parameters = _gx_suite(suite)

    def run() -> list[int]:
        totals: dict[int, int] = {}
        for _, part in frame.groupby("unit"):
            batch = _batch("pandas", part)
            found = batch.validate(made, result_format="SUMMARY", expectation_parameters=parameters)
            for number, result in enumerate(found.results):
                totals[number] = totals.get(number, 0) + int(result.result["unexpected_count"])
        return sorted(totals.values())

    return run


def pandera_whole(path: Path, suite: str) -> Run:
    """pandera's Polars schemas: lazily, all failures."""
    import pandera.polars as pa

    frame = pl.read_parquet(path)
    columns = {
        name: pa.Column(str, nullable=False, checks=[pa.Check.isin(codes), pa.Check.str_matches(pattern)])
        for name, (codes, pattern) in STRINGS.items()
    }
    schema = pa.DataFrameSchema(columns)

    def run() -> list[int]:
        try:
            schema.validate(frame, lazy=True)
        except pa.errors.SchemaErrors as errors:
            cases = errors.failure_cases
            return sorted(cases.group_by("column", "check").len()["len"].to_list())
        return []

    return run


def dataframely_whole(path: Path, suite: str) -> Run:
    """dataframely: a schema's filter, which counts failures by rule."""
    import dataframely as dy

    fields = {
        name: dy.String(nullable=False, regex=pattern, check={"in_set": lambda c, codes=codes: c.is_in(codes)})
        for name, (codes, pattern) in STRINGS.items()
    }
    schema = type("Codes", (dy.Schema,), fields)
    frame = pl.read_parquet(path, columns=list(STRINGS))
    return lambda: sorted(schema.filter(frame)[1].counts().values())


def pointblank_whole(path: Path, suite: str) -> Run:
    """pointblank: eighteen steps, no extracts."""
    import pointblank as pb

    frame = pl.read_parquet(path)

    def run() -> list[int]:
        plan = pb.Validate(frame)
        for name, (codes, pattern) in STRINGS.items():
            plan = plan.col_vals_not_null(columns=name)
            plan = plan.col_vals_in_set(columns=name, set=[*codes, None])
            plan = plan.col_vals_regex(columns=name, pattern=pattern, na_pass=True)
        done = plan.interrogate(collect_extracts=False)
        return sorted(done.n_failed().values())

    return run


#: Name → (suites, how it is called).
CONTESTANTS: dict[str, tuple[tuple[str, ...], Callable[[Path, str], Run]]] = {
    "gx_polars": (("strings", "own"), gx_polars_whole),
    "gx_polars, scan": (("strings", "own"), gx_polars_scan),
    "plain polars": (("strings", "own"), polars_whole),
    "plain polars, scan": (("strings", "own"), polars_scan),
    "gx on pandas": (("strings", "own"), gx_pandas_whole),
    "pandera": (("strings",), pandera_whole),
    "dataframely": (("strings",), dataframely_whole),
    "pointblank": (("strings",), pointblank_whole),
    "gx_polars, by unit": (("strings", "own"), gx_polars_units),
    "plain polars, by unit": (("strings", "own"), polars_units),
    "gx on pandas, by unit": (("strings",), gx_pandas_units),
}
