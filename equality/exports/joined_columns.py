"""Which column of which table a field of a joined set comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from equality.errors import ExportError
from equality.exports.export_file import ExportFile
from equality.exports.profile import Profile
from equality.exports.recognise_tables import FileSet
from equality.exports.tables import bare, records_table

_LENIENT = ("extract date", "synthetic")
"""What every table of a set may say in a column of its own."""


@dataclass(frozen=True)
class Columns:
    """The columns of a joined set.

    Attributes:
        records: the table whose rows are the records.
        of_records: headings of that table that fields come from.
        of_others: other table → name in the profile → heading in the table.
        others: other table → every heading of it.
        keys: other table → the headings of its key that the records have under the same name.
        dated: the heading of the records that says which extract a row is of; None if it stands elsewhere.
        names: every name under which a field may find its column.
    """

    records: str
    of_records: tuple[str, ...]
    of_others: Mapping[str, Mapping[str, str]]
    others: Mapping[str, tuple[str, ...]]
    keys: Mapping[str, tuple[str, ...]]
    dated: str | None
    names: tuple[str, ...]

    def headings(self, file: ExportFile) -> tuple[str, ...]:
        """Every heading of a set under the name by which a profile can ask for it, those of a file of records first."""
        found = dict.fromkeys(file.headings)
        for table, headings in self.others.items():
            used = self.of_others[table]
            found |= dict.fromkeys(used)
            taken = {*used.values(), *self.keys[table]}
            found |= dict.fromkeys(f"{table}.{h}" if h in found else h for h in headings if h not in taken)
        return tuple(found)

    def check_same(self, table: str, file: ExportFile) -> None:
        """Refuse a file that lacks what another file of its table has.

        Raises:
            ExportError: naming the headings.
        """
        used = self.of_records if table == self.records else self.of_others[table].values()
        if missing := [heading for heading in used if heading not in file.headings]:
            raise ExportError(
                f"{file.path}: lacks {', '.join(missing)}, which another file of {table} has; give the files of one "
                "table the same headings."
            )


def columns_of(found: FileSet, profile: Profile) -> Columns:
    """Find the column of every field.

    Raises:
        ExportError: if a field has none, or its heading stands in several tables.
    """
    held = {name: _together(files) for name, files in found.tables.items()}
    records = records_table(profile.tables)
    own_keys = {heading for columns in profile.tables[records].joins.values() for heading in columns}
    wanted = dict(profile.needed)
    if profile.synthetic:
        wanted["synthetic"] = (profile.synthetic.column,)
    places: dict[str, tuple[str, str]] = {}
    missing = []
    for name, accepted in wanted.items():
        for heading in accepted:
            tables = _holding(heading, held, records, own_keys)
            if not tables:
                continue
            if len(tables) > 1 and name not in _LENIENT:
                _refuse_doubtful(heading, tables, found, profile)
            places[heading] = tables[0], bare(heading, profile.tables)
            break
        else:
            missing += [accepted[0]] if name != "synthetic" else []
    if missing:
        _refuse_missing(missing, held, profile)
    others = {name: held[name] for name in profile.tables[records].joins}
    joins = profile.tables[records].joins
    date_column = profile.extract.column
    return Columns(
        records=records,
        of_records=tuple(dict.fromkeys(h for table, h in places.values() if table == records)),
        of_others={t: {name: h for name, (table, h) in places.items() if table == t} for t in others},
        others=others,
        keys={t: tuple(h for h, key in zip(joins[t], profile.tables[t].key, strict=True) if h == key) for t in others},
        dated=date_column if date_column and places[date_column][0] == records else None,
        names=tuple(dict.fromkeys([*held[records], *places])),
    )


def _together(files: Sequence[ExportFile]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(heading for file in files for heading in file.headings))


def _holding(heading: str, held: Mapping[str, Sequence[str]], records: str, own_keys: set[str]) -> list[str]:
    """The tables from which a heading may be meant, that of the records first."""
    if heading in held[records] and heading in own_keys:
        return [records]  # The key that joins is the same wherever it stands.
    table, _, rest = heading.partition(".")
    if table in held and rest in held[table]:
        return [table]
    return sorted((name for name, headings in held.items() if heading in headings), key=lambda name: name != records)


def _refuse_doubtful(heading: str, tables: Sequence[str], found: FileSet, profile: Profile) -> None:
    choices = " or ".join(f"{table}.{heading}" for table in tables)
    raise ExportError(
        f"{found.tables[tables[0]][0].path}: the heading {heading} stands in {' and '.join(tables)}; say which is "
        f"meant in the profile {profile.name}: {choices}."
    )


def _refuse_missing(missing: Sequence[str], held: Mapping[str, Sequence[str]], profile: Profile) -> None:
    has = "; ".join(f"{name} has {', '.join(h[:80] for h in headings[:30])}" for name, headings in held.items())
    raise ExportError(
        f"The headings of the tables do not fit the profile {profile.name}: missing {', '.join(missing)}; {has}. "
        f"Choose another profile or correct data/profiles/{profile.name}.yaml."
    )
