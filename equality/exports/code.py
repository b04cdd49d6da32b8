"""Turns the rows of export files into person-role records: codes beside the raw values, lazily in Polars.

Labels are recognised once per distinct value, then replaced in the frame, so the cost of folding a label does not
grow with the number of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from equality.exports import dates
from equality.exports.geography import district_of_points, policing_areas
from equality.exports.profile import Profile
from equality.exports.read import ExportFile, heading_of
from equality.exports.recognise import offences, recognisers
from equality.measures.dimensions import DIMENSIONS, NOT_RECORDED

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
    "age_band",
    "sex_group",
    "extract_date",
    "source_file",
    "source_row",
)
"""Columns of a person-role record beside `{characteristic}` and `{characteristic}_raw`."""


@dataclass(frozen=True)
class Coded:
    """Person-role records of some export files.

    Attributes:
        records: `RECORD_FIELDS` that the export holds, then each characteristic's code and raw value.
        rejected: rows that are no records: every raw field as text, and `reason`.
        delivered: every row of the files, so that rows in can be held against accepted and rejected.
        unmapped: labels that were not recognised: `field`, `label`, `records` (count).
        synthetic: the export says that its rows are synthetic.
        characteristics: those the export holds, in the profile's order.
        dimensions: those the export holds.
    """

    records: pl.LazyFrame
    rejected: pl.LazyFrame
    delivered: pl.LazyFrame
    unmapped: pl.DataFrame
    synthetic: bool
    characteristics: tuple[str, ...]
    dimensions: tuple[str, ...]


def code(files: Sequence[ExportFile], profile: Profile) -> Coded:
    """Code the rows of files that fit a profile.

    Args:
        files: at least one, each checked by `open_export`.
        profile: the profile they fit.

    Returns:
        The records and what could not be recognised. Only the distinct labels have been collected.
    """
    raw = pl.concat([raw_fields(file, profile) for file in files])
    looked_up = _look_up(raw, profile)
    columns = {name: look.expression for name, look in looked_up.items()}
    recorded = dates.parsed(pl.col("recorded_on_raw"), profile.dates)
    coded = raw.with_columns(
        recorded_on=recorded,
        **{name: dates.parsed(pl.col(f"{name}_raw"), profile.dates) for name in _other_dates(profile)},
        **columns,
    )
    unmapped = [look.unmapped(name) for name, look in looked_up.items()]
    records = _derive(coded.filter(pl.col("recorded_on").is_not_null()), profile)
    return Coded(
        records=records,
        rejected=raw.filter(recorded.is_null()).with_columns(
            reason=pl.lit("no date recorded that the profile's formats can read")
        ),
        delivered=raw.select("source_file", "extract_date"),
        unmapped=pl.concat(unmapped).sort(["records", "field", "label"], descending=[True, False, False]),
        synthetic=_is_synthetic(raw, profile),
        characteristics=tuple(profile.characteristics),
        dimensions=_dimensions(profile),
    )


def raw_fields(file: ExportFile, profile: Profile) -> pl.LazyFrame:
    """The fields of one file as text under the project's names, each with the suffix `_raw`."""
    wanted = dict(profile.columns) | {n: held.headings for n, held in profile.characteristics.items()}
    if profile.synthetic:
        wanted["synthetic"] = (profile.synthetic.column,)
    if profile.extract.column:
        wanted["extract_date"] = (profile.extract.column,)
    found = {name: heading_of(accepted, file.headings) for name, accepted in wanted.items()}
    fields = [
        (pl.col(heading) if heading else pl.lit(None, dtype=pl.String)).alias(f"{name}_raw")
        for name, heading in found.items()
    ]
    if "extract_date" in wanted:
        extract_date = dates.parsed(pl.col(profile.extract.column or ""), profile.dates)
    else:
        extract_date = pl.lit(file.extract_date)
    return file.scan().select(*fields, extract_date.alias("extract_date"), "source_file", "source_row")


@dataclass(frozen=True)
class _LookUp:
    """How the distinct values of one raw expression translate."""

    source: pl.Expr
    old: list[str | None]
    new: list[str | int | None]
    dtype: pl.DataType
    missed: list[tuple[str, int]]

    @property
    def expression(self) -> pl.Expr:
        return self.source.replace_strict(self.old, self.new, default=None, return_dtype=self.dtype)

    def unmapped(self, field: str) -> pl.DataFrame:
        labels, counts = zip(*self.missed, strict=True) if self.missed else ((), ())
        return pl.DataFrame(
            {"field": [field] * len(labels), "label": list(labels), "records": list(counts)},
            schema={"field": pl.String, "label": pl.String, "records": pl.Int64},
        )


def _look_up(raw: pl.LazyFrame, profile: Profile) -> dict[str, _LookUp]:
    """Collect the distinct values of every labelled field in one pass and translate each once."""
    known = recognisers(profile)
    sources = {name: _label_source(name, profile) for name in known}
    counted = pl.collect_all(
        [raw.group_by(source.alias("label")).len("records") for source in sources.values()],
        engine="streaming",
    )
    found = {}
    for (name, recognise), frame in zip(known.items(), counted, strict=True):
        results = [(label, count, *recognise(label)) for label, count in frame.iter_rows()]
        found[name] = _LookUp(
            source=sources[name],
            old=[label for label, *_ in results],
            new=[value for _, _, value, _ in results],
            dtype=pl.UInt16() if name == "flags" else pl.String(),
            missed=[(label or "", count) for label, count, _, known in results if not known],
        )
    if "latitude" in profile.columns:
        found["area"] = _points(raw)
    return found


def _label_source(name: str, profile: Profile) -> pl.Expr:
    held = profile.characteristics.get(name)
    if held and held.source:
        # Only what is no date is a label; the dates themselves are dealt with by `_age_from_birth`.
        born = pl.col(f"{held.source}_raw")
        return pl.when(dates.parsed(born, profile.dates).is_null()).then(born)
    return pl.col(f"{_LABELLED_FIELDS.get(name, name)}_raw")


_LABELLED_FIELDS = {"area": "district", "lpa_label": "lpa", "crime": "offence_code"}


def _points(raw: pl.LazyFrame) -> _LookUp:
    """Coordinates → district, once per distinct pair."""
    pair = pl.concat_str("latitude_raw", "longitude_raw", separator="|")
    distinct = raw.select(pair.alias("pair"), latitude="latitude_raw", longitude="longitude_raw").unique()
    placed = district_of_points(distinct.collect())
    return _LookUp(pair, placed["pair"].to_list(), placed["area"].to_list(), pl.String(), [])


def _other_dates(profile: Profile) -> list[str]:
    return [name for name in ("reported_on", "committed_on") if name in profile.columns]


def _derive(coded: pl.LazyFrame, profile: Profile) -> pl.LazyFrame:
    """Everything that follows from other fields, then the columns of a record in order."""
    held = profile.characteristics
    born = next((h.source for h in held.values() if h.source), None)
    began = pl.coalesce(*[n for n in ("committed_on", "reported_on") if n in _other_dates(profile)], "recorded_on")
    frame = coded.with_columns(
        month=pl.col("recorded_on").dt.strftime("%Y-%m"),
        **{name: pl.lit(value) for name, value in profile.constants.items()},
    )
    if born:
        birth = dates.parsed(pl.col(f"{born}_raw"), profile.dates, not_after=pl.col("recorded_on"))
        # Columns first: an expression that is named six times is worked out six times.
        frame = frame.with_columns(_born=birth, _began=began)
        age = dates.age_code(pl.col("_born"), pl.col("_began"), profile.placeholder_dates)
        frame = frame.with_columns(age=pl.coalesce(age, pl.col("age")), age_raw=pl.col(f"{born}_raw"))
    if "crime" in coded.collect_schema():
        groups = {code: group for code, (group, _) in offences().items()}
        subgroups = {code: subgroup for code, (_, subgroup) in offences().items()}
        frame = frame.with_columns(
            offence_code=pl.col("crime"),
            crime_group=pl.col("crime").replace_strict(groups, default=NOT_RECORDED),
            crime_subgroup=pl.col("crime").replace_strict(subgroups, default=NOT_RECORDED),
        )
    for name in ("crime_ref", "person_ref", "outcome"):
        if name in profile.columns:
            text = pl.col(f"{name}_raw").str.strip_chars()
            frame = frame.with_columns(pl.when(text != "").then(text).alias(name))
    if "crime_ref" not in profile.columns:
        # No reference in the export: the row itself is the record, and nobody is seen twice.
        row = pl.concat_str("source_file", "source_row", separator=":")
        frame = frame.with_columns(crime_ref=row, person_ref=pl.lit(None, dtype=pl.String))
    frame = frame.with_columns(
        age_band=dates.age_band(pl.col("age")) if "age" in held else pl.lit("not known"),
        sex_group=pl.col("sex").replace_strict({"F": "female", "M": "male"}, default="other or not known")
        if "sex" in held
        else pl.lit("other or not known"),
    )
    if "area" in coded.collect_schema():
        if "lpa" not in profile.columns:
            frame = frame.with_columns(lpa_label=pl.lit(None, dtype=pl.String))
        now, then = policing_areas()
        frame = frame.with_columns(lpa=now, lpa_then=then)
    names = frame.collect_schema().names()
    cells = [name for c in held for name in (c, f"{c}_raw")]
    return frame.select([name for name in RECORD_FIELDS if name in names] + cells)


def _dimensions(profile: Profile) -> tuple[str, ...]:
    """The dimensions that an export with this profile holds, in the order of screens."""
    held = {"month", "role", *profile.columns}
    if held & {"latitude", "district"}:
        held |= {"area", "lpa", "lpa_then"}
    if "offence_code" in held:
        held |= {"crime_group", "crime_subgroup"}
    return tuple(name for name in DIMENSIONS if name in held)


def _is_synthetic(raw: pl.LazyFrame, profile: Profile) -> bool:
    if profile.synthetic is None:
        return False
    marked = pl.col("synthetic_raw").str.strip_chars().str.to_uppercase() == profile.synthetic.value.upper()
    return bool(raw.select(marked.any()).collect(engine="streaming").item())
