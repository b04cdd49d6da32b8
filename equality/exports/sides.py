"""A table that is joined to the records: its keys made unique, and every row of it accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from equality.errors import ExportError
from equality.exports import dates
from equality.exports.export_file import ExportFile
from equality.exports.fields import raw_text
from equality.exports.joined_columns import Columns
from equality.exports.once import together
from equality.exports.profile import Profile

_BETWEEN = "\x1f"
"""Between the columns of one key."""
_PLACE = ["source_file", "source_row"]
_ACCOUNT = {
    "table": pl.String,
    "source_file": pl.String,
    "extract_date": pl.Date,
    "rows_in": pl.Int64,
    "joined": pl.Int64,
    "unused": pl.Int64,
    "rejected": pl.Int64,
    "duplicates": pl.Int64,
}
_ASIDE = ["source_file", "source_row", "line", "reason", "raw_text", "extract_date"]


@dataclass(frozen=True, eq=False)
class Side:
    """A table that is joined to the records.

    Attributes:
        table: its name in the profile.
        files: its files.
        named_by: the columns of the records that hold its key.
        key_columns: its own columns that do.
        may_be_blank: records may leave the key blank.
        columns: name in the profile → heading in this table.
        dated: it says in a column of its own which extract a row is of, and so do the records.
        repeats: rows whose key a later row has: `source_file`, `source_row`.
    """

    table: str
    files: tuple[ExportFile, ...]
    named_by: tuple[str, ...]
    key_columns: tuple[str, ...]
    may_be_blank: bool
    columns: dict[str, str]
    dated: str | None
    repeats: pl.DataFrame

    @property
    def key(self) -> str:
        """The name of the column of keys."""
        return f"_key_{self.table}"

    @property
    def flag(self) -> str:
        """The name of the column that says whether a record found its row."""
        return f"_found_{self.table}"

    @property
    def on(self) -> list[str]:
        """The columns by which it is joined."""
        return [self.key, *(["_extract"] if self.dated else [])]

    @property
    def is_found(self) -> pl.Expr:
        """Whether a record has all that it names in this table."""
        found = pl.col(self.flag).is_not_null()
        return found | pl.col(self.key).is_null() if self.may_be_blank else found

    @property
    def reason(self) -> pl.Expr:
        """Why a record did not find its row, in words."""
        columns = " and ".join(self.named_by)
        return (
            pl.when(pl.col(self.key).is_null())
            .then(pl.lit(f"names no row of {self.table}: {columns} is blank"))
            .otherwise(pl.lit(f"names what is in no row of {self.table} ({columns})"))
        )

    def kept(self) -> pl.LazyFrame:
        """The rows that can be joined: with a key, and each key once."""
        rows = _rows(self.files, self.key, self.key_columns, self.columns, self.dated)
        rows = rows.filter(pl.col(self.key).is_not_null())
        if self.repeats.is_empty():
            return rows
        return rows.join(self.repeats.lazy(), on=_PLACE, how="anti")

    def account(self, named: pl.LazyFrame, days: Sequence[date], profile: Profile) -> tuple[pl.DataFrame, pl.DataFrame]:
        """What became of the rows, per file and extract, and those that were set aside.

        Args:
            named: the keys that records name: `on`, perhaps several times.
            days: the extracts in the set, the oldest first.
            profile: for the formats of dates.
        """
        where = ["source_file", "extract_date"]
        kept = self.kept().select(*self.on, "source_file")
        kept = kept.with_columns(day_of(kept, days, profile))
        used = kept.join(named.unique(), on=self.on, how="semi")
        every, joined = pl.collect_all(
            [kept.group_by(where).agg(pl.len().alias("kept")), used.group_by(where).agg(pl.len().alias("joined"))],
            engine="streaming",
        )
        aside = self._set_aside(days, profile)
        repeated = pl.col("reason").str.starts_with(_REPEATED)
        refused = aside.group_by(where).agg(pl.len().alias("rejected"), repeated.sum().alias("duplicates"))
        counted = every.join(joined, on=where, how="left").join(refused, on=where, how="full", coalesce=True)
        counted = counted.with_columns(pl.col("kept", "joined", "rejected", "duplicates").fill_null(0).cast(pl.Int64))
        account = counted.select(
            pl.lit(self.table).alias("table"),
            *where,
            (pl.col("kept") + pl.col("rejected")).alias("rows_in"),
            "joined",
            (pl.col("kept") - pl.col("joined")).alias("unused"),
            "rejected",
            "duplicates",
        )
        return account.cast(_ACCOUNT).sort(where), aside  # type: ignore[arg-type]

    def _set_aside(self, days: Sequence[date], profile: Profile) -> pl.DataFrame:
        columns = " and ".join(self.key_columns)
        found = []
        for file in self.files:
            broken = file.misfits.with_columns(pl.lit(days[-1]).alias("extract_date"), source_file=pl.lit(file.name))
            rows = with_extract(file.scan().with_columns(key_of(self.key_columns).alias(self.key)), self.dated)
            again = self.repeats.filter(pl.col("source_file") == file.name).select("source_row").lazy()
            text, day = raw_text(file.headings).alias("raw_text"), day_of(rows, days, profile)
            for chosen, reason in (
                (rows.filter(pl.col(self.key).is_null()), f"has no key: {columns} is blank"),
                (rows.join(again, on="source_row", how="semi"), f"{_REPEATED} {columns}"),
            ):
                aside = chosen.select("source_file", *place(), pl.lit(reason).alias("reason"), text, day)
                found.append(aside.collect(engine="streaming").select(_ASIDE))
            found.append(broken.select(_ASIDE))
        return pl.concat(found)


_REPEATED = "a later row of the table has the same"


def place() -> list[pl.Expr]:
    """Where a row stands, in the types that every kind of file is given: see `rows.MISFIT_SCHEMA`."""
    return [pl.col("source_row").cast(pl.UInt32), pl.col("line").cast(pl.Int64)]


def side_of(name: str, files: tuple[ExportFile, ...], columns: Columns, profile: Profile) -> Side:
    """Prepare a table for being joined.

    Raises:
        ExportError: if more rows than the profile allows have no key, or one that stands again.
    """
    table = profile.tables[name]
    own_date = bool(columns.dated) and all(columns.dated in file.headings for file in files)
    dated = columns.dated if own_date else None
    for file in files:
        columns.check_same(name, file)
    key = f"_key_{name}"
    repeats = _repeats(_rows(files, key, table.key, {}, dated), [key, *(["_extract"] if dated else [])])
    _check_keys(name, table.key, files, repeats, profile)
    joins = profile.tables[columns.records].joins
    return Side(
        name, files, joins[name], table.key, table.may_be_blank, dict(columns.of_others[name]), dated, repeats
    )  # fmt: skip


def key_of(columns: Sequence[str]) -> pl.Expr:
    """The key in some columns, as text without the space around it; null if any of them is blank."""
    parts = [pl.col(column).cast(pl.String).str.strip_chars() for column in columns]
    whole = parts[0] if len(parts) == 1 else pl.concat_str(parts, separator=_BETWEEN)
    return pl.when(pl.all_horizontal([part != "" for part in parts])).then(whole)


def day_of(rows: pl.LazyFrame, days: Sequence[date], profile: Profile) -> pl.Expr:
    """The extract of rows that are no records: their own date if records have it too, else the newest."""
    newest = pl.lit(days[-1], dtype=pl.Date)
    if "_extract" not in rows.collect_schema():
        return newest.alias("extract_date")
    own = dates.parsed(pl.col("_extract"), profile.dates)
    return pl.when(own.is_in(list(days))).then(own).otherwise(newest).alias("extract_date")


def with_extract(rows: pl.LazyFrame, heading: str | None) -> pl.LazyFrame:
    """Rows with the text of their extract's date, where they have one."""
    if heading is None:
        return rows
    return rows.with_columns(_extract=pl.col(heading).cast(pl.String).str.strip_chars().fill_null(""))


def _rows(
    files: Sequence[ExportFile], key: str, key_columns: Sequence[str], columns: dict[str, str], dated: str | None
) -> pl.LazyFrame:
    """The rows of a table: key, place, and its columns under the profile's names."""
    wanted = [pl.col(heading).alias(name) for name, heading in columns.items()]
    date_text = [pl.col("_extract")] if dated else []
    return together(
        [
            with_extract(file.scan(), dated).select(key_of(key_columns).alias(key), *date_text, *_PLACE, *wanted)
            for file in files
        ]
    )


def _repeats(rows: pl.LazyFrame, on: list[str]) -> pl.DataFrame:
    """The rows whose key a later row has: exports are written in the order of entry, so the last stands."""
    keyed = rows.select(*on, *_PLACE).filter(pl.col(on[0]).is_not_null())
    twice = keyed.group_by(on).agg(pl.len().alias("_rows")).filter(pl.col("_rows") > 1).select(on)
    suspects = keyed.join(twice, on=on, how="semi", maintain_order="left").collect(engine="streaming")
    order = suspects.with_row_index("_order")
    return order.filter(pl.col("_order") < pl.col("_order").max().over(on)).select(_PLACE)


def _check_keys(
    name: str, key: Sequence[str], files: Sequence[ExportFile], repeats: pl.DataFrame, profile: Profile
) -> None:
    at_most = profile.reading.broken_at_most
    twice = dict(repeats.group_by("source_file").len().iter_rows())
    for file in files:
        blank = file.scan().select(key_of(key).is_null().sum()).collect(engine="streaming").item()
        lost = twice.get(file.name, 0) + blank
        if lost > at_most * file.rows:
            raise ExportError(
                f"{file.path}: {lost:,} of {file.rows:,} rows of {name} have no {' and '.join(key)}, or one that "
                f"stands again, more than the {at_most:.0%} that may be set aside; is this the key? A key of several "
                "columns is named as a list."
            )
