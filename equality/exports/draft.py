"""The mapping assistant: recognises the profile that a file fits, or drafts one, and lists what stays open.

It asks nothing and changes nothing: a page or the command line shows the draft and lets a person settle the rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import yaml

from equality.errors import ExportError, ProfileError
from equality.exports.geography import district_of_points
from equality.exports.guess import DATE_FIELDS, SURE, Guess, Values, date_shares, guess
from equality.exports.labels import fold
from equality.exports.layout import heading_of
from equality.exports.profile import ISO_DATE, PROFILES, Profile, available, load_profile, parse_profile
from equality.exports.read import ExportFile, date_of_name, open_unknown
from equality.measures.catalogue import characteristics
from equality.measures.dimensions import NO_LOCATION, OUTSIDE

SAMPLE = 100_000
"""Rows whose values are looked at."""
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
    """

    recognised: str | None
    columns: tuple[Guess, ...]
    questions: tuple[str, ...]
    text: str
    profile: Profile | None


def draft(path: Path, name: str, known: Mapping[str, Path] | None = None) -> Draft:
    """Draft a profile for an export.

    Args:
        path: the export.
        name: the new profile's name.
        known: profiles that may be recognised, by name; default: those that come with the project.

    Raises:
        ExportError: if the file cannot be read as a table.
    """
    file = open_unknown(path)
    sample = file.scan().select(file.headings).head(SAMPLE).collect(engine="streaming")
    candidates = {n: PROFILES / f"{n}.yaml" for n in available()} if known is None else known
    recognised = _recognise(file.headings, candidates)
    if recognised:
        return _from_known(file, sample, name, recognised, candidates[recognised])
    return _from_guesses(file, sample, name)


def distinct(column: pl.Series) -> dict[str, int]:
    """The distinct cells of a column, blanks left out → rows, the most frequent first."""
    counted = column.value_counts(sort=True, name="rows").filter(
        pl.col(column.name).is_not_null(), pl.col(column.name).str.strip_chars() != ""
    )
    return dict(counted.iter_rows())


def _recognise(headings: Sequence[str], known: Mapping[str, Path]) -> str | None:
    """The known profile with the most headings that fits a file."""
    folded = {fold(heading) for heading in headings}
    fitting = []
    for name, path in known.items():
        needed = load_profile(str(path)).needed
        if all({fold(heading) for heading in accepted} & folded for accepted in needed.values()):
            fitting.append((len(needed), name))
    return max(fitting)[1] if fitting else None


# ---- a known profile, under a new name ---- #


def _from_known(file: ExportFile, sample: pl.DataFrame, name: str, recognised: str, path: Path) -> Draft:
    profile = load_profile(str(path))
    text = path.read_text(encoding="utf-8")
    questions = (
        [] if profile.confirmed else [f"the profile {recognised} is not confirmed: check its headings and labels"]
    )
    text = _replace_key(_replace_key(text, "name", name), "source", _slug(name))
    try:
        date_of_name(file.path, profile.extract)
    except ExportError:
        questions.append("the file's name carries no date: the newest date in the file is taken as the extract's")
        text = re.sub(r"(?m)^(\s+)file_name:.*$", r"\1newest: true", text)
    if _lies_elsewhere(sample, profile):
        questions.append(
            "most coordinates lie outside the boundaries at hand: no areas until `boundaries` names a file"
        )
        text = re.sub(r"(?m)^\s+(latitude|longitude):.*\n", "", text)
    columns = tuple(_as_mapped(heading, sample, profile) for heading in file.headings)
    questions += [f"{c.heading}: {c.question}" for c in columns if c.question]
    text = _comment(f"Recognised: the headings are those of the profile {recognised}.", questions, columns) + text
    return Draft(recognised, columns, tuple(questions), text, parse_profile(text, name))


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


def _as_mapped(heading: str, sample: pl.DataFrame, profile: Profile) -> Guess:
    """What a known profile makes of a column."""
    from equality.exports.recognise import recognisers

    folded = fold(heading)
    own = {n: h.headings for n, h in profile.characteristics.items()}
    field = next((n for n, names in (profile.columns | own).items() if folded in map(fold, names)), "")
    if not field:
        return Guess(heading, reason="the profile does not use it")
    unmapped = {}
    recognise = recognisers(profile).get(field)
    if recognise:
        unmapped = {v: rows for v, rows in distinct(sample[heading]).items() if not recognise(v)[1]}
    question = f"{len(unmapped)} labels in {sum(unmapped.values()):,} cells are in no list" if unmapped else ""
    return Guess(heading, field, 1.0, "the profile's own heading", unmapped, question)


# ---- a new profile ---- #


def _from_guesses(file: ExportFile, sample: pl.DataFrame, name: str) -> Draft:
    values = {heading: distinct(sample[heading]) for heading in file.headings}
    guesses = [guess(heading, values[heading]) for heading in file.headings]
    guesses, questions = _one_column_each(guesses)
    guesses, more = _with_recording_date(guesses, values)
    formats, ambiguous = _formats(guesses, values)
    questions += more + ambiguous + [f"{g.heading}: {g.question}" for g in guesses if g.question]
    used = {g.field: g.heading for g in guesses if g.field}
    if "role" not in used:
        questions.append("no column says who a person is in the crime: everybody is taken for a victim")
    else:
        questions.append("fill in `roles`: each label of the role column → victim, suspect, witness, …")
    if "crime_ref" not in used:
        questions.append("no column with a crime reference: each row is taken for a crime of its own")
    document = _document(name, used, formats, values)
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)
    text = _comment("Drafted from the file's headings and values; nobody has confirmed it.", questions, guesses) + text
    try:
        profile = parse_profile(text, name)
    except ProfileError:
        profile = None
    return Draft(None, tuple(guesses), tuple(questions), text, profile)


def _one_column_each(guesses: list[Guess]) -> tuple[list[Guess], list[str]]:
    """Of several columns for one field the best; the others are left out and said."""
    kept, questions = [], []
    for g in guesses:
        rivals = [other for other in guesses if other.field == g.field]
        best = max(rivals, key=lambda other: other.score)
        if g.field and (g.score < SURE * 0.6 or best is not g):
            why = f"{best.heading!r} fits {g.field} better" if best is not g else "the score is too low"
            questions.append(f"{g.heading}: also looks like {g.field}, and is left out: {why}")
            kept.append(Guess(g.heading, "", g.score, why))
        else:
            kept.append(g)
    return kept, questions


def _with_recording_date(guesses: list[Guess], values: Mapping[str, Values]) -> tuple[list[Guess], list[str]]:
    """Every record needs a month: without a date of recording, the next best date stands in."""
    fields = {g.field: g for g in guesses}
    if "recorded_on" in fields:
        return guesses, []
    stand_in = fields.get("reported_on") or fields.get("committed_on")
    if stand_in is None:
        dated = [g for g in guesses if not g.field and max(date_shares(values[g.heading]).values(), default=0) >= 0.9]
        stand_in = dated[0] if len(dated) == 1 else None
    if stand_in is None:
        return guesses, ["no column holds the date of recording: name it as `recorded_on` under `columns`"]
    chosen = Guess(stand_in.heading, "recorded_on", stand_in.score, "the only date that can give a record its month")
    question = f"{stand_in.heading}: is taken for the date of recording, which no heading names"
    return [chosen if g is stand_in else g for g in guesses], [question]


def _formats(guesses: Sequence[Guess], values: Mapping[str, Values]) -> tuple[list[str], list[str]]:
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
            questions.append(f"{g.heading}: day and month cannot be told apart; the day is taken to come first")
        # The first in the list wins; other formats are added for the cells that it leaves over.
        chosen = fitting[:1]
        chosen += [f for f, share in shares.items() if share > 0.001 and f not in chosen and not _clash(f, chosen)]
        formats += [f for f in chosen if f not in formats and not _clash(f, formats)]
    return formats or [ISO_DATE], questions


def _clash(one: str, others: Sequence[str]) -> bool:
    """Whether two formats read the same text as different days."""
    swapped = one.replace("%d", "#").replace("%m", "%d").replace("#", "%m")
    return swapped != one and swapped in others


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
        "source": _slug(name),
        "title": name,
        "about": "Drafted; say here what the records are and from which system.",
        "confirmed": False,
        "headline_role": "victim",
        "extract": {"newest": True, "snapshot": "all_files"},
    }
    if "role" not in used:
        document["constants"] = {"role": "victim"}
    return document | {
        "columns": columns,
        "dates": formats,
        "blank": [text for text in _NOTHING if fold(text) in {fold(v) for v in cells}],
        "placeholder_dates": ["1900-01-01", "1901-01-01", "1899-12-30"] if "date_of_birth" in used else [],
        "characteristics": {c: {"headings": [used[c]]} if c in used else {"from": "date_of_birth"} for c in order},
    }


def _slug(name: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return slug if slug[:1].isalpha() else f"export_{slug}".rstrip("_")


def _comment(first: str, questions: Sequence[str], columns: Sequence[Guess]) -> str:
    """What the draft rests on, as comments: text of the export is quoted, so that it stays in its line."""
    lines = [first, "", "Open:", *(f"- {_one_line(q)}" for q in questions or ["nothing"]), "", "Columns:"]
    for c in columns:
        lines.append(
            f"- {json.dumps(c.heading, ensure_ascii=False)} → {c.field or 'not used'} ({c.score:.2f}): {c.reason}"
        )
        labels = list(c.unmapped.items())[:20]
        lines += [
            f"    {json.dumps(label[:80], ensure_ascii=False)} ({rows:,} rows) is in no list" for label, rows in labels
        ]
    return "".join(f"# {_one_line(line)}".rstrip() + "\n" for line in lines) + "\n"


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
