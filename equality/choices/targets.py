"""Targets: the share known that a force aims at, per characteristic, and for a role or a channel if it says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from equality.choices.book import Change
from equality.choices.fields import ChoiceError
from equality.measures.catalogue import Aim, Characteristic, characteristics
from equality.measures.dimensions import ROLES

_PREFIX: Final = "target"
LONGEST_CHANNEL: Final = 80


@dataclass(frozen=True)
class Scope:
    """What a target speaks of.

    Attributes:
        characteristic: its id.
        role: role of the people; empty for all.
        channel: how the crime was reported; empty for all.
    """

    characteristic: str
    role: str = ""
    channel: str = ""

    @property
    def name(self) -> str:
        """Its name in the book of choices."""
        return f"{_PREFIX}:{self.characteristic}:{self.role}:{self.channel}"

    @classmethod
    def of(cls, name: str) -> Scope | None:
        """The scope of a name in the book of choices; None if it is no target's."""
        prefix, _, rest = name.partition(":")
        parts = rest.split(":", 2)
        return cls(*parts) if prefix == _PREFIX and len(parts) == 3 else None

    @property
    def words(self) -> str:
        """Whom it concerns, in words."""
        parts = [ROLES.get(self.role, self.role) if self.role else "everyone"]
        return ", ".join([*parts, self.channel] if self.channel else parts)


@dataclass(frozen=True)
class Targets:
    """The targets that hold.

    Attributes:
        chosen: what administrators chose: scope → share, 0 to 1. Where nothing is chosen, the catalogue's holds.
    """

    chosen: Mapping[Scope, float] = field(default_factory=dict)

    def of(self, characteristic: str, role: str = "", channel: str = "") -> float:
        """The target of people in a role who reported by a channel: the most specific one that there is.

        Of one for the channel and one for the role, the channel's goes before.
        """
        for scope in _widening(characteristic, role, channel):
            if scope in self.chosen:
                return self.chosen[scope]
        return characteristics()[characteristic].target

    def applied(
        self, catalogue: Mapping[str, Characteristic], role: str = "", channel: str = ""
    ) -> dict[str, Characteristic]:
        """The same characteristics with the targets that hold for people in a role who reported by a channel."""
        return {name: replace(c, target=self.of(name, role, channel)) for name, c in catalogue.items()}

    def general(self) -> dict[str, float]:
        """Characteristic → the target of everyone."""
        return {name: self.of(name) for name in characteristics()}

    def aims(self) -> list[Aim]:
        """The chosen targets as the checkpoint takes them."""
        return [
            Aim(s.characteristic, share, {n: v for n, v in (("role", s.role), ("channel", s.channel)) if v}, s.words)
            for s, share in sorted(self.chosen.items(), key=lambda item: item[0].name)
        ]

    def written(self) -> dict[str, float]:
        """The chosen targets by name, as JSON keeps them."""
        return {scope.name: share for scope, share in self.chosen.items()}

    @classmethod
    def read(cls, written: Mapping[str, float]) -> Targets:
        """What `written` gave."""
        return cls({scope: share for name, share in written.items() if (scope := Scope.of(name))})


def targets_in(newest: Mapping[str, Change]) -> Targets:
    """The targets of a book of choices; those of characteristics that are no more are left out."""
    found = {
        scope: float(change.value)
        for name, change in newest.items()
        if change.value is not None and (scope := Scope.of(name)) and scope.characteristic in characteristics()
    }
    return Targets(found)


def checked_target(scope: Scope, value: Any) -> float | None:
    """A target as it is kept: a share above 0 and at most 1; None takes it back.

    Raises:
        ChoiceError: if there is no such characteristic or role, or the share cannot be aimed at.
    """
    known = characteristics()
    if scope.characteristic not in known:
        raise ChoiceError(f"There is no characteristic {scope.characteristic!r}: there are {', '.join(known)}.")
    if scope.role and scope.role not in ROLES:
        raise ChoiceError(f"There is no role {scope.role!r}: there are {', '.join(ROLES)}.")
    if len(scope.channel) > LONGEST_CHANNEL or not scope.channel.isprintable():
        raise ChoiceError(f"A channel is named as the export names it, in at most {LONGEST_CHANNEL} characters.")
    if value is None:
        return None
    title = known[scope.characteristic].title
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        said = f"{100 * value:g}%" if isinstance(value, int | float) else repr(value)
        raise ChoiceError(f"{title}: {said} cannot be aimed at; give more than 0% and at most 100%.")
    return round(float(value), 4)


def _widening(characteristic: str, role: str, channel: str) -> list[Scope]:
    scopes = [Scope(characteristic, role, channel), Scope(characteristic, "", channel), Scope(characteristic, role)]
    return list(dict.fromkeys([*scopes, Scope(characteristic)]))


__all__ = ["Scope", "Targets", "checked_target", "targets_in"]
