"""A disk that is really full, under SQLite and under PostgreSQL: the act is denied in words, and nothing is lost."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from equality.cli import app
from equality.errors import AuditError, EqualityError
from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.protection.access import Roles
from equality.protection.audit import Act, AuditLog, audit_log
from equality.protection.audit_check import check
from equality.protection.people import Person, Role, local_person
from equality.store.registry import Registry
from tests.conftest import REAL_MONTHS

ANALYST = Person("ann@force.example", "Ann", Role.analyst)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MB; where nobody may mount one, the tests are skipped: a quota would be a promise, not a disk."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or not mount:
        pytest.skip("only root can mount a small disk")
    made = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=8m,mode=777", "tmpfs", place], check=False, capture_output=True
    )
    if made.returncode:
        pytest.skip(f"no small disk can be mounted here: {made.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Somebody else's file takes all that is left of a disk."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        size = 1 << 20
        while size:
            try:
                file.write(b"\0" * size)
            except OSError:
                size //= 2
    assert shutil.disk_usage(disk).free == 0
    yield
    filler.unlink()


def filled(log: AuditLog, entries: int = 6) -> AuditLog:
    for number in range(entries):
        log.write(Act.records, ANALYST, {"rows": number})
    return log


def assert_denied(log: AuditLog, disk: Path) -> None:
    """A full disk: nothing is done, nothing is written, nothing is lost, and afterwards all goes on."""
    before = log.entries()
    # More than what is left of the last page, and nothing that could be compressed.
    about = {"of": secrets.token_hex(100_000)}
    done = []
    with full(disk):
        with pytest.raises(AuditError) as caught, log.acting(Act.download, ANALYST, about):
            done.append(1)
        assert str(caught.value).startswith("Not done, because the audit log cannot be written")
        assert "full" in str(caught.value) or "No space left" in str(caught.value)
        assert done == []
        # What is there can be read meanwhile.
        assert log.entries() == before
    assert check(log).problems == ()
    with log.acting(Act.download, ANALYST, about):
        done.append(2)
    assert done == [2]
    assert check(log).sound
    assert log.count() == len(before) + 1


def test_a_full_disk_under_sqlite_denies_every_act(small_disk: Path) -> None:
    registry = Registry(small_disk / "store")
    load(REAL_MONTHS[:1], load_profile("data.police.uk"), registry.store)
    log = filled(audit_log(registry))
    (snapshot,) = registry.snapshots()
    counts = registry.counts(snapshot).collect()
    assert_denied(log, small_disk)
    entries = log.count()
    with full(small_disk):
        with pytest.raises(EqualityError):
            Roles(registry.database).give("b@force.example", Role.viewer, (), local_person(), log)
        with pytest.raises(EqualityError):
            load(REAL_MONTHS[1:2], load_profile("data.police.uk"), registry.store)
        given = CliRunner().invoke(app, ["roles", "give", "c@force.example", "viewer", "--store", str(registry.store)])
        assert given.exit_code == 2
        assert "Not done" in given.output
        assert "Traceback" not in given.output
    assert Roles(registry.database).all() == []
    again = Registry(small_disk / "store")
    assert again.snapshots() == [snapshot]
    assert again.counts(snapshot).collect().equals(counts)
    assert check(log).sound
    assert log.count() <= entries + 1  # the load that failed may have been begun, and says so
    load(REAL_MONTHS[1:2], load_profile("data.police.uk"), registry.store)
    assert len(again.snapshots()) == 2


def test_a_full_disk_under_postgresql_denies_the_act(tmp_path: Path, postgresql: str, small_disk: Path) -> None:
    import psycopg

    from tests.store.postgresql import create_database

    folder = small_disk / "tables"
    folder.mkdir()
    shutil.chown(folder, "postgres")
    folder.chmod(0o700)
    for above in (tmp_path, *tmp_path.parents):
        # The server runs as another user, who has to get there.
        if above.stat().st_uid == 0 and not above.stat().st_mode & 0o001:
            above.chmod(above.stat().st_mode | 0o011)
    url = create_database(postgresql, "on_a_small_disk")
    registry = Registry(tmp_path / "store", url)
    log = filled(audit_log(registry))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{folder}'")
        connection.execute("ALTER TABLE audit SET TABLESPACE small")
    assert_denied(log, small_disk)
    with psycopg.connect(url, autocommit=True) as connection:
        # The cluster outlives the disk.
        connection.execute("ALTER TABLE audit SET TABLESPACE pg_default")
        connection.execute("CHECKPOINT")
        connection.execute("DROP TABLESPACE small")
