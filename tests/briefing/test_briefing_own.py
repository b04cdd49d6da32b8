"""A force's own presets: written, read back, replaced and deleted; composed on the page."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from equality.briefing import own
from equality.briefing.keep import kept
from equality.briefing.preset import TOPIC_TITLES, Preset, PresetError, parse, presets, written
from equality.cli import app as cli
from equality.measures.catalogue import characteristics
from equality.settings import ROOT, settings
from equality.store.registry import Registry


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the force's own presets."""
    monkeypatch.setenv("EQUALITY_BRIEFINGS", str(tmp_path / "own"))
    settings.cache_clear()
    yield tmp_path / "own"
    settings.cache_clear()


words = some.text(some.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40)
names = list(characteristics())


@how(deadline=None)
@given(
    words,
    words,
    some.lists(some.sampled_from([t for t in TOPIC_TITLES if t != "focus"]), min_size=1, unique=True),
    some.integers(1, 120),
    some.lists(some.sampled_from(names), unique=True),
)
def test_what_is_written_is_read_back(title: str, about: str, topics: list[str], months: int, which: list[str]) -> None:
    preset = Preset.model_validate(
        {
            "title": title,
            "about": about,
            "topics": tuple(topics),
            "months": months,
            "characteristics": tuple(which),
            "classification": "OFFICIAL",
            "handling": about,
        }
    )
    assert parse(written(preset), "mine") == preset


def test_the_presets_of_the_project_are_written_and_read_back() -> None:
    for name, preset in presets().items():
        assert parse(written(preset), name) == preset


def test_mistakes_are_told_with_their_line() -> None:
    text = "title: x\ntopics: [summary, weather]\nmonths: 0\nclassification: O\nhandlin: h\n"
    with pytest.raises(PresetError) as refused:
        parse(text, "mine.yaml")
    said = str(refused.value)
    assert said.startswith("mine.yaml: ")
    assert "line 2: topics.1:" in said
    assert "line 3: months:" in said
    assert "line 5: handlin: is not known here; did you mean handling?" in said


def test_saved_once_replaced_only_if_asked_and_deleted(folder: Path) -> None:
    preset = presets()["psed-annual"]
    path = own.save(preset, "mine")
    assert path == folder / "mine.yaml"
    assert own.every()["mine"] == preset
    with pytest.raises(own.PresetExistsError, match="already"):
        own.save(preset, "mine")
    shorter = preset.model_copy(update={"months": 3})
    own.save(shorter, "mine", replace=True)
    assert own.every()["mine"].months == 3
    assert [p.name for p in folder.iterdir()] == ["mine.yaml"]
    own.delete("mine")
    assert "mine" not in own.every()
    with pytest.raises(PresetError, match="no own preset"):
        own.delete("mine")


@pytest.mark.parametrize("name", ["", "../mine", "Mine", "a/b", "pcc-monthly", "x" * 60, "-a"])
def test_a_name_is_a_name_and_not_the_projects(folder: Path, name: str) -> None:
    with pytest.raises(PresetError):
        own.save(presets()["psed-annual"], name)
    with pytest.raises(PresetError):
        own.delete(name)
    assert not folder.exists()


def test_one_that_is_not_sound_is_named_and_stops_nothing(folder: Path) -> None:
    own.save(presets()["psed-annual"], "mine")
    (folder / "broken.yaml").write_text("title: [", encoding="utf-8")
    found, wrong = own.own()
    assert list(found) == ["mine"]
    assert len(wrong) == 1
    assert "broken.yaml" in wrong[0]
    assert set(own.every()) == {*presets(), "mine"}


def test_the_command_takes_an_own_preset_and_a_file(folder: Path, sample_store: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(sample_store, store, ignore=shutil.ignore_patterns("synthetic"))
    small = presets()["psed-annual"].model_copy(update={"topics": ("recorded",), "title": "Ours"})
    own.save(small, "ours")
    other = tmp_path / "other.yaml"
    other.write_text(written(small), encoding="utf-8")
    for given_as, name in (("ours", "ours"), (str(other), "other")):
        arguments = ["briefing", "--source", "athena", "--store", str(store), "--preset", given_as]
        done = CliRunner().invoke(cli, [*arguments, "--out", str(tmp_path / f"{name}.csv.zip")])
        assert done.exit_code == 0, done.output
    assert {one.order.preset_name for one in kept(Registry(store))} == {"ours", "other"}
    assert all(one.order.preset == small for one in kept(Registry(store)))


@pytest.fixture
def page(folder: Path, sample_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    store = tmp_path / "store"
    shutil.copytree(sample_store, store, ignore=shutil.ignore_patterns("synthetic"))
    monkeypatch.setenv("EQUALITY_STORE", str(store))
    settings.cache_clear()
    st.cache_resource.clear()
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.run()
    app.query_params["source"] = "athena"
    app.query_params["preset"] = "psed-annual"
    app.switch_page("pages/briefing.py").run()
    assert not app.exception
    yield app
    st.cache_resource.clear()


def button(app: AppTest, label: str) -> None:
    next(b for b in app.button if b.label == label).click().run()
    assert not app.exception


def test_a_preset_is_composed_saved_and_deleted_on_the_page(page: AppTest, folder: Path, tmp_path: Path) -> None:
    key = "preset-psed-annual-"
    button(page, "Save this preset")
    assert "cannot be the name" in page.error[0].value
    page.text_input(key=f"{key}name").set_value("ours")
    page.text_area(key=f"{key}about").set_value("Our own\nmeeting")
    page.multiselect(key=f"{key}topics").set_value(["recorded"])
    page.number_input(key=f"{key}months").set_value(6)
    page.multiselect(key=f"{key}characteristics").set_value(["sex", "age"])
    button(page, "Save this preset")
    assert any("Saved as ours" in s.value for s in page.success)
    saved = own.every()["ours"]
    assert (saved.topics, saved.months, saved.characteristics) == (("recorded",), 6, ("sex", "age"))
    assert saved.about == "Our own meeting"
    page.selectbox(key="own-preset").set_value("ours").run()
    assert not page.exception
    assert any("Is it an answer" in h.value for h in page.subheader)
    button(page, "Delete this preset")
    assert "Tick the box" in page.error[0].value
    page.checkbox(key="preset-ours-delete-sure").check()
    button(page, "Delete this preset")
    assert not list(folder.iterdir())
    logged = CliRunner().invoke(cli, ["audit", "list", "--store", str(tmp_path / "store")])
    told = [json.loads(json.dumps(line)) for line in logged.output.splitlines() if "briefing preset" in line]
    assert len(told) >= 2, logged.output
