"""How a profile describes an export that comes as several tables joined by keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator


class MisfitError(ValueError):
    """Tables that do not fit together.

    Attributes:
        at: the table, and the key in it, at which to look.
    """

    def __init__(self, said: str, *at: str) -> None:
        super().__init__(said)
        self.at = at


def _listed(said: Any) -> Any:
    return (said,) if isinstance(said, str) else said


Headings = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""One heading, or several that stand together."""


class JoinedTable(BaseModel):
    """One table of an export that comes as several.

    Attributes:
        must_have: headings by which a file of this table is recognised; all of them must be there.
        file_name: regular expression that is found in the name of every file, sheet or archive member of this table.
        key: the columns that together name a row of this table; of the tables that are joined to the records.
        joins: other table → the columns here that hold its key, in the order of that key. The one table that has this
            holds the records: each of its rows is one person in a role on a crime.
        may_be_blank: a record may leave the key of this table blank: it names nobody, and this table's cells are blank.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    must_have: Headings = ()
    file_name: str | None = None
    key: Headings = ()
    joins: dict[str, Annotated[Headings, Field(min_length=1)]] = {}
    may_be_blank: bool = False

    @field_validator("file_name")
    @classmethod
    def _pattern(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"is no regular expression ({error})") from error
        return pattern

    @model_validator(mode="after")
    def _complete(self) -> JoinedTable:
        if not self.must_have and self.file_name is None:
            raise ValueError("say how its files are recognised: `must_have: [headings]`, `file_name: pattern`, or both")
        if bool(self.key) == bool(self.joins):
            raise ValueError(
                "give either `key: [headings]`, for a table that is joined to the records, or `joins: {table: "
                "[headings]}`, for the table whose rows are the records"
            )
        if self.joins and self.may_be_blank:
            raise ValueError("`may_be_blank` belongs to the table whose key may be blank")
        return self

    @property
    def required(self) -> tuple[str, ...]:
        """Every heading that a file of this table must have for being one."""
        joined = [heading for columns in self.joins.values() for heading in columns]
        return tuple(dict.fromkeys([*self.must_have, *self.key, *joined]))


def checked(tables: dict[str, JoinedTable]) -> dict[str, JoinedTable]:
    """The tables of a profile, if they fit together.

    Raises:
        ValueError: naming what does not, and the remedy.
    """
    for name in tables:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise MisfitError(f"{name!r} is no name of a table; use small letters, digits and _", name)
    if len(tables) == 1:
        raise ValueError("one table needs no `tables`; leave them out, or add the table that it is joined to")
    holding = [name for name, table in tables.items() if table.joins]
    if tables and len(holding) != 1:
        found = f"{', '.join(holding)} have it" if holding else "none has it"
        at = holding[1:2]
        raise MisfitError(f"exactly one table, whose rows are the records, must have `joins`; {found}", *at)
    if not tables:
        return tables
    records = holding[0]
    joins = tables[records].joins
    if strange := sorted(joins.keys() - tables.keys() | joins.keys() & {records}):
        said = f"{strange[0]} is no other table; tables are {', '.join(tables)}"
        raise MisfitError(said, records, "joins", strange[0])
    if left_out := sorted(tables.keys() - joins.keys() - {records}):
        raise MisfitError(f"does not join {', '.join(left_out)}; add it or take the table out", records, "joins")
    for name, columns in joins.items():
        if len(columns) != len(tables[name].key):
            raise MisfitError(
                f"names {len(columns)} columns, but the key of {name} has {len(tables[name].key)}; name one for each",
                records, "joins", name,
            )  # fmt: skip
    return tables


def records_table(tables: Mapping[str, JoinedTable]) -> str:
    """The name of the table whose rows are the records."""
    return next(name for name, table in tables.items() if table.joins)


def keys(tables: Mapping[str, JoinedTable]) -> dict[str, str]:
    """Every heading that holds a key, under any name by which a joined set may show it → the table that it names."""
    found: dict[str, str] = {}
    for table in tables.values():
        for name, columns in table.joins.items():
            own = tables[name].key
            found |= dict.fromkeys([*columns, *own, *(f"{name}.{heading}" for heading in own)], name)
    return found


def bare(heading: str, tables: Mapping[str, JoinedTable]) -> str:
    """A heading without the name of a table in front (`crimes.STATUS` → `STATUS`)."""
    table, dot, rest = heading.partition(".")
    return rest if dot and table in tables else heading
