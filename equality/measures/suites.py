"""The suites in `expectations/`, with the code lists as their parameters."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from great_expectations.core.expectation_suite import ExpectationSuite

from equality.errors import EqualityError
from equality.measures.catalogue import EXPECTATIONS, Aim
from equality.measures.catalogue import characteristics as catalogue
from equality.measures.codes import code_list
from equality.measures.states import by_characteristic
from gx_polars import Condition, conditions, load_suite

STATE_SUITES = ("completeness", "validity", "known")
"""The suites whose expectations decide the state of a cell."""

RECORD_SUITES = ("consistency", "plausibility")
"""Suites about records rather than one characteristic's cells."""

TARGET_SUITE = "targets"
"""The suite over the states themselves: the share known that is aimed at, as `mostly`."""


class SuiteError(EqualityError):
    """A suite in `expectations/` contradicts itself."""


def parameters(characteristics: Sequence[str], crime_reference_pattern: str | None = None) -> dict[str, Any]:
    """The suite parameters: every code list, whole and by state.

    For a characteristic `c`: `c_codes` (all codes), `c_declined`, `c_not_obtained` (without those who did not
    understand), `c_not_understood`, `c_not_stated` and `c_unknown`.
    """
    found: dict[str, Any] = {}
    for name in characteristics:
        codes = code_list(name).values()
        found[f"{name}_codes"] = [c.code for c in codes]
        for state in ("declined", "not_obtained", "not_stated", "unknown"):
            found[f"{name}_{state}"] = [c.code for c in codes if c.state == state and c.reason != "not_understood"]
        found[f"{name}_not_understood"] = [c.code for c in codes if c.reason == "not_understood"]
    if crime_reference_pattern:
        found["crime_reference_pattern"] = crime_reference_pattern
    return found


@functools.cache
def _content(name: str, folder: Path) -> dict[str, Any]:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def suite(
    name: str, characteristics: Sequence[str], columns: Sequence[str], folder: Path = EXPECTATIONS
) -> ExpectationSuite:
    """One suite, without the expectations about what an export does not hold.

    Args:
        name: the file's name in `expectations/`, without `.json`.
        characteristics: those that the export holds.
        columns: the columns of its records; an expectation about any other column is left out.
        folder: where the suites are.
    """
    content = copy.deepcopy(_content(name, folder))
    content["expectations"] = [e for e in content["expectations"] if _applies(e, set(characteristics), set(columns))]
    return load_suite(content)


def target_suite(
    characteristics: Sequence[str], columns: Sequence[str], aims: Sequence[Aim], folder: Path = EXPECTATIONS
) -> ExpectationSuite:
    """The suite of targets with what a force chose in place of the file's: for everyone, and for some people beside.

    Args:
        characteristics: those that the export holds.
        columns: the columns of its records; an aim for people whom they cannot tell apart is left out.
        aims: the chosen targets.
        folder: where the suites are.
    """
    content = copy.deepcopy(_content(TARGET_SUITE, folder))
    held = [e for e in content["expectations"] if _applies(e, set(characteristics), set(columns))]
    content["expectations"] = list(held)
    base = {e["meta"]["characteristic"]: copy.deepcopy(e) for e in held}
    for aim in aims:
        if aim.characteristic not in base or not set(aim.where) <= set(columns):
            continue
        if not aim.where:
            next(e for e in held if e["meta"]["characteristic"] == aim.characteristic)["kwargs"]["mostly"] = aim.share
            continue
        own = copy.deepcopy(base[aim.characteristic])
        own["kwargs"]["mostly"] = aim.share
        own["kwargs"]["row_condition"] = {
            "type": "and",
            "conditions": [own["kwargs"]["row_condition"], *(_equals(n, v) for n, v in aim.where.items())],
        }
        own["meta"]["sentence"] = f"{catalogue()[aim.characteristic].title}: {aim.whom}"
        content["expectations"].append(own)
    return load_suite(content)


def _equals(column: str, value: str) -> dict[str, Any]:
    return {"type": "comparison", "column": {"name": column}, "operator": "==", "parameter": value}


def _applies(expectation: dict[str, Any], characteristics: set[str], columns: set[str]) -> bool:
    asked = (expectation.get("meta") or {}).get("characteristic")
    kwargs = expectation["kwargs"]
    named = {kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs}
    named |= set(kwargs.get("column_list", ()))
    return asked in characteristics if asked else named <= columns


def state_conditions(
    characteristics: Sequence[str], folder: Path = EXPECTATIONS
) -> Mapping[str, tuple[Condition, ...]]:
    """For each characteristic the conditions that decide its cells' states.

    Raises:
        SuiteError: if the expectations of a characteristic do not share one `row_condition`, or one is missing.
    """
    return _state_conditions(tuple(characteristics), folder)


@functools.cache
def _state_conditions(characteristics: tuple[str, ...], folder: Path) -> Mapping[str, tuple[Condition, ...]]:
    # Cached: loading many extracts asks for the same conditions again and again, and suites are slow to read.
    values = parameters(characteristics)
    found = by_characteristic(
        condition for name in STATE_SUITES for condition in conditions(suite(name, characteristics, (), folder), values)
    )
    for name in characteristics:
        domains = {repr(getattr(c.expectation, "row_condition", None)) for c in found.get(name, [])}
        if len(domains) != 1:
            raise SuiteError(
                f"The expectations about {name} must all have the same row_condition, so that they speak of the "
                f"same people; they have {len(domains)} different ones. Correct expectations/*.json."
            )
    return MappingProxyType({name: tuple(found[name]) for name in characteristics})
