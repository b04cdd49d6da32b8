"""Rows that are read once and kept: in memory as far as there is room, else in files, and no longer than needed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from equality.exports import load as loading
from equality.exports.export_file import ExportFile
from equality.exports.profile import load_profile
from equality.exports.read import open_exports
from equality.exports.workspace import Room, Workspace
from equality.store.registry import Registry
from equality.synthetic import generate

ROWS = pl.LazyFrame({"a": [1, None, 3], "b": ["x", "", None]})
FILE_SIZE = 100


@pytest.fixture(scope="module")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    made = generate(tmp_path_factory.mktemp("extracts"), people=3000, months=24, until=date(2026, 6, 1))
    return made[-3:]


def in_files(workspace: Workspace) -> int:
    folder = workspace.file(".probe").parent
    return len(list(folder.glob("*.parquet")))


@pytest.mark.parametrize("size", [0, FILE_SIZE])
def test_rows_are_the_same_in_memory_and_in_a_file(size: int) -> None:
    workspace = Workspace(Room(size))
    kept = workspace.keep(ROWS, FILE_SIZE, 3)
    assert in_files(workspace) == (0 if size else 1)
    assert kept.scan().collect().equals(ROWS.collect())
    assert kept.scan().select(pl.col("a").sum()).collect(engine="streaming").item() == 4
    kept.drop()
    assert in_files(workspace) == 0
    with pytest.raises(ValueError, match="dropped"):
        kept.scan()


def test_room_is_shared_and_given_back() -> None:
    room = Room(2 * FILE_SIZE)
    one, other = Workspace(room), Workspace(room)
    first, _, third = one.keep(ROWS, FILE_SIZE, 3), other.keep(ROWS, FILE_SIZE, 3), other.keep(ROWS, FILE_SIZE, 3)
    assert (in_files(one), in_files(other)) == (0, 1)
    third.drop()
    first.drop()
    first.drop()
    one.keep(ROWS, FILE_SIZE, 3)
    one.keep(ROWS, FILE_SIZE, 3)
    assert in_files(one) == 1, "what a file took, or was dropped twice, is given back once"


def test_rows_that_cannot_be_read_take_no_room() -> None:
    room = Room(FILE_SIZE)
    with pytest.raises(pl.exceptions.PolarsError):
        Workspace(room).keep(ROWS.select(pl.col("b").cast(pl.Int64, strict=True)), FILE_SIZE, 3)
    assert room.take(FILE_SIZE)


def test_many_empty_cells_take_more_room_than_their_text() -> None:
    workspace = Workspace(Room(10_000))
    empty = pl.LazyFrame({f"c{n}": [None] * 100 for n in range(9)}, schema={f"c{n}": pl.String for n in range(9)})
    workspace.keep(empty, 1_000, 100)
    assert in_files(workspace) == 1
    workspace.keep(empty.cast(pl.Categorical), 1_000, 100)
    assert in_files(workspace) == 1


def test_a_load_has_the_same_counts_whether_its_rows_are_in_memory_or_in_files(
    tmp_path: Path, extracts: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / extracts[0].name
    lines = extracts[0].read_text(encoding="utf-8").splitlines()
    broken.write_text("\n".join([*lines[:9], "a,line,that,is,no,row", *lines[9:]]), encoding="utf-8")
    files = [broken, *extracts[1:]]
    profile = load_profile("athena")
    found = []
    for room in (0, files[0].stat().st_size + 1, 1 << 40):
        monkeypatch.setattr(loading, "_IN_MEMORY", room)
        store = tmp_path / str(room)
        loaded = loading.load(files, profile, store, accept_warnings=True)
        registry = Registry(store)
        found.append(
            [
                (
                    snapshot.files,
                    sorted(registry.counts(snapshot).collect().rows(), key=repr),
                    registry.extract(snapshot).collect().rows(),
                    registry.rejected(snapshot).collect().rows(),
                )
                for snapshot in loaded.snapshots
            ]
        )
    assert found[0] == found[1] == found[2]
    assert sum(file.rejected for snapshot in found[0] for file in snapshot[0]) == 1


def test_rows_are_let_go_before_they_are_counted(
    tmp_path: Path, extracts: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[ExportFile] = []

    def open_and_note(*given: object) -> list[ExportFile]:
        opened.extend(open_exports(*given))  # type: ignore[arg-type]
        return opened

    kept_at = {}

    def note(done: int, of: int, what: str) -> None:
        kept_at[what] = sum(is_kept(file) for file in opened)

    monkeypatch.setattr(loading, "open_files", open_and_note)
    loading.load(extracts, load_profile("athena"), tmp_path / "store", note, accept_warnings=True)
    measuring = [kept for what, kept in kept_at.items() if what.startswith("measuring")]
    assert measuring == list(range(len(extracts) - 1, -1, -1))


def is_kept(file: ExportFile) -> bool:
    try:
        file.scan()
    except ValueError:
        return False
    return True
