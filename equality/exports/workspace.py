"""Temporary files of one reading: private to the user, gone when nothing refers to them any more.

What a killed process leaves, the next load removes (`clear`).
"""

from __future__ import annotations

import functools
import shutil
import tempfile
import weakref
from pathlib import Path

from equality.store.private import PrivateFolders


@functools.cache
def _folders(root: Path) -> PrivateFolders:
    return PrivateFolders(root, "equality-")


def clear() -> None:
    """Remove the temporary files of processes that are gone."""
    _folders(Path(tempfile.gettempdir())).clear()


class Workspace:
    """A private temporary folder that is removed when this object is collected, or when the process ends.

    Exports hold records of people: the folder is readable by its owner alone. `TMPDIR` says where it is made.
    """

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._made = 0

    def file(self, suffix: str) -> Path:
        """A path for a new file. Its name never comes from an export."""
        if self._folder is None:
            self._folder = _folders(Path(tempfile.gettempdir())).new()
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._made += 1
        return self._folder / f"{self._made}{suffix}"
