"""Orders, presets, the command, and briefings that are kept and made again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from briefing_ordering import ordered
from typer.testing import CliRunner

from equality.briefing.document import sentences
from equality.briefing.keep import files_of, find, keep, kept
from equality.briefing.order import FORMATS, carry_out
from equality.briefing.preset import PresetError, presets, read
from equality.cli import app
from equality.errors import StoreError
from equality.store.registry import Registry


@pytest.fixture
def own(sample_store: Path, tmp_path: Path) -> Registry:
    """A store of the test's own."""
    shutil.copytree(sample_store, tmp_path / "store", ignore=shutil.ignore_patterns("synthetic"))
    return Registry(tmp_path / "store")


def test_the_command_makes_keeps_and_makes_again(own: Registry, tmp_path: Path) -> None:
    runner, out = CliRunner(), tmp_path / "out"
    out.mkdir()
    arguments = ["briefing", "--source", "athena", "--period", "2026-09", "--store", str(own.store)]
    done = runner.invoke(app, [*arguments, "--out", str(out)])
    assert done.exit_code == 0, done.output
    (one,) = kept(own)
    names = {f"{one.order.identifier}.{ending}" for ending in FORMATS}
    assert {path.name for path in out.iterdir()} == names
    assert one.content("pdf") == (out / f"{one.order.identifier}.pdf").read_bytes()
    again = runner.invoke(app, ["briefing", "--again", one.order.identifier, "--store", str(own.store)])
    assert again.exit_code == 0, again.output
    assert "the same, word for word" in again.output
    listed = runner.invoke(app, ["briefing", "--list", "--store", str(own.store)])
    assert one.order.identifier in listed.output
    logged = runner.invoke(app, ["audit", "list", "--store", str(own.store)])
    assert one.order.identifier in logged.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--out", "x.docx"], "must end in"),
        (["--out", "x.pdf", "--period", "2031-01"], "choose a month in between"),
        (["--out", "x.pdf", "--period", "October"], "is not a month"),
        (["--out", "x.pdf", "--preset", "nothing"], "there is no preset nothing"),
        (["--out", "x.pdf", "--source", "nothing"], "has no source nothing"),
        (["--out", "x.pdf", "--flag", "nothing"], "unknown flag nothing"),
        ([], "say where"),
        (["--again", "nothing"], "keeps no briefing nothing"),
    ],
)
def test_mistakes_are_answered_and_leave_nothing(
    own: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["briefing", *arguments, "--store", str(own.store)])
    assert done.exit_code == 2, done.output
    assert says in " ".join(done.output.split())
    assert not kept(own)
    assert not list(tmp_path.glob("x.*"))


def test_an_earlier_briefing_is_compared_with_what_would_be_said_now(own: Registry) -> None:
    order = ordered(own, "psed-annual")
    made = carry_out(order, own)
    one = keep(own, order, made, {"pdf": b"%PDF"})
    assert one.said == sentences(made)
    assert find(own, order.identifier).order == order
    with pytest.raises(StoreError, match="cannot be kept"):
        keep(own, order, made, {})
    assert [path.name for path in one.folder.parent.iterdir()] == [order.identifier]


@pytest.mark.parametrize("areas", [("Nowhere",), ("Worcester",)])
def test_a_selection_of_nobody_or_few_is_written_without_a_number_that_says_too_much(
    registry: Registry, areas: tuple[str, ...]
) -> None:
    for preset in presets():
        order = ordered(registry, preset, where={"area": areas}, flags=("hate_transgender",))
        assert set(files_of(carry_out(order, registry))) == set(FORMATS)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title: x", "topics: is missing"),
        ("title: [", "is not readable YAML"),
        ("- 1", "must hold `title:`"),
        ("{title: x, topics: [summary], classification: O, handling: h, focus_on: height}", "no characteristic height"),
        ("{title: x, topics: [weather], classification: O, handling: h}", "topics.0"),
        ("{title: x, topics: [focus], classification: O, handling: h}", "go together"),
    ],
)
def test_a_preset_that_is_not_sound_says_where_and_why(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PresetError) as refused:
        read(path)
    assert says in str(refused.value)
    assert str(path) in str(refused.value)


def test_values_of_an_export_are_text_in_every_format(registry: Registry) -> None:
    hostile = "<b>=1+1</b> #strong[x] $a$ *y* \u202e"
    order = ordered(registry, "public-contact-weekly", made_by=hostile)
    files = files_of(carry_out(order, registry))
    assert "<b>=1" not in files["html"].decode()
