"""Successive monthly extracts: each month is made once, in blocks, and written as each extract saw it."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import numpy as np

from equality.synthetic import dates
from equality.synthetic.blocks import BlockMaker, Part
from equality.synthetic.extracts import write_header, write_rows

MONTHS_SEEN = 3  # an extract goes back three months: 89 to 92 days
MINIMUM_MONTHS = 24  # a year and the one before, with a trend
BLOCK_ROWS = 50_000  # bounds the memory, whatever the size of the whole
_NUMBERS_FROM = date(2000, 1, 1)


def generate(
    out_dir: Path,
    *,
    people: int = 200_000,
    months: int = 25,
    until: date,
    seed: int = 20191008,
    progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Writes `months` extracts, the last one dated `until`, and returns their paths in order.

    `people` is the number of distinct person-role records over the whole series. The same
    arguments give the same bytes. `progress` is told the blocks done and the blocks in all.
    """
    _check(people, months, until)
    out_dir.mkdir(parents=True, exist_ok=True)
    maker = BlockMaker(people=people, until=until, seed=seed)
    cohorts = _plan([_month(until, back) for back in range(months + MONTHS_SEEN - 1, 0, -1)], people, maker)
    extracts = [_month(until, back) for back in range(months - 1, -1, -1)]
    paths = [out_dir / f"athena-synthetic-extract-{day.isoformat()}.csv" for day in extracts]
    total = sum(len(parts) for parts in cohorts)
    done = 0
    with _Files(paths) as files:
        for position, parts in enumerate(cohorts):
            seen_by = [k for k in range(position - MONTHS_SEEN + 1, position + 1) if 0 <= k < months]
            for part in parts:
                block = maker.make(part)
                for k in seen_by:
                    frame = block.on(dates.number(extracts[k]), extracts[k].strftime("%d/%m/%Y"))
                    write_rows(files.open(k), frame)
                done += 1
                if progress is not None:
                    progress(done, total)
            files.close(position - MONTHS_SEEN + 1)
    return paths


def _check(people: int, months: int, until: date) -> None:
    if until.day != 1:
        raise ValueError(f"until must be the first of a month, not {until.isoformat()}")
    if months < MINIMUM_MONTHS:
        raise ValueError(f"months must be at least {MINIMUM_MONTHS}, not {months}")
    if people < months + MONTHS_SEEN - 1:
        raise ValueError(f"people must be at least one a month, {months + MONTHS_SEEN - 1}, not {people}")


class _Files:
    """The extracts being written; each gets its name only when all of them are complete."""

    def __init__(self, paths: list[Path]) -> None:
        self._paths = paths
        self._parts = [path.with_name(path.name + ".part") for path in paths]
        self._open: dict[int, BinaryIO] = {}
        self._stack = ExitStack()

    def __enter__(self) -> _Files:
        return self

    def open(self, k: int) -> BinaryIO:
        """The k-th extract, begun with its headings."""
        if k not in self._open:
            self._open[k] = self._stack.enter_context(self._parts[k].open("wb"))
            write_header(self._open[k])
        return self._open[k]

    def close(self, k: int) -> None:
        """Ends the k-th extract, if there is one."""
        if k in self._open:
            self._open[k].close()

    def __exit__(self, failure: type[BaseException] | None, *rest: object) -> None:
        self._stack.close()
        for part, path in zip(self._parts, self._paths, strict=True):
            if failure is None:
                part.replace(path)
            else:
                part.unlink(missing_ok=True)


def _month(until: date, back: int) -> date:
    ordinal = until.year * 12 + until.month - 1 - back
    return date(ordinal // 12, ordinal % 12 + 1, 1)


def _days(first: date) -> int:
    return monthrange(first.year, first.month)[1]


def _plan(firsts: list[date], people: int, maker: BlockMaker) -> list[list[Part]]:
    """The blocks of every month; months differ by their days and the pace of their quarter in 2017/18."""
    pace = maker.crimes.quarter_totals
    weights = np.asarray([_days(first) * pace[(first.month - 4) % 12 // 3] for first in firsts])
    ends = np.round(np.cumsum(weights) / weights.sum() * people).astype(int)
    sizes = [int(size) for size in np.diff(ends, prepend=0)]
    return [_parts(first, size, max(sizes)) for first, size in zip(firsts, sizes, strict=True)]


def _parts(first: date, size: int, largest: int) -> list[Part]:
    """A month in blocks of nearly equal size; numbers and serials of months never meet."""
    blocks = -(-size // BLOCK_ROWS)
    months_since = (first.year - _NUMBERS_FROM.year) * 12 + first.month - 1
    begins = [size * index // blocks for index in range(blocks + 1)]
    return [
        Part(first, _days(first), index, blocks, end - begin, months_since * largest + begin, largest)
        for index, (begin, end) in enumerate(pairwise(begins))
    ]
