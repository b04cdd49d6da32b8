"""What a briefing says, whatever its format: sections of sentences, one figure, and the table behind it.

Every number is put into words here, once. The formats lay the same texts out, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date, datetime
from typing import Any, Final, Literal, TypeVar

from equality.analysis.words import with_marks_named
from equality.measures.counts import SUPPRESSED

Kind = Literal["text", "count", "percent"]
"""What a column holds: words, a number of people, or a rate of 100 with one decimal."""

Value = str | int | float | None
"""A cell: words, a count, a rate of 100, or None where it is not shown."""

NOT_SHOWN: Final = SUPPRESSED
"""Confidential: the number is small enough to point at a person."""
TOO_FEW: Final = "[u]"
"""Unreliable: too few people for a rate."""
MARKERS: Final = {
    NOT_SHOWN: "not shown, because a small number could point at a person",
    TOO_FEW: "not shown, because a rate of so few people says nothing",
}
"""Marker in a cell → what it means; the Analysis Function's shorthand."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        title: its heading, with the unit.
        kind: what it holds.
    """

    title: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Table:
    """A tidy table: one heading row, no merged cells, a marker where a number is not shown.

    Attributes:
        title: what it holds, for its caption.
        columns: from left to right.
        rows: as many values each as there are columns.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    def texts(self) -> list[list[str]]:
        """The cells as they are printed."""
        return [
            [cell_text(value, column.kind) for value, column in zip(row, self.columns, strict=True)]
            for row in self.rows
        ]


def cell_text(value: Value, kind: Kind) -> str:
    """A cell as it is printed: `8,421`, `45.9%`, words as they are."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return f"{value:,}" if kind == "count" else f"{value:.1f}%"


@dataclass(frozen=True, eq=False)
class Figure:
    """A picture and what it shows in words.

    Attributes:
        title: what is drawn, with unit and period.
        alt: the same for those who cannot see it: what is drawn and what it shows.
        chart: an Altair chart in light colours, without a title, `WIDTH` pixels wide.
    """

    title: str
    alt: str
    chart: Any


WIDTH: Final = 720
"""Width of a chart in pixels: its words are then printed at 9 points across the text of an A4 page."""


@dataclass(frozen=True)
class Section:
    """One topic.

    Attributes:
        title: the question it answers, a heading.
        finding: the answer in one sentence, with number, interval and denominator.
        points: further sentences.
        figure: the picture, if there is one.
        table: the numbers behind it, if there are any.
        notes: small print below.
    """

    title: str
    finding: str
    points: tuple[str, ...] = ()
    figure: Figure | None = None
    table: Table | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Marking:
    """What stands at the top and bottom of every page.

    Attributes:
        classification: the security classification.
        handling: how the paper may be passed on.
    """

    classification: str
    handling: str


@dataclass(frozen=True)
class Provenance:
    """Where a briefing comes from.

    Attributes:
        made_by: who made it.
        made_at: when, UTC.
        source: title of the source.
        extract_date: the day on which the extract was drawn.
        snapshot: its identifier.
        checksum: SHA-256 of the snapshot's counts.
        audience: for whom, and the disclosure rule that follows from it.
        synthetic: its people are invented.
        attribution: the sentence that the data's licence asks for.
    """

    made_by: str
    made_at: datetime
    source: str
    extract_date: date
    snapshot: str
    checksum: str
    audience: str
    synthetic: bool
    attribution: str = ""


@dataclass(frozen=True)
class Briefing:
    """A whole briefing.

    Attributes:
        title: of the paper.
        subtitle: what is selected: people, area, crime, period.
        sections: the summary first.
        definitions: term → meaning.
        marking: for every page.
        provenance: where it comes from.
    """

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    definitions: dict[str, str]
    marking: Marking
    provenance: Provenance
    language: str = field(default="en-GB")

    @property
    def status(self) -> str:
        """What kind of figures these are, in one sentence for every page."""
        invented = "SYNTHETIC DATA: the people are invented. " if self.provenance.synthetic else ""
        return f"{invented}Management information, not official statistics."

    @property
    def source(self) -> str:
        """Of which export and extract, in one sentence."""
        return f"Source: {self.provenance.source}, extract of {day(self.provenance.extract_date)}."

    @property
    def made(self) -> str:
        """By whom and when, in one sentence."""
        made_at = self.provenance.made_at
        return f"Made by {self.provenance.made_by} on {day(made_at.date())} at {made_at:%H:%M} UTC."

    @property
    def origin(self) -> tuple[str, ...]:
        """Where it comes from, in sentences."""
        from_where = self.provenance
        said = [
            self.source,
            f"Snapshot {from_where.snapshot}, SHA-256 of its counts {from_where.checksum}.",
            self.made,
            f"Audience: {from_where.audience}.",
            from_where.attribution,
        ]
        return tuple(sentence for sentence in said if sentence)

    def tables(self) -> Iterator[tuple[Section, Table]]:
        """Every table with the section it belongs to."""
        for section in self.sections:
            if section.table:
                yield section, section.table


T = TypeVar("T")


def with_visible_marks(part: T) -> T:
    """A briefing, or a part of one, in whose texts marks of direction are named. Pictures stay: each of their labels
    stands by itself.
    """
    made: Any = part
    if isinstance(part, str):
        made = with_marks_named(part)
    elif isinstance(part, tuple):
        made = tuple(with_visible_marks(each) for each in part)
    elif isinstance(part, dict):
        made = {with_visible_marks(key): with_visible_marks(value) for key, value in part.items()}
    elif is_dataclass(part) and not isinstance(part, type):
        made = replace(part, **{each.name: with_visible_marks(getattr(part, each.name)) for each in fields(part)})
    return made


def day(when: date) -> str:
    """A day as `1 November 2026`."""
    return f"{when.day} {when:%B %Y}"


def sentences(briefing: Briefing) -> list[str]:
    """Every sentence and cell of a briefing in reading order: what all formats must say alike."""
    said = [briefing.title, briefing.subtitle, briefing.status]
    for section in briefing.sections:
        said += [section.title, section.finding, *section.points]
        if section.figure:
            said.append(section.figure.title)
        if section.table:
            said += _cells(section.table)
        said += section.notes
    for term, meaning in briefing.definitions.items():
        said += [term, meaning]
    return [*said, *briefing.origin]


def _cells(table: Table) -> Sequence[str]:
    return [table.title, *(c.title for c in table.columns), *(cell for row in table.texts() for cell in row)]
