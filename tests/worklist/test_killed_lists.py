"""A load that is killed leaves either a snapshot with what it tells of the lists, or neither."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from equality.store.registry import Registry
from equality.worklist import progress
from tests.store.test_killed import Trials
from tests.worklist.test_tasks import Store, everything


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_killed_around_the_commit(tmp_path: Path, database: str, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue("postgresql") if database == "postgresql" else None
    trials = Trials(tmp_path, server)
    base = Store(tmp_path / "base", trials.base_url, trials.files)
    task = base.assign(everything("ethnicity", "religion"))
    whole = trials.copy()
    status, steps = trials.run(*whole)
    undisturbed = counted(*whole, task.id)
    assert (status, len(undisturbed)) == (0, 3)
    seen = set()
    for last in range(steps - 45, steps + 1, 5):
        store, url = trials.copy()
        status, _ = trials.run(store, url, last)
        assert status == -9
        found = counted(store, url, task.id)
        visible = [s.extract_date for s in Registry(store, url).snapshots("athena")]
        assert sorted(found) == visible
        assert found == {day: undisturbed[day] for day in visible}
        seen.add(len(visible))
        shutil.rmtree(store)
    assert seen == {1, 3}, "some kills were before the commit, some after it"


def counted(store: Path, url: str, list_id: str) -> dict[object, list[tuple[object, ...]]]:
    """Extract date → what was counted of a list, whatever the snapshot's identifier."""
    frame = progress.counts(Registry(store, url), [list_id]).drop("snapshot_id").sort("*")
    return {day: part.rows() for (day,), part in frame.partition_by("extract_date", as_dict=True).items()}
