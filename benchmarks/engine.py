"""Time and peak memory of gx_polars against others, on the same data, each in a process of its own.

    python benchmarks/engine.py --rows 1000000 10000000 --suite strings own
    python benchmarks/engine.py --rows 1000000 --only "gx_polars" "plain polars"

Prints a table and writes ``benchmarks/results/engine.csv``. The times, by the clock and of all processors together,
are the best of ``--repeat`` runs with the frame in memory (for scans: reading included), a minute at most; the
memory is the process's peak with everything in it: Python, the libraries, the data.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from engine_contestants import CONTESTANTS  # noqa: E402 - needs the path above
from engine_data import own_frame, string_frame  # noqa: E402

FIELDS = ["suite", "rows", "engine", "seconds", "cpu_seconds", "peak_mb", "unexpected"]


def _peak_mb() -> float:
    status = Path("/proc/self/status")
    if status.exists():
        # Linux's ru_maxrss starts from the parent's; this is the process's own.
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def child(name: str, path: Path, suite: str, repeat: int) -> None:
    """Run one engine and print its figures as JSON."""
    prepare = CONTESTANTS[name][1]
    run = prepare(path, suite)
    seconds = []
    cpu = []
    counts: list[int] = []
    for _ in range(repeat):
        start, start_cpu = time.perf_counter(), time.process_time()
        counts = run()
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - start_cpu)
        if sum(seconds) > 60:
            break
    found = {"seconds": min(seconds), "cpu_seconds": min(cpu), "peak_mb": _peak_mb(), "unexpected": sum(counts)}
    print(json.dumps(found))


def measure(name: str, path: Path, suite: str, repeat: int, timeout: int) -> dict[str, Any]:
    """One engine's figures, from a process of its own."""
    command = [sys.executable, str(HERE / "engine.py"), "--child", name, "--data", str(path)]
    command += ["--suite", suite, "--repeat", str(repeat)]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=environment, check=False)
    except subprocess.TimeoutExpired:
        return _without(f"more than {timeout} s")
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]  # -9: killed, out of memory
        return _without(said[-1][:80])
    return json.loads(done.stdout.strip().splitlines()[-1])


def _without(reason: str) -> dict[str, Any]:
    return {"seconds": None, "cpu_seconds": None, "peak_mb": None, "unexpected": reason}


def main() -> None:
    """Parse the arguments, run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--suite", nargs="+", choices=["strings", "own"], default=["strings"])
    parser.add_argument("--only", nargs="+", choices=list(CONTESTANTS), default=list(CONTESTANTS))
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--timeout", type=int, default=1800)
    parser.add_argument("--out", type=Path, default=HERE / "results" / "engine.csv")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.data, options.suite[0], options.repeat)
        return
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, options.out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        for suite in options.suite:
            for size in options.rows:
                path = Path(folder) / f"{suite}_{size}.parquet"
                (own_frame if suite == "own" else string_frame)(size).write_parquet(path)
                for name in options.only:
                    if suite in CONTESTANTS[name][0]:
                        figures = measure(name, path, suite, options.repeat, options.timeout)
                        row = {"suite": suite, "rows": size, "engine": name, **figures}
                        writer.writerow(row)
                        file.flush()
                        show(row)


def show(row: dict[str, Any]) -> None:
    """One line of the table."""
    times = ["-" if row[key] is None else f"{row[key]:.2f} s" for key in ("seconds", "cpu_seconds")]
    memory = "-" if row["peak_mb"] is None else f"{row['peak_mb']:,.0f} MB"
    figures = f"{times[0]:>10} {times[1]:>10} {memory:>10}"
    print(f"{row['suite']:8} {row['rows']:>12,} {row['engine']:24} {figures}  {row['unexpected']}", flush=True)


if __name__ == "__main__":
    main()
