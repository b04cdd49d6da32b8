"""How the columns about the crime and the role are written (domain facts 3.2, 4.2, 4.3)."""

from __future__ import annotations

from equality.synthetic.book import Book, spellings
from equality.synthetic.geography import DISTRICTS, NEIGHBOURS, NEW_AREAS, OLD_AREAS, SPELLINGS

ROLES = ("victim", "suspect", "witness", "reporting")
VICTIM, SUSPECT, WITNESS, REPORTING = range(4)
ROLE = Book(  # beside the names of today, codes of the system before it
    {
        "victim": spellings("Victim", tail=("VICT", "victim", "VICTIM"), tail_share=0.08),
        "suspect": spellings("Suspect", tail=("SUSP", "SUSPECT"), tail_share=0.08),
        "witness": spellings("Witness", tail=("WITN", "WITNESS"), tail_share=0.08),
        "reporting": spellings("Reporting person", tail=("PREP", "Informant", "Reporting Person"), tail_share=0.10),
    }
)

KINDS = ("person", "organisation", "state", "unidentified")
PERSON, ORGANISATION, STATE, UNIDENTIFIED = range(4)
PERSON_TYPE = Book(
    {
        "person": spellings("Person", tail=("PERSON", "person"), tail_share=0.02),
        "organisation": spellings("Organisation", tail=("ORGANISATION", "Organisation "), tail_share=0.06),
        "state": (("State", 0.55), ("Regina", 0.25), ("The Crown", 0.20)),
        "unidentified": (("No identified victim", 0.6), ("Unidentified", 0.4)),
        "unidentified_other": (("Unidentified", 1.0),),
    }
)

CHANNELS = ("999", "101", "online", "counter", "officer", "email", "third", "crimestoppers", "action_fraud")
CHANNEL = Book(
    {
        "999": spellings("999", "999 call", tail=("999 - Emergency", "Emergency call")),
        "101": spellings("101", "101 call", tail=("101 - Non-emergency", "Telephone")),
        "online": spellings("Online", "Single Online Home", tail=("ONLINE", "On-line", "Web form")),
        "counter": spellings("Front counter", "Front Counter", tail=("FRONT COUNTER", "Station enquiry office")),
        "officer": spellings("Officer attended", "Officer attendance", tail=("OFFICER ATTENDED", "To officer")),
        "email": spellings("Email or post", "Email", "Post", tail=("Letter", "E-mail")),
        "third": spellings("Third party", "Third party/professional", tail=("Partner agency", "THIRD PARTY")),
        "crimestoppers": spellings("Crimestoppers", tail=("CRIMESTOPPERS",)),
        "action_fraud": spellings("Action Fraud", tail=("Report Fraud",), tail_share=0.3),
        "blank": (("", 0.7), ("Unknown", 0.3)),
    }
)

FLAGS = (
    "Domestic abuse",
    "Hate - race",
    "Hate - religion",
    "Hate - sexual orientation",
    "Hate - disability",
    "Hate - transgender",
    "Child sexual exploitation",
    "Honour based",
    "Online",
    "Knife",
)
FLAG_BIT = {name: 1 << bit for bit, name in enumerate(FLAGS)}
# every combination once: the flags of a crime are a number
FLAG_SETS = Book(
    {str(bits): ((";".join(name for name in FLAGS if bits & FLAG_BIT[name]), 1.0),) for bits in range(1 << len(FLAGS))}
)

_OUTCOME_TEXT: dict[str, str] = {
    "open": "Under investigation",
    "1": "1 - Charge/Summons",
    "2": "2 - Youth Caution",
    "3": "3 - Adult Caution",
    "8": "8 - Community Resolution",
    "10": "10 - Police - formal action not in public interest",
    "14": "14 - Evidential difficulties: victim declines, no suspect identified",
    "15": "15 - Evidential difficulties: victim supports, suspect identified",
    "16": "16 - Evidential difficulties: victim does not support, suspect identified",
    "17": "17 - Prosecution time limit expired",
    "18": "18 - Investigation complete, no suspect identified",
    "20": "20 - Other agency",
    "21": "21 - Police - not in public interest (suspect identified)",
    "22": "22 - Diversionary activity",
    "C1": "C1 - Cancelled: recorded in error",
    "C3": "C3 - Cancelled: transferred to another force",
}
OUTCOMES = tuple(_OUTCOME_TEXT)
OUTCOME = Book(
    {
        code: (
            spellings(text, tail=(code, text.upper()), tail_share=0.10)
            if code != "open"
            else (("Under investigation", 0.6), ("New", 0.2), ("", 0.2))
        )
        for code, text in _OUTCOME_TEXT.items()
    }
)

# Nine districts, six neighbours and nothing: the position is the crime's place.
NO_LOCATION = len(DISTRICTS) + len(NEIGHBOURS)
DISTRICT = Book(
    {
        **{d.name: SPELLINGS.get(d.name, ((d.name, 1.0),)) for d in DISTRICTS},
        **{name: ((name, 1.0),) for name in NEIGHBOURS},
        "no location": (("", 0.85), ("No location", 0.15)),
    }
)
AREAS = (*OLD_AREAS, *NEW_AREAS, "outside", "none")
AREA = Book(
    {
        **{name: ((name, 1.0),) for name in (*OLD_AREAS, *NEW_AREAS)},
        "outside": (("Outside force", 0.6), ("", 0.4)),
        "none": (("", 1.0),),
    }
)
