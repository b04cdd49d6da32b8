"""The audit log on both databases: it is written first or nothing happens, and tampering with it shows."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from equality.cli import app
from equality.errors import AuditError, ExportError, StoreError
from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.protection import audit as audit_module
from equality.protection.audit import Act, AuditLog, Wanted, audit_log
from equality.protection.audit_check import check
from equality.protection.people import Person, Role, local_person
from equality.settings import settings
from equality.store.database import Database
from equality.store.purge import purge
from equality.store.registry import Registry
from tests.conftest import REAL_MONTHS

Run = Callable[..., tuple[int, str]]
ANALYST = Person("ann@force.example", "Ann", Role.analyst)
HOSTILE = "=1+1 <b>bold</b> \u202edlrow \x00 line\nbreak ☃"


@pytest.fixture
def log(tmp_path: Path, url: str) -> AuditLog:
    """A log without entries."""
    return AuditLog(Database(tmp_path, url), tmp_path / "audit.anchor")


def filled(log: AuditLog, entries: int = 6) -> AuditLog:
    for number in range(entries):
        log.write(Act.records, ANALYST, {"filter": {"area": [f"area {number}"]}, "rows": number})
    return log


def tamper(log: AuditLog, *statements: str) -> None:
    """What somebody with the database's password can do: the triggers go first."""
    with log.database.engine.begin() as connection:
        for what in ("UPDATE", "DELETE", "TRUNCATE"):
            table = " ON audit" if log.database.is_postgresql else ""
            if log.database.is_postgresql or what != "TRUNCATE":
                connection.exec_driver_sql(f"DROP TRIGGER audit_no_{what.lower()}{table}")
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_entries_are_numbered_chained_and_come_back_as_they_were(log: AuditLog) -> None:
    first = log.write(Act.load, local_person(), {"files": [{"name": "a.csv"}]})
    second = log.write(Act.records, ANALYST, {"filter": {"team": [HOSTILE]}, "rows": 3}, HOSTILE)
    assert (first.number, second.number) == (1, 2)
    assert first.previous == audit_module.START
    assert second.previous == first.hash
    assert log.entries() == [second, first]
    assert second.about["filter"]["team"] == [HOSTILE]
    assert second.reason == "=1+1 <b>bold</b> \u202edlrow   line break ☃"
    assert log.anchor.read_text() == f"1 {first.hash}\n2 {second.hash}\n"
    assert check(log).sound
    assert abs(datetime.fromisoformat(first.at).replace(tzinfo=UTC) - datetime.now(UTC)) < timedelta(minutes=1)


def test_an_empty_log_is_sound_and_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    log = audit_log(Registry(tmp_path / "none"))
    assert log.entries() == []
    assert log.count() == 0
    found = check(log)
    assert (found.sound, found.entries) == (True, 0)
    assert not (tmp_path / "none").exists()


def test_entries_are_searched(log: AuditLog) -> None:
    filled(log, 3)
    log.write(Act.purge, local_person(), {"snapshots": ["s-1"]}, "Retention 100% due")
    assert [e.number for e in log.entries(Wanted(act="purge"))] == [4]
    assert [e.number for e in log.entries(Wanted(words="AREA 1"))] == [2]
    assert [e.number for e in log.entries(Wanted(words="100%"))] == [4]
    assert [e.number for e in log.entries(Wanted(words="%%%"))] == []
    assert [e.number for e in log.entries(Wanted(words="Ann@FORCE"), limit=2)] == [3, 2]
    today = datetime.now(UTC).date()
    assert log.count(Wanted(first=today - timedelta(days=1), last=today)) == 4
    assert log.count(Wanted(last=today - timedelta(days=1))) == 0


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'x'", "DELETE FROM audit WHERE number = 2"])
def test_the_database_refuses_to_change_entries(log: AuditLog, statement: str) -> None:
    filled(log)
    with (
        pytest.raises(sa.exc.DBAPIError, match="append-only"),
        log.database.engine.begin() as connection,
    ):
        connection.exec_driver_sql(statement)
    assert check(log).sound


TAMPERED = {
    "who changed": (["UPDATE audit SET who = 'nobody' WHERE number = 3"], "Entry 3 was changed"),
    "filter changed": (
        ["""UPDATE audit SET about = '{"filter":{},"rows":2}' WHERE number = 3"""],
        "Entry 3 was changed",
    ),
    "no JSON any more": (["UPDATE audit SET about = '{' WHERE number = 3"], "Entry 3 was changed"),
    "time changed": (["UPDATE audit SET at = '2020-01-01T00:00:00.000000' WHERE number = 1"], "Entry 1 was changed"),
    "one deleted": (["DELETE FROM audit WHERE number = 3"], "Entries 3 to 3 are missing"),
    "first deleted": (["DELETE FROM audit WHERE number = 1"], "Entries 1 to 1 are missing"),
    "one deleted, the gap closed": (
        ["DELETE FROM audit WHERE number = 3",
         *(f"UPDATE audit SET number = {n} - 1 WHERE number = {n}" for n in (4, 5, 6)),
         "UPDATE audit_guard SET entries = 5"],
        "Entry 3 does not follow entry 2",
    ),
    "two exchanged": (
        ["UPDATE audit SET number = 99 WHERE number = 2", "UPDATE audit SET number = 2 WHERE number = 5",
         "UPDATE audit SET number = 5 WHERE number = 99"],
        "Entry 2 does not follow entry 1",
    ),
    "one added": (
        ["INSERT INTO audit SELECT 7, at, who, role, act, about, reason, hash, hash FROM audit WHERE number = 6"],
        "Entry 7 was changed",
    ),
    "the end cut off": (["DELETE FROM audit WHERE number > 4"], "Entries 5 to 6 were cut off: the guard row"),
    "the end cut off, the guard too": (
        ["DELETE FROM audit WHERE number > 4",
         "UPDATE audit_guard SET entries = 4, head = (SELECT hash FROM audit WHERE number = 4)"],
        "Entries 5 to 6 were cut off: the anchor",
    ),
    "all deleted": (
        ["DELETE FROM audit", "UPDATE audit_guard SET entries = 0, head = '" + "0" * 64 + "'"],
        "Entries 1 to 6 were cut off: the anchor",
    ),
    "guard gone": (["DELETE FROM audit_guard"], "The guard row is gone"),
    "guard behind": (["UPDATE audit_guard SET entries = 3"], "guard row does not fit"),
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERED)
def test_tampering_shows(log: AuditLog, how: str) -> None:
    statements, expected = TAMPERED[how]
    tamper(filled(log), *statements)
    found = check(log)
    assert not found.sound
    assert any(expected in problem for problem in found.problems), found.problems


def rewrite(log: AuditLog, first: int) -> None:
    """A careful forger: one entry is changed, and every hash from there on, and the guard."""
    entries = log.entries(limit=None)[::-1]
    statements = []
    head = entries[first - 2].hash
    for entry in entries[first - 1 :]:
        forged = audit_module.Entry(**{**vars(entry), "who": "nobody", "previous": head})
        head = forged.hashed()
        changed = f"who = 'nobody', previous = '{forged.previous}', hash = '{head}'"
        statements.append(f"UPDATE audit SET {changed} WHERE number = {entry.number}")
    tamper(log, *statements, f"UPDATE audit_guard SET head = '{head}'")


def test_a_rewritten_chain_shows_by_the_anchor_and_without_it_by_a_hash_noted_elsewhere(log: AuditLog) -> None:
    before = check(filled(log))
    rewrite(log, 3)
    assert any("Entry 3 is not the one that was written" in problem for problem in check(log).problems)
    log.anchor.unlink()
    without = check(log)
    assert without.sound  # who can write both places can forge both; that this is so is said:
    assert "There is no anchor file" in without.notes[0]
    assert not check(log, (before.entries, before.head)).sound
    assert not check(log, (before.entries + 1, before.head)).sound


def test_writers_at_once_make_one_chain(log: AuditLog) -> None:
    log.database.migrate()
    start = threading.Barrier(8)

    def writer(number: int) -> None:
        own = AuditLog(
            Database(log.anchor.parent, log.database.engine.url.render_as_string(hide_password=False)), log.anchor
        )
        start.wait()
        for step in range(12):
            own.write(Act.download, ANALYST, {"writer": number, "step": step})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(writer, range(8)))
    found = check(log)
    assert (found.problems, found.entries) == ((), 96)
    assert len({(e.about["writer"], e.about["step"]) for e in log.entries(limit=None)}) == 96


@contextmanager
def held(log: AuditLog) -> Iterator[None]:
    """Another program holds the database."""
    with log.database.engine.connect() as connection:
        if log.database.is_postgresql:
            connection.exec_driver_sql("LOCK TABLE audit_guard IN ACCESS EXCLUSIVE MODE")
        else:
            connection.exec_driver_sql("UPDATE audit_guard SET entries = entries")
        yield
        connection.rollback()


def test_a_locked_database_denies_the_act_and_loses_nothing(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(log)
    monkeypatch.setattr(audit_module, "PATIENCE", 1)
    done = []
    with (
        held(log),
        pytest.raises(AuditError, match="another program holds the registry's database") as caught,
        log.acting(Act.download, ANALYST, {"of": "rows"}),
    ):
        done.append(1)
    assert str(caught.value).startswith("Not done, because the audit log cannot be written")
    assert done == []
    found = check(log)
    assert (found.problems, found.entries) == ((), 6)
    log.write(Act.download, ANALYST, {"of": "rows"})
    assert check(log).sound


def test_a_full_disk_denies_the_act_and_loses_nothing(tmp_path: Path) -> None:
    log = filled(AuditLog(Database(tmp_path), tmp_path / "audit.anchor"))
    pages = 0

    @sa.event.listens_for(log.database.engine, "connect")
    def limit(connection: object, _: object) -> None:
        # SQLite's own "database or disk is full": it may not grow beyond the pages that it has.
        connection.execute(f"PRAGMA max_page_count={pages}")  # type: ignore[attr-defined]

    with log.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    done = []

    def act() -> None:
        with log.acting(Act.download, ANALYST, {"of": "x" * 20_000}):
            done.append(1)

    with pytest.raises(AuditError, match="the disk of the registry's database is full"):
        act()
    assert done == []
    assert (check(log).problems, check(log).entries) == ((), 6)
    pages = 100_000
    act()
    assert done == [1]
    assert check(log).sound


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_under_the_anchor_denies_the_act(tmp_path: Path, url: str) -> None:
    log = AuditLog(Database(tmp_path, url), Path("/dev/full"))
    with pytest.raises(AuditError, match="/dev/full: No space left on device"):
        log.write(Act.download, ANALYST, {"of": "rows"})


def test_an_anchor_that_cannot_be_opened_writes_nothing_anywhere(tmp_path: Path, url: str) -> None:
    log = AuditLog(Database(tmp_path, url), tmp_path / "gone" / "audit.anchor")
    with pytest.raises(AuditError, match="gone"):
        log.write(Act.download, ANALYST, {"of": "rows"})
    assert log.count() == 0


def test_an_act_that_fails_says_so_and_what_it_raised_stays(log: AuditLog) -> None:
    with pytest.raises(StoreError, match="broken"), log.acting(Act.purge, ANALYST, {"snapshots": ["s"]}):
        raise StoreError("broken")
    ended, begun = log.entries()
    assert (begun.about, ended.about) == ({"snapshots": ["s"]}, {"entry": 1, "ended": "refused"})


def test_a_reason_is_required_where_the_setting_says_so(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EQUALITY_AUDIT_REASON_REQUIRED", "true")
    settings.cache_clear()
    try:
        with pytest.raises(AuditError, match="a reason is required"):
            log.write(Act.records, ANALYST, {"rows": 1}, " \n ")
        log.write(Act.records, ANALYST, {"rows": 1}, "Rolling audit")
        log.write(Act.sign_in, ANALYST, {})
    finally:
        settings.cache_clear()
    assert [e.act for e in log.entries()] == ["sign_in", "records"]


def test_what_is_no_json_is_a_mistake_of_the_caller(log: AuditLog) -> None:
    with pytest.raises(TypeError):
        log.write(Act.records, ANALYST, {"rows": {1, 2}})
    assert log.count() == 0


# ---- acts of the program ---- #


def test_loads_and_purges_are_written_before_they_happen(tmp_path: Path, url: str) -> None:
    registry = Registry(tmp_path, url)
    load(REAL_MONTHS[:1], load_profile("data.police.uk"), tmp_path, registry=registry, by=ANALYST)
    with pytest.raises(ExportError):
        load(REAL_MONTHS[:1], load_profile("data.police.uk"), tmp_path, registry=registry)
    refused, again, first = audit_log(registry).entries()
    assert (first.act, first.who, first.role) == ("load", ANALYST.id, "analyst")
    assert first.about["files"][0]["name"] == REAL_MONTHS[0].name
    assert (again.who, refused.about) == (local_person().id, {"entry": 2, "ended": "refused"})


def denied(found: list) -> None:
    raise AuditError("Not done.")


def test_a_load_or_purge_that_cannot_be_written_does_not_happen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = load_profile("data.police.uk")
    load(REAL_MONTHS[:1], profile, tmp_path)
    registry = Registry(tmp_path)
    (before,) = registry.snapshots()
    monkeypatch.setenv("EQUALITY_AUDIT_ANCHOR", str(tmp_path / "gone" / "anchor"))
    settings.cache_clear()
    try:
        with pytest.raises(AuditError):
            load(REAL_MONTHS[1:2], profile, tmp_path)
        cli = CliRunner().invoke(app, ["purge", "--before", "2030-01-01", "--yes", "--store", str(tmp_path)])
        assert cli.exit_code == 2
        assert "audit log cannot be written" in cli.output
        out = tmp_path / "rejected.csv"
        cli = CliRunner().invoke(app, ["rejected", before.id, "--out", str(out), "--store", str(tmp_path)])
        assert (cli.exit_code, out.exists()) == (2, False)
    finally:
        settings.cache_clear()
    assert registry.snapshots() == [before]
    with pytest.raises(AuditError):
        purge(registry, datetime(2030, 1, 1).date(), acting=denied)
    assert registry.snapshots() == [before]
    assert registry.records("stop_and_search").collect().height


# ---- the command line ---- #


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., tuple[int, str]]:
    filled(audit_log(Registry(tmp_path)))

    def invoke(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["audit", *words, "--store", str(tmp_path)])
        return result.exit_code, result.output

    return invoke


def test_verify_prints_what_to_note_and_finds_what_was_done(
    tmp_path: Path, run: Callable[..., tuple[int, str]]
) -> None:
    status, said = run("verify")
    assert status == 0
    assert "Sound: 6 entries" in said
    noted = said.split()[-1]
    assert run("verify", "--expect", noted)[0] == 0
    assert run("verify", "--expect", "nonsense")[0] == 2
    log = audit_log(Registry(tmp_path))
    tamper(log, "DELETE FROM audit WHERE number = 6")
    status, said = run("verify")
    assert status == 1
    assert "NOT sound" in said
    assert "Entries 6 to 6 were cut off" in said


def test_list_and_export(tmp_path: Path, run: Run) -> None:
    log = audit_log(Registry(tmp_path))
    log.write(Act.refusal, Person("\x1b[31mred\u202e", "x", None), {"page": "audit"}, "=cmd()")
    status, said = run("list", "--last", "2")
    assert status == 0
    assert [line.split()[0] for line in said.splitlines()] == ["7", "6"]
    assert "\x1b" not in said
    assert "\u202e" not in said
    for name in ("log.jsonl", "log.csv", "log.xlsx"):
        assert run("export", "--out", str(tmp_path / name))[0] == 0
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["number"] for line in lines] == list(range(1, 9))
    assert all(audit_module.Entry(**line).hashed() == line["hash"] for line in lines)
    table = pl.read_csv(tmp_path / "log.csv")
    assert table.filter(pl.col("act") == "refusal")["reason"].to_list() == ["'=cmd()"]
    assert run("export", "--out", str(tmp_path / "log.csv"))[0] == 2
    assert log.entries(limit=1)[0].act == "download"
    assert check(log).sound
