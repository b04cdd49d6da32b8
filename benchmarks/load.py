"""Loading against Polars' bare conversion of the same file: how many times as long, and how much memory.

    python benchmarks/load.py [--people 1000000] [--folder FOLDER] [--repeat 3]

Makes a synthetic export (seeded), keeps the newest row of every person-role record as one CSV file with one extract
date, then measures two processes: `scan_csv(...).sink_parquet(...)` with all columns as text, and `python -m equality
load` into an empty store, from CSV to measured snapshot. Both in one run, so that they share the machine and its mood;
with `--repeat` one after the other so many times, and the medians are compared.

Of more than a million rows, a million is generated and the rest are copies of it, up to ten: the same people and crimes
under references of their own (the crime's number is in another million, the person's reference ends in another digit),
so that no two copies share a crime or a person, and no more rows are duplicates than were. What a load has to do
once per distinct label, date of birth included, does therefore not grow beyond the first million; what it has to do
per row, per crime or per person does. A real force's labels would not grow either.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

BARE = "import sys, polars as pl; pl.scan_csv(sys.argv[1], infer_schema=False).sink_parquet(sys.argv[2])"
GENERATED = 1_000_000
MOST_COPIES = 10
TIMES = 4
GIGABYTES = 8


@dataclass(frozen=True)
class Cost:
    """What a process took."""

    seconds: float
    cpu: float
    gigabytes: float


def measured(*command: object) -> Cost:
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *map(str, command)], cwd=ROOT, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return Cost(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6)


def export(folder: Path, people: int) -> Path:
    """One file with about so many rows, made once per folder and size."""
    import polars as pl

    path = folder / f"export-{people}.csv"
    if path.exists():
        return path
    copies = math.ceil(people / GENERATED)
    if copies > MOST_COPIES:
        raise SystemExit(f"at most {MOST_COPIES * GENERATED:,} people: a crime's number has seven digits")
    if copies == 1:
        made = _generated(folder, people)
    else:
        base = pl.scan_csv(export(folder, GENERATED), infer_schema=False)
        made = pl.concat([_copy(base, number) for number in range(copies)]).head(people)
    made.sink_csv(path.with_suffix(".part"))
    path.with_suffix(".part").rename(path)
    shutil.rmtree(folder / f"extracts-{people}", ignore_errors=True)
    return path


def _generated(folder: Path, people: int) -> pl.LazyFrame:
    import polars as pl

    from equality.synthetic import generate

    parts = generate(folder / f"extracts-{people}", people=people, months=24, until=date(2026, 6, 1))
    rows = pl.concat([pl.scan_csv(part, infer_schema=False) for part in parts])
    newest = rows.unique(["Crime Ref", "Person Ref", "Role"], keep="last", maintain_order=True)
    return newest.with_columns(pl.lit(parts[-1].stem[-10:]).alias("Extract Date"))


def _copy(rows: pl.LazyFrame, number: int) -> pl.LazyFrame:
    """The same rows about other crimes and other people: `22/54139/26` becomes `22/3054139/26` in copy 3."""
    import polars as pl

    crime = pl.col("Crime Ref").str.split_exact("/", 2).struct
    within = crime.field("field_1").str.zfill(len(str(GENERATED)) - 1)
    return rows.with_columns(
        pl.concat_str(
            crime.field("field_0"), pl.lit("/"), pl.lit(str(number)), within, pl.lit("/"), crime.field("field_2")
        ).alias("Crime Ref"),
        pl.col("Person Ref") + pl.lit(str(number)),
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--people", type=int, default=1_000_000)
    arguments.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "equality-benchmark")
    arguments.add_argument("--repeat", type=int, default=1)
    asked = arguments.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    # In a process of its own: the kernel counts a parent's peak memory as its children's.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as maker:
        path = maker.submit(export, asked.folder, asked.people).result()
    store = asked.folder / "store"
    bare, load = [], []
    for _ in range(asked.repeat):
        shutil.rmtree(store, ignore_errors=True)
        bare.append(measured("-c", BARE, path, asked.folder / "bare.parquet"))
        load.append(measured("-m", "equality", "load", path, "--profile", "athena", "--store", store))
    print(f"{path.stat().st_size / 1e9:.2f} GB of CSV, about {asked.people:,} rows")
    for name, costs in (("bare scan_csv → sink_parquet", bare), ("load", load)):
        for cost in costs:
            print(f"{name:30} {cost.seconds:8.1f} s {cost.cpu:8.1f} s of processor {cost.gigabytes:6.2f} GB")
    times, work = (
        median(getattr(cost, part) for cost in load) / median(getattr(cost, part) for cost in bare)
        for part in ("seconds", "cpu")
    )
    memory = max(cost.gigabytes for cost in load)
    print(
        f"load / bare: {times:.1f} (aim: {TIMES}), of processor {work:.1f}; memory {memory:.1f} GB (aim: {GIGABYTES})"
    )
    shutil.rmtree(store)


if __name__ == "__main__":
    main()
