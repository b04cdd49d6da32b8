"""Labels of roles and kinds of people that systems share, as the profiles of the project spell them."""

from __future__ import annotations

import functools

from equality.exports.guess import Values
from equality.exports.labels import fold
from equality.exports.profile import available, load_profile


@functools.cache
def _spellings(table: str) -> dict[str, str]:
    """Folded label → what a profile of the project takes it for; of two that differ neither counts."""
    found: dict[str, set[str]] = {}
    for name in available():
        for label, meaning in getattr(load_profile(name), table).items():
            found.setdefault(fold(label), set()).add(meaning)
    return {label: meanings.pop() for label, meanings in found.items() if len(meanings) == 1}


def usual_meanings(table: str, labels: Values) -> dict[str, str]:
    """The labels of a column that are usual ones → what they mean.

    Args:
        table: `roles` or `person_types`.
        labels: of the column.
    """
    known = _spellings(table)
    return {label: known[fold(label)] for label in labels if fold(label) in known}
