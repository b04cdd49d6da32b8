"""Lists of records count what the counts say, whatever is asked for."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from equality.measures import measure, stored_states
from equality.measures.counts import slice_counts
from equality.measures.dimensions import DIMENSIONS, Selection
from equality.measures.states import state_column
from equality.settings import ROOT
from equality.store.registry import Registry
from equality.store.snapshot import Snapshot
from equality.worklist.cells import elsewhere_column, matching, records_with_states
from equality.worklist.wanted import KINDS, NOT_KNOWN, Wanted

SOURCES = ("athena", "stop_and_search")


@cache
def held(store: Path, source: str) -> tuple[Snapshot, pl.DataFrame, pl.DataFrame]:
    registry = Registry(store)
    snapshot = registry.latest(source)
    assert snapshot
    frame = records_with_states(registry, snapshot, elsewhere=True).collect()
    return snapshot, frame, registry.counts(snapshot).collect()


@st.composite
def lists(draw: st.DrawFn, snapshot: Snapshot, counts: pl.DataFrame) -> Wanted:
    months = sorted(counts["month"].unique().to_list())
    first = draw(st.sampled_from(["", *months]))
    last = draw(st.sampled_from(["", *(m for m in months if m >= first)]))
    dimensions = [d for d in DIMENSIONS if d != "month" and d in counts.columns]
    where = {}
    for dimension in draw(st.lists(st.sampled_from(dimensions), max_size=3, unique=True)):
        values = sorted(counts[dimension].drop_nulls().unique().to_list())
        where[dimension] = tuple(draw(st.lists(st.sampled_from(values), min_size=1, max_size=4, unique=True)))
    flags = tuple(draw(st.lists(st.sampled_from(snapshot.flags), max_size=2, unique=True))) if snapshot.flags else ()
    characteristic = draw(st.sampled_from(snapshot.characteristics))
    state = draw(st.sampled_from(KINDS))
    return Wanted(snapshot.source, Selection((first, last), where, flags), (characteristic,), (state,))


@pytest.mark.parametrize("source", SOURCES)
def test_every_list_has_as_many_records_as_the_counts_say(sample_store: Path, source: str) -> None:
    snapshot, frame, counts = held(sample_store, source)

    @hypothesis_settings(max_examples=150, deadline=None)
    @given(lists(snapshot, counts))
    def agree(wanted: Wanted) -> None:
        (characteristic,), (state,) = wanted.characteristics, wanted.states
        said = slice_counts(counts, characteristics=[characteristic], selection=wanted.selection)[state][0]
        listed = matching(frame.lazy(), wanted, None).select(pl.len()).collect().item()
        # Null: the export does not say who a person is, so nothing is known elsewhere.
        assert listed == (said or 0)
        assert Wanted.from_dict(json.loads(json.dumps(wanted.as_dict()))).as_dict() == wanted.as_dict()

    agree()


@pytest.mark.parametrize("source", SOURCES)
def test_each_state_of_each_characteristic_counts_what_the_counts_say(sample_store: Path, source: str) -> None:
    snapshot, frame, counts = held(sample_store, source)
    totals = slice_counts(counts, characteristics=snapshot.characteristics)
    for row in totals.iter_rows(named=True):
        for state in KINDS:
            wanted = Wanted(source, Selection(), (row["characteristic"],), (state,))
            assert matching(frame.lazy(), wanted, None).collect().height == (row[state] or 0), (row, state)
    assert sum(totals["recoverable_cells"].fill_null(0)) > 0 or source != "athena"


def test_a_list_of_several_characteristics_holds_each_record_once(sample_store: Path) -> None:
    _, frame, _ = held(sample_store, "athena")
    wanted = Wanted("athena", Selection(), ("ethnicity", "religion"), NOT_KNOWN)
    found = matching(frame.lazy(), wanted, None).collect()
    by_hand = [
        row
        for row in frame.iter_rows(named=True)
        if row["ethnicity_state"] in NOT_KNOWN or row["religion_state"] in NOT_KNOWN
    ]
    assert found.height == len(by_hand)
    keys = ["crime_ref", "person_ref", "role"]
    assert found.unique(keys).height == found.height


def test_known_elsewhere_is_what_a_loop_over_the_persons_finds(sample_store: Path) -> None:
    _, frame, _ = held(sample_store, "athena")
    known: dict[str, int] = {}
    for person, state in frame.select("person_ref", "ethnicity_state").iter_rows():
        if person is not None and state == "valid":
            known[person] = known.get(person, 0) + 1
    rows = frame.select("person_ref", "ethnicity_state", elsewhere_column("ethnicity"))
    for person, state, elsewhere in rows.iter_rows():
        if state in ("blank", "unknown"):
            assert elsewhere == (known.get(person, 0) > 0)


def test_teams_narrow_a_list_and_nobody_sees_what_has_no_team(sample_store: Path) -> None:
    _, frame, counts = held(sample_store, "athena")
    teams = sorted(counts["team"].unique().to_list())[:2]
    wanted = Wanted("athena", Selection(), ("ethnicity",), NOT_KNOWN)
    own = matching(frame.lazy(), wanted, frozenset(teams)).collect()
    assert set(own["team"].cast(pl.String)) == set(teams)
    said = slice_counts(counts, characteristics=["ethnicity"], selection=Selection(where={"team": tuple(teams)}))
    assert own.height == sum(said[state][0] for state in NOT_KNOWN)
    assert matching(frame.lazy(), wanted, frozenset()).collect().height == 0
    _, searched, _ = held(sample_store, "stop_and_search")
    assert "team" not in searched.columns
    found = Wanted("stop_and_search", Selection(), ("ethnicity",), NOT_KNOWN)
    assert matching(searched.lazy(), found, frozenset(teams)).collect().height == 0


@pytest.mark.parametrize("source", SOURCES)
def test_the_states_kept_with_a_snapshot_are_those_that_were_counted(sample_store: Path, source: str) -> None:
    snapshot, frame, _ = held(sample_store, source)
    assert (snapshot.folder / stored_states.NAME).exists()
    registry = Registry(sample_store)
    again = measure.with_states(registry.records(source, snapshot), snapshot.characteristics)
    columns = [state_column(name) for name in snapshot.characteristics]
    assert again.select(columns).collect().equals(frame.select(columns))


def test_old_snapshots_and_those_of_another_polars_get_their_states_from_the_suites(
    sample_store: Path, tmp_path: Path
) -> None:
    snapshot, frame, _ = held(sample_store, "athena")
    kept = json.loads((snapshot.folder / stored_states.NAME).read_text())
    shutil.copytree(snapshot.folder, tmp_path / "old")
    (tmp_path / "old" / stored_states.NAME).unlink()
    (tmp_path / "other").mkdir()
    content = {"polars": "0.1", "expressions": dict.fromkeys(kept["expressions"], "nothing that can be read")}
    (tmp_path / "other" / stored_states.NAME).write_text(json.dumps(content))
    for folder in ("old", "other"):
        states = stored_states.read(tmp_path / folder, snapshot.characteristics)
        again = frame.lazy().with_columns(states.values()).collect()
        assert again.equals(frame)


def test_listing_records_imports_no_great_expectations(sample_store: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from equality.store.registry import Registry\nfrom equality.worklist.cells import records_with_states\n"
        "registry = Registry(Path(sys.argv[1]))\n"
        "frame = records_with_states(registry, registry.latest('athena'), elsewhere=True).head(1).collect()\n"
        "assert frame.height and 'great_expectations' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script, str(sample_store)], cwd=ROOT, check=True)


def test_words_of_a_list() -> None:
    selection = Selection(("2025-11", "2026-10"), {"role": ("victim",), "area": ("Worcester", "Redditch")})
    assert (
        Wanted("athena", selection, ("ethnicity",), ("unknown", "blank")).words()
        == "Victims · Worcester or Redditch · Nov 2025 – Oct 2026 · Ethnicity (self-defined): unknown or blank"
    )
    assert Wanted("athena", Selection(), ("sex", "age"), NOT_KNOWN).words().endswith("Sex or Age: not known")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"source": "a", "period": ["", ""], "where": {}, "flags": [], "characteristics": [], "states": ["blank"]},
        {"source": "a", "period": ["", ""], "where": {}, "flags": [], "characteristics": ["sex"], "states": ["gone"]},
        {"source": "a", "period": ["", ""], "where": [], "flags": [], "characteristics": ["sex"], "states": ["blank"]},
    ],
)
def test_what_is_no_list_is_refused(said: dict) -> None:
    with pytest.raises(ValueError, match=r"."):
        Wanted.from_dict(said)
