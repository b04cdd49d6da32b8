"""Turns the rows of export files into person-role records: codes beside the raw values, lazily in Polars.

Labels are recognised once per distinct value, then replaced in the frame, so the cost of folding a label does not
grow with the number of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from equality.errors import ExportError
from equality.exports import dates
from equality.exports.derive import RECORD_FIELDS, derive, dimensions, other_dates
from equality.exports.export_file import ExportFile, joined_to
from equality.exports.fields import UNDATED, misfits, raw_fields
from equality.exports.geography import DISTRICTS, district_of_points
from equality.exports.once import looked_up, together
from equality.exports.profile import Profile
from equality.exports.recognise import offence_flags, recognisers

__all__ = ["RECORD_FIELDS", "Coded", "code"]


@dataclass(frozen=True)
class Coded:
    """Person-role records of some export files.

    Attributes:
        records: `RECORD_FIELDS` that the export holds, then each characteristic's code and raw value.
        rejected: rows that are no records, those of joined tables among them: `source_file`, `source_row`, `line`,
            `reason`, `raw_text`, `extract_date`, and every raw field as text where the row has fields.
        delivered: every row of the files, so that rows in can be held against accepted and rejected; of people side
            by side in one row, each of them.
        unmapped: labels that were not recognised: `field`, `label`, `records` (count).
        synthetic: the export says that its rows are synthetic.
        characteristics: those the export holds, in the profile's order.
        dimensions: those the export holds.
        files: what was coded; temporary files last as long as this.
    """

    records: pl.LazyFrame
    rejected: pl.LazyFrame
    delivered: pl.LazyFrame
    unmapped: pl.DataFrame
    synthetic: bool
    characteristics: tuple[str, ...]
    dimensions: tuple[str, ...]
    files: tuple[ExportFile, ...]


def code(files: Sequence[ExportFile], profile: Profile) -> Coded:
    """Code the rows of files that fit a profile.

    Args:
        files: at least one, each checked by `open_exports`.
        profile: the profile they fit.

    Returns:
        The records and what could not be recognised. Only the distinct labels have been collected.

    Raises:
        ExportError: if more rows of a file than the profile allows are no records.
    """
    raw = together([frame for file in files for frame in raw_fields(file, profile)])
    broken = pl.concat([misfits(file, profile) for file in files])
    undated = _check_dated(raw, files, profile)
    aside = together([frame for file in files for frame in raw_fields(file, profile, aside=True)])
    looked_up = _look_up(raw, profile)
    good = raw.filter(pl.col("reason").is_null())
    if not undated and not profile.people:
        # Every row is a record: none need be looked for, nor the others copied.
        good, aside = raw, aside.clear()
    coded = good.with_columns(
        **{name: dates.reader(raw, f"{name}_raw", profile.dates) for name in ("recorded_on", *other_dates(profile))},
        **{name: look.expression for name, look in looked_up.items()},
    )
    unmapped = [look.unmapped(name) for name, look in looked_up.items()]
    return Coded(
        records=derive(coded, profile),
        rejected=pl.concat([aside, broken, *(j.set_aside.lazy() for j in joined_to(files))], how="diagonal_relaxed"),
        delivered=pl.concat([frame.select("source_file", "extract_date") for frame in (raw, broken)]),
        unmapped=pl.concat(unmapped).sort(["records", "field", "label"], descending=[True, False, False]),
        synthetic=_is_synthetic(raw, profile),
        characteristics=tuple(profile.characteristics),
        dimensions=dimensions(profile),
        files=tuple(files),
    )


def _check_dated(raw: pl.LazyFrame, files: Sequence[ExportFile], profile: Profile) -> bool:
    """Refuse a file most of whose dates cannot be read: the profile's formats are wrong for it.

    Returns:
        Whether there is a row without a date that can be read.
    """
    counted = raw.group_by("source_file", "recorded_on_raw").len("rows").collect(engine="streaming")
    written = pl.col("recorded_on_raw").cast(pl.String)
    undated = counted.filter(dates.parsed(written, profile.dates).is_null())
    lost = dict(undated.group_by("source_file").agg(pl.col("rows").sum()).iter_rows())
    every = dict(counted.group_by("source_file").agg(pl.col("rows").sum()).iter_rows())
    at_most = profile.reading.broken_at_most
    for file in files:
        missing = lost.get(file.name, 0) + file.misfits.height
        rows = every.get(file.name, 0) + file.misfits.height
        if missing > at_most * rows:
            raise ExportError(
                f"{file.path}: {missing:,} of {rows:,} rows have {UNDATED}, more than the {at_most:.0%} that may be "
                f"set aside. The formats are {', '.join(profile.dates)}: add the one of this file to the profile's "
                "`dates`."
            )
    return bool(lost)


@dataclass(frozen=True)
class _LookUp:
    """How the distinct values of one raw expression translate."""

    source: pl.Expr
    old: pl.Series
    new: pl.Series
    missed: Sequence[tuple[str, int]] = ()

    @property
    def expression(self) -> pl.Expr:
        return looked_up(self.source, self.old, self.new)

    def unmapped(self, field: str) -> pl.DataFrame:
        labels, counts = zip(*self.missed, strict=True) if self.missed else ((), ())
        return pl.DataFrame(
            {"field": [field] * len(labels), "label": list(labels), "records": list(counts)},
            schema={"field": pl.String, "label": pl.String, "records": pl.Int64},
        )


def _look_up(raw: pl.LazyFrame, profile: Profile) -> dict[str, _LookUp]:
    """Collect the distinct values of every labelled field in one pass and translate each once."""
    known = recognisers(profile)
    sources = {name: _label_source(name, raw, profile) for name in known}
    counted = pl.collect_all(
        [raw.group_by(source.alias("label")).len("records") for source in sources.values()],
        engine="streaming",
    )
    found = {}
    for (name, recognise), frame in zip(known.items(), counted, strict=True):
        labels = frame["label"].cast(pl.String).to_list()
        results = [recognise(label) for label in labels]
        found[name] = _LookUp(
            source=sources[name],
            old=frame["label"],
            new=pl.Series([value for value, _ in results], dtype=pl.UInt16 if name == "flags" else pl.String),
            missed=[
                (label or "", count)
                for label, count, (_, known) in zip(labels, frame["records"], results, strict=True)
                if not known
            ],
        )
    if "latitude" in profile.columns:
        found["area"] = _points(raw, profile)
    if "crime" in found and profile.offences is None:
        crime, bits = found["crime"], offence_flags()
        marks = [bits.get(code, 0) for code in crime.new.cast(pl.String)]
        found["offence_flags"] = _LookUp(crime.source, crime.old, pl.Series(marks, dtype=pl.UInt16))
    return found


def _label_source(name: str, raw: pl.LazyFrame, profile: Profile) -> pl.Expr:
    held = profile.characteristics.get(name)
    if held and held.source:
        # Only what is no date is a label; the dates themselves are dealt with by `_age_from_birth`.
        born = f"{held.source}_raw"
        return pl.when(dates.reader(raw, born, profile.dates).is_null()).then(pl.col(born))
    if name == "area":
        return pl.col("district_raw" if "district" in profile.columns else "area_raw")
    return pl.col(f"{_LABELLED_FIELDS.get(name, name)}_raw")


_LABELLED_FIELDS = {"lpa_label": "lpa", "crime": "offence_code"}


def _points(raw: pl.LazyFrame, profile: Profile) -> _LookUp:
    """Coordinates → district, once per distinct pair."""
    pair = pl.concat_str("latitude_raw", "longitude_raw", separator="|")
    distinct = raw.select(pair.alias("pair"), latitude="latitude_raw", longitude="longitude_raw").unique()
    own = profile.boundaries
    placed = district_of_points(distinct.collect(), (own.file, own.name) if own else DISTRICTS)
    return _LookUp(pair, placed["pair"], placed["area"])


def _is_synthetic(raw: pl.LazyFrame, profile: Profile) -> bool:
    if profile.synthetic is None:
        return False
    marks = raw.select(pl.col("synthetic_raw").unique().cast(pl.String)).collect(engine="streaming")["synthetic_raw"]
    return bool((marks.str.strip_chars().str.to_uppercase() == profile.synthetic.value.upper()).any())
