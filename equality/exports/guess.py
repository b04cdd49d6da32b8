"""What a column of an unknown export may be: headings and values held against field names and code lists."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from equality.exports import dates
from equality.exports.labels import fold, labels_for
from equality.measures.catalogue import characteristics
from equality.measures.codes import code_list

Values = Mapping[str, int]
"""Distinct cells of a column, blanks left out → how many rows hold each."""

SURE = 0.75
"""A score from which a column is taken for a field."""
_KEEP = 200

DATE_FIELDS = ("recorded_on", "reported_on", "committed_on", "date_of_birth")
TABLES = {"role": "roles", "person_type": "person_types"}
"""Field whose labels a profile lists itself → the profile's key of the list."""
_FIELD_WORDS = {
    "crime_ref": "crime ref|crime reference|crime number|crime no|occurrence number|occurrence no|dr_no|crime id",
    "person_ref": "person ref|nominal ref|nominal reference|person id|nominal id|victim id|niche person id",
    "role": "role|role code|involvement|person role|classification of person",
    "person_type": "person type|victim type|type of victim|nominal type",
    "recorded_on": "date recorded|recorded date|created date|date created|recorded on|crime recorded date|date",
    "reported_on": "date reported|report date|reported date|date rptd|reported on|ho reported date",
    "committed_on": "committed from|first committed|date occ|committed date|offence date|occurred from|date from",
    "date_of_birth": "date of birth|dob|birth date|vic dob|victim dob|victim date of birth",
    "district": "district|local authority",
    "area": "area name|area|division|bcu|borough|policing area|lpa",
    "team": "team|unit|department|team name|officer team|investigating team",
    "channel": "how reported|report method|reporting channel|method of report|how was it reported",
    "offence_code": "ho code|home office code|rec homc code|hocr code",
    "crime_group": "crime group|offence group|ho group|crime type",
    "crime_subgroup": "offence sub group|crime subgroup|ho text|offence|crm cd desc|offence description",
    "outcome": "outcome|disposal|disposal code|status desc",
}
_CHARACTERISTIC_WORDS = {
    "ethnicity": "self defined ethnicity|self-defined ethnicity|ethnicity sde|sde|ethnicity 16|ethnicity self defined",
    "sex": "sex|gender|vic sex|vict sex|victim sex|victim gender|vic gender|victim - gender|vic - sex|suspect sex",
    "age": "age|age range|vict age|victim age|vic age at offence - integer|age at offence|age at offence committed",
    "disability": "disability|disabled|impairment|disability type",
    "religion": "religion|religion or belief|faith|religious belief",
    "sexual_orientation": "sexual orientation|sexuality",
    "gender_reassignment": "gender same as registered at birth|gender identity|transgender|gender reassignment",
    "marriage_civil_partnership": "marital status|marriage|civil partnership|legal partnership",
    "pregnancy_maternity": "pregnant or recently|pregnancy|pregnant|maternity|pregnancy and maternity",
    "ethnicity_observed": "officer observed ethnicity|officer-defined ethnicity|ethnicity ic|ic code|ethnic appearance"
    "|ethnicity 6|victim ethnicity (ic)|vict descent|observed ethnicity",
    "nationality": "nationality|nationality description|citizenship",
}
_UNDECIDED = "ethnicity|ethnic group|ethnic description|victim - ethnicity|victim ethnicity|vic ethnicity|ons_group"
WORDS = {name: tuple(words.split("|")) for name, words in (_FIELD_WORDS | _CHARACTERISTIC_WORDS).items()}
_ETHNIC = tuple(_UNDECIDED.split("|"))

_DISTINCT = ("ethnicity", "sex", "religion", "sexual_orientation", "marriage_civil_partnership", "ethnicity_observed")
"""Characteristics whose answers say what they are; `Yes` and `No` could be anything's."""

DATE_FORMATS = ("%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%d %b %Y", "%d-%b-%Y",
                "%d-%b-%y", "%d/%m/%y", "%m/%d/%y", "%Y%m%d", dates.EXCEL)  # fmt: skip

_OBSERVED = re.compile(r"(ic ?\d|\d)\b.*")


@dataclass(frozen=True)
class Guess:
    """What a column is taken for.

    Attributes:
        heading: the column's.
        field: a field or characteristic; empty if the column is not used.
        score: 0 to 1.
        reason: in words.
        unmapped: labels that no list knows → rows, the most frequent first.
        doubtful: labels that a list knows, but that may mean something else here → rows.
        check: what a person must settle beside the labels; empty if nothing.
    """

    heading: str
    field: str = ""
    score: float = 0.0
    reason: str = "neither the heading nor the values are usual ones"
    unmapped: Values = dataclasses.field(default_factory=dict)
    check: str = ""
    doubtful: Values = dataclasses.field(default_factory=dict)

    @property
    def question(self) -> str:
        """What a person must settle, in one sentence; empty if nothing."""
        labels = unknown_labels(self.unmapped, self.field) if self.field and self.unmapped else ""
        return "; ".join(filter(None, [self.check, labels]))


def guess(heading: str, values: Values) -> Guess:
    """What one column may be, from its heading and its distinct values."""
    name, named = _by_heading(heading)
    if name in ("ethnicity", "ethnicity_observed", "any ethnicity"):
        return _ethnicity(heading, name, named, values)
    if name in DATE_FIELDS:
        return _date(heading, name, named, values)
    if name in characteristics():
        return _characteristic(heading, name, named, values)
    if named >= SURE:
        return Guess(heading, name, named, _because(named, name))
    return _by_values(heading, values)


def _by_heading(heading: str) -> tuple[str, float]:
    """The field whose usual headings are most like this one."""
    folded = fold(heading).replace("_", " ")
    best = ("", 0.0)
    for name, words in {**WORDS, "any ethnicity": _ETHNIC}.items():
        for word in words:
            other = fold(word).replace("_", " ")
            score = 1.0 if folded == other else 0.95 * difflib.SequenceMatcher(None, folded, other).ratio()
            if score > best[1]:
                best = name, score
    # Short headings are alike by chance: "Rank" and "Race".
    return best if best[1] >= 0.85 else ("", 0.0)


def _because(score: float, name: str) -> str:
    title = characteristics()[name].title if name in characteristics() else name
    return f"the heading is {'a usual one' if score == 1 else 'like a usual one'} for {title}"


def known_share(name: str, values: Values, own: Mapping[str, str] | None = None) -> tuple[float, dict[str, int]]:
    """The share of filled cells that a characteristic's lists know, and the labels they do not."""
    known = labels_for(name, own or {}, (), ";")
    missed = {label: rows for label, rows in values.items() if not known.code(label)[1]}
    total = sum(values.values())
    order = sorted(missed.items(), key=lambda item: (-item[1], item[0]))
    return (1 - sum(missed.values()) / total if total else 0.0), dict(order[:_KEEP])


def _informative(name: str, values: Values) -> int:
    """How many different informative answers the values hold."""
    known, codes = labels_for(name, {}, (), ";"), code_list(name)
    found = {known.code(label) for label in values}
    return sum(bool(right and code and codes[code].state == "valid") for code, right in found)


def _ethnicity(heading: str, name: str, named: float, values: Values) -> Guess:
    """Self-defined or observed: the values decide, and an IC code is never taken for somebody's own answer."""
    total = sum(values.values())
    if not total:
        question = "the column is blank: is it the person's own answer or an officer's view?"
        undecided = name == "any ethnicity"
        return Guess(heading, check=question) if undecided else Guess(heading, name, named, _because(named, name))
    own, _ = known_share("ethnicity", values)
    seen, seen_missed = known_share("ethnicity_observed", values)
    if name == "ethnicity_observed":
        return Guess(heading, name, min(named, 0.4 + 0.6 * seen), _because(named, name), seen_missed)
    if holds_officers_codes(values) or seen > own:
        return _not_their_own(heading, name, named, values)
    return _their_own(heading, name, values)


_IC_AT_MOST = 0.05
"""Share of IC codes up to which a column of own answers is taken to hold slips; those stay invalid."""


def is_officers_code(label: str) -> bool:
    """Whether a label is what officers write of somebody's appearance (`IC1`, `3`, `White - North European`)."""
    if _OBSERVED.fullmatch(fold(label)):
        return True
    # Only the officers' list divides Europe into north and south; its other words occur in people's own answers.
    return labels_for("ethnicity_observed", {}, (), None).code(label)[0] in ("1", "2")


def holds_officers_codes(values: Values) -> bool:
    """Whether so many cells hold officers' (IC) codes that a column cannot be people's own answers."""
    observed = sum(rows for label, rows in values.items() if _OBSERVED.fullmatch(fold(label)))
    return observed > _IC_AT_MOST * sum(values.values())


def _not_their_own(heading: str, name: str, named: float, values: Values) -> Guess:
    seen, missed = known_share("ethnicity_observed", values)
    if name == "ethnicity":
        question = (
            "the heading speaks of self-defined ethnicity, but cells hold what officers observe (IC codes): settle "
            "which it is; it is left out until then"
        )
        return Guess(heading, "", named, "heading and values contradict each other", missed, question)
    reason = f"{seen:.0%} of filled cells are officers' (IC) labels; it is not taken for the person's own answer"
    return Guess(heading, "ethnicity_observed", seen, reason, missed, "check that it is what officers observed")


def _their_own(heading: str, name: str, values: Values) -> Guess:
    own, missed = known_share("ethnicity", values)
    if own < 0.5:
        question = f"{unknown_labels(missed)}; and is it the person's own answer or an officer's view?"
        reason = f"only {own:.0%} of filled cells are in a list of ethnicities"
        return Guess(heading, "", own, reason, missed, question)
    reason = f"{own:.0%} of filled cells are in the 18+1 list of the person's own answers"
    check = "check that it is the person's own answer" if name == "any ethnicity" else ""
    return Guess(heading, "ethnicity", own, reason, missed, check)


def _characteristic(heading: str, name: str, named: float, values: Values) -> Guess:
    share, missed = known_share(name, values)
    score = min(named, 0.5 + 0.5 * share) if values else named
    reason = f"{_because(named, name)}; its lists know {share:.0%} of filled cells" if values else _because(named, name)
    check, doubtful = "", {}
    total = sum(values.values())
    if name == "age" and values.get("0", 0) > 0.03 * total:
        doubtful = {"0": values["0"]}
        check = f"0 stands in {values['0'] / total:.0%} of the cells: if it means not known, add values: {{'0': U}}"
    return Guess(heading, name, score, reason, missed, check, doubtful)


def unknown_labels(missed: Values, field: str = "") -> str:
    """Labels that no list knows, as something to settle."""
    labels = "1 label" if len(missed) == 1 else f"{len(missed)} labels"
    cells = sum(missed.values())
    where = f"`{TABLES.get(field, 'values')}`"
    is_are = "is" if len(missed) == 1 else "are"
    return f"{labels} in {cells:,} cell{'s' if cells > 1 else ''} {is_are} in no list: add them under {where}"


def _date(heading: str, name: str, named: float, values: Values) -> Guess:
    share = max(date_shares(values).values(), default=0.0)
    if values and share < 0.5:
        question = f"the heading speaks of a date, but only {share:.0%} of filled cells can be read as one"
        return Guess(heading, "", named, "heading and values contradict each other", check=question)
    return Guess(heading, name, named, _because(named, name))


def date_shares(values: Values) -> dict[str, float]:
    """Date format → share of filled cells that it reads."""
    frame = pl.DataFrame(
        {"text": list(values), "rows": list(values.values())}, schema={"text": pl.String, "rows": pl.Int64}
    )
    total = sum(values.values())
    if not total:
        return {}
    reads = [
        pl.col("rows").filter(dates.parsed(pl.col("text"), [f]).is_not_null()).sum().alias(f) for f in DATE_FORMATS
    ]
    return {f: rows / total for f, rows in frame.select(reads).row(0, named=True).items()}


def _by_values(heading: str, values: Values) -> Guess:
    """A column whose heading says nothing, but whose values are those of one characteristic alone."""
    if not values or len(values) > 500:
        return Guess(heading)
    fitting = []
    for name in _DISTINCT:
        share, missed = known_share(name, values)
        if share >= 0.9 and _informative(name, values) >= 2 and not all(_OBSERVED.fullmatch(fold(v)) for v in values):
            fitting.append((share, name, missed))
    if len(fitting) != 1:
        return Guess(heading)
    share, name, missed = fitting[0]
    title = characteristics()[name].title
    return Guess(
        heading, name, 0.9 * share, f"{share:.0%} of filled cells are in the list of {title}", missed,
        f"the heading does not say so: check that it is {title} of the person",
    )  # fmt: skip
