"""The registry's tables: made, brought up to date from every earlier form, and the same whichever way."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from equality.errors import StoreError
from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.store import tables
from equality.store.database import Database
from equality.store.registry import Registry
from tests.conftest import REAL_MONTHS

POLICE_UK = load_profile("data.police.uk")

BEFORE_MIGRATIONS = """
CREATE TABLE snapshots (id VARCHAR NOT NULL, source VARCHAR NOT NULL, extract_date DATE NOT NULL,
    loaded_at DATETIME NOT NULL, facts JSON NOT NULL, PRIMARY KEY (id));
CREATE INDEX ix_snapshots_source ON snapshots (source);
CREATE TABLE files (snapshot_id VARCHAR NOT NULL, name VARCHAR NOT NULL, sha256 VARCHAR NOT NULL,
    rows_in INTEGER NOT NULL, accepted INTEGER NOT NULL, rejected INTEGER NOT NULL,
    FOREIGN KEY(snapshot_id) REFERENCES snapshots (id));
CREATE INDEX ix_files_sha256 ON files (sha256);
CREATE INDEX ix_files_snapshot_id ON files (snapshot_id);
INSERT INTO snapshots SELECT id, source, extract_date, loaded_at, facts FROM new.snapshots;
INSERT INTO files SELECT snapshot_id, name, sha256, rows_in, accepted, rejected FROM new.files;
"""
OLD_FACTS = ["title", "synthetic", "months", "headline_role", "characteristics", "dimensions", "flags", "attribution"]


def make_old(store: Path) -> None:
    """Turn a store's registry into what was written before there were migrations."""
    (store / "registry.sqlite").rename(store / "new.sqlite")
    connection = sqlite3.connect(store / "registry.sqlite")
    connection.execute("ATTACH ? AS new", (str(store / "new.sqlite"),))
    connection.executescript(BEFORE_MIGRATIONS)
    kept = ", ".join(f"'{name}', json_extract(facts, '$.{name}')" for name in OLD_FACTS)
    connection.execute(f"UPDATE snapshots SET facts = json_object({kept})")
    connection.execute("UPDATE snapshots SET facts = json_set(facts, '$.synthetic', json('false'))")
    connection.commit()
    connection.close()
    (store / "new.sqlite").unlink()


def test_a_store_from_before_migrations_is_read_and_loaded_into(tmp_path: Path) -> None:
    load(REAL_MONTHS[:1], POLICE_UK, tmp_path)
    (before,) = Registry(tmp_path).snapshots("stop_and_search")
    make_old(tmp_path)
    (old,) = Registry(tmp_path).snapshots("stop_and_search")
    assert (old.id, old.files, old.months, old.dimensions) == (
        before.id,
        before.files,
        before.months,
        before.dimensions,
    )
    assert (old.duplicates, old.warnings, old.records_purged_at) == (0, (), None)
    load(REAL_MONTHS[1:2], POLICE_UK, tmp_path)
    assert len(Registry(tmp_path).snapshots("stop_and_search")) == 2


def test_a_store_from_before_notes_has_none_and_new_files_have_theirs(tmp_path: Path) -> None:
    load(REAL_MONTHS[:1], POLICE_UK, tmp_path)
    with sqlite3.connect(tmp_path / "registry.sqlite") as connection:
        connection.execute("ALTER TABLE files DROP COLUMN notes")
        connection.execute("DROP TABLE events")
        connection.execute("DROP TABLE audit")
        connection.execute("DROP TABLE audit_guard")
        connection.execute("DROP TABLE role_changes")
        connection.execute("DROP TABLE setting_changes")
        connection.execute("DROP TABLE valid_entries")
        for name in ("worklists", "worklist_changes", "worklist_counts", "audit_samples", "audit_findings"):
            connection.execute(f"DROP TABLE {name}")
        connection.execute("UPDATE alembic_version SET version_num = '0002'")
    connection.close()
    converted = tmp_path / REAL_MONTHS[1].name
    converted.write_text(REAL_MONTHS[1].read_text(encoding="utf-8"), encoding="utf-16")
    load([converted], POLICE_UK, tmp_path)
    old, new = Registry(tmp_path).snapshots()
    assert old.files[0].notes == ()
    assert new.files[0].notes == ("the file was converted to UTF-8 from UTF-16",)
    assert Registry(tmp_path).snapshot(new.id) == new
    assert Registry(tmp_path).snapshot("nothing") is None


def test_migrations_end_at_the_tables_that_the_code_uses(tmp_path: Path, url: str) -> None:
    database = Database(tmp_path, url)
    assert not database.exists()
    database.migrate()
    assert Database(tmp_path, url).exists()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": tables.metadata})
        assert compare_metadata(context, tables.metadata) == []
        assert context.get_current_revision() == tables.HEAD
    config = Config()
    config.set_main_option("script_location", str(Path(tables.__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == tables.HEAD


def test_a_migration_that_fails_leaves_the_registry_as_it_was(tmp_path: Path) -> None:
    load(REAL_MONTHS[:1], POLICE_UK, tmp_path)
    make_old(tmp_path)
    with sqlite3.connect(tmp_path / "registry.sqlite") as connection:
        connection.execute("CREATE TABLE loads (id INTEGER)")  # in the way of the last step
    connection.close()
    with pytest.raises(StoreError, match=r"cannot be brought up to date .* it is as it was"):
        Registry(tmp_path).sources()
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    columns = {column["name"] for column in sa.inspect(engine).get_columns("snapshots")}
    assert columns == {"id", "source", "extract_date", "loaded_at", "facts"}
    assert not sa.inspect(engine).has_table("alembic_version")
    engine.dispose()


def test_a_registry_from_a_later_version_is_refused(tmp_path: Path, url: str) -> None:
    database = Database(tmp_path, url)
    database.migrate()
    with database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"later version of this program .*update this program"):
        Registry(tmp_path, url).sources()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "is not a database URL such as"),
        ("mysql://somebody:secret@host/name", "works on SQLite and PostgreSQL"),
        ("postgresql://somebody:secret@127.0.0.1:1/name", r"somebody:\*\*\*@.* cannot be read"),
    ],
)
def test_a_wrong_url_is_named_without_its_password(tmp_path: Path, url: str, message: str) -> None:
    with pytest.raises(StoreError, match=message) as caught:
        Registry(tmp_path, url).sources()
    assert "secret" not in str(caught.value)
