"""How ethnicity, nationality and religion are written in an export (domain facts 1.1 to 1.4, 8).

Pick-list labels of 18+1, the 16+1 ones still in use (Chinese as O1), the legacy warehouse's
upper-case text, the long labels of the national site, and what hands and spreadsheets do to them.
"""

from __future__ import annotations

from equality.synthetic.book import Label, characteristic, spellings

# code: (pick-list text, legacy text, long text of the national site)
_ETHNIC: dict[str, tuple[str, str, str]] = {
    "W1": ("White - British", "WHITE - BRITISH", "White - English/Welsh/Scottish/Northern Irish/British"),
    "W2": ("White - Irish", "WHITE - IRISH", "White - Irish"),
    "W3": ("White - Gypsy or Irish Traveller", "WHITE - GYPSY/TRAVELLER", "White - Gypsy or Irish Traveller"),
    "W9": (
        "White - Any other White background",
        "WHITE - ANY OTHER WHITE BACKGROUND",
        "White - Any other White background",
    ),
    "M1": (
        "Mixed - White and Black Caribbean",
        "MIXED - WHITE AND BLACK CARIBBEAN",
        "Mixed/Multiple ethnic groups - White and Black Caribbean",
    ),
    "M2": (
        "Mixed - White and Black African",
        "MIXED - WHITE AND BLACK AFRICAN",
        "Mixed/Multiple ethnic groups - White and Black African",
    ),
    "M3": (
        "Mixed - White and Asian",
        "MIXED - WHITE AND ASIAN",
        "Mixed/Multiple ethnic groups - White and Asian",
    ),
    "M9": (
        "Mixed - Any other Mixed or Multiple background",
        "MIXED - ANY OTHER MIXED BACKGROUND",
        "Mixed/Multiple ethnic groups - Any other Mixed/Multiple ethnic background",
    ),
    "A1": ("Asian - Indian", "ASIAN - INDIAN", "Asian/Asian British - Indian"),
    "A2": ("Asian - Pakistani", "ASIAN - PAKISTANI", "Asian/Asian British - Pakistani"),
    "A3": ("Asian - Bangladeshi", "ASIAN - BANGLADESHI", "Asian/Asian British - Bangladeshi"),
    "A4": ("Asian - Chinese", "OTHER - CHINESE", "Asian/Asian British - Chinese"),
    "A9": (
        "Asian - Any other Asian background",
        "ASIAN - ANY OTHER ASIAN BACKGROUND",
        "Asian/Asian British - Any other Asian background",
    ),
    "B1": ("Black - Caribbean", "BLACK - CARIBBEAN", "Black/African/Caribbean/Black British - Caribbean"),
    "B2": ("Black - African", "BLACK - AFRICAN", "Black/African/Caribbean/Black British - African"),
    "B9": (
        "Black - Any other Black, Black British or Caribbean background",
        "BLACK - ANY OTHER BLACK BACKGROUND",
        "Black/African/Caribbean/Black British - Any other Black/African/Caribbean background",
    ),
    "O2": ("Other - Arab", "OTHER - ARAB", "Other ethnic group - Arab"),
    "O9": (
        "Other - Any other ethnic group",
        "OTHER - ANY OTHER ETHNIC GROUP",
        "Other ethnic group - Any other ethnic group",
    ),
}
ETHNIC_CODES = tuple(_ETHNIC)


def _ethnic_labels(code: str) -> tuple[Label, ...]:
    text, legacy, long = _ETHNIC[code]
    pick = f"{code} - {text}"
    typed = (
        code.lower(),
        f"{code} – {text}",  # en dash
        f"{code} \x96 {text}",  # the same dash of code page 1252, read as Latin-1
        f"{code}\t{legacy}",  # seen on a real form
        f"{code}\xa0- {text}",  # no-break space
        f'"{code} - {text}',  # stray quote, seen on a real form
        f" {pick} ",
        pick.upper(),
        f"{text} ({code})",  # older months of the national site
    )
    old = 0.45 if code == "A4" else 0.0  # O1 of 16+1, still picked for Chinese
    usual = ((pick, 0.64), (code, 0.12), (text, 0.09), (legacy, 0.07), (long, 0.04))
    return (
        *((label, weight * (1 - old)) for label, weight in usual),
        *((label, 0.04 / len(typed) * (1 - old)) for label in typed),
        *((("O1 - Other - Chinese", old * 0.7), ("O1", old * 0.2), ("OTHER - CHINESE", old * 0.1)) if old else ()),
    )


ETHNICITY = characteristic(
    {code: _ethnic_labels(code) for code in ETHNIC_CODES},
    not_stated=(
        ("NS - Not stated", 0.45),
        ("Not stated", 0.25),
        ("NS", 0.12),
        ("NOT STATED", 0.08),
        ("Other ethnic group - Not stated", 0.10),  # must not be counted as "Other"
    ),
    declined=(
        ("N4 - Declined to define ethnicity", 0.40),
        ("N4", 0.14),
        ("NX - Not stated - declined", 0.16),
        ("NX", 0.06),
        ("Prefer not to say", 0.20),
        ("Refused", 0.04),
    ),
    not_obtained=(
        ("N1 - Officer's presence urgently required elsewhere", 0.40),
        ("N1", 0.10),
        ("N2 - Situation involves public disorder", 0.12),
        ("N3 - Person did not understand", 0.18),
        ("NZ - Not stated - not understood", 0.14),
        ("NZ", 0.06),
    ),
    invalid=(  # mostly an observed code typed where the person's own answer belongs
        ("IC1", 0.30),
        ("IC1 - White - North European", 0.20),
        ("IC3", 0.08),
        ("IC3 - Black", 0.05),
        ("IC4", 0.08),
        ("IC4 - Asian", 0.05),
        ("#MULTIVALUE", 0.08),
        ("#VALUE!", 0.04),
        ("99 - Other", 0.06),
        ("W4", 0.03),
        ("Decoy", 0.03),
    ),
)

OBSERVED_CODES = ("1", "2", "3", "4", "5", "6")
OBSERVED = characteristic(
    {
        "1": spellings(
            "IC1 - White - North European",
            "IC1",
            "1",
            "IC1 - White",
            tail=("NORTH EUROPEAN - WHITE", "WHITE EUROPEAN", "ic1", "White - North European", "IC1\tWhite"),
        ),
        "2": spellings(
            "IC2 - White - South European", "IC2", "2", tail=("SOUTH EUROPEAN - WHITE", "IC2 - Dark European")
        ),
        "3": spellings("IC3 - Black", "IC3", "3", tail=("BLACK", "IC3 - African Caribbean")),
        "4": spellings("IC4 - Asian", "IC4", "4", tail=("ASIAN", "IC4  - Asian")),
        "5": spellings(
            "IC5 - Chinese, Japanese or other South East Asian",
            "IC5",
            "5",
            tail=("CHINESE, JAPANESE OR SE ASIAN", "IC5 - Oriental"),
        ),
        "6": spellings("IC6 - Arabic or North African", "IC6", "6", tail=("MIDDLE EASTERN", "IC6 - Middle Eastern")),
    },
    unknown=(
        ("IC9 - Unknown", 0.40),
        ("IC9", 0.15),
        ("9", 0.08),
        ("0", 0.10),  # 0 and 9 both mean unknown
        ("IC0", 0.04),
        ("Unknown", 0.15),
        ("UNKNOWN", 0.08),
    ),
    invalid=(("W1", 0.4), ("99 - Other", 0.2), ("Other", 0.2), ("#VALUE!", 0.1), ("7", 0.1)),
)

RELIGION_CODES = ("none", "christian", "buddhist", "hindu", "jewish", "muslim", "sikh", "other")
RELIGION = characteristic(
    {
        # "None" is an answer here, not a gap
        "none": spellings("No religion", "None", "No Religion", tail=("NONE", "no religion", "None ", "Atheist")),
        "christian": spellings(
            "Christian",
            "Christian (all denominations)",
            tail=("CHRISTIAN", "C of E", "Church of England", "Roman Catholic", "Cristian", "Christian\t"),
            tail_share=0.10,
        ),
        "buddhist": spellings("Buddhist", tail=("Budhist", "BUDDHIST")),
        "hindu": spellings("Hindu", tail=("HINDU",)),
        "jewish": spellings("Jewish", tail=("JEWISH",)),
        "muslim": spellings("Muslim", tail=("MUSLIM", "Islam", "Moslem")),
        "sikh": spellings("Sikh", tail=("SIKH",)),
        "other": spellings("Any other religion", "Other", tail=("Pagan", "Jedi", "Spiritualist")),
    }
)

NATIONALITY_CODES = (
    "GBR",
    "IRL",
    "POL",
    "ROU",
    "BGR",
    "LTU",
    "PRT",
    "UKR",
    "IND",
    "PAK",
    "BGD",
    "CHN",
    "NGA",
    "JAM",
)
_COUNTRY = {
    "IRL": ("Irish", "Ireland", "IRL"),
    "POL": ("Polish", "Poland", "POL"),
    "ROU": ("Romanian", "Romania", "ROU"),
    "BGR": ("Bulgarian", "Bulgaria", "BGR"),
    "LTU": ("Lithuanian", "Lithuania", "LTU"),
    "PRT": ("Portuguese", "Portugal", "PRT"),
    "UKR": ("Ukrainian", "Ukraine", "UKR"),
    "IND": ("Indian", "India", "IND"),
    "PAK": ("Pakistani", "Pakistan", "PAK"),
    "BGD": ("Bangladeshi", "Bangladesh", "BGD"),
    "CHN": ("Chinese", "China", "CHN"),
    "NGA": ("Nigerian", "Nigeria", "NGA"),
    "JAM": ("Jamaican", "Jamaica", "JAM"),
}
NATIONALITY = characteristic(
    {
        "GBR": spellings(
            "British",
            "United Kingdom",
            "UK",
            "GBR",
            tail=(
                "BRITISH",
                "english",
                "English",
                "Welsh",
                "GB",
                "Great Britain",
                "Brittish",
                "United Kingdom\xa0",
            ),
        ),
        **{code: spellings(*texts[:2], tail=(texts[0].upper(), texts[2])) for code, texts in _COUNTRY.items()},
    }
)
