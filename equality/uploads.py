"""Files that a page was given: on the disk in private folders of the store, for as long as a page or a load needs them.

What a killed process leaves, the next one removes when it starts.
"""

from __future__ import annotations

import re
import shutil
import threading
import weakref
from pathlib import Path
from typing import IO

from equality.errors import ExportError
from equality.store.private import PrivateFolders

_FOLDER = ".uploads"
UNUSED = 3600.0
"""Seconds for which files wait to be loaded, from the last time that their page was drawn."""


class Uploads:
    """The uploads of this process."""

    def __init__(self, store: Path) -> None:
        """Remove the uploads of processes that are gone.

        Args:
            store: the store's folder; nothing is made in it before the first upload.
        """
        self._folders = PrivateFolders(store.resolve() / _FOLDER)
        self._folders.clear()

    def batch(self) -> Batch:
        """A new private folder for the files of one load."""
        return Batch(self._folders.new())

    def close(self) -> None:
        """Remove everything of this process."""
        self._folders.close()


class Batch:
    """The uploaded files of one load or page. They are gone when nothing refers to this object any more, and after
    `UNUSED` seconds if no load has taken them: a server may remember a session long after its browser has gone.

    Attributes:
        folder: readable by its owner alone.
        files: in the order in which they were added.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: list[Path] = []
        self._remove = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._limit = self._limited()

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

    def renew(self) -> bool:
        """Somebody looks at a page that shows the files: the time begins anew; returns whether they are still there."""
        self._limit.cancel()
        self._limit = self._limited()
        return self.folder.exists()

    def keep(self) -> None:
        """Keep the files for as long as a load takes."""
        self._limit.cancel()

    def remove(self) -> None:
        """Remove the files now."""
        self._limit.cancel()
        self._remove()

    def _limited(self) -> threading.Timer:
        limit = threading.Timer(UNUSED, self._remove)
        limit.daemon = True
        limit.start()
        return limit


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
