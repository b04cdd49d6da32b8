"""The expressions that gave cells their states, kept with the snapshot whose counts they made.

Who lists the records behind a figure filters by the very same expressions, even when the suites have changed since, and
needs no Great Expectations to do so.
"""

from __future__ import annotations

import base64
import io
import json
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from equality.measures.states import state_column, state_expression

NAME: Final = "states.json"


def write(folder: Path, characteristics: Sequence[str]) -> None:
    """Keep the states' expressions of these characteristics in a snapshot's folder."""
    expressions = {
        name: base64.b64encode(zlib.compress(expression.meta.serialize())).decode()
        for name, expression in _made(characteristics).items()
    }
    content = {"polars": pl.__version__, "expressions": expressions}
    (folder / NAME).write_text(json.dumps(content), encoding="utf-8")


def read(folder: Path, characteristics: Sequence[str]) -> dict[str, pl.Expr]:
    """Characteristic → the expression of its cells' states, named `{characteristic}_state`.

    They are made anew, by the suites of today, if none were kept or another Polars wrote them: what one version
    serialises another need not understand.
    """
    path = folder / NAME
    content = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    kept = content.get("expressions", {})
    if content.get("polars") != pl.__version__ or not set(characteristics) <= set(kept):
        return _made(characteristics)
    return {
        name: pl.Expr.deserialize(io.BytesIO(zlib.decompress(base64.b64decode(kept[name])))) for name in characteristics
    }


def _made(characteristics: Sequence[str]) -> dict[str, pl.Expr]:
    # Great Expectations takes seconds to import: only who loads, or lists records of an old snapshot, waits for it.
    from equality.measures.suites import state_conditions

    return {
        name: state_expression(conditions).alias(state_column(name))
        for name, conditions in state_conditions(characteristics).items()
    }
