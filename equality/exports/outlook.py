"""What an export becomes when it is read with a profile: columns, labels that no list knows, the first records.

It rests on the first rows only (`sample.SAMPLE`) and stores nothing. Cells of columns that are not coded are never
shown unless many rows share them: they may be names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from equality.errors import ExportError
from equality.exports.cells import shown_labels
from equality.exports.code import Coded, code
from equality.exports.decisions import Decisions, Meaning, choices
from equality.exports.draft import date_formats, mapped, nothing_among
from equality.exports.guess import DATE_FIELDS, DATE_FORMATS, TABLES, Guess, Values, known_share, unknown_labels
from equality.exports.labels import fold
from equality.exports.profile import Profile
from equality.exports.remarks import Question, quoted
from equality.exports.sample import Sample
from equality.exports.usual import usual_meanings
from equality.measures.catalogue import characteristics
from equality.measures.codes import code_list
from equality.measures.dimensions import ROLES

FIELD_TITLES = {
    "crime_ref": "Crime reference",
    "person_ref": "Person reference",
    "role": "Role in the crime",
    "person_type": "Person, organisation or nobody",
    "recorded_on": "Date recorded",
    "reported_on": "Date reported",
    "committed_on": "Date committed",
    "lpa": "Local policing area",
    "district": "District of West Mercia",
    "area": "Area, as the export names it",
    "latitude": "Latitude",
    "longitude": "Longitude",
    "team": "Team",
    "channel": "Reporting channel",
    "offence_code": "Offence code",
    "crime_group": "Crime group",
    "crime_subgroup": "Crime type",
    "flags": "Crime flags",
    "outcome": "Outcome",
    "date_of_birth": "Date of birth",
}
"""Field → its name on screen. Characteristics have theirs in the catalogue."""

_CODED_AS = {"lpa_label": "lpa", "crime": "offence_code"}
"""Column of records whose labels are recognised → the field that they stand in."""

_CERTAINTY = ((0.95, "very likely"), (0.75, "likely"), (0.5, "possible"), (0.0, "unlikely"))


@dataclass(frozen=True)
class Column:
    """What a column of an export becomes.

    Attributes:
        heading: the column's.
        field: field or characteristic; empty if the column is not used, or only by `also`.
        also: what else the profile uses it for, in words; empty if nothing.
        score: 0 to 1, how sure the assistant is; None if a person or the profile says so.
        reason: in words.
        cells: what may be shown of its cells.
        unmapped: labels that no list knows → records, the most frequent first.
    """

    heading: str
    field: str
    also: str
    score: float | None
    reason: str
    cells: str
    unmapped: Values

    @property
    def certainty(self) -> str:
        """The score in words."""
        if self.score is None:
            return "settled" if self.field else ""
        return next(word for least, word in _CERTAINTY if self.score >= least) if self.field else ""


@dataclass(frozen=True)
class Outlook:
    """What an export becomes.

    Attributes:
        columns: in the file's order.
        questions: what is still open.
        looked_at: rows that this rests on.
        rows: rows in the export.
        records: the first records as they would be coded, without references; empty if they cannot be.
    """

    columns: tuple[Column, ...]
    questions: tuple[Question, ...]
    looked_at: int
    rows: int
    records: pl.DataFrame = field(repr=False)

    @property
    def used(self) -> int:
        """How many columns become something."""
        return sum(bool(c.field or c.also) for c in self.columns)


def title_of(name: str) -> str:
    """What a field or characteristic is called on screen."""
    return characteristics()[name].title if name in characteristics() else FIELD_TITLES.get(name, name)


def outlook(
    sample: Sample,
    profile: Profile | None,
    guesses: Sequence[Guess] = (),
    asked: Sequence[Question] = (),
    decisions: Decisions | None = None,
) -> Outlook:
    """Say what an export becomes.

    Args:
        sample: the rows at hand.
        profile: as it is now; None if it is not complete, so that nothing can be coded yet.
        guesses: what the assistant took the columns for.
        asked: what it asked.
        decisions: what a person has decided since.
    """
    decisions = decisions or Decisions()
    coded, problem = _coded(sample, profile)
    taken = {g.heading: g for g in guesses}
    fields = _fields(sample, profile, taken, decisions)
    unmapped = _unmapped(coded, profile, decisions) if coded else _not_coded(sample, fields, decisions)
    also = _other_uses(profile) if profile else {}
    formats = profile.dates if profile else DATE_FORMATS
    columns = tuple(
        _column(
            sample,
            heading,
            fields[heading],
            also.get(fold(heading), ""),
            taken.get(heading),
            unmapped,
            decisions,
            formats,
        )
        for heading in sample.headings
    )
    questions = [q for q in asked if _open(q, fields, taken, decisions)]
    questions += [Question(unknown_labels(c.unmapped, c.field), "labels", c.heading) for c in columns if c.unmapped]
    if decisions.dates is None:
        decided = [Guess(heading, name) for heading, name in decisions.columns.items() if name in DATE_FIELDS]
        questions += date_formats(decided, {g.heading: sample.values(g.heading) for g in decided})[1]
    if problem:
        questions.append(Question(problem, "profile"))
    open_now = tuple(q for q in dict.fromkeys(questions) if str(q) not in decisions.answered)
    return Outlook(columns, open_now, sample.frame.height, sample.rows, _preview(coded, profile))


def _coded(sample: Sample, profile: Profile | None) -> tuple[Coded | None, str]:
    if profile is None:
        return None, ""
    try:
        return code([sample.fitting(profile)], profile), ""
    except ExportError as error:
        return None, str(error).removeprefix(f"{sample.path}: ")


def _unmapped(coded: Coded | None, profile: Profile | None, decisions: Decisions) -> dict[str, Values]:
    """Field → labels that no list knows, without those that a person left as they are."""
    found: dict[str, dict[str, int]] = {}
    if coded is None or profile is None:
        return {}
    from_birth = {name for name, held in profile.characteristics.items() if held.source}
    for name, label, records in coded.unmapped.iter_rows():
        shown = _CODED_AS.get(name, "district" if name == "area" and "district" in profile.columns else name)
        left = decisions.labels.get(shown, {}).get(label) is Meaning.UNRECOGNISED
        # A date of birth that cannot be read is a person's, not a label.
        if not left and not (name in from_birth and re.search(r"\d", label)):
            found.setdefault("date_of_birth" if name in from_birth else shown, {})[label] = records
    return {name: shown_labels(labels) for name, labels in found.items()}


def _not_coded(sample: Sample, fields: Mapping[str, str], decisions: Decisions) -> dict[str, Values]:
    """The same, as far as it can be told while dates cannot be read: the shared lists alone know labels then."""
    found: dict[str, Values] = {}
    for heading, name in fields.items():
        values = sample.values(heading)
        decided = decisions.labels.get(name, {})
        if name in TABLES:
            missed: Values = {
                label: rows for label, rows in values.items() if label not in usual_meanings(TABLES[name], values)
            }
        elif name in characteristics():
            nothing = nothing_among(values)
            missed = {label: rows for label, rows in known_share(name, values)[1].items() if label not in nothing}
        else:
            continue
        found[name] = shown_labels({label: rows for label, rows in missed.items() if label not in decided})
    return {name: labels for name, labels in found.items() if labels}


def _fields(
    sample: Sample, profile: Profile | None, taken: Mapping[str, Guess], decisions: Decisions
) -> dict[str, str]:
    if profile is None:
        guessed = {heading: g.field for heading, g in taken.items()} | dict(decisions.columns)
        return {heading: guessed.get(heading, "") for heading in sample.headings}
    known = mapped(profile)
    return {heading: known.get(fold(heading), "") for heading in sample.headings}


def _other_uses(profile: Profile) -> dict[str, str]:
    """Folded heading → what a profile uses it for beside a field, in words."""
    uses: dict[str, str] = {}
    for rule in profile.persons:
        uses |= {fold(heading): "says which rows are about nobody" for heading in rule.when}
    for person in profile.people:
        for name, headings in (person.columns | person.characteristics).items():
            uses |= {fold(heading): f"{title_of(name)} of the {person.role}" for heading in headings}
    if profile.synthetic:
        uses[fold(profile.synthetic.column)] = "says that rows are synthetic"
    if profile.extract.column:
        uses[fold(profile.extract.column)] = "Date of the extract"
    return uses


def _column(
    sample: Sample,
    heading: str,
    name: str,
    also: str,
    taken: Guess | None,
    unmapped: Mapping[str, Values],
    decisions: Decisions,
    formats: tuple[str, ...],
) -> Column:
    decided = decisions.columns.get(heading) == name
    same = taken is not None and taken.field == name and not decided
    reason = "you decided so" if decided else taken.reason if taken and same else _said(name, also)
    return Column(
        heading=heading,
        field=name,
        also=also,
        score=taken.score if taken and same else None,
        reason=reason,
        cells=sample.cells(heading, name, formats),
        unmapped=unmapped.get(name, {}) if name else {},
    )


def _said(name: str, also: str) -> str:
    return "the profile says so" if name or also else "the profile does not use it"


def _open(question: Question, fields: Mapping[str, str], taken: Mapping[str, Guess], d: Decisions) -> bool:
    """Whether a question of the draft has not been settled since by what was decided."""
    held = set(fields.values())
    doubtful = taken[question.heading].doubtful if question.heading in taken else {}
    decided = d.labels.get(fields.get(question.heading, ""), {})
    settled = {
        "labels": True,  # They are counted anew.
        "column": question.heading in d.columns or bool(doubtful and doubtful.keys() <= decided.keys()),
        "dates": d.dates is not None,
        "recorded_on": "recorded_on" in held,
        "roles": d.role is not None or "role" in held,
        "crime_ref": "crime_ref" in held,
        "profile": bool(d.confirmed and "not confirmed" in question.text),
    }
    return not settled[question.about]


_SHOWN_RECORDS = 8
_WITHOUT_VALUES = "gender_reassignment"
"""Of this only whether it is recorded is ever shown of one person."""


def _preview(coded: Coded | None, profile: Profile | None) -> pl.DataFrame:
    """The first records as they would be coded: labels of codes, and nothing that names a person or a crime."""
    if coded is None or profile is None:
        return pl.DataFrame()
    dimensions = [d for d in ("month", "role", "area", "team") if d in coded.dimensions]
    names = list(profile.characteristics)
    frame = coded.records.select(*dimensions, *names).head(_SHOWN_RECORDS).collect(engine="streaming")
    return frame.select(
        *(pl.col(d).replace(dict(ROLES)) if d == "role" else pl.col(d) for d in dimensions),
        *(_meant(name) for name in names),
    )


def _meant(name: str) -> pl.Expr:
    codes = code_list(name)
    if name == _WITHOUT_VALUES:
        return pl.when(pl.col(name).is_null()).then(pl.lit("blank")).otherwise(pl.lit("recorded")).alias(name)
    labels = {code: c.label for code, c in codes.items()}
    unknown = ~pl.col(name).is_in(list(codes)) & pl.lit(bool(codes))
    return (
        pl.when(pl.col(name).is_null())
        .then(pl.lit("blank"))
        .when(unknown)
        .then(pl.format("not in the list: {}", name))
        .otherwise(pl.col(name).replace(labels))
        .alias(name)
    )


def to_settle(seen: Outlook, sample: Sample, guesses: Sequence[Guess], decisions: Decisions) -> dict[str, Values]:
    """The labels whose meaning a person may settle, those settled already included.

    Returns:
        Field or characteristic → label → rows, the most frequent first.
    """
    doubtful = {g.heading: g.doubtful for g in guesses if g.doubtful}
    found: dict[str, Values] = {}
    for column in seen.columns:
        name = "age" if column.field == "date_of_birth" else column.field
        if not choices(name):
            continue
        values = sample.values(column.heading)
        decided = {label: values.get(label, 0) for label in decisions.labels.get(name, {})}
        # In an order that does not change when one of them is settled.
        every = {**column.unmapped, **doubtful.get(column.heading, {}), **decided}
        if every:
            found[name] = dict(sorted(every.items(), key=lambda item: (-values.get(item[0], 0), item[0])))
    return found


def left_alone(decisions: Decisions) -> list[str]:
    """Labels that a person left unrecognised, in words: a profile has no other place for that."""
    return [
        f"{name}: {quoted(label)} {Meaning.UNRECOGNISED.value}"
        for name, labels in decisions.labels.items()
        if choices(name)
        for label, meaning in labels.items()
        if meaning is Meaning.UNRECOGNISED
    ]
