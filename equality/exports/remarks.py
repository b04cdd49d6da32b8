"""What a drafted profile says about itself in comments above it: what it rests on and what is still open."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from equality.exports.guess import Guess

LABELS_SHOWN = 20
"""Labels of a column that a comment lists."""

About = Literal["column", "labels", "dates", "recorded_on", "roles", "crime_ref", "profile"]


@dataclass(frozen=True)
class Question:
    """Something that a person should settle.

    Attributes:
        text: in words.
        about: what settles it: what the column becomes, what its labels mean, the date formats, a column with the
            date of recording, who the people are, a column with crime references; or reading the profile.
        heading: the column that it is about; empty if none.
    """

    text: str
    about: About = "column"
    heading: str = ""

    def __str__(self) -> str:
        return f"{self.heading}: {self.text}" if self.heading else self.text


def remarks(
    first: str,
    questions: Sequence[Question],
    columns: Sequence[Guess],
    decided: Sequence[str] = (),
    keys: Sequence[str] = (),
) -> str:
    """The comments above a profile: text of the export is quoted, so that it stays in its line.

    Args:
        first: where the profile is from.
        questions: what is open.
        columns: what each column is taken for, and why.
        decided: what a person decided that the profile itself cannot say.
        keys: what joins the tables of a set, and why.
    """
    listed = [str(question) for question in questions] or ["nothing"]
    lines = [first, "", "Open:", *(f"- {each}" for each in listed), ""]
    if decided:
        lines += ["Decided:", *(f"- {each}" for each in decided), ""]
    if keys:
        lines += ["Keys:", *(f"- {each}" for each in keys), ""]
    lines.append("Columns:")
    for c in columns:
        lines.append(f"- {quoted(c.heading)} → {c.field or 'not used'} ({c.score:.2f}): {c.reason}")
        labels = list(c.unmapped.items())[:LABELS_SHOWN]
        lines += [f"    {quoted(label[:80])} ({rows:,} rows) is in no list" for label, rows in labels]
    return "".join(f"# {_one_line(line)}".rstrip() + "\n" for line in lines) + "\n"


def without_remarks(text: str) -> str:
    """A profile without the comments that `remarks` put above it; other comments stay."""
    head, blank, body = text.partition("\n\n")
    ours = head.startswith("# ") and "\n# Open:\n" in f"{head}\n" and "\n# Columns:" in head
    return body if ours and blank else text


_LEFT = re.compile(r'(?m)^# - (\w+): ("(?:[^"\\]|\\.)*") stays unrecognised')


def left_in(text: str) -> dict[str, set[str]]:
    """Field or characteristic → labels that a person left unrecognised, as the remarks above a profile say."""
    if without_remarks(text) == text:
        return {}
    found: dict[str, set[str]] = {}
    for name, label in _LEFT.findall(text.partition("\n\n")[0]):
        found.setdefault(name, set()).add(json.loads(label))
    return found


def quoted(text: str) -> str:
    """Text of an export, in quotation marks and in one line."""
    return json.dumps(text, ensure_ascii=False)


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
