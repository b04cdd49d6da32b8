"""Says of a mistake in a YAML file where it stands and how it is mended."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

import yaml
from pydantic import BaseModel
from pydantic_core import ErrorDetails


def described(
    tree: yaml.Node | None, error: ErrorDetails, whole: type[BaseModel], parts: Mapping[str, type[BaseModel]]
) -> str:
    """One mistake: line, key, what is wrong and what to do.

    Args:
        tree: the file as YAML nodes, which know their lines.
        error: what validation found.
        whole: the model of the file.
        parts: the models under its keys.
    """
    # What is wrong with several parts together may say at which of them to look.
    loc = (*error["loc"], *getattr(error.get("ctx", {}).get("error"), "at", ()))
    place = ".".join(str(part) for part in loc) or "file"
    said = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        model = parts.get(str(error["loc"][0]), whole) if len(error["loc"]) > 1 else whole
        known = [field.alias or key for key, field in model.model_fields.items()]
        near = difflib.get_close_matches(str(error["loc"][-1]), known, n=1)
        said = "is not known here" + (f"; did you mean {near[0]}?" if near else f"; known are {', '.join(known)}")
    elif error["type"] == "missing":
        said = f"is missing; add `{error['loc'][-1]}: …`"
    elif error["type"] == "string_type":
        said = "must be text; put it in quotes: YAML reads Yes, No, On and numbers as something else"
    return f"line {_line(tree, loc)}: {place}: {said}"


def _line(node: yaml.Node | None, loc: tuple[int | str, ...]) -> int:
    """The line of the deepest part of a place that the file has, from 1."""
    line = node.start_mark.line + 1 if node else 1
    for part in loc:
        found = None
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(part)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            found = (node.value[part], node.value[part])
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line
