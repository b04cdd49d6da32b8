"""Every page in streamlit.testing, for both sources and for links that people and machines may send."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import streamlit as st
from dashboard_double import made_up_counts, made_up_snapshot
from streamlit.testing.v1 import AppTest

from dashboard import navigation
from equality.charts import palette
from equality.measures.counts import slice_counts
from equality.measures.dimensions import Selection, shift_month
from equality.settings import ROOT, settings
from equality.store.registry import Registry
from equality.store.snapshot import Snapshot

PAGES = {
    "overview": "How are we doing, and what should we do next?",
    "gaps": "Where are the gaps?",
    "compare": "Who differs by more than chance and mix?",
    "trends": "Is it getting better, or is it noise?",
    "drivers": "Why, and what would help most?",
    "plausibility": "Are the answers believable?",
    "together": "Does what is missing bias what is there?",
}
CHARTS = {"overview": 3, "gaps": 3}
"""Charts that a page draws whatever the selection; others draw none where there is too little to say."""
FILES = ("counts.parquet", "unmapped.parquet", "validation.json")
HOSTILE = "<script>alert(1)</script> [x](javascript:1) :red[x] $x$"
LINKS: list[dict[str, list[str]]] = [
    {},
    {"measure": ["recoverable"]},
    {"measure": ["disclosure"], "characteristic": ["sex"]},
    {"from": ["9999-99"], "to": ["0000-00"]},
    {"role": ["nobody"], "by": ["nothing"], "drill": ["team", "area", "area"], "flag": ["?"]},
    {"area": [HOSTILE, "Redditch"], "team": [HOSTILE], HOSTILE: [HOSTILE], "source": ["nowhere"]},
    {"area": ["Redditch"], "drill": ["area"], "by": ["crime_group"]},
    {"by": ["month"], "from": ["2019-01"], "to": ["2019-01"]},
    {"by": ["role"]},
    {"step": ["week"], "basis": ["settled"], "chart": ["p_prime"], "event": [HOSTILE]},
    {"against": ["units"], "by": ["area"], "unit": ["Worcester"], "other": ["Wychavon"], "split": ["team"]},
    {"against": ["year"], "from": ["2021-03"], "to": ["2021-04"], "split": ["area"], "reach": ["100"], "goal": ["1"]},
    {"by": ["team"], "rates": ["raw"], "limits": ["chance"], "reach": ["²"], "split": [HOSTILE], "other": [HOSTILE]},
    {"by": ["month"], "measure": ["validity"], "drill": ["area"], "area": ["Worcester"]},
    {"answer": [HOSTILE], "characteristic": ["ethnicity_observed"]},
    {"answer": ["Black"], "characteristic": ["gender_reassignment"]},
]


@pytest.fixture(autouse=True)
def _checked(sample_store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EQUALITY_STORE", str(sample_store))
    # The dashboard leaves the checks of its charts out, because they are slow; here they are on.
    monkeypatch.setattr(palette, "CHECKED", True)
    settings.cache_clear()
    st.cache_resource.clear()
    yield
    settings.cache_clear()
    st.cache_resource.clear()


def opened(page: str, params: dict[str, list[str]]) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, values in params.items():
        test.query_params[name] = values
    test.run()
    return test if page == "overview" else test.switch_page(f"pages/{page}.py").run()


def words(test: AppTest) -> str:
    return " ".join(element.value for element in [*test.markdown, *test.caption, *test.header])


@pytest.mark.parametrize("params", LINKS, ids=range(len(LINKS)))
@pytest.mark.parametrize("source", ["stop_and_search", "athena"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_answers_any_link(page: str, source: str, params: dict[str, list[str]]) -> None:
    test = opened(page, {"source": [source], **params})
    assert not test.exception
    assert test.title[0].value == PAGES[page]
    charts = test.get("vega_lite_chart")
    assert len(charts) >= CHARTS.get(page, 0)
    assert all(chart.proto.alt for chart in charts)
    synthetic = source == "athena" and "source" not in params
    assert synthetic == ("ynthetic" in words(test))
    assert all(synthetic == ("Synthetic data" in chart.proto.spec) for chart in charts)


@pytest.mark.parametrize("page", PAGES)
def test_what_a_link_asks_in_vain_is_said(page: str) -> None:
    test = opened(page, {"area": ["Atlantis"], "measure": ["x"]})
    assert len(test.warning) == 2
    assert not opened(page, {"area": ["Redditch"]}).warning


def test_the_source_line_states_what_the_numbers_are_of() -> None:
    line = opened("overview", {}).caption[-1].value
    for part in ("Stop and search", "Extract of", "Period: Jun 2020 – May 2021", "Denominator", "not official", "Open"):
        assert part in line


def test_a_measure_other_than_known_has_no_target_and_no_national_figure() -> None:
    test = opened("overview", {"source": ["athena"], "measure": ["populated"]})
    assert not any("England and Wales" in element.proto.body for element in test.get("html"))


def test_a_filter_narrows_the_counts(sample_store: Path) -> None:
    test = opened("overview", {})
    test.multiselect(key="filter-area").select("Redditch").run()
    assert not test.exception
    registry = Registry(sample_store)
    snapshot = registry.latest("stop_and_search")
    assert snapshot is not None
    selection = Selection(
        (shift_month(snapshot.months[1], -11), snapshot.months[1]),
        {"role": ("person_searched",), "area": ("Redditch",)},
    )
    row = slice_counts(registry.counts(snapshot), characteristics=["ethnicity"], selection=selection)
    assert f"{row['applicable'][0]:,} people" in words(test).replace("\\", "")
    assert "filter-team" not in {element.key for element in test.multiselect}


@pytest.mark.parametrize("page", PAGES)
def test_a_selection_of_nobody_says_so(page: str) -> None:
    nobody = {"area": ["Redditch"], "crime_group": ["Crossbows"], "from": ["2019-01"], "to": ["2019-01"]}
    test = opened(page, nobody)
    assert not test.exception
    assert "Too few to say" in test.header[0].value


def test_an_empty_store_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EQUALITY_STORE", str(tmp_path))
    settings.cache_clear()
    test = opened("overview", {})
    assert not test.exception
    assert test.title[0].value == "No data yet"
    assert "Load an export of your own" in {element.proto.label for element in test.get("page_link")}


def test_a_page_that_is_the_main_script_does_not_start_again_for_ever() -> None:
    test = AppTest.from_file(str(ROOT / "pages" / "gaps.py"), default_timeout=60).run()
    assert test.title[0].value == PAGES["gaps"]


def test_pages_do_not_import_great_expectations_nor_change_frames_through_pandas() -> None:
    program = (
        "import sys, runpy\n"
        "from dashboard import drill, filters, frames, loading, mapping, shell, show, snapshot_page\n"
        "from equality.charts import district_map, matrix, row_panels, rows\n"
        "assert 'great_expectations' not in sys.modules, 'great_expectations'\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, timeout=60)
    for script in [*(ROOT / "pages").glob("*.py"), *(ROOT / "dashboard").glob("*.py"), ROOT / "app.py"]:
        source = script.read_text(encoding="utf-8")
        assert "to_pandas" not in source
        assert "great_expectations" not in source


@pytest.mark.parametrize("page", navigation.PAGES)
def test_pages_stay_short(page: str) -> None:
    assert len((ROOT / "pages" / f"{page}.py").read_text(encoding="utf-8").splitlines()) <= 120


def put(registry: Registry, snapshot: Snapshot, write: Callable[[Path], None]) -> None:
    """Make a snapshot visible as a load does."""
    with registry.writing(snapshot.source, [], lambda: None, lambda: False) as writing:
        write(writing.folder(snapshot.id))
        writing.commit([snapshot])


def made_up_store(folder: Path) -> None:
    def write(place: Path) -> None:
        made_up_counts().write_parquet(place / "counts.parquet")
        labels = {"field": ["ethnicity"], "label": ["*odd* <i>label</i>"], "records": [7]}
        pl.DataFrame(labels).write_parquet(place / "unmapped.parquet")
        (place / "validation.json").write_text("{}", encoding="utf-8")

    put(Registry(folder), made_up_snapshot(), write)


def test_markup_in_labels_of_the_data_stays_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_up_store(tmp_path / "store")
    monkeypatch.setenv("EQUALITY_STORE", str(tmp_path / "store"))
    settings.cache_clear()
    label = "<b>Team</b> *3*"
    test = opened("gaps", {"team": [label], "drill": ["team"], "by": ["channel"]})
    assert not test.exception
    escaped = r"\<b\>Team\<\/b\> \*3\*"
    assert escaped in {button.label for button in test.button}
    assert label not in words(test)
    overview = opened("overview", {})
    assert not overview.exception
    assert not any(label in element.proto.label for element in overview.get("page_link"))


def test_counts_are_read_once_and_a_new_snapshot_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_up_store(tmp_path / "store")
    monkeypatch.setenv("EQUALITY_STORE", str(tmp_path / "store"))
    settings.cache_clear()
    opened("overview", {})
    read = []
    counts = Registry.counts
    monkeypatch.setattr(Registry, "counts", lambda self, snapshot: read.append(snapshot.id) or counts(self, snapshot))
    opened("overview", {"area": ["Redditch"]})
    assert read == []
    newer = replace(made_up_snapshot(), id="double-2", extract_date=date(2026, 8, 1))
    files = {name: (tmp_path / "store" / "snapshots" / "double-1" / name).read_bytes() for name in FILES}

    def write(place: Path) -> None:
        for name, content in files.items():
            (place / name).write_bytes(content)

    put(Registry(tmp_path / "store"), newer, write)
    assert "1 August 2026" in opened("overview", {}).caption[-1].value
    assert read == ["double-2"]
