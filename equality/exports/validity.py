"""Areas and teams valid from and to: the files' entries with what administrators added, corrected, ended or withdrew.

A load takes what holds when it begins (`with_entries`); records that are loaded keep what they were given then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from equality.choices import entries
from equality.choices.entries import KINDS, Entry, EntryError, Valid
from equality.errors import DeniedError
from equality.exports.geography import areas_of_file
from equality.exports.labels import fold
from equality.exports.profile import Profile, load_profile, profile_files
from equality.exports.recognise import look_up
from equality.protection.access import May, may
from equality.protection.audit import Act, audit_log, clean
from equality.protection.people import Person
from equality.store.database import Database
from equality.store.registry import Registry

LONGEST: Final = 80
_NEVER: Final = datetime.min


@dataclass(frozen=True)
class HeldEntry:
    """An entry that holds.

    Attributes:
        entry_id: its identifier.
        version: of the newest row about it; 0 for a file's entry that nobody has touched.
        valid: what it says.
        newest: the newest row about it; None for a file's entry that nobody has touched.
    """

    entry_id: str
    version: int
    valid: Valid
    newest: Entry | None


def with_entries(profile: Profile, database: Database) -> Profile:
    """A profile that reads areas and teams by what holds now: the files' entries and those of administrators."""
    decided = {}
    for kind in KINDS:
        of_file = areas_of_file() if kind == "lpa" else look_up(_file_of(profile, kind))
        decided[kind] = tuple(held.valid for held in _laid_over(kind, of_file, entries.newest(database, kind)))
    return profile.with_entries(decided)


def holding(database: Database, kind: str) -> list[HeldEntry]:
    """The entries of a kind that hold, by label and day; of teams and places those of every profile's file."""
    return _laid_over(kind, _of_files(kind), entries.newest(database, kind))


def districts() -> list[str]:
    """The districts of the force, to which areas belong."""
    return list(dict.fromkeys(entry.label for entry in areas_of_file()))


def add(registry: Registry, kind: str, valid: Valid, by: Person, reason: str = "") -> None:
    """Add an entry; one of the same label that is still open ends on the day before.

    Raises:
        DeniedError: if they may not.
        EntryError: if it cannot be: it overlaps another one, or a district would have no area.
        StoreError: if somebody changed the same since.
        AuditError: if it cannot be written to the audit log.
    """
    valid = _checked(valid)
    held = holding(registry.database, kind)
    rows: list[tuple[str, int, str, Valid]] = []
    for one in held:
        open_before = fold(one.valid.label) == fold(valid.label) and one.valid.end is None
        if open_before and valid.start and (one.valid.start is None or one.valid.start < valid.start):
            ended = replace(one.valid, end=valid.start - timedelta(days=1))
            rows.append((one.entry_id, one.version, "ended", ended))
    known = entries.newest(registry.database, kind)
    identifier = _identifier(kind, valid, taken={h.entry_id for h in held})
    seen = known[identifier].version if identifier in known else 0
    _write(registry, kind, [*rows, (identifier, seen, "added", valid)], by, reason)


def correct(registry: Registry, kind: str, of: HeldEntry, valid: Valid, by: Person, reason: str = "") -> None:
    """Say something else of an entry; raises as `add`."""
    valid = _checked(valid)
    if valid == of.valid:
        raise EntryError(f"{of.valid.label}: that is what the entry says already; nothing was changed.")
    _write(registry, kind, [(of.entry_id, of.version, "corrected", valid)], by, reason)


def end(registry: Registry, kind: str, of: HeldEntry, last: date, by: Person, reason: str = "") -> None:
    """End an entry after a day; raises as `add`."""
    ended = _checked(replace(of.valid, end=last))
    _write(registry, kind, [(of.entry_id, of.version, "ended", ended)], by, reason)


def withdraw(registry: Registry, kind: str, of: HeldEntry, by: Person, reason: str = "") -> None:
    """Take away an entry that should never have been there; raises as `add`."""
    _write(registry, kind, [(of.entry_id, of.version, "withdrawn", of.valid)], by, reason)


def period_words(valid: Valid) -> str:
    """From when to when, in words."""
    if valid.start and valid.end:
        return f"{valid.start:%d %b %Y} to {valid.end:%d %b %Y}"
    if valid.start:
        return f"from {valid.start:%d %b %Y}"
    return f"until {valid.end:%d %b %Y}" if valid.end else "always"


def _write(registry: Registry, kind: str, rows: Sequence[tuple[str, int, str, Valid]], by: Person, reason: str) -> None:
    if not may(by, May.administer):
        raise DeniedError("Nothing was changed: this is not for your role. Ask an administrator.")
    of_files = _of_files(kind)

    def check(newest: Mapping[str, Entry]) -> None:
        _sound(kind, [held.valid for held in _laid_over(kind, of_files, newest)])

    # Before the log is written too: what cannot be was not set out to be done.
    now = dict(entries.newest(registry.database, kind))
    for identifier, seen, action, valid in rows:
        now[identifier] = Entry(identifier, seen + 1, action, kind, valid, _NEVER, by.id, reason)
    check(now)
    about = {
        "entries": kind,
        "changes": [
            {
                "action": action,
                "label": valid.label,
                "value": valid.value,
                "from": valid.start and str(valid.start),
                "to": valid.end and str(valid.end),
            }
            for _, _, action, valid in rows
        ],
    }
    with audit_log(registry).acting(Act.settings, by, about, reason):
        entries.append(registry.database, kind, rows, by.id, clean(reason), check)


def _laid_over(kind: str, of_files: Iterable[Valid], newest: Mapping[str, Entry]) -> list[HeldEntry]:
    held = {i: HeldEntry(i, 0, valid, None) for valid in of_files for i in (_identifier(kind, valid),)}
    for identifier, entry in newest.items():
        if entry.action == "withdrawn":
            held.pop(identifier, None)
        else:
            held[identifier] = HeldEntry(identifier, entry.version, entry.valid, entry)
    return sorted(held.values(), key=lambda h: (fold(h.valid.label), h.valid.start or date.min))


def _sound(kind: str, valid: Sequence[Valid]) -> None:
    """Each label means one thing on each day; each district belongs to an area on each day, and to one of today."""
    known = {fold(name): name for name in districts()}
    by_label: dict[str, list[Valid]] = {}
    for entry in valid:
        by_label.setdefault(fold(entry.label), []).append(entry)
    for same in by_label.values():
        ordered = sorted(same, key=lambda v: v.start or date.min)
        for one, other in pairwise(ordered):
            if one.end is None or other.start is None or other.start <= one.end:
                raise EntryError(
                    f"{other.label}: “{one.value}” ({period_words(one)}) and “{other.value}” ({period_words(other)}) "
                    "overlap. End the one before the other begins."
                )
            if kind == "lpa" and other.start > one.end + timedelta(days=1):
                raise EntryError(
                    f"{other.label}: it would belong to no area between {one.end:%d %B %Y} and "
                    f"{other.start:%d %B %Y}. Let the one end the day before the other begins."
                )
        if kind != "lpa":
            continue
        if fold(same[0].label) not in known:
            raise EntryError(
                f"{same[0].label}: is no district of the force; the districts are {', '.join(known.values())}."
            )
        if ordered[-1].end is not None:
            raise EntryError(
                f"{ordered[-1].label}: it would belong to no area after {ordered[-1].end:%d %B %Y}. Add the area that "
                "follows instead: the one before then ends by itself."
            )
    if kind == "lpa" and (lost := [name for folded, name in known.items() if folded not in by_label]):
        raise EntryError(f"{', '.join(lost)}: would belong to no area. Correct the entry instead of withdrawing it.")


def _checked(valid: Valid) -> Valid:
    label, value = (" ".join(text.split()) for text in (valid.label, valid.value))
    if not label or not value:
        raise EntryError("Say which label it is, and what it means.")
    for text in (label, value):
        if len(text) > LONGEST or not text.isprintable():
            raise EntryError(f"A label and its meaning have at most {LONGEST} characters, without control characters.")
    if valid.start and valid.end and valid.end < valid.start:
        raise EntryError(f"{label}: it cannot end on {valid.end:%d %B %Y}, before it begins on {valid.start:%d %B %Y}.")
    return Valid(label, value, valid.start, valid.end)


def _identifier(kind: str, valid: Valid, taken: Iterable[str] = ()) -> str:
    """The same for the same label and first day, so that a correction finds the file's entry again."""
    said, number = f"{kind}\0{fold(valid.label)}\0{valid.start or ''}", 0
    while (found := hashlib.sha256(f"{said}\0{number or ''}".encode()).hexdigest()) in taken:
        number += 1
    return found


def _of_files(kind: str) -> list[Valid]:
    if kind == "lpa":
        return list(areas_of_file())
    if kind not in KINDS:
        raise EntryError(f"There are no entries of {kind!r}: there are {', '.join(KINDS)}.")
    names = {_file_of(load_profile(str(path)), kind) for path in profile_files().values()}
    return [valid for name in sorted(filter(None, names)) for valid in look_up(name)]


def _file_of(profile: Profile, kind: str) -> str | None:
    return {str(name): file for name, file in profile.lookups.items()}.get(kind)
