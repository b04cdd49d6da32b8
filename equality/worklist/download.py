"""A list of records as a file: marked, numbered, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from equality.measures.dimensions import ROLES
from equality.measures.states import STATE_TITLES, state_column
from equality.store.snapshot import Snapshot
from equality.worklist.shown import ONLY_OPEN, OPEN, VALUE_NEVER_SHOWN, elsewhere, marks, raw_values, titles
from equality.worklist.wanted import RECOVERABLE, Wanted

MARKING: Final = "OFFICIAL-SENSITIVE – contains personal data – for those who mend these records only"
"""What every page and file of records is marked with."""
SYNTHETIC: Final = "SYNTHETIC: invented people"
SHEET: Final = "Records"
MOST_IN_A_WORKBOOK: Final = 100_000
"""Rows; more would take a spreadsheet minutes to open. The CSV file holds any number."""


def listed(rows: pl.DataFrame, frame: pl.LazyFrame, wanted: Wanted, snapshot: Snapshot) -> pl.DataFrame:
    """Records as somebody may see them, on screen as in a file.

    Args:
        rows: of `records.picked`.
        frame: all kept records, among which other records of the same people are looked for.
        wanted: the list, as `shown.permitted` gave it.
        snapshot: whose records they are.

    Returns:
        `crime_ref`, `role`, `recorded_on`, `days` (from recording to the extract), `area`, `team`, `crime_subgroup` or
        `crime_group` (those the export holds), `not_known` (list of words), `raw` (what stands in those cells) and
        `person_ref`; for a list of recoverable cells `known_at`: on which other records, since when and as what.
    """
    short = titles(snapshot.characteristics)
    places = [d for d in ("area", "team", "crime_group", "crime_subgroup") if d in rows.columns]
    if "crime_subgroup" in places and "crime_group" in places:
        places.remove("crime_group")
    if RECOVERABLE in wanted.states:
        rows = _with_elsewhere(rows, frame, wanted, short)
    known_at = ["known_at"] if "known_at" in rows.columns else []
    return rows.select(
        "crime_ref",
        pl.col("role").cast(pl.String).replace({role: _one(title) for role, title in ROLES.items()}),
        "recorded_on",
        (pl.lit(snapshot.extract_date) - pl.col("recorded_on")).dt.total_days().alias("days"),
        *(pl.col(place).cast(pl.String) for place in places),
        marks(snapshot.characteristics, short).alias("not_known"),
        raw_values(wanted, snapshot.characteristics, short).alias("raw"),
        *known_at,
        "person_ref",
    )


def file_rows(rows: pl.DataFrame, frame: pl.LazyFrame, wanted: Wanted, snapshot: Snapshot, number: int) -> pl.DataFrame:
    """The rows of a file: as on screen, the cells of the list in columns of their own, and the marking in every row.

    Every row says what it is, because rows are cut out of files and files lose their first lines.

    Args:
        rows: of `records.picked`.
        frame: all kept records.
        wanted: the list.
        snapshot: whose records they are.
        number: of the download, from the audit log.
    """
    shown = listed(rows, frame, wanted, snapshot)
    own = [
        expression
        for name in wanted.characteristics
        for expression in (_state_words(name).alias(f"{name}_state"), _value(name, rows).alias(f"{name}_as_recorded"))
    ]
    synthetic = [pl.lit(SYNTHETIC).alias("data_status")] if snapshot.synthetic else []
    return shown.with_columns(
        pl.col("not_known").list.join("; "),
        *rows.select(own).get_columns(),
        pl.lit(MARKING).alias("marking"),
        pl.lit(number, pl.Int64).alias("download_number"),
        pl.lit(snapshot.extract_date).alias("extract_date"),
        *synthetic,
    ).rename({"crime_ref": "crime_reference", "person_ref": "person_reference", "days": "age_in_days"})


def cover(wanted: Wanted, snapshot: Snapshot, size: int, number: int, who: str) -> dict[str, str]:
    """What a workbook says before its rows, as name → text.

    Args:
        wanted: the list.
        snapshot: whose records they are.
        size: how many.
        number: of the download, from the audit log.
        who: made it, as the audit log names them.
    """
    return {
        "List": wanted.words(),
        "Records": f"{size:,}",
        "Source": snapshot.title + (f" ({SYNTHETIC})" if snapshot.synthetic else ""),
        "Extract of": f"{snapshot.extract_date:%d/%m/%Y}",
        "Download number": f"{number} (entry of the audit log)",
        "Made by": who,
        "Handling": "Delete it when the records are mended. Fill nothing in from another record unchecked.",
    }


def _one(title: str) -> str:
    return {"Witnesses": "Witness", "People searched": "Person searched"}.get(title, title.removesuffix("s"))


def _state_words(name: str) -> pl.Expr:
    state = pl.col(state_column(name)).cast(pl.String)
    if name in ONLY_OPEN:
        return pl.when(state.is_in(OPEN)).then(pl.lit("Open"))
    return state.replace_strict(STATE_TITLES, default=None)


def _value(name: str, rows: pl.DataFrame) -> pl.Expr:
    if name in VALUE_NEVER_SHOWN or f"{name}_raw" not in rows.columns:
        return pl.lit(None, pl.String)
    return pl.col(f"{name}_raw").cast(pl.String)


def _with_elsewhere(rows: pl.DataFrame, frame: pl.LazyFrame, wanted: Wanted, short: Mapping[str, str]) -> pl.DataFrame:
    """Records with `known_at`: for each cell that is recoverable the other record that knows its person."""
    words = []
    for name in wanted.characteristics:
        found = elsewhere(rows, frame, name)
        rows = rows.join(found, on="person_ref", how="left", maintain_order="left")
        value = pl.col(f"{name}_value").fill_null("value not shown")
        said = pl.format(
            "{}: {} on {} ({})",
            pl.lit(short[name]), value, pl.col(f"{name}_at"), pl.col(f"{name}_on").dt.strftime("%d/%m/%Y"),
        )  # fmt: skip
        gap = pl.col(state_column(name)).is_in(["blank", "unknown"]) & pl.col(f"{name}_at").is_not_null()
        words.append(pl.when(gap).then(said))
    return rows.with_columns(known_at=pl.concat_str(words, separator="; ", ignore_nulls=True))
