"""Suites without a context: load them from JSON, fill in their parameters."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from great_expectations.core.expectation_suite import ExpectationSuite
from great_expectations.core.suite_parameters import (
    get_suite_parameter_key,
    is_suite_parameter,
    parse_suite_parameter,
)
from great_expectations.exceptions import SuiteParameterError

from gx_polars.errors import MissingParameterError

#: GX evaluates parameter arithmetic on one parser that all threads share.
_PARSER_LOCK = threading.Lock()


def load_suite(source: str | Path | Mapping[str, Any]) -> ExpectationSuite:
    """An ``ExpectationSuite`` from GX's own JSON; needs no Data Context.

    Unlike ``ExpectationSuite(**loaded)``, which logs an expectation that it cannot read and leaves it
    out, this raises: a rule that silently disappears counts everything as valid.

    Args:
        source: A path to a suite file, or the loaded JSON object.
    """
    loaded = source if isinstance(source, Mapping) else json.loads(Path(source).read_text(encoding="utf-8"))
    content = dict(loaded)
    expectations = content.pop("expectations", [])
    known = {"name", "id", "meta", "notes", "suite_parameters"}
    suite = ExpectationSuite(**{key: value for key, value in content.items() if key in known})
    suite.expectations = [suite._process_expectation(dict(expectation)) for expectation in expectations]
    return suite


def substitute(value: Any, parameters: Mapping[str, Any]) -> Any:
    """The value, or what ``{"$PARAMETER": ...}`` stands for.

    Plain names are looked up; arithmetic (``"2 * n"``) is left to GX.

    Raises:
        MissingParameterError: The name is not among the parameters.
    """
    if not is_suite_parameter(value):
        return value
    name = get_suite_parameter_key(value)
    if name in parameters:
        return parameters[name]
    try:
        with _PARSER_LOCK:
            return parse_suite_parameter(name, dict(parameters))
    except SuiteParameterError as error:
        raise MissingParameterError(name, sorted(parameters)) from error
