"""Files that a page was given: on the disk in private folders of the store, for as long as a load needs them.

Every process has a folder in `.uploads` and holds a lock on it. A process that died holds none: the next one that
starts removes what it left.
"""

from __future__ import annotations

import re
import secrets
import shutil
import threading
import weakref
from pathlib import Path
from typing import IO

from filelock import FileLock, Timeout

from equality.errors import ExportError

_FOLDER = ".uploads"
UNUSED = 3600.0
"""Seconds for which files wait to be loaded."""


class Uploads:
    """The uploads of this process."""

    def __init__(self, store: Path) -> None:
        """Claim a folder in a store, and remove those of processes that are gone.

        Args:
            store: the store's folder; nothing is made in it before the first upload.
        """
        self._root = store.resolve() / _FOLDER
        self._name = secrets.token_hex(8)
        # Of the process: every run of a page has a thread of its own.
        self._lock = FileLock(self._root / f"{self._name}.lock", thread_local=False)
        self._claiming = threading.Lock()
        self._clear()

    def batch(self) -> Batch:
        """A new private folder for the files of one load."""
        with self._claiming:
            if not self._lock.is_locked:
                self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
                # Locked before there is a folder: another process that starts now must not take it for a leftover.
                self._lock.acquire(timeout=0)
        folder = self._root / self._name / secrets.token_hex(8)
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700)
        return Batch(folder)

    def close(self) -> None:
        """Remove everything of this process."""
        shutil.rmtree(self._root / self._name, ignore_errors=True)
        self._lock.release()

    def _clear(self) -> None:
        if not self._root.is_dir():
            return
        names = {path.name.removesuffix(".lock") for path in self._root.iterdir()}
        for name in names:
            lock = FileLock(self._root / f"{name}.lock")
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue  # its process is alive
            shutil.rmtree(self._root / name, ignore_errors=True)
            lock.release()
            (self._root / f"{name}.lock").unlink(missing_ok=True)


class Batch:
    """The uploaded files of one load. They are gone when nothing refers to this object any more, and after `UNUSED`
    seconds if no load has taken them: a server may remember a session long after its browser has gone.

    Attributes:
        folder: readable by its owner alone.
        files: in the order in which they were added.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: list[Path] = []
        self._remove = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._limit = threading.Timer(UNUSED, self._remove)
        self._limit.daemon = True
        self._limit.start()

    def add(self, name: str, content: IO[bytes]) -> Path:
        """Write one file.

        Args:
            name: what the user's computer calls it: kept, because profiles read dates from it.
            content: its bytes.

        Raises:
            ExportError: if the name is none.
        """
        # Two files may have one name: each has a folder of its own.
        place = self.folder / str(len(self.files) + 1)
        place.mkdir(mode=0o700)
        path = place / plain_name(name)
        with path.open("xb") as file:
            shutil.copyfileobj(content, file)
        path.chmod(0o600)
        self.files.append(path)
        return path

    def keep(self) -> None:
        """Keep the files for as long as a load takes."""
        self._limit.cancel()

    def remove(self) -> None:
        """Remove the files now."""
        self._limit.cancel()
        self._remove()


def plain_name(name: str) -> str:
    """A file's name without folders.

    Raises:
        ExportError: if nothing is left, or no file can have that name.
    """
    last = re.split(r"[/\\]", name)[-1]
    if not last.strip(". ") or not last.isprintable() or len(last.encode()) > 255:
        raise ExportError(f"{last[:80]!r} is no name for a file; rename it and choose it again.")
    return last


def shown(message: str, store: Path) -> str:
    """A message about an uploaded file, without the private folder that it is in."""
    root = re.escape(str(store.resolve() / _FOLDER))
    return re.sub(root + r"[/\\][0-9a-f]+[/\\][0-9a-f]+[/\\]\d+[/\\]", "", message)
