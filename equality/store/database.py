"""The registry's database: SQLite in the store, or PostgreSQL by URL; migrated when it is opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock

from equality.errors import StoreError
from equality.store.tables import HEAD

_MIGRATIONS = Path(__file__).with_name("migrations")
_MIGRATING = 0x657175616C

_KNOWN = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", HEAD)


class Database:
    """A registry's database that may not exist yet."""

    def __init__(self, store: Path, url: str = "") -> None:
        """Name the database; nothing is opened.

        Args:
            store: the store's folder.
            url: a SQLAlchemy URL; empty for `registry.sqlite` in the store.

        Raises:
            StoreError: if the URL is none, or of a database that is not supported.
        """
        self._store = store
        self._file = store / "registry.sqlite"
        self._current = False
        try:
            parsed = sa.make_url(url or f"sqlite:///{self._file}")
        except sa.exc.ArgumentError as error:
            raise StoreError("EQUALITY_REGISTRY is not a database URL such as postgresql://user@host/name.") from error
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise StoreError(
                f"EQUALITY_REGISTRY names {parsed.get_backend_name()}; the registry works on SQLite and PostgreSQL."
            )
        self.is_postgresql = parsed.get_backend_name() == "postgresql"
        if not self.is_postgresql:
            self._file = Path(parsed.database or "")
        self.name = parsed.render_as_string(hide_password=True)
        # No pool: registries come and go, and a connection that a pool forgets stays open on the server.
        self.engine = sa.create_engine(parsed, poolclass=sa.NullPool)
        if not self.is_postgresql:
            _let_transactions_cover_ddl(self.engine)

    def exists(self) -> bool:
        """Whether there is a registry to read; one that an earlier version wrote is migrated.

        Raises:
            StoreError: if the database cannot be reached or was written by a later version.
        """
        if self._current:
            return True
        if not self.is_postgresql and not self._file.exists():
            return False
        revision = self._revision()
        if revision is None:
            return False
        if revision != HEAD:
            self.migrate()
        self._current = True
        return True

    def migrate(self) -> None:
        """Bring the database to the newest migration, making it if need be."""
        if self._current:
            return
        self._store.mkdir(parents=True, exist_ok=True)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._alone():
            revision = self._revision()
            if revision != HEAD:
                self._upgrade(stamped=revision)
        self._current = True

    def _revision(self) -> str | None:
        """The migration that the database has; None for an empty one."""
        try:
            with self.engine.connect() as connection:
                tables = set(sa.inspect(connection).get_table_names())
                if "alembic_version" in tables:
                    found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
                elif "snapshots" in tables:
                    found = "0001"  # written before there were migrations
                else:
                    found = None
        except sa.exc.DBAPIError as error:
            raise self.unreachable(error) from error
        if found is not None and found not in _KNOWN:
            raise StoreError(
                f"The registry {self.name} was written by a later version of this program (migration {found}, this "
                f"version knows {HEAD}); update this program, then try again."
            )
        return found

    def _upgrade(self, stamped: str | None) -> None:
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        try:
            with self.engine.begin() as connection:
                config.attributes["connection"] = connection
                if stamped == "0001" and not sa.inspect(connection).has_table("alembic_version"):
                    command.stamp(config, "0001")
                command.upgrade(config, "head")
        except sa.exc.DBAPIError as error:
            raise StoreError(
                f"The registry {self.name} cannot be brought up to date ({type(error.orig).__name__}); it is as it "
                "was. Run a load as a user who may write there."
            ) from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two processes that open a store at once must not both migrate it."""
        if self.is_postgresql:
            with self.engine.begin() as connection:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATING)))
                yield
        else:
            with FileLock(self._file.with_name(f".{self._file.name}.migrating.lock")):
                yield

    def unreachable(self, error: sa.exc.DBAPIError) -> StoreError:
        """What to tell a user when the database does not answer; the driver's words may name a password."""
        return StoreError(
            f"The registry {self.name} cannot be read ({type(error.orig).__name__}). Check that the database runs and "
            "that EQUALITY_REGISTRY names it, then try again."
        )


def _let_transactions_cover_ddl(engine: sa.Engine) -> None:
    # Python's sqlite3 begins a transaction before INSERT but not before CREATE or ALTER, so that a migration that is
    # killed would stay half done: https://docs.sqlalchemy.org/en/20/dialects/sqlite.html (transactional DDL).
    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA busy_timeout=30000")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN")
