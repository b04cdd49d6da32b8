"""The code lists in `expectations/code_lists/`: what may be recorded, and which state each code means."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

from equality.measures.catalogue import EXPECTATIONS


@dataclass(frozen=True)
class Code:
    """One line of a code list in `expectations/code_lists/`.

    Attributes:
        code: what is stored.
        label: what is shown.
        state: `valid`, or the state that the code means when it is no informative answer.
        group: the broader group, where the list has one.
        reason: why an answer was not obtained (`not_understood`, `not_possible`), else empty.
    """

    code: str
    label: str
    state: str
    group: str
    reason: str


@functools.cache
def code_list(characteristic: str, folder: Path = EXPECTATIONS) -> dict[str, Code]:
    """The code list of a characteristic, by code, in the file's order."""
    path = folder / "code_lists" / f"{characteristic}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: Code(**row) for row in csv.DictReader(file)}
