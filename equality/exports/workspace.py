"""Temporary files of one reading: private to the user, gone when nothing refers to them any more."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path


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
            self._folder = Path(tempfile.mkdtemp(prefix="equality-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._made += 1
        return self._folder / f"{self._made}{suffix}"
