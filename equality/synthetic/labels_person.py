"""How the other characteristics are written in an export (domain facts 1.7 to 1.10)."""

from __future__ import annotations

from equality.synthetic.book import Label, characteristic, spellings

SEX_CODES = ("female", "male")
SEX = characteristic(
    {
        "female": spellings(
            "Female",
            "F",
            tail=("FEMALE", "female", "Female / Transgender Female", "Femle", "F "),
            tail_share=0.05,
        ),
        "male": spellings("Male", "M", tail=("MALE", "male", "Male / Transgender Male", "M "), tail_share=0.05),
    },
    unknown=(
        ("Unknown", 0.35),
        ("U", 0.30),
        ("Unspecified", 0.12),
        ("Indeterminate", 0.05),
        ("Not recorded", 0.12),
        ("None recorded", 0.06),
    ),
    not_stated=(("Not Specified", 0.6), ("Not stated", 0.4)),
    invalid=(("#VALUE!", 0.4), ("3", 0.2), ("X", 0.2), ("FM", 0.2)),
)

ORIENTATION_CODES = ("straight", "gay", "bisexual", "other")
ORIENTATION = characteristic(
    {
        "straight": spellings(
            "Heterosexual or straight",
            "Heterosexual",
            "Straight",
            tail=("HETEROSEXUAL", "Hetrosexual", "heterosexual", "Heterosexual / Straight"),
        ),
        "gay": spellings("Gay or lesbian", "Gay", "Lesbian", tail=("GAY OR LESBIAN", "Homosexual")),
        "bisexual": spellings("Bisexual", "Bi", tail=("BISEXUAL", "Bi-sexual")),
        "other": spellings("Other sexual orientation", "Other", tail=("Asexual", "Pansexual")),
    }
)

# Police systems hold a multi-select; the harmonised two-step question appears beside it.
_IMPAIRMENTS: dict[str, str] = {
    "vision": "Vision",
    "hearing": "Hearing",
    "mobility": "Mobility",
    "dexterity": "Dexterity",
    "learning": "Learning, understanding or concentrating",
    "memory": "Memory",
    "mental": "Mental health",
    "stamina": "Stamina, breathing or fatigue",
    "social": "Socially or behaviourally",
}
_MULTI = (
    ("mobility", "stamina"),
    ("mental", "social"),
    ("learning", "social"),
    ("vision", "hearing"),
    ("mobility", "mental"),
    ("mobility", "dexterity", "stamina"),
    ("memory", "hearing", "mobility"),
)


def _impairment(parts: tuple[str, ...]) -> tuple[Label, ...]:
    texts = [_IMPAIRMENTS[part] for part in parts]
    joined = ";".join(texts)
    return spellings(joined, tail=(joined.upper(), "; ".join(texts), f"{joined};"), tail_share=0.08)


_DISABILITY_VALUES: dict[str, tuple[Label, ...]] = {
    "no": spellings("No", "None of the above", "No disability", "N", tail=("NO", "None", "no", "No known disability")),
    "yes": spellings("Yes", "Y", tail=("YES", "yes", "Disabled")),
    "yes_lot": spellings("Yes - a lot", tail=("Yes, a lot", "YES - A LOT")),
    "yes_little": spellings("Yes - a little", tail=("Yes, a little",)),
    "yes_not": spellings("Yes - not at all"),
    **{code: _impairment((code,)) for code in _IMPAIRMENTS},
    **{"+".join(parts): _impairment(parts) for parts in _MULTI},
    "other": spellings("Other", "Other disability"),
}
DISABILITY_CODES = tuple(_DISABILITY_VALUES)
DISABILITY = characteristic(_DISABILITY_VALUES)

MARITAL_CODES = (
    "single",
    "married",
    "cp",
    "separated",
    "divorced",
    "dissolved",
    "widowed",
    "surviving",
    "cohabiting",
)
MARITAL = characteristic(
    {
        "single": spellings(
            "Never married and never registered in a civil partnership",
            "Single",
            tail=("SINGLE", "S", "Never married"),
        ),
        "married": spellings("Married", tail=("MARRIED", "Maried", "married", "M")),
        "cp": spellings("In a registered civil partnership", "Civil partnership", tail=("Civil Partner", "CP")),
        "separated": spellings("Separated, still married", "Separated", tail=("SEPARATED", "Seperated")),
        "divorced": spellings("Divorced", tail=("DIVORCED", "D")),
        "dissolved": spellings("Formerly in a civil partnership now dissolved", "Dissolved civil partnership"),
        "widowed": spellings("Widowed", tail=("WIDOWED", "Widow", "W")),
        "surviving": spellings("Surviving partner from civil partnership", "Surviving civil partner"),
        # no legal status, but picked all the same
        "cohabiting": spellings("Cohabiting", "Living with partner", tail=("Co-habiting", "Partner")),
    }
)

GENDER_SAME_CODES = ("yes", "no")
GENDER_SAME = characteristic(
    {
        "yes": spellings("Yes", "Y", tail=("YES", "Same", "yes")),
        "no": spellings("No", "N", tail=("NO",)),
    }
)

PREGNANT_CODES = ("no", "pregnant", "recent")
PREGNANT = characteristic(
    {
        "no": spellings("No", "N", tail=("NO", "Not pregnant", "Neither")),
        "pregnant": spellings("Yes - pregnant", "Yes", "Y", tail=("Pregnant", "YES")),
        "recent": spellings("Yes - within the last year", "Yes - recently", tail=("Recently pregnant",)),
        # the pick list's third button; used for men, and wrongly for women
        "not_applicable": spellings("Not applicable", "N/A", tail=("NOT APPLICABLE", "n/a")),
    }
)

# What stands for a date of birth that is not one. Real dates are written from the calendar.
DOB_GAPS: dict[str, tuple[Label, ...]] = {
    "blank": (("", 0.90), (" ", 0.03), ("-", 0.02), ("NULL", 0.05)),
    "unknown": (
        ("01/01/1900", 0.50),
        ("01/01/1901", 0.08),
        ("30/12/1899", 0.08),  # Excel's day 0
        ("01/01/1970", 0.16),  # on top of those really born on that day
        ("Unknown", 0.10),
        ("Not recorded", 0.08),
    ),
    "invalid": (
        ("#VALUE!", 0.10),
        ("#N/A", 0.10),
        ("31/02/1985", 0.15),
        ("00/00/0000", 0.15),
        ("12/13/1978", 0.12),  # month and day swapped
        ("04/06/1875", 0.13),  # older than anybody
        ("01/01/2068", 0.25),  # a two-digit year read into the wrong century
    ),
}
