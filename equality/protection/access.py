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

from equality.errors import DeniedError, StoreError
from equality.protection.audit import Act, AuditLog, clean
from equality.protection.people import Person, Role
from equality.settings import Settings, settings
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
        number: of the change, counted up.
    """

    who: str
    role: Role | None
    teams: tuple[str, ...]
    at: datetime
    by: str
    number: int = 0


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
        self,
        who: str,
        role: Role | None,
        teams: tuple[str, ...],
        by: Person,
        log: AuditLog,
        reason: str = "",
        seen: int | None = None,
    ) -> None:
        """Give somebody a role from now on.

        Args:
            who: as the identity provider names them.
            role: None: they may do nothing.
            teams: of a team lead.
            by: who gives it.
            log: the audit log.
            reason: why.
            seen: the number of that person's change that the one who decides has seen, 0 for none; None: whatever
                holds.

        Raises:
            ValueError: if the name is empty, or the teams do not fit the role.
            DeniedError: if the one who gives may not.
            StoreError: if somebody changed it since, or nobody would be an administrator any more.
            AuditError: if it cannot be written to the audit log.
        """
        if not may(by, May.administer):
            raise DeniedError("Nothing was changed: giving roles is not for yours. Ask an administrator.")
        name = clean(who).lower()
        if not name:
            raise ValueError("say whose role it is, as the identity provider names them")
        if bool(teams) != (role is Role.team_lead):
            raise ValueError("a team lead has at least one team, and nobody else has any")
        before = self.of(name)
        about = {"whose": name, "from": before.role if before else None, "role": role, "teams": list(teams)}
        now = datetime.now(UTC).replace(tzinfo=None)
        with log.acting(Act.roles, by, about, reason), self._database.engine.begin() as connection:
            if self._database.is_postgresql:
                # Two administrators must not take the role from each other at once.
                connection.exec_driver_sql("LOCK TABLE role_changes IN EXCLUSIVE MODE")
            # The first statement takes SQLite's lock: what follows sees every change before this one.
            inserted = connection.execute(
                _table.insert().values(who=name, role=role or "", teams=list(teams), at=now, by=by.id)
            )
            number = int((inserted.inserted_primary_key or (0,))[0])
            earlier = _newest(connection, _table.c.number < number)
            if seen is not None and seen != (earlier[name].number if name in earlier else 0):
                raise StoreError(
                    f"Nothing was changed: somebody else changed the role of {name} since you opened it. Look at what "
                    "holds now, then decide again."
                )
            was_one = name in earlier and earlier[name].role is Role.administrator
            after = _newest(connection)
            if was_one and not _by_groups() and not any(a.role is Role.administrator for a in after.values()):
                raise StoreError(
                    f"Nothing was changed: {name} is the last administrator. Make somebody else one first, then take "
                    "the role away."
                )

    def _changes(self, *where: sa.ColumnElement[bool]) -> list[Assignment]:
        if not self._database.exists():
            return []
        try:
            with self._database.engine.connect() as connection:
                return _read(connection, *where)
        except sa.exc.DBAPIError as error:
            raise self._database.unreachable(error) from error


def _read(connection: sa.Connection, *where: sa.ColumnElement[bool]) -> list[Assignment]:
    rows = connection.execute(sa.select(_table).where(*where).order_by(_table.c.number.desc())).all()
    return [
        Assignment(row.who, Role(row.role) if row.role else None, tuple(row.teams), row.at, row.by, row.number)
        for row in rows
    ]


def _newest(connection: sa.Connection, *where: sa.ColumnElement[bool]) -> dict[str, Assignment]:
    newest: dict[str, Assignment] = {}
    for change in _read(connection, *where):
        newest.setdefault(change.who, change)
    return newest


def _by_groups() -> bool:
    """Whether somebody may be an administrator by their groups, whatever the table says."""
    return bool(settings().roles_claim) and "administrator" in settings().roles_by_claim.values()


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
