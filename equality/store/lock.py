"""One writer at a time: loads and purges queue, and a lock dies with the process that holds it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock, Timeout

from equality.errors import LoadCancelledError
from equality.store.database import Database

_PAUSE = 0.2
_LOADING = 0x657175616D


@contextmanager
def alone(
    store: Path, database: Database, waiting: Callable[[], None], cancelled: Callable[[], bool]
) -> Iterator[None]:
    """Hold the store for writing.

    Args:
        store: the store's folder, which exists.
        database: its registry.
        waiting: called once if another process or thread is writing.
        cancelled: asked while waiting.

    Raises:
        LoadCancelledError: if cancelled while waiting.
    """
    with ExitStack() as held:
        # The operating system frees a file lock when its process ends, however it ends. On PostgreSQL several
        # servers may share the registry, and not every network file system locks: the server's lock comes on top.
        file = FileLock(store / ".loading.lock")
        attempts = [lambda: _try_file(file, held)]
        if database.is_postgresql:
            attempts.append(lambda: _try_server(database, held))
        told = False
        for attempt in attempts:
            while not attempt():
                if cancelled():
                    raise LoadCancelledError("Cancelled while waiting for another load; nothing was changed.")
                if not told:
                    waiting()
                    told = True
                time.sleep(_PAUSE)
        yield


def _try_file(file: FileLock, held: ExitStack) -> bool:
    try:
        file.acquire(timeout=0)
    except Timeout:
        return False
    held.callback(file.release)
    return True


def _try_server(database: Database, held: ExitStack) -> bool:
    # A connection of its own: closing it ends the session, and the session's end frees the lock.
    engine = sa.create_engine(database.engine.url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    connection = engine.connect()
    if connection.execute(sa.select(sa.func.pg_try_advisory_lock(_LOADING))).scalar():
        held.callback(connection.close)
        return True
    connection.close()
    return False
