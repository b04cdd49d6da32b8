"""Drafts a profile for an export of several tables: which table links the others, and by which keys."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from equality.errors import ExportError
from equality.exports.draft import Draft, drafted
from equality.exports.guess import DATE_FIELDS, SURE, guess
from equality.exports.labels import fold
from equality.exports.remarks import Question
from equality.exports.sample import Sample, sample
from equality.exports.sides import key_of
from equality.measures.catalogue import characteristics

_UNIQUE = 0.98
"""Share of the rows of a table that a column must tell apart to be its key."""
_FOUND = 0.5
"""Share of the values of a column that must be keys of another table."""
_OWN_HEADINGS = 3
_CLOSE = 0.1


@dataclass(frozen=True)
class Key:
    """A column of one table whose values are the key of another.

    Attributes:
        column: in the table that links.
        table: the other.
        key: its key.
        score: 0 to 1.
        reason: in words.
        blank: rows looked at that leave the column blank.
        found: share of its values that are there.
        rival: another column that is nearly as likely, or empty.
    """

    column: str
    table: str
    key: str
    score: float
    reason: str
    blank: int
    found: float
    rival: str = ""


def draft_set(paths: Sequence[Path], name: str) -> tuple[Draft, list[str]]:
    """Draft a profile for tables that are joined by keys.

    Args:
        paths: a file of each table.
        name: the new profile's name.

    Returns:
        The draft, whose sample is the joined rows, and what was found about the keys, in words.

    Raises:
        ExportError: if a file cannot be read, or no table names rows of all others.
    """
    tables = dict(zip(_table_names(paths), (sample(path, keep=True) for path in paths), strict=True))
    records, keys = _linking(tables)
    joined, origin = _joined(tables, records, keys)
    said = [f"{records}.{k.column} names {k.table}.{k.key} ({k.score:.2f}): {k.reason}" for k in keys]
    questions = [Question(text, "profile") for k in keys for text in _doubts(records, k)]
    bare = {heading: own for heading, (_, own) in origin.items()}
    made = drafted(joined, name, questions, bare, lambda used: _described(tables, records, keys, used, origin), said)
    return made, said


def _table_names(paths: Sequence[Path]) -> list[str]:
    names: list[str] = []
    for path in paths:
        # Dates and numbers in a file's name say which extract it is, not which table.
        name = re.sub(r"[^a-z]+", "_", path.name.split(".")[0].lower()).strip("_") or "table"
        while name in names:
            name += "_2"
        names.append(name)
    return names


def _linking(tables: Mapping[str, Sample]) -> tuple[str, list[Key]]:
    """The table that names rows of all the others, and by which columns."""
    best: tuple[float, str, list[Key]] | None = None
    for name, table in tables.items():
        keys = [_key(table, other, tables[other]) for other in tables if other != name]
        found = [key for key in keys if key]
        score = sum(key.score for key in found)
        if len(found) == len(keys) and (best is None or score > best[0]):
            best = score, name, found
    if best is None:
        raise ExportError(
            f"{', '.join(tables)}: none of these tables has a column whose values are the key of each of the others. "
            "Are the files of one extract? A key of several columns is not found by itself: write `tables` by hand."
        )
    return best[1], best[2]


def _key(table: Sample, name: str, other: Sample) -> Key | None:
    """The column of a table that most likely names the rows of another."""
    found: list[Key] = []
    for key in other.headings:
        filled = other.frame.select(key_of([key]).alias("key"))["key"].drop_nulls()
        if not len(filled) or filled.n_unique() < _UNIQUE * other.frame.height:
            continue
        # In a short table also answers are all different.
        if guess(key, other.values(key)).field in (*characteristics(), *DATE_FIELDS):
            continue
        whole = other.every(key)
        for column in table.headings:
            values = table.frame.select(key_of([column]).alias("key"))["key"]
            distinct = values.drop_nulls().unique()
            share = float(distinct.is_in(whole.implode()).mean() or 0) if len(distinct) else 0.0  # type: ignore[arg-type]
            if share < _FOUND:
                continue
            alike = difflib.SequenceMatcher(None, fold(column), fold(key)).ratio()
            words = "the headings are the same" if alike == 1 else f"the headings are alike ({alike:.2f})"
            reason = f"{words}, and {share:.0%} of its values are among the keys"
            found.append(Key(column, name, key, 0.5 * alike + 0.5 * share, reason, values.null_count(), share))
    if not found:
        return None
    found.sort(key=lambda k: -k.score)
    best = found[0]
    rivals = [k for k in found[1:] if k.score > best.score - _CLOSE]
    return Key(**{**vars(best), "rival": f"{rivals[0].column} → {rivals[0].key}"}) if rivals else best


def _doubts(records: str, key: Key) -> list[str]:
    link = f"{records}.{key.column} → {key.table}.{key.key}"
    doubts = []
    if key.score < SURE:
        doubts.append(f"{link}: check that this is the key, the score is low ({key.score:.2f})")
    if key.rival:
        doubts.append(f"{link}: {key.rival} is nearly as likely; check which is the key of {key.table}")
    if key.found < 1:
        doubts.append(
            f"{link}: {1 - key.found:.1%} of the values looked at are not in {key.table}; such rows are rejected"
        )
    if key.blank:
        doubts.append(f"{link}: blank in {key.blank:,} rows looked at; they are kept, and name nobody (`may_be_blank`)")
    return doubts


def _joined(
    tables: Mapping[str, Sample], records: str, keys: Sequence[Key]
) -> tuple[Sample, dict[str, tuple[str, str]]]:
    """The first records with what they name; heading → the table and the heading there."""
    linking = tables[records]
    shared = [heading for table in tables.values() for heading in table.headings]
    origin = {heading: (records, heading) for heading in linking.headings}
    own_keys = {key.column for key in keys}
    # A heading that stands in several tables is written with its table, but for the keys that join them.
    origin = {(h if shared.count(h) == 1 or h in own_keys else f"{records}.{h}"): place for h, place in origin.items()}
    frame = linking.frame.rename({h: name for name, (_, h) in origin.items()}, strict=False).lazy()
    for number, key in enumerate(keys):
        other = tables[key.table]
        names = {
            h: h if shared.count(h) == 1 else f"{key.table}.{h}"
            for h in other.headings
            if (h, key.key) != (key.column, h)
        }
        link = next(name for name, (_, h) in origin.items() if h == key.column)
        rows = other.scan().select(key_of([key.key]).alias("_key"), *(pl.col(h).alias(n) for h, n in names.items()))
        frame = frame.with_columns(key_of([link]).alias(f"_key_{number}")).join(
            rows.unique("_key", keep="last"),
            left_on=f"_key_{number}",
            right_on="_key",
            how="left",
            maintain_order="left",
        )
        origin |= {name: (key.table, h) for h, name in names.items()}
    whole = frame.select(*origin, "source_row", "line").collect(engine="streaming")
    return linking.with_columns(tuple(origin), whole), origin


def _described(
    tables: Mapping[str, Sample],
    records: str,
    keys: Sequence[Key],
    used: Mapping[str, str],
    origin: Mapping[str, tuple[str, str]],
) -> dict[str, Any]:
    """The profile's `tables`."""
    needed = [origin[heading] for heading in used.values() if heading in origin]
    described: dict[str, Any] = {}
    for name, table in tables.items():
        elsewhere = {h for other, each in tables.items() if other != name for h in each.headings}
        own = [h for place, h in needed if place == name and h not in elsewhere]
        own += [h for h in table.headings if h not in elsewhere and h not in own]
        key = next((k for k in keys if k.table == name), None)
        must_have = [h for h in own if key is None or h != key.key][:_OWN_HEADINGS] or list(table.headings[:1])
        described[name] = {"must_have": must_have}
        if key:
            described[name] |= {"key": key.key} | ({"may_be_blank": True} if key.blank else {})
        else:
            described[name]["joins"] = {k.table: k.column for k in keys}
    return described
