"""What a person decides about a profile, and which decisions are refused because they would falsify the figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import get_args

from equality.errors import ProfileError
from equality.exports import dates
from equality.exports.draft import clash, swapped
from equality.exports.guess import TABLES, Guess, holds_officers_codes, is_officers_code
from equality.exports.labels import fold, labels_for
from equality.exports.profile import FIELDS, PersonType, Profile
from equality.exports.sample import Sample
from equality.measures.catalogue import characteristics
from equality.measures.codes import code_list
from equality.measures.dimensions import ROLES

OWN_NAME = r"[a-z0-9-]+"
"""The form of an own profile's name: it becomes a file's name."""


class Meaning(Enum):
    """What a label may mean beside a code."""

    UNRECOGNISED = "stays unrecognised, and counts as invalid"
    NOTHING = "nothing was recorded"


@dataclass(frozen=True)
class Decisions:
    """What a person decided; whatever is None or missing stays as it is in the profile.

    Attributes:
        name: the profile's new name; the source is named alike unless `source` says otherwise.
        source: snapshots of one source supersede each other.
        title: of the source, on screen.
        about: what the records are.
        headline_role: the role that pages select at first.
        role: everybody's role, where no column holds it.
        columns: heading → field or characteristic; empty to leave the column out.
        labels: field or characteristic → label → code (for `role` a role, for `person_type` a kind of person), or
            a `Meaning`.
        dates: accepted date formats, tried in order.
        boundaries: file in `data/geography`, and the property that names an area.
        answered: questions that were settled outside the profile, as text.
        confirmed: whether the force has confirmed the profile.
    """

    name: str | None = None
    source: str | None = None
    title: str | None = None
    about: str | None = None
    headline_role: str | None = None
    role: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str | Meaning]] = field(default_factory=dict)
    dates: tuple[str, ...] | None = None
    boundaries: tuple[str, str] | None = None
    answered: frozenset[str] = frozenset()
    confirmed: bool | None = None


def choices(name: str) -> dict[str, str]:
    """What a label of a column may be settled as: code → its label; empty if labels of this field stand as they are.

    Args:
        name: a field or characteristic.
    """
    if name in characteristics():
        return {code.code: code.label for code in code_list(name).values()}
    if name == "role":
        return dict(ROLES)
    if name == "person_type":
        return {kind: kind.replace("_", " ") for kind in get_args(PersonType)}
    return {}


def check_name(name: str) -> None:
    """Refuse a name that an own profile cannot have.

    Raises:
        ProfileError: naming what is allowed.
    """
    if not re.fullmatch(OWN_NAME, name) or len(name) > 60:
        raise ProfileError(f"the name {name!r} must be made of a to z, 0 to 9 and hyphens, at most 60 of them")


def check(decisions: Decisions, guesses: Sequence[Guess], sample: Sample | None) -> None:
    """Refuse decisions that cannot stand, before anything is changed.

    Args:
        decisions: what was decided.
        guesses: what columns are taken for so far.
        sample: the rows at hand; without them, what depends on cells is not checked.

    Raises:
        ProfileError: saying of each what is wrong with it and what to do.
    """
    problems = [
        *_columns(decisions, guesses, sample),
        *_labels(decisions),
        *_dates(decisions),
        *(f"{role!r} is no role; roles are {', '.join(ROLES)}" for role in _roles(decisions) if role not in ROLES),
    ]
    if decisions.name is not None:
        try:
            check_name(decisions.name)
        except ProfileError as error:
            problems.append(str(error))
    if problems:
        raise ProfileError("; ".join(problems))


def _roles(decisions: Decisions) -> list[str]:
    return [role for role in (decisions.role, decisions.headline_role) if role is not None]


def _columns(decisions: Decisions, guesses: Sequence[Guess], sample: Sample | None) -> Iterator[str]:
    becomes = {g.heading: g.field for g in guesses if g.field} | dict(decisions.columns)
    for heading, name in decisions.columns.items():
        if sample and heading not in sample.headings:
            yield f"the export has no column {heading!r}"
        elif name and name not in FIELDS and name not in characteristics():
            yield f"{name!r} is neither a field nor a characteristic"
        elif name == "ethnicity" and sample and heading in sample.headings:
            values = sample.values(heading)
            if holds_officers_codes(values):
                yield (
                    f"{heading!r} holds what officers observe (IC codes): it cannot be the person's own answer; take "
                    "it for ethnicity_observed, or leave it out"
                )
        rivals = [other for other, taken in becomes.items() if taken == name and other != heading]
        if name and rivals:
            yield f"{heading!r} and {rivals[0]!r} cannot both become {name}: leave one of them out"


def _labels(decisions: Decisions) -> Iterator[str]:
    for name, labels in decisions.labels.items():
        allowed = choices(name)
        if labels and not allowed:
            yield f"labels of {name} stand as they are: there is nothing to settle"
            continue
        folded: dict[str, str | Meaning] = {}
        for label, meaning in labels.items():
            if isinstance(meaning, str) and meaning not in allowed:
                yield f"{name}: {meaning!r} is not in its list; codes are {', '.join(list(allowed)[:40])}"
            elif folded.setdefault(fold(label), meaning) != meaning:
                yield f"{name}: {label!r} stands twice, spelled alike, with different meanings"
            elif not fold(label):
                yield f"{name}: a blank cell always means that nothing was recorded"
            elif meaning is not Meaning.UNRECOGNISED:
                yield from _falsifying(name, label, meaning)


def _falsifying(name: str, label: str, meaning: str | Meaning) -> Iterator[str]:
    """The rules of the project that no decision may break."""
    if name == "ethnicity" and is_officers_code(label):
        yield (
            f"{label!r} is what an officer observed (an IC code): it never becomes the person's own answer, nor blank. "
            "Leave it as unrecognised"
        )
    elif meaning is Meaning.NOTHING and name in TABLES:
        yield f"{name}: {label!r} cannot mean nothing; choose what it stands for, or leave it as unrecognised"


def check_blanks(profile: Profile, new: Sequence[str], added: Sequence[str]) -> None:
    """Refuse spellings of nothing that are answers in a column of the profile: they hold for every column.

    Args:
        profile: as it would become.
        new: the spellings that were added.
        added: the characteristics that were added, for which the old spellings are looked at too.

    Raises:
        ProfileError: naming label and column.
    """
    problems = []
    for name, held in profile.characteristics.items():
        known = labels_for(name, held.values, (), held.several)
        for label in profile.blank if name in added else new:
            code, recognised = known.code(label)
            if recognised and code is not None:
                meant = code_list(name)[code].label if code in code_list(name) else code
                problems.append(
                    f"{label!r} means “{meant}” in {characteristics()[name].title}, so it cannot stand for nothing: "
                    "what is blank is blank in every column. Choose a code, or leave it as unrecognised"
                )
    if problems:
        raise ProfileError("; ".join(problems))


def _dates(decisions: Decisions) -> Iterator[str]:
    formats = decisions.dates
    if formats is None:
        return
    if not formats:
        yield "at least one date format is needed"
    for number, each in enumerate(formats):
        parts = set(re.findall(r"%.", each))
        whole = parts & {"%Y", "%y"} and parts & {"%m", "%b", "%B"} and "%d" in parts
        if each != dates.EXCEL and not whole:
            yield f"{each!r} is no date format: it needs a year, a month and a day, such as %d/%m/%Y"
        if clash(each, formats[:number]):
            yield f"{each} and {swapped(each)} read the same text as different days: keep one"
