"""Reads an export as text and decides by hand what is known: not by the generator's own tables."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

UNTIL = date(2026, 11, 1)
KEY = ("Crime Ref", "Person Ref", "Role")
NOTHING = ["", "-", "null", "unknown", "not recorded", "none recorded", "not known", "not specified", "n/k"]
NO_ANSWER = ["not stated", "ns - not stated", "prefer not to say", "refused", "declined"]
NOT_ASKED = ["unable to obtain", "not asked"]
BROKEN = ["#n/a", "#value!", "#multivalue", "zz"]
OWN = {
    "Self Defined Ethnicity": ["ns", "other ethnic group - not stated", "99 - other", "w4", "decoy"],
    "Officer Observed Ethnicity": ["0", "ic0", "9", "ic9", "ic9 - unknown", "7", "w1", "other", "99 - other"],
    "Sex": ["u", "unspecified", "indeterminate", "3", "x", "fm"],
    "Pregnant or Recently": ["not applicable", "n/a"],
    "Gender Same As Registered At Birth": [],
    "Nationality": [],
    "Religion or Belief": [],
    "Sexual Orientation": [],
    "Disability": [],
    "Marital Status": [],
}
CHANNELS = {
    "999": "999|emergency call",
    "101": "101|telephone",
    "online": "online|on-line|web form",
    "counter": "counter|station",
    "officer": "officer",
    "email": "mail|post|letter",
    "third": "third|partner",
}
VICTIM_LABELS = ["Victim", "VICT", "victim", "VICTIM"]


def known(heading: str) -> pl.Expr:
    """An informative answer, decided on the text of the cell alone."""
    text = pl.col(heading).fill_null("").str.strip_chars().str.to_lowercase()
    answer = ~text.is_in([*NOTHING, *NO_ANSWER, *NOT_ASKED, *BROKEN, *OWN[heading]])
    if heading == "Self Defined Ethnicity":
        answer &= ~text.str.contains(r"^(n[1-4xz]\b|ic\d)")
    return answer.alias(f"known {heading}")


def channel() -> pl.Expr:
    """The channel behind the spellings of How Reported."""
    text = pl.col("How Reported").fill_null("").str.to_lowercase()
    found = pl.coalesce(pl.when(text.str.contains(words)).then(pl.lit(c)) for c, words in CHANNELS.items())
    return found.fill_null("rest")


def known_birth() -> pl.Expr:
    born = pl.col("Date of Birth").str.to_date("%d/%m/%Y", strict=False)
    placeholder = pl.col("Date of Birth").is_in(["01/01/1900", "01/01/1901", "30/12/1899"])
    plausible = born.is_between(date(1905, 1, 1), pl.col("recorded"))
    return (plausible & ~placeholder).fill_null(False).alias("known Date of Birth")


def read(paths: list[Path]) -> pl.DataFrame:
    frame = pl.scan_csv(paths, infer_schema=False).collect()
    frame = frame.with_columns(
        recorded=_as_date("Date Recorded", frame),
        extract=_as_date("Extract Date", frame),
        victim=pl.col("Role").is_in(VICTIM_LABELS),
        person=pl.col("Person Type").str.to_lowercase() == "person",
    )
    return frame.with_columns(known_birth(), *(_known_of(heading, frame) for heading in OWN))


def _as_date(heading: str, frame: pl.DataFrame) -> pl.Expr:
    texts = frame[heading].unique()
    return pl.col(heading).replace_strict(texts, texts.str.to_date("%d/%m/%Y"))


def _known_of(heading: str, frame: pl.DataFrame) -> pl.Expr:
    """`known`, asked once per distinct label."""
    answers = frame.select(heading).unique().filter(known(heading))[heading].drop_nulls()
    return pl.col(heading).is_in(answers.to_list()).fill_null(False).alias(f"known {heading}")
