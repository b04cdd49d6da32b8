"""What one reading keeps for a while: temporary files, private to the user, and rows that are read several times.

All of it is gone when nothing refers to it any more. What a killed process leaves, the next load removes (`clear`).
"""

from __future__ import annotations

import functools
import shutil
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import polars as pl

from equality.store.private import PrivateFolders

_STAGED: Final[Any] = {"compression": "uncompressed", "statistics": False}
"""How rows are kept in a file: read a few times and thrown away, so quick rather than small; labels are a few bits in
Parquet anyway."""
_CELL: Final[Any] = {pl.String: 16, pl.Categorical: 4}
"""Bytes that a cell takes in memory, the letters of longer texts apart."""


@functools.cache
def _folders(root: Path) -> PrivateFolders:
    return PrivateFolders(root, "equality-")


def clear() -> None:
    """Remove the temporary files of processes that are gone."""
    _folders(Path(tempfile.gettempdir())).clear()


class Room:
    """How much memory the rows of several readings may take together."""

    def __init__(self, size: int) -> None:
        """So many bytes."""
        self._left = size

    def take(self, size: int) -> bool:
        """Whether there is room for so much more, which is then taken."""
        if size > self._left:
            return False
        self._left -= size
        return True

    def give_back(self, size: int) -> None:
        """Take less after all."""
        self._left += size


class Kept:
    """Rows that were read once: in memory, or in a temporary file."""

    def __init__(self, rows: pl.LazyFrame, text: int, height: int, room: Room, file: Callable[[], Path]) -> None:
        """Read them.

        Args:
            rows: what is read.
            text: bytes of the text that they come from.
            height: how many rows there are at most.
            room: where there is enough of it, they stay in memory.
            file: else gives the path for a Parquet file.
        """
        self._in_memory: pl.DataFrame | None = None
        self._path: Path | None = None
        # Rows of words take less than their text, rows of empty cells many times as much.
        cells = sum(_CELL.get(dtype.base_type(), 8) for dtype in rows.collect_schema().dtypes())
        self._size, self._room = max(text, height * cells), room
        if not room.take(self._size):
            self._path = file()
            rows.sink_parquet(self._path, **_STAGED)
            return
        try:
            self._in_memory = rows.collect(engine="streaming")
        except BaseException:
            room.give_back(self._size)
            raise

    def scan(self) -> pl.LazyFrame:
        """The rows.

        Raises:
            ValueError: if they have been dropped.
        """
        if self._in_memory is not None:
            return self._in_memory.lazy()
        if self._path is None:
            raise ValueError("these rows have been dropped")
        return pl.scan_parquet(self._path, glob=False)

    def drop(self) -> None:
        """Let go of the rows."""
        if self._in_memory is not None:
            self._room.give_back(self._size)
        if self._path is not None:
            self._path.unlink(missing_ok=True)
        self._in_memory = self._path = None


class Workspace:
    """A private temporary folder, and rows that are kept for several readings.

    Exports hold records of people: the folder is readable by its owner alone. `TMPDIR` says where it is made.
    """

    def __init__(self, room: Room | None = None) -> None:
        """Nothing is made before it is needed.

        Args:
            room: for rows in memory; None keeps all rows in files.
        """
        self._room = room or Room(0)
        self._folder: Path | None = None
        self._made = 0

    def file(self, suffix: str) -> Path:
        """A path for a new file. Its name never comes from an export."""
        if self._folder is None:
            self._folder = _folders(Path(tempfile.gettempdir())).new()
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._made += 1
        return self._folder / f"{self._made}{suffix}"

    def keep(self, rows: pl.LazyFrame, text: int, height: int) -> Kept:
        """Read rows once, so that they can be read again at little cost; `text` and `height` as for `Kept`."""
        return Kept(rows, text, height, self._room, functools.partial(self.file, ".parquet"))
