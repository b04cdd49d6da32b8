"""What differs between an extract and the one before: headings, rows, blank fields, labels that nobody knows.

A difference is no fault, but someone should look at it before it is counted: a column that a system's update has
renamed looks, in the counts, like a force that has stopped asking.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from equality.exports.export_file import ExportFile
from equality.exports.layout import heading_of
from equality.exports.profile import Profile
from equality.exports.tables import keys
from equality.measures.dimensions import DIMENSIONS, NO_LOCATION, NOT_RECORDED
from equality.settings import Settings
from equality.store.snapshot import Snapshot

_NOTHING = (NOT_RECORDED, NO_LOCATION)
_ALWAYS_THERE = ("source_file", "source_row", "extract_date", "month", "lpa_then", "age_band", "sex_group", "flags")


def columns_used(files: Iterable[ExportFile], profile: Profile) -> tuple[dict[str, str], tuple[str, ...]]:
    """Which headings were read as which field, and which were not read at all."""
    wanted = {name: tuple(accepted) for name, accepted in profile.columns.items()}
    wanted |= {name: tuple(held.headings) for name, held in profile.characteristics.items() if held.headings}
    if profile.synthetic:
        wanted["synthetic"] = (profile.synthetic.column,)
    if profile.extract.column:
        wanted["extract_date"] = (profile.extract.column,)
    used: dict[str, str] = {}
    seen: dict[str, None] = {}
    for file in files:
        seen |= dict.fromkeys(file.headings)
        for name, accepted in wanted.items():
            if heading := heading_of(accepted, file.headings):
                used.setdefault(heading, name)
        for heading, table in keys(profile.tables).items():
            if heading in file.headings:
                used.setdefault(heading, f"key of {table}")
    return used, tuple(heading for heading in seen if heading not in used)


def blank_shares(records: Path) -> dict[str, float]:
    """Share of records that leave each field blank; raw values are not fields.

    Args:
        records: a Parquet file that says how many nulls each of its parts has (`extract.STORED`): no cell is read for
            them. Words for nothing stand in dimensions only, and only these are read.
    """
    parts = pq.read_metadata(records)
    fields = [n for n in parts.schema.names if not n.endswith("_raw") and n not in _ALWAYS_THERE]
    blank = dict.fromkeys(fields, 0)
    for number in range(parts.num_row_groups):
        part = parts.row_group(number)
        for place in range(part.num_columns):
            cells = part.column(place)
            if cells.path_in_schema in blank:
                blank[cells.path_in_schema] += cells.statistics.null_count
    scan = pl.scan_parquet(records)
    worded = [n for n in fields if n in DIMENSIONS and scan.collect_schema()[n] == pl.Categorical]
    words = scan.select(pl.col(n).is_in(_NOTHING).sum() for n in worded).collect(engine="streaming")
    for name in worded:
        blank[name] += words[name].item()
    return {name: round(rows / max(parts.num_rows, 1), 4) for name, rows in blank.items()}


def unmapped_shares(unmapped: pl.DataFrame, records: int) -> dict[str, float]:
    """Share of records whose label was not recognised, by field."""
    totals = unmapped.group_by("field", maintain_order=True).agg(pl.col("records").sum())
    return {field: round(count / max(records, 1), 4) for field, count in totals.iter_rows()}


def differences(new: Snapshot, before: Snapshot | None, limits: Settings, *, per_file: bool) -> tuple[str, ...]:
    """What to look at before an extract is accepted, a sentence each.

    Args:
        new: the extract's facts.
        before: the snapshot before it; None, or one without such facts, gives no warning.
        limits: the thresholds.
        per_file: compare rows per file: a load of one month is not smaller than one of twelve.
    """
    if before is None:
        return ()
    found = [*_rows(new, before, limits, per_file=per_file)]
    found += _tables(new, before, limits)
    if before.columns_used:
        found += [*_headings(new, before), *_shares(new, before, limits)]
    return tuple(sentence[0].upper() + sentence[1:] for sentence in found)


def _rows(new: Snapshot, before: Snapshot, limits: Settings, *, per_file: bool) -> list[str]:
    now, then = (s.rows_in / (len(s.files) or 1) if per_file else s.rows_in for s in (new, before))
    if then == 0 or now > then * (1 - limits.drift_fewer_rows):
        return []
    what = "rows per file" if per_file else "rows"
    return [f"{_when(new)} has {now:,.0f} {what}, {1 - now / then:.0%} fewer than the {then:,.0f} of {_when(before)}."]


def _tables(new: Snapshot, before: Snapshot, limits: Settings) -> list[str]:
    """Tables joined to the records that have become much shorter."""
    now, then = ({t.table: 0 for t in s.tables} for s in (new, before))
    for snapshot, counted in ((new, now), (before, then)):
        for file in snapshot.tables:
            counted[file.table] += file.rows_in
    return [
        f"{_when(new)} has {rows:,} rows of {table}, {1 - rows / then[table]:.0%} fewer than the {then[table]:,} of "
        f"{_when(before)}."
        for table, rows in now.items()
        if then.get(table) and rows <= then[table] * (1 - limits.drift_fewer_rows)
    ]


def _headings(new: Snapshot, before: Snapshot) -> list[str]:
    now, then = ({*s.columns_used, *s.columns_ignored} for s in (new, before))
    held = set(before.columns_used.values()) - set(new.columns_used.values())
    found = []
    if gone := sorted(then - now):
        lost = f" (read as {_listed(sorted(held))})" if held else ""
        found.append(f"{_when(new)} lacks {_columns(gone)}{lost}, which {_when(before)} has.")
    if fresh := sorted(now - then):
        found.append(f"{_when(new)} has {_columns(fresh)}, which {_when(before)} has not.")
    return found


def _shares(new: Snapshot, before: Snapshot, limits: Settings) -> list[str]:
    found = []
    emptied = [
        name
        for name, share in new.blank.items()
        if share >= limits.drift_blank > before.blank.get(name, 1.0) and share > before.blank[name]
    ]
    for name in emptied:
        found.append(
            f"{_when(new)} leaves {name} blank in {new.blank[name]:.1%} of records; it was {before.blank[name]:.1%} in "
            f"{_when(before)}."
        )
    for name, share in new.unmapped_shares.items():
        then = before.unmapped_shares.get(name, 0.0)
        if share - then >= limits.drift_unmapped:
            found.append(
                f"{_when(new)} has labels that the profile does not know in {share:.1%} of {name}; it was {then:.1%} "
                f"in {_when(before)}."
            )
    return found


def _when(snapshot: Snapshot) -> str:
    return f"the extract of {snapshot.extract_date:%d %B %Y}"


def _columns(names: Sequence[str]) -> str:
    return f"the column{'s' if len(names) > 1 else ''} {_listed(names)}"


def _listed(names: Sequence[str], most: int = 12) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
