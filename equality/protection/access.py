"""Who may do what: roles, where they come from, and whose records somebody sees.

A role is looked up whenever it is needed. The table `role_changes` of the registry decides; somebody who is not in it
has the role of their groups at the identity provider, if the settings name a claim; else none, and sees nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa

from equality.protection.audit import Act, AuditLog, clean
from equality.protection.people import Person, Role
from equality.settings import Settings
from equality.store import tables
from equality.store.database import Database


class May(StrEnum):
    """What a role may do.

    `worklists` opens the page of records; whose records it lists is `records` (all) or `own_records` (the own teams').
    """

    figures = "figures"
    exact = "exact"
    own_records = "own_records"
    records = "records"
    worklists = "worklists"
    exports = "exports"
    events = "events"
    load = "load"
    administer = "administer"


MAY: Final[Mapping[Role | None, frozenset[May]]] = {
    None: frozenset(),
    Role.viewer: frozenset({May.figures}),
    Role.team_lead: frozenset({May.figures, May.own_records, May.worklists}),
    Role.analyst: frozenset({May.figures, May.exact, May.records, May.worklists, May.exports, May.events}),
    Role.administrator: frozenset(May) - {May.own_records},
}
"""Role → what it may do. Without a role nobody may do anything."""

ROLE_TITLES: Final[Mapping[Role, str]] = {
    Role.viewer: "Viewer",
    Role.team_lead: "Team lead",
    Role.analyst: "Analyst",
    Role.administrator: "Administrator",
}
_RANK: Final = tuple(Role)

_table = tables.role_changes


def may(person: Person, what: May) -> bool:
    """Whether somebody may do something."""
    return what in MAY[person.role]


def may_see_records_of(person: Person) -> frozenset[str] | None:
    """The teams whose records somebody may see: None for all of them, an empty set for none.

    Every query for records has to be narrowed by it.
    """
    if may(person, May.records):
        return None
    return frozenset(person.teams) if may(person, May.own_records) else frozenset()


@dataclass(frozen=True)
class Assignment:
    """Who was given which role; the newest of a person counts.

    Attributes:
        who: as the identity provider names them, in lower case.
        role: None: they may do nothing, whatever their groups say.
        teams: of a team lead.
        at: UTC.
        by: who gave it.
    """

    who: str
    role: Role | None
    teams: tuple[str, ...]
    at: datetime
    by: str


class Roles:
    """The table of roles of a registry."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, who: str) -> Assignment | None:
        """What the table says of somebody; None if they are not in it.

        Raises:
            StoreError: if the database cannot be read.
        """
        found = self._changes(_table.c.who == who.lower())
        return found[0] if found else None

    def all(self) -> list[Assignment]:
        """What holds now for everybody in the table, by name."""
        newest: dict[str, Assignment] = {}
        for change in self._changes():
            newest.setdefault(change.who, change)
        return [newest[who] for who in sorted(newest)]

    def history(self) -> list[Assignment]:
        """Every change, the newest first."""
        return self._changes()

    def give(
        self, who: str, role: Role | None, teams: tuple[str, ...], by: Person, log: AuditLog, reason: str = ""
    ) -> None:
        """Give somebody a role from now on.

        Raises:
            ValueError: if the name is empty, or the teams do not fit the role.
            AuditError: if it cannot be written to the audit log.
        """
        name = clean(who).lower()
        if not name:
            raise ValueError("say whose role it is, as the identity provider names them")
        if bool(teams) != (role is Role.team_lead):
            raise ValueError("a team lead has at least one team, and nobody else has any")
        about = {"whose": name, "role": role, "teams": list(teams)}
        with log.acting(Act.roles, by, about, reason), self._database.engine.begin() as connection:
            connection.execute(
                _table.insert().values(
                    who=name, role=role or "", teams=list(teams), at=datetime.now(UTC).replace(tzinfo=None), by=by.id
                )
            )

    def _changes(self, *where: sa.ColumnElement[bool]) -> list[Assignment]:
        if not self._database.exists():
            return []
        query = sa.select(_table).where(*where).order_by(_table.c.number.desc())
        try:
            with self._database.engine.connect() as connection:
                rows = connection.execute(query).all()
        except sa.exc.DBAPIError as error:
            raise self._database.unreachable(error) from error
        return [
            Assignment(row.who, Role(row.role) if row.role else None, tuple(row.teams), row.at, row.by) for row in rows
        ]


def person_of(claims: Mapping[str, Any], roles: Roles, given: Settings) -> Person:
    """Who signed in, with the role that they have now.

    Args:
        claims: of the ID token.
        roles: the table.
        given: the settings.

    Raises:
        StoreError: if the table cannot be read.
    """
    claim = given.identity_claim
    named = claims.get(claim)
    # An address that the provider says it has not verified may be anybody's.
    unverified = claim == "email" and claims.get("email_verified") is False
    if not isinstance(named, str) or not named.strip() or unverified:
        return Person(f"unnamed:{claims.get('sub', '')}", "Unknown", None)
    who = clean(named)
    name = str(claims.get("name") or who)
    decided = roles.of(who)
    if decided:
        return Person(who.lower(), name, decided.role, decided.teams)
    return Person(who.lower(), name, _of_groups(claims, given))


def _of_groups(claims: Mapping[str, Any], given: Settings) -> Role | None:
    if not given.roles_claim:
        return None
    held = claims.get(given.roles_claim)
    groups = [held] if isinstance(held, str) else held if isinstance(held, list | tuple) else []
    # A team lead's teams stand in the table only: a group cannot name them.
    found = [Role(given.roles_by_claim[group]) for group in groups if group in given.roles_by_claim]
    return max(found, key=_RANK.index, default=None)


def signed_in_until(claims: Mapping[str, Any], given: Settings) -> float:
    """When a session ends, in seconds since 1970: so many hours after the provider said who it is.

    A token that does not say when it was issued is over already.
    """
    issued = claims.get("iat")
    if not isinstance(issued, int | float) or isinstance(issued, bool):
        return 0.0
    return float(issued) + 3600.0 * given.session_hours


__all__ = [
    "MAY",
    "ROLE_TITLES",
    "Assignment",
    "May",
    "Roles",
    "may",
    "may_see_records_of",
    "person_of",
    "signed_in_until",
]
