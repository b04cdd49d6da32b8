"""The mapping assistant as a person meets it: an unknown file becomes a profile, and its counts are the file's."""

from __future__ import annotations

import csv
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from driving import Server, assert_accessible, drawn
from playwright.sync_api import Page, expect
from typer.testing import CliRunner

from equality.cli import app
from equality.measures.counts import slice_counts
from equality.settings import settings
from equality.store.registry import Registry

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
HEADINGS = ["Incident No", "Logged", "Part played", "Nominal name", "Ethnic origin (self)", "Officer view", "Gender",
            "Faith", "Free text"]  # fmt: skip
COLUMNS = {
    "Incident No": "Crime reference",
    "Part played": "Role in the crime",
    "Ethnic origin (self)": "Ethnicity (self-defined)",
    "Officer view": "Ethnicity (officer-observed)",
}
LABELS = {
    "Blamed person": "Suspects (suspect)",
    "Wmn": "Female (F)",
    "Bloke": "Male (M)",
    "Jedi": "Any other religion or belief (OTH)",
    "Brit Pak": "Pakistani (A2)",
    "IC3": "Leave as it is: unrecognised, counts as invalid",
    "Martian": "Leave as it is: unrecognised, counts as invalid",
}
STATES = ("valid", "declined", "not_stated", "unknown", "invalid", "blank", "not_applicable")
MEANT = {
    "Ethnic origin (self)": {"White British": "valid", "Indian": "valid", "Brit Pak": "valid",
                             "Not stated": "not_stated", "IC3": "invalid", "Martian": "invalid", "": "blank"},
    "Gender": {"Wmn": "valid", "Bloke": "valid", "Female": "valid", "Male": "valid", "": "blank"},
    "Faith": {"None": "valid", "Muslim": "valid", "Jedi": "valid", "": "blank"},
    "Officer view": {"IC1": "valid", "IC3": "valid", "IC9": "unknown", "": "blank"},
}  # fmt: skip
PLAYED = {"Aggrieved": "victim", "VICT": "victim", "Blamed person": "suspect", "Witness": "witness"}
WEIGHTS = {"IC3": 1, "Martian": 2}


@pytest.fixture
def odd_export(tmp_path: Path) -> Path:
    """An export that no profile knows: odd headings and labels."""
    rng = random.Random(20260)

    def some(heading: str) -> str:
        labels = list(MEANT[heading])
        rare = WEIGHTS if heading.startswith("Ethnic") else {}
        return rng.choices(labels, [rare.get(label, 20) for label in labels])[0]

    path = tmp_path / "odd-force-2026.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADINGS)
        for n in range(600):
            out.writerow(
                [f"22/{n}/26", f"{rng.randint(1, 28):02d}.{rng.randint(1, 9):02d}.2026", rng.choice(list(PLAYED)),
                 f"Person {n}", some("Ethnic origin (self)"), some("Officer view"), some("Gender"), some("Faith"),
                 f"seen {n} by the bus stop"]
            )  # fmt: skip
    return path


@pytest.fixture
def own_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server with an empty store and no own profiles yet."""
    monkeypatch.setenv("EQUALITY_PROFILES", str(tmp_path / "own"))
    settings.cache_clear()
    started = Server(tmp_path / "store", tmp_path / "server.log").wait()
    yield started
    started.stop()
    settings.cache_clear()


def drafted(page: Page, export: Path) -> None:
    page.locator("input[type=file]").set_input_files(export)
    page.get_by_role("heading", level=2).wait_for()
    drawn(page)


def choose(page: Page, name: str | re.Pattern[str], option: str) -> None:
    box = page.get_by_role("combobox", name=name)
    box.click()
    box.fill(option.split(" (", maxsplit=1)[0])
    page.get_by_role("option", name=option, exact=True).click()
    drawn(page)


def settle(page: Page) -> None:
    for heading, becomes in COLUMNS.items():
        choose(page, re.compile("Column to change"), heading)
        choose(page, re.compile("It becomes"), becomes)
    for label, meaning in LABELS.items():
        choose(page, re.compile(f"“{label}” in"), meaning)
    # The only column of dates was taken for the date of recording: right as it is.
    page.get_by_text("is taken for the date of recording").click()
    drawn(page)


def test_an_unknown_export_becomes_a_profile_and_its_counts_are_those_of_the_file(
    own_server: Server, visit: Visit, odd_export: Path, tmp_path: Path
) -> None:
    page = visit(f"{own_server.address}/mapping")
    drafted(page, odd_export)
    headline = page.get_by_role("heading", level=2)
    assert headline.inner_text().startswith("3 of 9 columns recognised; ")
    settle(page)
    expect(headline).to_have_text("7 of 9 columns recognised; nothing is open")
    shown = page.locator("[data-testid=stMain]").inner_text()
    assert "Person 1" not in shown
    assert "bus stop" not in shown
    page.get_by_role("button", name="Save profile").click()
    drawn(page)
    expect(page.get_by_text("Saved as odd-force-2026")).to_be_visible()

    loaded = CliRunner().invoke(
        app, ["load", str(odd_export), "--profile", "odd-force-2026", "--store", str(tmp_path / "store")]
    )
    assert loaded.exit_code == 0, loaded.stderr
    with odd_export.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    registry = Registry(tmp_path / "store")
    snapshot = registry.latest("odd_force_2026")
    assert snapshot is not None
    assert (snapshot.rows_in, snapshot.rejected) == (len(rows), 0)
    names = {"Ethnic origin (self)": "ethnicity", "Gender": "sex", "Faith": "religion",
             "Officer view": "ethnicity_observed"}  # fmt: skip
    for heading, name in names.items():
        found = slice_counts(registry.counts(snapshot), by=["role"], characteristics=[name])
        counted = {(r["role"], s): r[s] for r in found.iter_rows(named=True) for s in STATES if r[s]}
        assert counted == Counter((PLAYED[row["Part played"]], MEANT[heading][row[heading]]) for row in rows)


def test_the_keyboard_alone_settles_a_column(own_server: Server, visit: Visit, odd_export: Path) -> None:
    page = visit(f"{own_server.address}/mapping")
    drafted(page, odd_export)
    for name, typed in (("Column to change", "Officer view"), ("It becomes", "officer-observed")):
        page.get_by_role("combobox", name=re.compile(name)).focus()
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        drawn(page)
    assert page.get_by_role("heading", level=2).inner_text().startswith("4 of 9 columns recognised; ")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1440, 400])
def test_axe_finds_nothing_serious_on_a_drafted_file(
    own_server: Server, visit: Visit, odd_export: Path, dark: bool, width: int
) -> None:
    page = visit(f"{own_server.address}/mapping", width=width, dark=dark)
    drafted(page, odd_export)
    choose(page, re.compile("Column to change"), "Officer view")
    choose(page, re.compile("It becomes"), "Ethnicity (officer-observed)")
    choose(page, re.compile("“Jedi” in"), "Any other religion or belief (OTH)")
    page.wait_for_timeout(500)
    assert_accessible(page)
