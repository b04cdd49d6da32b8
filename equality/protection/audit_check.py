"""Verifying the audit log: was an entry changed, taken out, put in another place, or the end cut off?

What is compared: every entry with its own hash, with the entry before it, and with the line that the anchor file got
when it was written; the guard row with the last entry; and, if given, a length and hash that somebody noted elsewhere.
Who can write to the database and to the anchor file can rewrite both so that they agree: only a noted hash tells then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from equality.errors import StoreError
from equality.protection.audit import START, AuditLog, Entry, entry_of
from equality.store import tables

_LINE: Final = re.compile(r"(\d+) ([0-9a-f]{64})")
_MOST: Final = 50
"""Findings that are told one by one."""


@dataclass(frozen=True)
class Check:
    """What verifying found.

    Attributes:
        entries: how many entries there are.
        head: the newest hash: note it elsewhere, with the number.
        problems: a sentence for each sign of tampering; none if the log is sound.
        notes: what cannot be told.
    """

    entries: int
    head: str
    problems: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.problems

    @property
    def sentence(self) -> str:
        """The outcome in words."""
        if self.sound:
            return f"Sound: {self.entries:,} entries, and every hash fits. Newest: {self.entries}:{self.head}"
        return f"NOT sound: {len(self.problems)} signs of tampering in {self.entries:,} entries."


def check(log: AuditLog, expected: tuple[int, str] | None = None) -> Check:
    """Verify a log.

    Args:
        log: which.
        expected: a number of entries and the hash that the last of them had, as noted elsewhere.

    Raises:
        StoreError: if the database cannot be read.
    """
    # Before the database: a line that is there now belongs to an entry that was committed earlier.
    anchored, notes = _anchored(log)
    if expected:
        anchored.setdefault(expected[0], set()).add(expected[1])
    problems: list[str] = []
    last = Entry(0, "", "", "", "", {}, "", "", START)
    guard: tuple[int, str] | None = (0, START)
    if log.database.exists():
        with _as_of_now(log) as connection:
            for entry in _chain(connection):
                problems += _wrong(entry, last)
                known = anchored.pop(entry.number, set())
                if known - {entry.hash}:
                    problems.append(f"Entry {entry.number} is not the one that was written: another hash was anchored.")
                last = entry
            guard = _guard(connection)
    problems += _ending(last, guard, anchored)
    if len(problems) > _MOST:
        problems = [*problems[:_MOST], f"… and {len(problems) - _MOST} more."]
    return Check(last.number, last.hash, tuple(problems), tuple(notes))


def _anchored(log: AuditLog) -> tuple[dict[int, set[str]], list[str]]:
    try:
        text = log.anchor.read_bytes().decode("ascii", "replace")
    except FileNotFoundError:
        return {}, [
            f"There is no anchor file {log.anchor}: without it a log that was cut and forged throughout would pass."
        ]
    except OSError as error:
        raise StoreError(f"{log.anchor}: cannot be read ({error.strerror}).") from error
    found: dict[int, set[str]] = {}
    odd = 0
    for line in text.splitlines():
        if match := _LINE.fullmatch(line):
            found.setdefault(int(match[1]), set()).add(match[2])
        else:
            odd += 1
    notes = [f"{odd} lines of {log.anchor} cannot be read: a disk that was full may have cut them."] if odd else []
    return found, notes


@contextmanager
def _as_of_now(log: AuditLog) -> Iterator[sa.Connection]:
    """One state of the database, whatever is written meanwhile."""
    engine = log.database.engine
    if log.database.is_postgresql:
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            yield connection
    except sa.exc.DBAPIError as error:
        raise log.database.unreachable(error) from error


def _chain(connection: sa.Connection) -> Iterator[Entry]:
    query = sa.select(tables.audit).order_by(tables.audit.c.number).execution_options(yield_per=2000)
    for row in connection.execute(query):
        yield entry_of(row)


def _guard(connection: sa.Connection) -> tuple[int, str] | None:
    guard = tables.audit_guard
    row = connection.execute(sa.select(guard.c.entries, guard.c.head).where(guard.c.id == 1)).one_or_none()
    return (row.entries, row.head) if row else None


def _wrong(entry: Entry, last: Entry) -> list[str]:
    found = []
    if entry.number != last.number + 1:
        found.append(f"Entries {last.number + 1} to {entry.number - 1} are missing.")
    elif entry.previous != last.hash:
        found.append(f"Entry {entry.number} does not follow entry {last.number}: one of them was changed or moved.")
    if entry.hashed() != entry.hash:
        found.append(f"Entry {entry.number} was changed: its hash does not fit.")
    return found


def _ending(last: Entry, guard: tuple[int, str] | None, anchored: dict[int, set[str]]) -> list[str]:
    found = []
    if guard is None:
        found.append("The guard row is gone.")
    elif guard != (last.number, last.hash):
        if guard[0] > last.number:
            found.append(f"Entries {last.number + 1} to {guard[0]} were cut off: the guard row counts them.")
        else:
            found.append("The guard row does not fit the last entry.")
    if beyond := [number for number in anchored if number > last.number]:
        found.append(f"Entries {last.number + 1} to {max(beyond)} were cut off: the anchor has them.")
    return found
