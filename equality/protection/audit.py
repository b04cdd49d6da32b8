"""The audit log: who set out to do what, written before it is done. What cannot be written does not happen.

Entries are numbered and chained: each hash is the SHA-256 of the hash before it and of the entry as canonical JSON.
A guard row holds the length and the newest hash, and a file outside the database gets a line `number hash` for every
entry. `equality.protection.audit_check` finds what was changed, taken out, put in another order or cut off.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from equality.choices.in_force import reason_required
from equality.errors import AuditError
from equality.protection.people import Person
from equality.settings import settings
from equality.store import tables
from equality.store.database import Database
from equality.store.registry import Registry
from equality.store.writing import outcome_of

START: Final = "0" * 64
"""What the first entry is chained to."""
PATIENCE: Final = 5
"""Seconds to wait for a database that somebody else holds."""
LONGEST_REASON: Final = 500

_table, _guard = tables.audit, tables.audit_guard


class Act(StrEnum):
    """What is logged."""

    load = "load"
    records = "records"
    download = "download"
    assignment = "assignment"
    settings = "settings"
    roles = "roles"
    purge = "purge"
    sign_in = "sign_in"
    sign_out = "sign_out"
    refusal = "refusal"


ACT_TITLES: Final[Mapping[Act, str]] = {
    Act.load: "Load",
    Act.records: "Records seen",
    Act.download: "Download",
    Act.assignment: "Assignment",
    Act.settings: "Settings changed",
    Act.roles: "Roles changed",
    Act.purge: "Purge",
    Act.sign_in: "Signed in",
    Act.sign_out: "Signed out",
    Act.refusal: "Refused",
}
NEEDS_REASON: Final = frozenset({Act.records, Act.download, Act.assignment, Act.settings, Act.roles, Act.purge})
"""Acts that need a reason where the setting `audit_reason_required` says so."""


@dataclass(frozen=True)
class Entry:
    """One entry.

    Attributes:
        number: 1 for the first, without gaps.
        at: UTC, ISO 8601 with microseconds.
        who: the person's identifier.
        role: the role they acted in; empty for somebody without one.
        act: one of `Act`.
        about: what it was about, as JSON.
        reason: why, in the person's words.
        previous: the hash of the entry before.
        hash: of this entry.
    """

    number: int
    at: str
    who: str
    role: str
    act: str
    about: Mapping[str, Any]
    reason: str
    previous: str
    hash: str = field(default="")

    def hashed(self) -> str:
        """The hash that this entry must have."""
        said = {name: getattr(self, name) for name in ("number", "at", "who", "role", "act", "about", "reason")}
        return hashlib.sha256(self.previous.encode() + canonical(said).encode()).hexdigest()


@dataclass(frozen=True)
class Wanted:
    """Which entries to look for; nothing set means all.

    Attributes:
        act: one of `Act`.
        words: stand in who, about or reason, whatever their case.
        first: not before this day (UTC).
        last: not after this day (UTC).
    """

    act: str = ""
    words: str = ""
    first: date | None = None
    last: date | None = None

    def condition(self) -> sa.ColumnElement[bool]:
        """The same as SQL."""
        terms: list[sa.ColumnElement[bool]] = [sa.true()]
        if self.act:
            terms.append(_table.c.act == self.act)
        if self.words:
            # `about` is kept as ASCII: what is looked for has to be written alike.
            escaped = json.dumps(self.words)[1:-1]
            places = ((_table.c.who, self.words), (_table.c.reason, self.words), (_table.c.about, escaped))
            terms.append(sa.or_(*(sa.func.lower(c).contains(t.lower(), autoescape=True) for c, t in places)))
        if self.first:
            terms.append(_table.c.at >= self.first.isoformat())
        if self.last:
            terms.append(_table.c.at < (self.last + timedelta(days=1)).isoformat())
        return sa.and_(*terms)


class AuditLog:
    """The audit log of a store."""

    def __init__(self, database: Database, anchor: Path) -> None:
        """Name it; nothing is opened.

        Args:
            database: the registry's.
            anchor: the file that keeps number and hash of every entry outside the database.
        """
        self.database = database
        self.anchor = anchor

    def write(self, act: Act, by: Person, about: Mapping[str, Any], reason: str = "") -> Entry:
        """Write an entry. Who calls this does the act afterwards, and only if this returns.

        Args:
            act: what is about to be done.
            by: who does it.
            about: JSON: what it is done to.
            reason: why.

        Raises:
            AuditError: if it cannot be written, or a reason is required and missing.
            StoreError: if there is no registry to write to.
        """
        return self._append(act, by, about, clean(reason), asked=act in NEEDS_REASON)

    @contextmanager
    def acting(self, act: Act, by: Person, about: Mapping[str, Any], reason: str = "") -> Iterator[Entry]:
        """Do something inside of this: it is written first, and if it fails that is written too.

        Raises:
            AuditError: as `write`; the body does not run.
        """
        entry = self.write(act, by, about, reason)
        try:
            yield entry
        except BaseException as error:
            # The act has failed; that its failure could not be written either must not hide why.
            with suppress(AuditError):
                self._append(act, by, {"entry": entry.number, "ended": outcome_of(error)[0]}, "")
            raise

    def entries(self, wanted: Wanted | None = None, limit: int | None = 100, offset: int = 0) -> list[Entry]:
        """Entries, the newest first.

        Raises:
            StoreError: if the database cannot be read.
        """
        if not self.database.exists():
            return []
        chosen = (wanted or Wanted()).condition()
        query = sa.select(_table).where(chosen).order_by(_table.c.number.desc()).limit(limit).offset(offset)
        with self._reading() as connection:
            return [entry_of(row) for row in connection.execute(query)]

    def count(self, wanted: Wanted | None = None) -> int:
        """How many entries there are."""
        if not self.database.exists():
            return 0
        query = sa.select(sa.func.count()).select_from(_table).where((wanted or Wanted()).condition())
        with self._reading() as connection:
            return int(connection.execute(query).scalar_one())

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        try:
            with self.database.engine.connect() as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            raise self.database.unreachable(error) from error

    def _append(self, act: Act, by: Person, about: Mapping[str, Any], reason: str, *, asked: bool = False) -> Entry:
        about = json.loads(canonical(about))
        try:
            self.database.migrate()
            # Opened first: where the file cannot even be opened, nothing is written anywhere.
            descriptor = os.open(self.anchor, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
            try:
                entry = self._insert(act, by, about, reason, asked=asked)
                _put(descriptor, f"{entry.number} {entry.hash}\n".encode())
            finally:
                os.close(descriptor)
        except (sa.exc.DBAPIError, OSError) as error:
            raise AuditError(_denied(error, self)) from error
        return entry

    def _insert(self, act: Act, by: Person, about: Mapping[str, Any], reason: str, *, asked: bool) -> Entry:
        with self.database.engine.connect() as connection:
            if self.database.is_postgresql:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
            else:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={PATIENCE * 1000}")
            # The first statement takes the lock of the guard row (of the whole file on SQLite), so that writers queue
            # and each sees the entry before its own.
            updated = connection.execute(_guard.update().where(_guard.c.id == 1).values(entries=_guard.c.entries + 1))
            if updated.rowcount != 1:
                raise AuditError("Not done: the audit log's guard row is gone. Run python -m equality audit verify.")
            if asked and not reason and reason_required(connection):
                raise AuditError("Not done: a reason is required. Say why (--reason on the command line).")
            number, head = connection.execute(sa.select(_guard.c.entries, _guard.c.head)).one()
            now = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
            unsigned = Entry(number, now, clean(by.id), by.role or "", act, about, reason, head)
            values = {**vars(unsigned), "about": canonical(about), "hash": unsigned.hashed()}
            connection.execute(_table.insert().values(values))
            connection.execute(_guard.update().where(_guard.c.id == 1).values(head=values["hash"]))
            connection.commit()
        return Entry(**{**values, "about": about})


def audit_log(registry: Registry) -> AuditLog:
    """The audit log of a store, with its anchor where the settings say."""
    named = settings().audit_anchor
    return AuditLog(registry.database, Path(named) if named else registry.store / "audit.anchor")


def canonical(value: Mapping[str, Any]) -> str:
    """JSON with one spelling per value: sorted keys, no spaces, ASCII only.

    Raises:
        TypeError: if something is not JSON.
        ValueError: if a number is not finite.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def clean(text: str) -> str:
    """A person's words as one line that every database takes, at most `LONGEST_REASON` characters."""
    one_line = re.sub(r"[\x00-\x1f\x7f\u2028\u2029]+", " ", text).strip()
    return one_line.encode("utf-8", "replace").decode()[:LONGEST_REASON]


def entry_of(row: Any) -> Entry:
    """An entry as its row says; what is no JSON any more stays text, so that its hash does not fit."""
    try:
        about = json.loads(row.about)
    except ValueError:
        about = row.about
    return Entry(**{**row._mapping, "about": about})


def _put(descriptor: int, line: bytes) -> None:
    if os.write(descriptor, line) != len(line):
        raise OSError(28, os.strerror(28))
    if os.path.isfile(descriptor):
        os.fsync(descriptor)


def _denied(error: Exception, log: AuditLog) -> str:
    if isinstance(error, OSError):
        why = f"{log.anchor}: {error.strerror or type(error).__name__}"
    else:
        why = _database_words(error)
    return f"Not done, because the audit log cannot be written ({why}). Nothing was changed; mend that, then try again."


def _database_words(error: Exception) -> str:
    said = str(getattr(error, "orig", error)).lower()
    if "locked" in said or "lock timeout" in said:
        return "another program holds the registry's database"
    if "full" in said or "no space" in said:
        return "the disk of the registry's database is full"
    if "readonly" in said or "read-only" in said:
        return "the registry's database may not be written"
    return f"the registry's database answers {type(getattr(error, 'orig', error)).__name__}"


__all__ = ["ACT_TITLES", "NEEDS_REASON", "Act", "AuditLog", "Entry", "Wanted", "audit_log", "canonical", "clean"]
