"""How long lists of records take, against the bare Polars query over the same file in the same run.

    python benchmarks/records.py --store STORE [--source athena] [--repeat 5]

The store is one that `load` made. Three things are timed: keeping a snapshot's records in a file, once per snapshot and
purge; finding and ordering the records of a list, once per list; and turning to a page, each time. Beside the last two
stands the query that would be written by hand for that page: filter, sort and slice the file. The list is of every
record in which any of the snapshot's characteristics is not known, the longest there is.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import polars as pl

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

SIZE = 50
"""Rows of a page."""


def timed(work: Callable[[], object], repeat: int) -> float:
    """The median of some runs in seconds, after one that warms up."""
    work()
    found = []
    for _ in range(repeat):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return median(found)


def main() -> None:
    from equality.measures.dimensions import Selection
    from equality.measures.states import state_column
    from equality.store import kept
    from equality.store.registry import Registry
    from equality.worklist import records
    from equality.worklist.wanted import NOT_KNOWN, Wanted

    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--store", type=Path, required=True)
    arguments.add_argument("--source", default="athena")
    arguments.add_argument("--repeat", type=int, default=5)
    asked = arguments.parse_args()
    registry = Registry(asked.store)
    snapshot = registry.latest(asked.source)
    if snapshot is None:
        raise SystemExit(f"{asked.store} has no {asked.source}")

    kept.forget(asked.store)
    started = time.perf_counter()
    frame = records.kept_records(registry, snapshot)
    print(f"keeping {frame.select(pl.len()).collect().item():,} records: {time.perf_counter() - started:.1f} s, once")

    names = snapshot.characteristics
    wanted = Wanted(asked.source, Selection(), names, NOT_KNOWN)
    listed = records.rows_of(frame, wanted, None, "newest")
    print(f"{len(listed):,} records match\n")
    middle = len(listed) // 2
    is_wanted = pl.any_horizontal(pl.col(state_column(name)).is_in(NOT_KNOWN) for name in names)
    by_hand = {
        "newest": frame.filter(is_wanted),
        "most": frame.filter(is_wanted).sort("not_known", descending=True, maintain_order=True),
        "reference": frame.filter(is_wanted).sort("crime_ref", maintain_order=True),
        "team": frame.filter(is_wanted).sort(pl.col("team").cast(pl.String), nulls_last=True, maintain_order=True),
    }
    print(f"{'order':12}{'find and order':>16}{'turn a page':>14}{'by hand, a page':>18}{'ratio':>8}")
    for order, query in by_hand.items():
        rows = records.rows_of(frame, wanted, None, order)
        page = query.slice(middle, SIZE)
        same = records.picked(frame, rows.slice(middle, SIZE))["row"].to_list() == page.collect()["row"].to_list()
        if not same:
            raise SystemExit(f"{order}: the page is not the one found by hand")
        find = timed(partial(records.rows_of, frame, wanted, None, order), asked.repeat)
        turn = timed(partial(records.picked, frame, rows.slice(middle, SIZE)), asked.repeat)
        bare = timed(page.collect, asked.repeat)
        print(f"{order:12}{find:14.2f} s{turn:12.3f} s{bare:16.2f} s{turn / bare:8.2f}")


if __name__ == "__main__":
    main()
