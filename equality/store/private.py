"""Private folders of a process: exports hold records of people, and a process that is killed cannot clean up.

Every process has one folder in a root, and holds a lock on the file beside it. The operating system frees the lock when
the process ends, however it ends; whoever looks next removes what has no holder. A lock is surer than a process
number, which another process may have by then, or have in another container.
"""

from __future__ import annotations

import atexit
import os
import re
import secrets
import shutil
import stat
import threading
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

_TOKEN = re.compile(r"[0-9a-f]{16}\.lock")


class PrivateFolders:
    """Folders of this process, readable by their owner alone."""

    def __init__(self, root: Path, prefix: str = "") -> None:
        """Name the root; nothing is made before the first folder.

        Args:
            root: the folder in which every process has one; may be shared with others, like the system's for
                temporary files.
            prefix: begins the names that are ours.
        """
        self._root, self._prefix = root, prefix
        self._claiming = threading.Lock()
        self._own: Path | None = None
        self._lock: FileLock | None = None
        self._process = 0

    def new(self) -> Path:
        """A new folder."""
        with self._claiming:
            own = self._own if self._own and self._process == os.getpid() else self._claim()
            folder = own / secrets.token_hex(8)
            folder.mkdir(mode=0o700)
        return folder

    def close(self) -> None:
        """Remove every folder of this process."""
        with self._claiming:
            if self._own and self._lock and self._process == os.getpid():
                _remove(self._own)
                self._lock.release()
            self._own = self._lock = None

    def clear(self) -> None:
        """Remove what processes that are gone have left; never what is another user's, or was not made here."""
        if not self._root.is_dir():
            return
        for path in self._root.glob(f"{self._prefix}*.lock"):
            if _TOKEN.fullmatch(path.name.removeprefix(self._prefix)) and _is_ours(path, stat.S_ISREG):
                self._clear(path)

    def _claim(self) -> Path:
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            name = f"{self._prefix}{secrets.token_hex(8)}"
            # Of the process, not of a thread: every run of a page has a thread of its own.
            lock = FileLock(self._root / f"{name}.lock", thread_local=False)
            # Locked before there is a folder: another process that looks now must not take it for a leftover.
            lock.acquire(timeout=60)
            if (self._root / f"{name}.lock").exists():
                break
            lock.release()  # the other looked before it was locked, and has removed it
        self._own, self._lock, self._process = self._root / name, lock, os.getpid()
        self._own.mkdir(mode=0o700)
        atexit.register(self.close)
        return self._own

    def _clear(self, path: Path) -> None:
        lock = FileLock(path, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            return  # its process is alive
        folder = path.with_suffix("")
        if not folder.exists() or _is_ours(folder, stat.S_ISDIR):
            _remove(folder)
        lock.release()


def _remove(folder: Path) -> None:
    """Remove a process's folder, then the lock beside it, which the caller holds."""
    shutil.rmtree(folder, ignore_errors=True)
    if not folder.exists():
        folder.with_name(f"{folder.name}.lock").unlink(missing_ok=True)


def _is_ours(path: Path, kind: Callable[[int], bool]) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    return kind(found.st_mode) and (not hasattr(os, "getuid") or found.st_uid == os.getuid())
