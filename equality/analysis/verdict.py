"""What a checkpoint found, in numbers and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from equality.measures.states import STATE_TITLES

SUITE_TITLES: Final = {
    "completeness": "Complete: something is recorded",
    "validity": "Valid: the answer is in the code list",
    "known": "Known: the answer says something",
    "targets": "Targets: enough is known",
    "consistency": "Consistent: records do not contradict themselves",
    "plausibility": "Plausible: answers that go together can both be true",
}
"""Suite → what it asks, on screen."""
_SCHEMA: Final = {"suite": pl.String, "expectations": pl.Int64, "met": pl.Int64, "not_met": pl.Int64}


@dataclass(frozen=True)
class Verdict:
    """How many expectations a snapshot meets.

    Attributes:
        met: those that hold.
        of: all that were asked; 0 if the snapshot was not judged.
    """

    met: int
    of: int

    @property
    def short(self) -> str:
        """The verdict for a table."""
        return f"{self.met} of {self.of} met" if self.of else "not judged"

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        if not self.of:
            return "not judged: loaded together with a newer extract"
        return f"{self.met} of {self.of} expectations met"


def verdict(validation: Mapping[str, Any] | None) -> Verdict:
    """The verdict of a stored validation; None and an empty one are those of an extract that was not judged."""
    results = [result for suite in (validation or {}).get("suites", ()) for result in suite["results"]]
    return Verdict(sum(result["success"] for result in results), len(results))


def by_suite(validation: Mapping[str, Any]) -> pl.DataFrame:
    """Expectations met and not met of each suite: `suite`, `expectations`, `met`, `not_met`."""
    rows = []
    for suite in validation.get("suites", ()):
        met = sum(result["success"] for result in suite["results"])
        of = len(suite["results"])
        rows.append((SUITE_TITLES.get(suite["name"], suite["name"]), of, met, of - met))
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def not_met(validation: Mapping[str, Any], titles: Mapping[str, str]) -> pl.DataFrame:
    """Expectations that are not met, those that most records fail first.

    Args:
        validation: as the store keeps it.
        titles: characteristic → its title.

    Returns:
        `suite`, `about` (a characteristic or a sentence), `state` that fails, records `failing` and the records `of`
        which, their `share` and the share `allowed`, both of 100.
    """
    rows = [
        (
            suite["name"].capitalize(),
            result["sentence"] or titles.get(result["characteristic"], result["characteristic"]),
            STATE_TITLES.get(result["state"], "not known"),
            result["unexpected_count"],
            result["element_count"],
            result["unexpected_percent"],
            100 * (1 - result["mostly"]),
        )
        for suite in validation.get("suites", ())
        for result in suite["results"]
        if not result["success"]
    ]
    schema = {"suite": pl.String, "about": pl.String, "state": pl.String, "failing": pl.Int64, "of": pl.Int64}
    frame = pl.DataFrame(rows, schema={**schema, "share": pl.Float64, "allowed": pl.Float64}, orient="row")
    return frame.sort("failing", descending=True, nulls_last=True)
