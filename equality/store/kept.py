"""Files made of a store's records, so that pages need not work them out again at every look.

They lie in a folder of the store that its owner alone can read, and go with the records: a purge removes all of them,
and what is asked for afterwards is made of what is left. Nobody misses one that is gone.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from equality.errors import StoreError
from equality.store.private import PrivateFolders

KEPT: Final = 4
"""Files of one store: a server shows few snapshots at a time."""
_FOLDER: Final = "kept"
_ONE_AT_A_TIME = threading.Lock()


def keep(store: Path, name: str, write: Callable[[Path], None], holds: Callable[[], bool]) -> Path:
    """The file of this name, made if it is not there.

    Args:
        store: the store's folder.
        name: a part for everything that the content depends on.
        write: writes the content to a new file.
        holds: whether what was written is still what the store holds: asked once it is there, so that a purge
            meanwhile leaves nothing behind.

    Raises:
        StoreError: if it cannot be written, or the store changed meanwhile.
    """
    folder = store / _FOLDER
    path = folder / f"{name}.parquet"
    with _ONE_AT_A_TIME:
        if not path.exists():
            try:
                _make(folder, path, write)
            except OSError as error:
                raise StoreError(
                    f"{folder}: cannot be written ({error.strerror}), so no records are listed."
                ) from error
            if not holds():
                path.unlink(missing_ok=True)
                raise StoreError("The store's records have changed just now; ask again.")
        _sweep(folder, path)
    return path


def forget(store: Path) -> None:
    """Remove every file that was made of the store's records."""
    for path in (store / _FOLDER).glob("*.parquet"):
        path.unlink(missing_ok=True)


def _make(folder: Path, path: Path, write: Callable[[Path], None]) -> None:
    private = PrivateFolders(folder)
    private.clear()
    try:
        made = private.new() / path.name
        # Made before it is filled: what Polars creates itself may be read by others until its mode is changed.
        os.close(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        write(made)
        made.replace(path)
    finally:
        private.close()


def _sweep(folder: Path, used: Path) -> None:
    """Remove the files that nobody has asked for longest."""
    try:
        os.utime(used)
        files = sorted(folder.glob("*.parquet"), key=lambda path: path.stat().st_mtime, reverse=True)
    except OSError:
        return  # another process has removed one of them
    for path in files[KEPT:]:
        path.unlink(missing_ok=True)
