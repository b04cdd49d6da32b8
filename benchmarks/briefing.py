"""How long a briefing takes, from the stored counts to the files of all formats, by stage.

    python benchmarks/briefing.py --rows 1000000
    python benchmarks/briefing.py --store STORE

Without `--store` a synthetic store of so many person-roles is made first, which is not timed. Each preset is made in a
process of its own, as a scheduler makes it: starting Python and its libraries is a stage. Times are by the clock and of
all processors together.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

UNTIL = date(2026, 11, 1)
"""The day of the last of the synthetic extracts."""
AT_MOST = 10.0
"""Seconds that a briefing may take from counts to files."""


class Stages:
    """Seconds by the clock and of the processors since the last stage."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[float, float]] = {}
        self._last = time.perf_counter(), time.process_time()

    def done(self, stage: str) -> None:
        now = time.perf_counter(), time.process_time()
        self.found[stage] = now[0] - self._last[0], now[1] - self._last[1]
        self._last = now


def child(store: Path, name: str, source: str) -> None:
    """Make one preset's briefing and print its stages as JSON."""
    stages = Stages()
    from equality.briefing.keep import files_of
    from equality.briefing.order import Order, carry_out
    from equality.briefing.preset import presets
    from equality.reading.stored import extracts
    from equality.store.registry import Registry

    stages.done("start")
    registry = Registry(store)
    snapshot = registry.latest(source)
    assert snapshot, f"{store} has no {source}"
    order = Order(
        snapshot=snapshot.id,
        preset=presets()[name],
        preset_name=name,
        month=snapshot.months[1],
        role=snapshot.headline_role,
        minimum_n=20,
        made_by="benchmark",
        made_at=datetime.now(UTC).replace(microsecond=0),
        extracts=tuple(s.id for s in extracts(registry, snapshot)),
    )
    counts = registry.counts(snapshot).collect()
    stages.done("read the counts")
    made = carry_out(order, registry, counts)
    stages.done("compose")
    files = files_of(made)
    stages.done("write the files")
    print(json.dumps({"stages": stages.found, "counts": counts.height, "bytes": sum(map(len, files.values()))}))


def made_store(rows: int, folder: Path) -> Path:
    """A store of a synthetic export with so many person-roles."""
    from equality.exports.load import load
    from equality.exports.profile import load_profile
    from equality.synthetic import generate

    store = folder / "store"
    load(generate(folder / "synthetic", people=rows, until=UNTIL), load_profile("athena"), store)
    return store


def main() -> None:
    """Time every preset."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--store", type=Path)
    arguments.add_argument("--source", default="athena")
    arguments.add_argument("--child")
    given = arguments.parse_args()
    if given.child:
        child(given.store, given.child, given.source)
        return
    from equality.briefing.preset import presets

    with tempfile.TemporaryDirectory(prefix="equality-benchmark-") as name:
        store = given.store or made_store(given.rows, Path(name))
        print("| preset | rows of counts | stage | seconds | of all processors |\n|---|---:|---|---:|---:|")
        for preset in presets():
            command = [sys.executable, __file__, "--child", preset, "--store", str(store), "--source", given.source]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            said = json.loads(done.stdout.strip().splitlines()[-1])
            for stage, (seconds, processors) in said["stages"].items():
                print(f"| {preset} | {said['counts']:,} | {stage} | {seconds:.2f} | {processors:.2f} |")
            total = sum(s for stage, (s, _) in said["stages"].items() if stage != "start")
            busy = sum(p for stage, (_, p) in said["stages"].items() if stage != "start")
            print(f"| {preset} | {said['counts']:,} | **counts to files** | **{total:.2f}** | {busy:.2f} |")
            if total > AT_MOST:
                print(f"{preset}: more than {AT_MOST:g} s", file=sys.stderr)


if __name__ == "__main__":
    main()
