"""The characteristics: what each is called, what it means, its target and the national figure."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

EXPECTATIONS = Path(__file__).resolve().parents[2] / "expectations"
"""Where the suites, code lists and the catalogue live."""


@dataclass(frozen=True)
class NationalFigure:
    """A published national share of people whose characteristic is not recorded.

    Attributes:
        missing: share not recorded, 0 to 1.
        period: the year it speaks of.
        source: publication and denominator.
    """

    missing: float
    period: str
    source: str

    @property
    def known(self) -> float:
        """The complement: the share of people whose characteristic is recorded."""
        return 1 - self.missing


@dataclass(frozen=True)
class Characteristic:
    """One characteristic that is measured.

    Attributes:
        id: its name in columns, links and commands.
        title: its name on screen.
        short: a shorter name for narrow places.
        law: the protected characteristic of the Equality Act 2010, s.4 to which it belongs.
        meaning: one or two sentences for readers.
        target: share known that is aimed at, 0 to 1: the `mostly` of `expectations/targets.json`.
        national: role → published national figure.
    """

    id: str
    title: str
    short: str
    law: str
    meaning: str
    target: float
    national: dict[str, NationalFigure]


@dataclass(frozen=True)
class Aim:
    """A target that a force chose, for the checkpoint.

    Attributes:
        characteristic: its id.
        share: share known that is aimed at, 0 to 1.
        where: dimension → value, of the people it speaks of; empty for everyone.
        whom: the same in words.
    """

    characteristic: str
    share: float
    where: Mapping[str, str]
    whom: str


@functools.cache
def characteristics(folder: Path = EXPECTATIONS) -> dict[str, Characteristic]:
    """Every characteristic by its id, in the order of screens.

    Raises:
        ValueError: if a characteristic has no target.
    """
    entries = yaml.safe_load((folder / "catalogue.yaml").read_text(encoding="utf-8"))["characteristics"]
    targets = _targets(folder)
    found = {}
    for entry in entries:
        name = entry["id"]
        if name not in targets:
            raise ValueError(f"targets.json has no target for {name}: add one, or take it out of catalogue.yaml")
        national = {role: NationalFigure(**figure) for role, figure in entry.get("national", {}).items()}
        found[name] = Characteristic(
            id=name,
            title=entry["title"],
            short=entry.get("short", entry["title"]),
            law=entry["law"],
            meaning=entry["meaning"],
            target=targets[name],
            national=national,
        )
    return found


def _targets(folder: Path) -> dict[str, float]:
    # Read as JSON: importing Great Expectations takes seconds, and pages read the catalogue.
    suite = json.loads((folder / "targets.json").read_text(encoding="utf-8"))
    return {e["meta"]["characteristic"]: e["kwargs"]["mostly"] for e in suite["expectations"]}
