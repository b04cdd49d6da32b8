"""Data and suites for the engine benchmark: seeded, so that every engine sees the same."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

ROOT = Path(__file__).resolve().parents[1]
UNITS = 300

#: Column → (codes in the list, what a code looks like).
STRINGS: dict[str, tuple[list[str], str]] = {
    "ethnicity": ([f"{a}{n}" for a in "WMABO" for n in range(1, 5)], r"^[A-Z]\d$"),
    "sex": (["M", "F", "U"], r"^[A-Z]$"),
    "religion": ([f"R{n:02}" for n in range(12)], r"^R\d{2}$"),
    "disability": ([f"D{n}" for n in range(8)], r"^D\d$"),
    "orientation": (["HET", "GAY", "LES", "BI", "OTH"], r"^[A-Z]{2,3}$"),
    "postcode": ([f"WR{n} {m}AB" for n in range(1, 16) for m in range(1, 9)], r"^[A-Z]{1,2}\d{1,2} \d[A-Z]{2}$"),
}
JUNK = ["?", "unknown", "n/k", " "]


def string_frame(rows: int, seed: int = 1) -> pl.DataFrame:
    """Six text columns with missing and wrong values, and a unit."""
    draw = np.random.default_rng(seed)
    columns = {name: _draw(draw, [*codes, *JUNK], len(codes), rows) for name, (codes, _) in STRINGS.items()}
    return pl.DataFrame({"unit": _units(draw, rows), **columns})


def _draw(draw: np.random.Generator, values: list[str], good: int, rows: int) -> pl.Series:
    picked = draw.integers(0, good, rows, dtype=np.int32)
    picked = np.where(draw.random(rows) < 0.03, draw.integers(good, len(values), rows), picked)
    series = pl.Series(values).gather(pl.Series(picked.astype(np.uint32)))
    present = pl.Series(draw.random(rows) >= 0.06)
    return series.zip_with(present, pl.Series([None], dtype=pl.String).new_from_index(0, rows))


def _units(draw: np.random.Generator, rows: int) -> pl.Series:
    names = pl.Series([f"area {n // 60} team {n % 60}" for n in range(UNITS)])
    return names.gather(pl.Series(draw.integers(0, UNITS, rows).astype(np.uint32)))


def string_suite() -> list[dict[str, Any]]:
    """Eighteen expectations as GX JSON: present, in the list, well-formed, for each column."""
    suite = []
    for name, (codes, pattern) in STRINGS.items():
        for kind, more in [
            ("expect_column_values_to_not_be_null", {}),
            ("expect_column_values_to_be_in_set", {"value_set": codes}),
            ("expect_column_values_to_match_regex", {"regex": pattern}),
        ]:
            suite.append({"type": kind, "kwargs": {"column": name, "mostly": 0.9, **more}})
    return suite


def own_suite() -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """This project's suites in one, with their parameters filled from the code lists."""
    suite = []
    for name in ("completeness", "known", "validity"):
        loaded = json.loads((ROOT / "expectations" / f"{name}.json").read_text(encoding="utf-8"))
        suite += [{key: one[key] for key in ("type", "kwargs")} for one in loaded["expectations"]]
    return suite, _parameters(suite)


def _codes(characteristic: str) -> list[dict[str, str]]:
    path = ROOT / "expectations" / "code_lists" / f"{characteristic}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _parameters(suite: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in suite:
        wanted = one["kwargs"].get("value_set")
        if isinstance(wanted, dict):
            name, column = wanted["$PARAMETER"], one["kwargs"]["column"]
            state = name.removeprefix(f"{column}_")
            rows = _codes(column)
            fitting = [row["code"] for row in rows if state in ("codes", row["state"], row.get("reason"))]
            found[name] = fitting or ["-"]
    return found


def own_frame(rows: int, seed: int = 2) -> pl.DataFrame:
    """A frame for this project's suites: their columns, filled from the code lists."""
    draw = np.random.default_rng(seed)
    columns = {"unit": _units(draw, rows)}
    for one in own_suite()[0]:
        name = one["kwargs"]["column"]
        if name not in columns:
            codes = [row["code"] for row in _codes(name)]
            columns[name] = _draw(draw, [*codes, *JUNK], len(codes), rows)
    columns["person_type"] = _draw(draw, ["person", "organisation"], 1, rows)
    columns["age_band"] = _draw(draw, ["0-9", "10-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+"], 7, rows)
    columns["sex_group"] = _draw(draw, ["Female", "Male"], 1, rows)
    return pl.DataFrame(columns)
