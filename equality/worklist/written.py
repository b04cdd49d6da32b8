"""Reading and writing the registry's tables of lists and samples."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from equality.errors import StoreError
from equality.store.database import Database


class ChangedError(StoreError):
    """Somebody else has written the same in between."""


def reading(database: Database, query: sa.Select[Any]) -> list[Any]:
    """The rows that a query finds; none if there is no registry.

    Raises:
        StoreError: if the database cannot be read.
    """
    if not database.exists():
        return []
    try:
        with database.engine.connect() as connection:
            return list(connection.execute(query))
    except sa.exc.DBAPIError as error:
        raise database.unreachable(error) from error


@contextmanager
def writing(database: Database) -> Iterator[sa.Connection]:
    """One transaction.

    Raises:
        ChangedError: if somebody else has written the same in between.
        StoreError: if the database cannot be written.
    """
    database.migrate()
    try:
        with database.engine.begin() as connection:
            yield connection
    except sa.exc.IntegrityError as error:
        raise ChangedError("Somebody changed this since you opened it: look at it again, then decide.") from error
    except sa.exc.DBAPIError as error:
        raise database.unreachable(error) from error
