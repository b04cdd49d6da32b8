"""What follows from the fields of a record: month, age, crime group, policing area, and the order of columns."""

from __future__ import annotations

import polars as pl

from equality.exports import dates
from equality.exports.geography import policing_areas
from equality.exports.once import labels, mapped, once
from equality.exports.profile import Profile
from equality.exports.recognise import entries_of, offences, valid_on
from equality.measures.dimensions import DIMENSIONS, NOT_RECORDED
from equality.store.registry import with_categories

RECORD_FIELDS = (
    "crime_ref",
    "person_ref",
    "role",
    "person_type",
    "month",
    "recorded_on",
    "reported_on",
    "committed_on",
    "lpa",
    "lpa_then",
    "area",
    "team",
    "channel",
    "offence_code",
    "crime_group",
    "crime_subgroup",
    "flags",
    "outcome",
    "born_on",
    "age_band",
    "sex_group",
    "extract_date",
    "source_file",
    "source_row",
)
"""Columns of a person-role record beside `{characteristic}` and `{characteristic}_raw`."""

OTHER_SEX = "other or not known"


def other_dates(profile: Profile) -> list[str]:
    """The dates beside the one of recording that an export holds."""
    return [name for name in ("reported_on", "committed_on") if name in profile.columns]


def derive(coded: pl.LazyFrame, profile: Profile) -> pl.LazyFrame:
    """Everything that follows from other fields, then the columns of a record in order."""
    held = profile.characteristics
    frame = coded.with_columns(
        month=once(coded, "recorded_on_raw", lambda text: dates.parsed(text, profile.dates).dt.strftime("%Y-%m")),
        **{name: pl.lit(value) for name, value in profile.constants.items()},
    )
    frame = _with_age(frame, profile)
    frame = _with_crime(frame, profile)
    frame = _with_references(frame, profile)
    frame = _with_person_type(frame, profile)
    frame = _with_places(frame, profile)
    sexes = {"F": "female", "M": "male"}
    frame = frame.with_columns(
        age_band=dates.age_band(pl.col("age")) if "age" in held else labels("not known"),
        sex_group=mapped(pl.col("sex"), sexes, OTHER_SEX) if "sex" in held else labels(OTHER_SEX),
    )
    names = frame.collect_schema().names()
    cells = [name for c in held for name in (c, f"{c}_raw")]
    ordered = frame.select([name for name in RECORD_FIELDS if name in names] + cells)
    return with_categories(ordered)


def _with_age(frame: pl.LazyFrame, profile: Profile) -> pl.LazyFrame:
    born = next((h.source for h in profile.characteristics.values() if h.source), None)
    if born is None:
        return frame
    began = pl.coalesce(*[n for n in ("committed_on", "reported_on") if n in other_dates(profile)], "recorded_on")
    birth = dates.reader(frame, f"{born}_raw", profile.dates, not_after=pl.col("recorded_on"))
    # Columns first: an expression that is named six times is worked out six times.
    age = dates.age_code(pl.col("_born"), pl.col("_began"), profile.placeholder_dates)
    return frame.with_columns(_born=birth, _began=began).with_columns(
        age=pl.coalesce(age, pl.col("age")), age_raw=pl.col(f"{born}_raw"), born_on=pl.col("_born")
    )


def _with_crime(frame: pl.LazyFrame, profile: Profile) -> pl.LazyFrame:
    if "crime" not in frame.collect_schema():
        return frame
    if "offence_flags" in frame.collect_schema():
        entered = pl.col("flags") if "flags" in profile.columns else pl.lit(0, dtype=pl.UInt16)
        frame = frame.with_columns(flags=entered.fill_null(0) | pl.col("offence_flags"))
    known = offences(profile.offences)
    groups = {code: group for code, (group, _) in known.items()}
    subgroups = {code: subgroup for code, (_, subgroup) in known.items()}
    return frame.with_columns(
        offence_code=pl.col("crime"),
        crime_group=mapped(pl.col("crime"), groups, NOT_RECORDED),
        crime_subgroup=mapped(pl.col("crime"), subgroups, NOT_RECORDED),
    )


def _with_references(frame: pl.LazyFrame, profile: Profile) -> pl.LazyFrame:
    columns = profile.columns.keys() | {name for person in profile.people for name in person.columns}
    for name in ("crime_ref", "person_ref", "outcome"):
        if name in columns:
            frame = frame.with_columns(once(frame, f"{name}_raw", _stripped).alias(name))
    if "crime_ref" not in columns:
        # No reference in the export: the row itself is the record, and nobody is seen twice.
        row = pl.concat_str("source_file", "source_row", separator=":")
        frame = frame.with_columns(crime_ref=row, person_ref=pl.lit(None, dtype=pl.String))
    elif "person_ref" not in columns:
        frame = frame.with_columns(person_ref=pl.lit(None, dtype=pl.String))
    return frame


def _stripped(text: pl.Expr) -> pl.Expr:
    bare = text.str.strip_chars()
    return pl.when(bare != "").then(bare)


def _with_person_type(frame: pl.LazyFrame, profile: Profile) -> pl.LazyFrame:
    given = pl.col("person_type") if "person_type" in frame.collect_schema() else labels("person")
    ruled = [labels(pl.col("ruled_type"))] if profile.persons else []
    return frame.with_columns(person_type=pl.coalesce(*ruled, given))


def _with_places(frame: pl.LazyFrame, profile: Profile) -> pl.LazyFrame:
    for name in ("team", "area"):
        if name in profile.columns and (entries := entries_of(profile, name)):
            frame = frame.with_columns(valid_on(name, "recorded_on", entries).alias(name))
    if not _in_districts(profile):
        return frame
    if "lpa" not in profile.columns:
        frame = frame.with_columns(lpa_label=pl.lit(None, dtype=pl.Categorical))
    now, then = policing_areas(entries_of(profile, "lpa"))
    return frame.with_columns(lpa=now, lpa_then=then)


def _in_districts(profile: Profile) -> bool:
    """Whether areas are districts of the force, which belong to policing areas."""
    return "district" in profile.columns or ("latitude" in profile.columns and profile.boundaries is None)


def dimensions(profile: Profile) -> tuple[str, ...]:
    """The dimensions that an export with this profile holds, in the order of screens."""
    held = {"month", "role", *profile.columns, *(name for person in profile.people for name in person.columns)}
    if "latitude" in held:
        held |= {"area"}
    if _in_districts(profile):
        held |= {"area", "lpa", "lpa_then"}
    elif "lpa" in held:
        held -= {"lpa"}
    if "offence_code" in held:
        held |= {"crime_group", "crime_subgroup"}
    return tuple(name for name in DIMENSIONS if name in held)
