"""The mapping assistant: recognises the profile that a file fits, or drafts one, and lists what stays open.

It asks nothing and changes nothing: a page or the command line shows the draft and lets a person settle the rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl
import yaml

from equality.errors import ExportError, ProfileError
from equality.exports.export_file import date_of_name
from equality.exports.geography import district_of_points
from equality.exports.guess import DATE_FIELDS, SURE, TABLES, Guess, Values, date_shares, guess, unknown_labels
from equality.exports.labels import fold
from equality.exports.layout import heading_of
from equality.exports.profile import ISO_DATE, Profile, load_profile, parse_profile, profile_files
from equality.exports.recognise import recognisers
from equality.exports.remarks import Question, left_in, remarks, without_remarks
from equality.exports.sample import Sample, sample
from equality.exports.usual import usual_meanings
from equality.measures.catalogue import characteristics
from equality.measures.dimensions import NO_LOCATION, OUTSIDE

PLACEHOLDERS = ("1900-01-01", "1901-01-01", "1899-12-30")
"""Dates of birth that a draft takes for "not known"."""
_NOTHING = ("NULL", "-", "--", ".", "<blank>", "(blank)")
"""Spellings of nothing that a draft proposes where they occur. `None` is an answer, `#N/A` a broken cell."""


@dataclass(frozen=True)
class Draft:
    """A profile for a file, as far as the file itself says.

    Attributes:
        recognised: the known profile whose headings the file has; None if the draft is new.
        columns: what each column is taken for, in the file's order.
        questions: what a person should settle.
        text: the profile as YAML, with the questions as comments.
        profile: the same, parsed; None if the draft lacks what a profile needs.
        sample: the rows that it rests on.
        left: field or characteristic → labels that a person has already left unrecognised.
    """

    recognised: str | None
    columns: tuple[Guess, ...]
    questions: tuple[Question, ...]
    text: str
    profile: Profile | None
    sample: Sample = field(repr=False)
    left: Mapping[str, frozenset[str]] = field(default_factory=dict)


def draft(path: Path, name: str, known: Mapping[str, Path] | None = None) -> Draft:
    """Draft a profile for an export.

    Args:
        path: the export.
        name: the new profile's name.
        known: profiles that may be recognised, by name; default: all that can be named.

    Raises:
        ExportError: if the file cannot be read as a table.
        ProfileError: if an own profile has the name of one that comes with the project.
    """
    looked_at = sample(path)
    candidates = profile_files() if known is None else known
    recognised, unreadable = _recognise(looked_at.headings, candidates)
    if recognised:
        return _from_known(looked_at, name, recognised, candidates[recognised], unreadable)
    return drafted(looked_at, name, unreadable, {heading: heading for heading in looked_at.headings})


def _recognise(headings: Sequence[str], known: Mapping[str, Path]) -> tuple[str | None, list[Question]]:
    """The known profile with the most headings that fits a file, and which could not be held against it."""
    folded = {fold(heading) for heading in headings}
    fitting, unreadable = [], []
    for name, path in known.items():
        try:
            profile = load_profile(str(path))
        except ProfileError as error:
            unreadable.append(Question(f"the profile {name} was passed over: {error}", "profile"))
            continue
        needed = profile.needed
        # One file is never the whole of a profile that joins several.
        if not profile.tables and all({fold(heading) for heading in accepted} & folded for accepted in needed.values()):
            fitting.append((len(needed), name))
    return (max(fitting)[1] if fitting else None), unreadable


# ---- a known profile, under a new name ---- #


def _from_known(looked_at: Sample, name: str, recognised: str, path: Path, questions: list[Question]) -> Draft:
    profile = load_profile(str(path))
    whole = path.read_text(encoding="utf-8")
    text = without_remarks(whole)
    if not profile.confirmed:
        unconfirmed = f"the profile {recognised} is not confirmed: check its headings and labels"
        questions = [Question(unconfirmed, "profile"), *questions]
    if name != recognised:
        text = _replace_key(_replace_key(text, "name", name), "source", source_of(name))
    try:
        date_of_name(looked_at.path, profile.extract)
    except ExportError:
        undated = "the file's name carries no date: the newest date in the file is taken as the extract's"
        questions.append(Question(undated, "profile"))
        text = re.sub(r"(?m)^(\s+)file_name:.*$", r"\1newest: true", text)
    if _lies_elsewhere(looked_at.frame, profile):
        outside = "most coordinates lie outside the boundaries at hand: no areas until `boundaries` names a file"
        questions.append(Question(outside, "profile"))
        text = re.sub(r"(?m)^\s+(latitude|longitude):.*\n", "", text)
    columns = tuple(_as_mapped(heading, looked_at, profile) for heading in looked_at.headings)
    questions += [Question(c.question, "labels", c.heading) for c in columns if c.question]
    text = remarks(f"Recognised: the headings are those of the profile {recognised}.", questions, columns) + text
    said = left_in(whole)
    left = {c.field: frozenset(c.unmapped) & said[c.field] for c in columns if c.field in said}
    return Draft(recognised, columns, tuple(questions), text, parse_profile(text, name), looked_at, left)


def _replace_key(text: str, key: str, value: str) -> str:
    return re.sub(rf"(?m)^{key}:.*$", lambda _: f"{key}: {json.dumps(value, ensure_ascii=False)}", text, count=1)


def _lies_elsewhere(sample: pl.DataFrame, profile: Profile) -> bool:
    if "latitude" not in profile.columns or profile.boundaries:
        return False
    headings = [heading_of(profile.columns[name], sample.columns) for name in ("latitude", "longitude")]
    if None in headings:
        return False
    points = sample.select(*(pl.col(h or "") for h in headings)).unique()
    points.columns = ["latitude", "longitude"]
    placed = district_of_points(points)["area"]
    found = placed.filter(placed != NO_LOCATION)
    return not found.is_empty() and (found == OUTSIDE).sum() > 0.8 * len(found)


def _as_mapped(heading: str, looked_at: Sample, profile: Profile) -> Guess:
    """What a known profile makes of a column."""
    name = mapped(profile).get(fold(heading), "")
    if not name:
        return Guess(heading, reason="the profile does not use it")
    unmapped = {}
    recognise = recognisers(profile).get(name)
    if recognise:
        unmapped = {v: rows for v, rows in looked_at.values(heading).items() if not recognise(v)[1]}
    return Guess(heading, name, 1.0, "the profile's own heading", unmapped)


def mapped(profile: Profile) -> dict[str, str]:
    """Folded heading → the field or characteristic that a profile takes it for."""
    own = {name: held.headings for name, held in profile.characteristics.items()}
    return {fold(heading): name for name, names in (dict(profile.columns) | own).items() for heading in names}


# ---- a new profile ---- #


def drafted(
    looked_at: Sample,
    name: str,
    questions: list[Question],
    bare: Mapping[str, str],
    tables: Callable[[Mapping[str, str]], dict[str, object]] | None = None,
    keys: Sequence[str] = (),
) -> Draft:
    """Draft a profile from headings and values alone.

    Args:
        looked_at: the first rows.
        name: the new profile's name.
        questions: what is open already.
        bare: heading → the heading without the table in front.
        tables: field → heading is made into the profile's `tables`; None for one file that holds everything.
        keys: what joins the tables, in words.
    """
    values = {heading: looked_at.values(heading) for heading in looked_at.headings}
    guesses = [replace(guess(bare[h], values[h]), heading=h) for h in looked_at.headings]
    guesses, rivals = _one_column_each(guesses)
    guesses, more = _with_recording_date(guesses, values)
    formats, ambiguous = date_formats(guesses, values)
    questions = questions + rivals + more + ambiguous
    questions += [Question(g.check, "column", g.heading) for g in guesses if g.check]
    guesses = [_with_people(g, values) for g in guesses]
    questions += [
        Question(unknown_labels(g.unmapped, g.field), "labels", g.heading) for g in guesses if g.field and g.unmapped
    ]
    used = {g.field: g.heading for g in guesses if g.field}
    if "role" not in used:
        questions.append(
            Question("no column says who a person is in the crime: everybody is taken for a victim", "roles")
        )
    if "crime_ref" not in used:
        questions.append(
            Question("no column with a crime reference: each row is taken for a crime of its own", "crime_ref")
        )
    document = _document(name, used, formats, values)
    if tables:
        document["tables"] = tables(used)
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)
    first = "Drafted from the file's headings and values; nobody has confirmed it."
    text = remarks(first, questions, guesses, keys=keys) + text
    try:
        profile = parse_profile(text, name)
    except ProfileError:
        profile = None
    return Draft(None, tuple(guesses), tuple(questions), text, profile, looked_at)


def _one_column_each(guesses: list[Guess]) -> tuple[list[Guess], list[Question]]:
    """Of several columns for one field the best; the others are left out and said."""
    kept, questions = [], []
    for g in guesses:
        rivals = [other for other in guesses if other.field == g.field]
        best = max(rivals, key=lambda other: other.score)
        if g.field and (g.score < SURE * 0.6 or best is not g):
            why = f"{best.heading!r} fits {g.field} better" if best is not g else "the score is too low"
            questions.append(Question(f"also looks like {g.field}, and is left out: {why}", "column", g.heading))
            kept.append(Guess(g.heading, "", g.score, why))
        else:
            kept.append(g)
    return kept, questions


def _with_recording_date(guesses: list[Guess], values: Mapping[str, Values]) -> tuple[list[Guess], list[Question]]:
    """Every record needs a month: without a date of recording, the next best date stands in."""
    fields = {g.field: g for g in guesses}
    if "recorded_on" in fields:
        return guesses, []
    stand_in = fields.get("reported_on") or fields.get("committed_on")
    if stand_in is None:
        dated = [g for g in guesses if not g.field and max(date_shares(values[g.heading]).values(), default=0) >= 0.9]
        stand_in = dated[0] if len(dated) == 1 else None
    if stand_in is None:
        missing = "no column holds the date of recording: name it as `recorded_on` under `columns`"
        return guesses, [Question(missing, "recorded_on")]
    chosen = Guess(
        stand_in.heading, "recorded_on", max(stand_in.score, 0.5), "the only date that can give a record its month"
    )
    question = Question("is taken for the date of recording, which no heading names", "column", stand_in.heading)
    return [chosen if g is stand_in else g for g in guesses], [question]


def _with_people(g: Guess, values: Mapping[str, Values]) -> Guess:
    """A column of roles or of kinds of people, with the labels that are not usual ones."""
    if g.field not in TABLES:
        return g
    usual = usual_meanings(TABLES[g.field], values[g.heading])
    return replace(g, unmapped={label: rows for label, rows in values[g.heading].items() if label not in usual})


def date_formats(guesses: Sequence[Guess], values: Mapping[str, Values]) -> tuple[list[str], list[Question]]:
    """The date formats that the columns need, and a question where day and month cannot be told apart."""
    formats: list[str] = []
    questions = []
    for g in guesses:
        if g.field not in DATE_FIELDS:
            continue
        shares = date_shares(values[g.heading])
        best = max(shares.values(), default=0.0)
        fitting = [f for f, share in shares.items() if share and share >= 0.98 * best]
        if {"%d/%m/%Y", "%m/%d/%Y"} <= set(fitting):
            questions.append(
                Question("day and month cannot be told apart; the day is taken to come first", "dates", g.heading)
            )
        # The first in the list wins; other formats are added for the cells that it leaves over.
        chosen = fitting[:1]
        chosen += [f for f, share in shares.items() if share > 0.001 and f not in chosen and not clash(f, chosen)]
        formats += [f for f in chosen if f not in formats and not clash(f, formats)]
    return formats or [ISO_DATE], questions


def clash(one: str, others: Sequence[str]) -> bool:
    """Whether a format and one of others read the same text as different days."""
    other = swapped(one)
    return other != one and other in others


def swapped(form: str) -> str:
    """A date format with day and month in each other's place."""
    return form.replace("%d", "#").replace("%m", "%d").replace("#", "%m")


def _document(
    name: str, used: Mapping[str, str], formats: list[str], values: Mapping[str, Values]
) -> dict[str, object]:
    held = [c for c in characteristics() if c in used]
    columns = {f: [heading] for f, heading in used.items() if f not in held}
    born = "date_of_birth" in used and "age" not in used
    cells = {v for c in held for v in values[used[c]]}
    order = [c for c in characteristics() if c in used or (c == "age" and born)]
    document: dict[str, object] = {
        "name": name,
        "source": source_of(name),
        "title": name,
        "about": "Drafted; say here what the records are and from which system.",
        "confirmed": False,
        "headline_role": "victim",
        "extract": {"newest": True, "snapshot": "all_files"},
    }
    if "role" not in used:
        document["constants"] = {"role": "victim"}
    tables = {table: usual_meanings(table, values[used[name]]) for name, table in TABLES.items() if name in used}
    return document | {
        "columns": columns,
        "dates": formats,
        **{table: meanings for table, meanings in tables.items() if meanings},
        "blank": nothing_among(cells),
        "placeholder_dates": list(PLACEHOLDERS) if "date_of_birth" in used else [],
        "characteristics": {c: {"headings": [used[c]]} if c in used else {"from": "date_of_birth"} for c in order},
    }


def nothing_among(cells: Iterable[str]) -> list[str]:
    """The usual spellings of nothing that occur among cells; `None` is an answer and no such spelling."""
    folded = {fold(cell) for cell in cells}
    return [text for text in _NOTHING if fold(text) in folded]


def source_of(name: str) -> str:
    """A source's name for the name of a profile."""
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return slug if slug[:1].isalpha() else f"export_{slug}".rstrip("_")
