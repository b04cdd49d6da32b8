"""What may be shown of the cells of an export before it is loaded: labels, never what may name a person."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import polars as pl

from equality.exports import dates
from equality.exports.guess import DATE_FIELDS, Values, date_shares
from equality.exports.labels import labels_for
from equality.measures.catalogue import characteristics

SHARED_BY = 5
"""Rows that must share a cell before it is shown, unless it is a recognised label of a characteristic."""
MOST_LABELS = 200
"""Unrecognised labels up to which a column is a list of labels, not free text."""
_EXAMPLES = 4
_LONGEST = 30
_NEVER = ("crime_ref", "person_ref", "latitude", "longitude")


def shown_labels(labels: Values) -> Values:
    """The unrecognised labels that may be shown: of very many only those that several rows share."""
    if len(labels) <= MOST_LABELS:
        return labels
    return {label: rows for label, rows in labels.items() if rows >= SHARED_BY}


def shown_cells(values: Values, name: str, formats: Sequence[str]) -> str:
    """A column's cells in words: some labels, the form of its dates, or only how many different ones there are.

    Args:
        values: its distinct cells.
        name: the field or characteristic that it becomes; empty if none.
        formats: of dates.
    """
    if not values:
        return "blank in every row"
    if name in DATE_FIELDS or (not name and _are_dates(values)):
        return _dates(values, formats)
    if name in characteristics():
        known = labels_for(name, {}, (), ";")
        labels = (v for v, rows in values.items() if rows >= SHARED_BY or known.code(v)[1])
    else:
        allowed = name not in _NEVER and (bool(name) or _are_labels(values))
        labels = (v for v, rows in values.items() if allowed and rows >= SHARED_BY)
    examples = [" ".join(v.split())[:_LONGEST] for v in itertools.islice(labels, _EXAMPLES)]
    if examples:
        return ", ".join(examples) + (" …" if len(values) > len(examples) else "")
    return f"text, {len(values):,} different value{'s' if len(values) > 1 else ''}"


def _are_labels(values: Values) -> bool:
    """Whether the cells of a column that nothing recognised repeat, as labels do and names do not."""
    repeated = sum(rows >= SHARED_BY for rows in values.values())
    return len(values) <= MOST_LABELS and 2 * repeated >= len(values)


def _are_dates(values: Values) -> bool:
    """Whether the most frequent cells of a column that nothing recognised are dates."""
    first = dict(itertools.islice(values.items(), 200))
    # A number might be a spreadsheet's serial number of a day; it is far more often a number.
    shares = [share for form, share in date_shares(first).items() if form not in (dates.EXCEL, "%Y%m%d")]
    return max(shares, default=0.0) >= 0.9


def _dates(values: Values, formats: Sequence[str]) -> str:
    form = re.sub(r"[A-Za-z]", "a", re.sub(r"\d", "9", next(iter(values))))[:20]
    frame = pl.DataFrame({"text": list(values), "rows": list(values.values())})
    read = frame.filter(dates.parsed(pl.col("text"), formats).is_not_null())["rows"].sum()
    share = read / sum(values.values())
    return f"dates such as {form}; {'all' if share == 1 else f'{share:.1%}' if share else 'none'} can be read"
