"""Who acts: a person with a role, as the audit log and every permission know them."""

from __future__ import annotations

import getpass
import json
import os
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody may do; `equality.protection.access` says what that is."""

    viewer = "viewer"
    team_lead = "team_lead"
    analyst = "analyst"
    administrator = "administrator"


@dataclass(frozen=True)
class Person:
    """Somebody who acts.

    Attributes:
        id: what identifies them at the identity provider, or their name on this machine.
        name: what they are called on screen.
        role: what they may do; None for somebody who may do nothing.
        teams: the teams whose records a team lead may see.
    """

    id: str
    name: str
    role: Role | None
    teams: tuple[str, ...] = ()

    def written(self) -> str:
        """The person as text, for a process that acts on their behalf."""
        return json.dumps({"id": self.id, "name": self.name, "role": self.role, "teams": self.teams})

    @classmethod
    def read(cls, text: str) -> Person:
        """What `written` gave.

        Raises:
            ValueError: if it is something else.
        """
        try:
            known = json.loads(text)
            role = Role(known["role"]) if known["role"] else None
            return cls(str(known["id"]), str(known["name"]), role, tuple(map(str, known["teams"])))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError("this is no person as a program writes one") from error


def local_person() -> Person:
    """Who runs this process: somebody who can read the store's files anyway, and therefore may do everything."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container's user often has no name
        name = f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"
    return Person(f"local:{name}", name, Role.administrator)
