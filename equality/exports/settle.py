"""Settles a drafted profile: what a person decides goes into its YAML, and everything else stays, comments included."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from equality.errors import ProfileError
from equality.exports.decisions import Decisions, Meaning, check, check_blanks
from equality.exports.draft import PLACEHOLDERS, Draft, clash, date_formats, nothing_among, source_of
from equality.exports.guess import DATE_FIELDS, TABLES, Guess
from equality.exports.labels import fold
from equality.exports.outlook import Outlook, left_alone, outlook
from equality.exports.profile import Profile, parse_profile
from equality.exports.remarks import remarks, without_remarks
from equality.exports.sample import Sample
from equality.exports.usual import usual_meanings
from equality.measures.catalogue import characteristics


@dataclass(frozen=True)
class Settled:
    """A profile with a person's decisions in it.

    Attributes:
        text: as YAML.
        profile: the same, parsed; None if it still lacks something.
        lacks: what that is: each mistake with its line and the remedy; empty if nothing.
        outlook: what the export becomes; None where the profile was settled without an export.
    """

    text: str
    profile: Profile | None
    lacks: str
    outlook: Outlook | None


def settle(start: Draft | str, decisions: Decisions) -> Settled:
    """Put decisions into a profile.

    Args:
        start: a draft, or the text of a profile. Of a text the comments stay as they are; above a draft stand what
            is still open, what was decided and what each column is taken for.
        decisions: what a person decided.

    Raises:
        ProfileError: if a decision cannot stand, saying what to do instead; or if a text is not readable YAML.
    """
    draft = start if isinstance(start, Draft) else None
    check(decisions, draft.columns if draft else (), draft.sample if draft else None)
    before = without_remarks(draft.text) if draft else str(start)
    document = _read(before)
    old = _plain(document)
    _apply(document, decisions, draft.sample if draft else None)
    body = _written(document, before)
    shown = str(document.get("name", "profile"))
    profile, lacks = _parsed(body, shown)
    if profile:
        _check_blanks(profile, old)
    if draft is None:
        return Settled(body, profile, lacks, None)
    now = outlook(draft.sample, profile, draft.columns, draft.questions, decisions)
    first = draft.text.partition("\n")[0].removeprefix("# ")
    guesses = [
        Guess(c.heading, c.field, float(bool(c.field)) if c.score is None else c.score, c.reason, c.unmapped)
        for c in now.columns
    ]
    text = remarks(first, now.questions, guesses, left_alone(decisions)) + body
    # Again, so that messages name the lines of the text that a person sees.
    profile, lacks = _parsed(text, shown)
    return Settled(text, profile, lacks, now)


def _parsed(text: str, shown: str) -> tuple[Profile | None, str]:
    try:
        return parse_profile(text, shown), ""
    except ProfileError as error:
        return None, str(error)


def _check_blanks(profile: Profile, old: Mapping[str, Any]) -> None:
    new = [label for label in profile.blank if label not in (old.get("blank") or ())]
    check_blanks(profile, new, [name for name in profile.characteristics if name not in old["characteristics"]])


# ---- YAML ---- #


def _yaml() -> YAML:
    rules = YAML()
    rules.preserve_quotes = True
    rules.width = 1_000_000
    rules.indent(mapping=2, sequence=4, offset=2)
    return rules


def _read(text: str) -> CommentedMap:
    try:
        document = _yaml().load(text)
    except YAMLError as error:
        raise ProfileError(f"the profile is not readable YAML: {error}") from error
    if not isinstance(document, CommentedMap):
        raise ProfileError("the profile is not readable as one: it must be made of `key: value` lines")
    for key in ("columns", "characteristics"):
        if not isinstance(document.setdefault(key, CommentedMap()), CommentedMap):
            raise ProfileError(f"the profile's `{key}` must be made of `key: value` lines")
    return document


def _plain(document: CommentedMap) -> dict[str, Any]:
    # Through JSON: of the keys and texts only what they say is wanted.
    plain: dict[str, Any] = json.loads(json.dumps(document, default=str))
    return plain


def _written(document: CommentedMap, before: str) -> str:
    out = io.StringIO()
    _yaml().dump(document, out)
    text = out.getvalue()
    # A comment goes with the line that it stands at; if that line went, what it says is kept at the end.
    kept = set(_comments(text))
    lost = [line for line in _comments(before) if line not in kept]
    return text.rstrip("\n") + "\n" + "".join(f"{line}\n" for line in lost)


def _comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.lstrip().startswith("#")]


def _text(value: str) -> DoubleQuotedScalarString:
    # In quotes: YAML reads Yes, No and numbers as something else.
    return DoubleQuotedScalarString(value)


def _texts(values: tuple[str, ...] | list[str]) -> CommentedSeq:
    made = CommentedSeq(map(_text, values))
    made.fa.set_flow_style()
    return made


def _table(document: CommentedMap, key: str) -> CommentedMap:
    if not isinstance(document.get(key), CommentedMap):
        document[key] = CommentedMap()
    table: CommentedMap = document[key]
    return table


def _put(table: CommentedMap, key: str, value: object) -> None:
    """Set a key; a new one before the last, because comments on the next section hang on the last."""
    if key in table:
        table[key] = value
    else:
        table.insert(max(0, len(table) - 1), key, value)


# ---- decisions ---- #


def _apply(document: CommentedMap, decisions: Decisions, sample: Sample | None) -> None:
    _header(document, decisions)
    _columns(document, decisions.columns)
    if sample:
        _propose(document, decisions.columns, sample)
    _role(document, decisions)
    _age(document)
    for name, labels in decisions.labels.items():
        for label, meaning in labels.items():
            _label(document, name, label, meaning)
    if decisions.dates is not None:
        document["dates"] = _texts(list(decisions.dates))
    if decisions.boundaries is not None:
        document["boundaries"] = CommentedMap(zip(("file", "name"), map(_text, decisions.boundaries), strict=True))


def _header(document: CommentedMap, decisions: Decisions) -> None:
    source = decisions.source
    if decisions.name is not None and source is None and decisions.name != document.get("name"):
        source = source_of(decisions.name)
    said = {"name": decisions.name, "source": source, "title": decisions.title, "about": decisions.about,
            "headline_role": decisions.headline_role}  # fmt: skip
    for key, value in said.items():
        if value is not None and value != document.get(key):
            document[key] = _text(value)
    if decisions.confirmed is not None:
        document["confirmed"] = decisions.confirmed


def _columns(document: CommentedMap, columns: Mapping[str, str]) -> None:
    fields, held = document["columns"], document["characteristics"]
    beside = {
        fold(heading)
        for person in document.get("people") or ()
        for key in ("columns", "characteristics")
        for headings in (person.get(key) or {}).values()
        for heading in headings
    }
    for heading in columns:
        if fold(heading) in beside:
            raise ProfileError(f"{heading!r} belongs to one of the `people` side by side; change it in the file")
        for headings in _headings(document).values():
            headings[:] = [each for each in headings if fold(str(each)) != fold(heading)]
    for heading, name in columns.items():
        if not name:
            continue
        if name in characteristics():
            entry = held.get(name)
            if entry is None:
                entry = CommentedMap()
                _put(held, name, entry)
            entry.pop("from", None)
            if "headings" not in entry:
                entry.insert(0, "headings", _texts([]))
            accepted = entry["headings"]
        else:
            if name not in fields:
                _put(fields, name, _texts([]))
            accepted = fields[name]
        # The first that a file has counts, and this file has this one.
        accepted.insert(0, _text(heading))
    for name in [name for name, headings in fields.items() if not headings]:
        del fields[name]
    for name in [name for name, entry in held.items() if "headings" in entry and not entry["headings"]]:
        del held[name]


def _propose(document: CommentedMap, columns: Mapping[str, str], sample: Sample) -> None:
    """What a draft would fill in for columns that a person has just named: usual labels, and spellings of nothing."""
    for heading, name in columns.items():
        if name in TABLES:
            known = {fold(str(label)) for label in document.get(TABLES[name]) or ()}
            for label, meaning in usual_meanings(TABLES[name], sample.values(heading)).items():
                if fold(label) not in known:
                    _table(document, TABLES[name])[_text(label)] = _text(meaning)
        elif name in DATE_FIELDS:
            found, _ = date_formats([Guess(heading, name)], {heading: sample.values(heading)})
            held = [str(form) for form in document.get("dates") or ()]
            new = [form for form in found if form not in held and not clash(form, held)]
            document["dates"] = _texts([*new, *held])
        elif name in characteristics():
            for label in nothing_among(sample.values(heading)):
                _add_blank(document, label)


def _headings(document: CommentedMap) -> dict[str, CommentedSeq]:
    """Field or characteristic → its accepted headings."""
    held = {name: entry["headings"] for name, entry in document["characteristics"].items() if "headings" in entry}
    return {**document["columns"], **held}


def _role(document: CommentedMap, decisions: Decisions) -> None:
    """Either a column says who a person is, or everybody is the same."""
    constants = _table(document, "constants")
    if "role" in document["columns"]:
        if decisions.role is not None:
            raise ProfileError("a column says who each person is; leave it out before everybody is taken for the same")
        constants.pop("role", None)
    elif decisions.role is not None:
        constants["role"] = _text(decisions.role)
        if decisions.headline_role is None:
            document["headline_role"] = _text(decisions.role)
    elif not document.get("people"):
        constants.setdefault("role", _text("victim"))
    if not constants:
        del document["constants"]


def _age(document: CommentedMap) -> None:
    """Age follows from a date of birth unless a column holds it."""
    fields, held = document["columns"], document["characteristics"]
    if "date_of_birth" in fields and "age" not in held:
        _put(held, "age", CommentedMap({"from": "date_of_birth"}))
        if not document.get("placeholder_dates"):
            document["placeholder_dates"] = _texts(list(PLACEHOLDERS))
    if "date_of_birth" not in fields and "from" in held.get("age", {}):
        del held["age"]


def _add_blank(document: CommentedMap, label: str) -> None:
    if not isinstance(document.get("blank"), CommentedSeq):
        document["blank"] = _texts([])
    if fold(label) not in {fold(str(spelled)) for spelled in document["blank"]}:
        document["blank"].append(_text(label))


def _label(document: CommentedMap, name: str, label: str, meaning: str | Meaning) -> None:
    if name in TABLES:
        table = _table(document, TABLES[name])
        held = name in document["columns"]
    else:
        held = name in document["characteristics"]
        table = _table(document["characteristics"][name], "values") if held else CommentedMap()
    if not held:
        raise ProfileError(f"no column holds {name}, so that {label!r} cannot be settled in it")
    for same in [spelled for spelled in table if fold(str(spelled)) == fold(label)]:
        del table[same]
    if isinstance(meaning, str):
        nothing = [spelled for spelled in document.get("blank") or () if fold(str(spelled)) == fold(label)]
        if nothing and name not in TABLES:
            raise ProfileError(f"{label!r} stands for nothing in every column (`blank`): it cannot mean {meaning} here")
        table[_text(label)] = _text(meaning)
    elif meaning is Meaning.NOTHING:
        _add_blank(document, label)
    if not table and name not in TABLES:
        document["characteristics"][name].pop("values")
