"""The rooms and who may enter which, as docs/architecture.md draws them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from equality.measures.counts import RATE_TITLES, RATES
from equality.measures.dimensions import DIMENSIONS
from equality.measures.states import STATE_TITLES, STATES
from equality.settings import ROOT, Settings

# room → top-level rooms it may import, in the order of the arrows
MAY_IMPORT = {
    "gx_polars": set(),
    "equality.store": {"equality.errors", "equality.settings"},
    "equality.measures": {"gx_polars", "equality.errors", "equality.analysis.proportions"},
    "equality.choices": {"equality.errors", "equality.measures", "equality.settings", "equality.store"},
    "equality.protection": {
        "equality.choices",
        "equality.errors",
        "equality.measures",
        "equality.settings",
        "equality.store",
    },
    "equality.exports": {
        "equality.choices",
        "equality.errors",
        "equality.mistakes",
        "equality.measures",
        "equality.protection",
        "equality.settings",
        "equality.store",
        "equality.worklist",
    },
    "equality.analysis": {"equality.measures"},
    "equality.charts": {"equality.analysis", "equality.measures"},
    "equality.reading": {
        "equality.analysis",
        "equality.measures",
        "equality.protection",
        "equality.store",
    },
    "equality.briefing": {
        "equality.analysis",
        "equality.charts",
        "equality.choices",
        "equality.errors",
        "equality.measures",
        "equality.mistakes",
        "equality.protection",
        "equality.reading",
        "equality.settings",
        "equality.spreadsheet",
        "equality.store",
    },
    "equality.worklist": {
        "equality.analysis",
        "equality.errors",
        "equality.measures",
        "equality.protection",
        "equality.settings",
        "equality.spreadsheet",
        "equality.store",
    },
    "equality.synthetic": set(),
}
OURS = ("gx_polars", "equality", "dashboard", "pages", "app")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module)
            # `from package import module` names the module too
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def files(room: str) -> list[Path]:
    return sorted((ROOT / room.replace(".", "/")).rglob("*.py"))


def within(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_imports_only_what_lies_below(room: str) -> None:
    assert files(room)
    allowed = MAY_IMPORT[room] | {room}
    for path in files(room):
        ours = {name for name in imports(path) if any(within(name, own) for own in OURS)}
        packages = {name for name in ours if any(within(place, name) for place in allowed)}
        strange = {name for name in ours - packages if not any(within(name, place) for place in allowed)}
        assert not strange, f"{path.relative_to(ROOT)} imports {strange}"


@pytest.mark.parametrize("room", ["equality", "gx_polars", "benchmarks"])
def test_the_core_knows_no_streamlit(room: str) -> None:
    for path in files(room):
        assert not {name for name in imports(path) if within(name, "streamlit")}, path


def test_definitions_name_every_state_rate_dimension_and_setting() -> None:
    definitions = (ROOT / "docs" / "definitions.md").read_text(encoding="utf-8")
    for word in (*STATES, *STATE_TITLES.values(), *RATE_TITLES.values(), *DIMENSIONS):
        assert word in definitions, word
    assert set(RATE_TITLES) == set(RATES)
    operating = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    for name in Settings.model_fields:
        assert f"`EQUALITY_{name.upper()}`" in operating


@pytest.mark.parametrize("page", ["README.md", *sorted(str(p.relative_to(ROOT)) for p in (ROOT / "docs").glob("*.md"))])
def test_links_in_the_docs_lead_somewhere(page: str) -> None:
    path = ROOT / page
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), f"{page} links to {target}"
