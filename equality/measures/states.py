"""The eight states of a cell (one characteristic of one person-role record) and the expectations behind them.

A cell's state is that of the first expectation it fails, in the order of `PRECEDENCE`; a cell that fails
none is `valid`, a cell outside the `row_condition` of its expectations is `not_applicable`. The expectations
themselves are in `expectations/*.json`; each says in its `meta` which characteristic it speaks of and which
state a failure means.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import polars as pl

if TYPE_CHECKING:
    # Great Expectations takes seconds to import, and pages need only the names of the states.
    from gx_polars import Condition

STATES: Final = (
    "valid",
    "declined",
    "not_obtained",
    "not_stated",
    "unknown",
    "invalid",
    "blank",
    "not_applicable",
)
"""Every state, in the order in which screens and files show them."""

APPLICABLE_STATES: Final = STATES[:-1]

PRECEDENCE: Final = ("blank", "invalid", "declined", "not_obtained", "not_stated", "unknown")
"""Which failure names the state when a cell fails several expectations."""

STATE_TITLES: Final[Mapping[str, str]] = {
    "valid": "Known",
    "declined": "Declined",
    "not_obtained": "Not obtained",
    "not_stated": "Not stated",
    "unknown": "Unknown",
    "invalid": "Invalid",
    "blank": "Blank",
    "not_applicable": "Not applicable",
}

STATE_MEANINGS: Final[Mapping[str, str]] = {
    "valid": "An informative, recognised answer.",
    "declined": "The person was asked and preferred not to say: a legitimate answer.",
    "not_obtained": "The person could not be asked or did not understand the question.",
    "not_stated": "Recorded as not stated, without a reason.",
    "unknown": "A default such as Unknown, IC9 or 01/01/1900.",
    "invalid": "Not in the code list, malformed or impossible.",
    "blank": "Nothing was recorded.",
    "not_applicable": "Outside the denominator, for example an organisation or the state.",
}

State = pl.Enum(STATES)


def state_column(characteristic: str) -> str:
    """The name of the column that holds the state of a characteristic's cells."""
    return f"{characteristic}_state"


def state_expression(conditions: Sequence[Condition]) -> pl.Expr:
    """The state of one characteristic's cells, from the conditions of its expectations.

    All expectations of a characteristic share one domain (the same `row_condition`): `suites.load` checks it.

    Args:
        conditions: those of one characteristic whose `meta` names a state, in any order.

    Returns:
        An expression of dtype `State`, never null.
    """
    ordered = sorted(((meta(c)["state"], c) for c in conditions), key=lambda pair: PRECEDENCE.index(pair[0]))
    outside = ~ordered[0][1].domain
    cases = [(outside, "not_applicable"), *((condition.unexpected, state) for state, condition in ordered)]
    expression = pl.lit("valid", dtype=State)
    for unmet, state in reversed(cases):
        expression = pl.when(unmet).then(pl.lit(state, dtype=State)).otherwise(expression)
    return expression


def by_characteristic(conditions: Iterable[Condition]) -> dict[str, list[Condition]]:
    """Conditions that name a state, grouped by their characteristic, in the order they come."""
    groups: dict[str, list[Condition]] = {}
    for condition in conditions:
        about = meta(condition)
        if "state" in about:
            groups.setdefault(about["characteristic"], []).append(condition)
    return groups


def meta(condition: Condition) -> dict[str, Any]:
    """What a condition's expectation says of itself: `characteristic`, `dimension`, `state`, `reason`."""
    return condition.expectation.meta or {}
