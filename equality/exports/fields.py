"""The rows of files as text under the project's names: one frame of raw fields per file and person beside another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from equality.exports import dates
from equality.exports.export_file import ExportFile
from equality.exports.layout import heading_of
from equality.exports.profile import Beside, Profile

NAMES_NOBODY = "names no person: the cells of every person in the row are blank"


UNDATED = "no date recorded that the profile's formats can read"


def raw_fields(
    file: ExportFile, profile: Profile, *, aside: bool = False, only: pl.LazyFrame | None = None
) -> Iterator[pl.LazyFrame]:
    """The fields of one file as text, each with the suffix `_raw`.

    Beside them stand `extract_date`, `source_file`, `source_row`, `line` and `reason` (why the row is no record, or
    null); `role` and `ruled_type` where the profile sets them.

    Args:
        file: the file.
        profile: the profile that it fits.
        aside: only the rows that are no records, with `raw_text`: the row as it was.
        only: only these rows (`source_file`, `source_row`), with `raw_text`.

    Yields:
        One frame; or for a profile of people side by side one per person, and one of rows that name nobody.
    """
    rows = file.scan().with_columns(_extract_date(file, profile))
    if only is not None:
        rows = rows.join(only, on=["source_file", "source_row"], how="semi")
    texts = aside or only is not None
    if profile.persons:
        rows = rows.with_columns(ruled_type=_ruled(profile))
    if not profile.people:
        yield _selected(rows, file, profile, None, aside=aside, texts=texts)
        return
    filled = []
    for person in profile.people:
        here = pl.lit(True) if person.always else _filled(person, file, profile)
        filled.append(here)
        yield _selected(rows.filter(here), file, profile, person, aside=aside, texts=texts)
    if not any(person.always for person in profile.people):
        nobody = rows.filter(~pl.any_horizontal(filled))
        yield _selected(nobody, file, profile, profile.people[0], NAMES_NOBODY, aside=aside, texts=texts)


def misfits(file: ExportFile, profile: Profile) -> pl.LazyFrame:
    """The rows of a file that cannot be rows, dated like the newest extract in it unless they say themselves."""
    if "extract_date" in file.misfits.columns:
        return file.misfits.lazy().with_columns(source_file=pl.lit(file.name))
    dated: pl.Expr = pl.lit(file.extract_date, dtype=pl.Date)
    if profile.extract.column and not file.misfits.is_empty():
        # Nobody can say to which extract a broken line belongs; it must be counted in one of them.
        newest = file.scan().select(_extract_date(file, profile).max()).collect(engine="streaming").item()
        dated = pl.lit(newest, dtype=pl.Date)
    return file.misfits.lazy().with_columns(dated.alias("extract_date"), source_file=pl.lit(file.name))


def _extract_date(file: ExportFile, profile: Profile) -> pl.Expr:
    if profile.extract.column:
        return dates.reader(file.scan(), profile.extract.column, profile.dates).alias("extract_date")
    return pl.lit(file.extract_date).alias("extract_date")


def _selected(
    rows: pl.LazyFrame,
    file: ExportFile,
    profile: Profile,
    person: Beside | None,
    unfit: str | None = None,
    *,
    aside: bool,
    texts: bool,
) -> pl.LazyFrame:
    wanted = dict(profile.columns) | {n: held.headings for n, held in profile.characteristics.items()}
    if profile.synthetic:
        wanted["synthetic"] = (profile.synthetic.column,)
    for other in profile.people:
        for name in (*other.columns, *other.characteristics):
            wanted.setdefault(name, ())
    if person:
        wanted |= person.columns | person.characteristics
    fields = [_text(heading_of(accepted, file.headings)).alias(f"{name}_raw") for name, accepted in wanted.items()]
    if person:
        fields.append(pl.lit(person.role).alias("role"))
    if profile.persons:
        fields.append(pl.col("ruled_type"))
    dated = heading_of(wanted["recorded_on"], file.headings)
    undated = dates.reader(file.scan(), dated, profile.dates).is_null() if dated else pl.lit(True)
    reason = pl.lit(unfit) if unfit else pl.when(undated).then(pl.lit(UNDATED))
    fields += [reason.alias("reason"), *map(pl.col, ("extract_date", "source_file", "source_row", "line"))]
    if aside and not unfit:
        # Filtered here, so that the text of the good rows is never put together again.
        rows = rows.filter(undated)
    if texts:
        fields.append(raw_text(file.raw_headings).alias("raw_text"))
    return rows.select(fields)


def _text(heading: str | None) -> pl.Expr:
    return pl.col(heading) if heading else pl.lit(None, dtype=pl.String)


def _filled(person: Beside, file: ExportFile, profile: Profile) -> pl.Expr:
    """Whether any cell of a person holds something."""
    nothing = ["", *(label.strip().lower() for label in profile.blank)]
    accepted = [*person.columns.values(), *person.characteristics.values()]
    cells = [pl.col(heading) for names in accepted if (heading := heading_of(names, file.headings))]
    return pl.any_horizontal([~_plain(cell).is_in(nothing) for cell in cells])


def _plain(cell: pl.Expr) -> pl.Expr:
    return cell.cast(pl.String).fill_null("").str.strip_chars().str.to_lowercase().str.replace_all(r"\s+", " ")


def _ruled(profile: Profile) -> pl.Expr:
    """The person type that the profile's rules give a row; null where none applies."""
    cases = []
    for rule in profile.persons:
        met = [
            _plain(pl.col(heading)).is_in([" ".join(label.lower().split()) for label in labels])
            for heading, labels in rule.when.items()
        ]
        cases.append(pl.when(pl.all_horizontal(met)).then(pl.lit(rule.then)))
    return pl.coalesce(cases)


def raw_text(headings: Sequence[str]) -> pl.Expr:
    """The row as a line of CSV.

    One call for the whole row: an expression per cell takes minutes to plan where a file has 10,000 columns.
    """
    return pl.struct(pl.col(list(headings)).cast(pl.String)).map_batches(
        _as_csv, return_dtype=pl.String, is_elementwise=True
    )


def _as_csv(rows: pl.Series) -> pl.Series:
    if rows.is_empty():
        return pl.Series(dtype=pl.String)
    cells = rows.struct.unnest().with_columns(pl.all().str.replace_all("\x00", "", literal=True))
    text = cells.write_csv(include_header=False, line_terminator="\x00", quote_style="necessary")
    return pl.Series(text.split("\x00")[:-1], dtype=pl.String)
