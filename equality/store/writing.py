"""Adding to a store: everything that one load writes becomes visible in one transaction, or not at all.

While a load runs, its files are in folders whose names begin with a dot and end in `.loading`, and the history has
a row `running`. Committing writes the files through to the disk, notes in the history which snapshots are to come,
gives the folders their names, and inserts the rows. Whatever a process that dies leaves behind is named by the
history or by its folder's name, and the next load removes it; nothing else is ever removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from equality.errors import EqualityError, LoadCancelledError, WarningsNotAcceptedError
from equality.store import tables
from equality.store.database import Database
from equality.store.files import remove, remove_records, settle, sync
from equality.store.lock import alone
from equality.store.snapshot import Snapshot

FACTS = (
    "title",
    "synthetic",
    "months",
    "headline_role",
    "characteristics",
    "dimensions",
    "flags",
    "attribution",
    "columns_used",
    "columns_ignored",
    "warnings",
    "blank",
    "unmapped_shares",
    "tables",
)
"""What of a snapshot the registry keeps as JSON."""


class Writing:
    """What one load writes."""

    def __init__(self, store: Path, database: Database, load_id: str) -> None:
        self._snapshots = store / "snapshots"
        self._database = database
        self.load_id = load_id
        self.scratch = self._unfinished(f"load-{load_id}")
        self.scratch.mkdir(parents=True)

    def folder(self, snapshot_id: str) -> Path:
        """Where the files of a snapshot-to-be are written."""
        folder = self._unfinished(snapshot_id)
        folder.mkdir(exist_ok=True)
        return folder

    def commit(self, snapshots: Sequence[Snapshot], counted: Sequence[Mapping[str, Any]] = ()) -> None:
        """Make the snapshots visible, all at once.

        Args:
            snapshots: whose files are written.
            counted: rows of `worklist_counts` that these snapshots allow, to become visible with them.
        """
        engine = self._database.engine
        for snapshot in snapshots:
            settle(self.folder(snapshot.id))
        # Before any folder gets its name: should this process die now, the next load knows what to remove.
        with engine.begin() as connection:
            connection.execute(self._row().values(snapshots=[s.id for s in snapshots]))
        for snapshot in snapshots:
            self.folder(snapshot.id).rename(self._snapshots / snapshot.id)
        sync(self._snapshots)
        sync(self._snapshots.parent)
        now = _now()
        with engine.begin() as connection:
            connection.execute(tables.snapshots.insert(), [_row_of(s, self.load_id, now) for s in snapshots])
            files = [{"snapshot_id": s.id, **vars(file)} for s in snapshots for file in s.files]
            connection.execute(tables.files.insert(), files)
            if counted:
                connection.execute(tables.worklist_counts.insert(), list(counted))
            connection.execute(self._row().values(outcome="loaded", ended_at=now))

    def _row(self) -> sa.Update:
        return tables.loads.update().where(tables.loads.c.id == self.load_id)

    def _unfinished(self, name: str) -> Path:
        return self._snapshots / f".{name}.loading"


@contextmanager
def writing(
    store: Path,
    database: Database,
    source: str,
    files: Sequence[str],
    waiting: Callable[[], None],
    cancelled: Callable[[], bool],
) -> Iterator[Writing]:
    """Hold the store for one load; leave nothing of it unless it commits.

    Args:
        store: the store's folder; made if need be.
        database: its registry; made or migrated if need be.
        source: the source that is loaded, for the history.
        files: names of the files, for the history.
        waiting: called once if another load has to end first.
        cancelled: asked while waiting.
    """
    store.mkdir(parents=True, exist_ok=True)
    database.migrate()
    with alone(store, database, waiting, cancelled):
        clear_leftovers(store, database)
        load_id = note(database, source, files, "running")
        try:
            yield Writing(store, database, load_id)
        except BaseException as error:
            _end(database, load_id, error)
            raise
        finally:
            clear_leftovers(store, database)


def tidy(store: Path, database: Database) -> bool:
    """Remove what dead loads left without waiting for the next one; returns False while one is alive."""
    if not database.exists():
        return True
    try:
        with alone(store, database, lambda: None, lambda: True):
            clear_leftovers(store, database)
    except LoadCancelledError:
        return False
    return True


def note(database: Database, source: str, files: Sequence[str], outcome: str, message: str = "") -> str:
    """Add a row to the history of loads; returns its identifier."""
    now = _now()
    load_id = f"{now:%Y%m%dT%H%M%S%f}-{uuid4().hex[:8]}"
    ended = None if outcome == "running" else now
    with database.engine.begin() as connection:
        connection.execute(
            tables.loads.insert().values(
                id=load_id,
                source=source,
                started_at=now,
                ended_at=ended,
                outcome=outcome,
                files=list(files),
                snapshots=[],
                message=message,
            )
        )
    return load_id


def outcome_of(error: BaseException) -> tuple[str, str]:
    """How a load that ended with this error goes into the history, without any value of a record."""
    if isinstance(error, WarningsNotAcceptedError):
        return "unaccepted", str(error)
    if isinstance(error, LoadCancelledError | KeyboardInterrupt):
        return "cancelled", str(error) or "Cancelled; nothing was changed."
    if isinstance(error, EqualityError):
        return "refused", str(error)
    # The words of other errors may quote what they choked on.
    why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
    return "failed", f"The load failed ({why}); nothing was changed. Mend the cause, then load again."


def clear_leftovers(store: Path, database: Database) -> None:
    """Remove what loads that are over have left unfinished. The caller holds the store."""
    loads, snapshots = tables.loads, tables.snapshots
    with database.engine.connect() as connection:
        unfinished = connection.execute(
            sa.select(loads.c.snapshots).where(loads.c.outcome.not_in(["loaded"]))
        ).scalars()
        planned = {name for names in unfinished for name in names}
        visible = set(connection.execute(sa.select(snapshots.c.id).where(snapshots.c.id.in_(planned))).scalars())
        for name in planned - visible:
            remove(store / "snapshots" / name)
        for folder in (store / "snapshots").glob(".*.loading"):
            remove(folder)
        for name in connection.execute(sa.select(snapshots.c.id).where(snapshots.c.records_purged_at.is_not(None))):
            remove_records(store / "snapshots" / name.id)
    # A transaction of its own: on SQLite one that has read and then writes fails if another has written in between, as
    # those do that note a refusal or an audit entry without holding the store.
    with database.engine.begin() as connection:
        connection.execute(
            loads.update()
            .where(loads.c.outcome == "running")
            .values(
                outcome="interrupted",
                ended_at=_now(),
                snapshots=[],
                message="The process that loaded ended before the load did; nothing was changed. Load again.",
            )
        )


def _end(database: Database, load_id: str, error: BaseException) -> None:
    outcome, message = outcome_of(error)
    over = tables.loads.update().where(tables.loads.c.id == load_id, tables.loads.c.outcome == "running")
    with database.engine.begin() as connection:
        connection.execute(over.values(outcome=outcome, message=message, ended_at=_now()))


def _row_of(snapshot: Snapshot, load_id: str, now: datetime) -> dict[str, Any]:
    return {
        "id": snapshot.id,
        "source": snapshot.source,
        "extract_date": snapshot.extract_date,
        "loaded_at": now.replace(microsecond=0),
        "facts": {name: getattr(snapshot, name) for name in FACTS} | {"tables": [vars(t) for t in snapshot.tables]},
        "load_id": load_id,
    }


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
