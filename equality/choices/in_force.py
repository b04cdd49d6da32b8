"""What holds now: the environment's settings, with what administrators chose laid over them. Ask here, every time.

What the operator gives as an environment variable wins: it is fixed, and the page says so. Nothing is kept between two
questions, so that a choice holds at once in every process that shares the registry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from equality.choices import book
from equality.choices.book import Change
from equality.choices.fields import CHOICES, ChoiceError, checked
from equality.choices.targets import Targets, targets_in
from equality.settings import Settings, settings
from equality.store.database import Database


@dataclass(frozen=True)
class InForce:
    """What holds.

    Attributes:
        settings: every setting.
        targets: the force's targets.
        newest: what administrators chose last, by name in the book of choices.
    """

    settings: Settings
    targets: Targets
    newest: Mapping[str, Change]

    def version(self, name: str) -> int:
        """The version of a name that was just read; 0 if it was never chosen."""
        return self.newest[name].version if name in self.newest else 0


def in_force(database: Database) -> InForce:
    """What holds now in the store of this registry.

    Raises:
        StoreError: if the registry cannot be read.
    """
    found = book.newest(database)
    return InForce(_laid_over(found), targets_in(found), found)


def fixed() -> frozenset[str]:
    """The settings that the operator gave as environment variables: nobody can choose them on the page."""
    return frozenset(settings().model_fields_set & CHOICES.keys())


def reason_required(connection: sa.Connection) -> bool:
    """Whether acts need a reason, read on a connection that somebody holds."""
    name = "audit_reason_required"
    if name in fixed():
        return settings().audit_reason_required
    chosen = book.newest_value(connection, name)
    return settings().audit_reason_required if chosen is None else bool(chosen)


def _laid_over(newest: Mapping[str, Change]) -> Settings:
    chosen = {}
    for name in CHOICES.keys() - fixed():
        if name not in newest or newest[name].value is None:
            continue
        try:
            chosen[name] = checked(name, newest[name].value)
        except ChoiceError:
            # Chosen under an earlier version's limits: the default, which is within those of now, protects.
            continue
    return settings().model_copy(update=chosen)


__all__ = ["InForce", "fixed", "in_force", "reason_required"]
