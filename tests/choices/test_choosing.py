"""What administrators choose, on both databases: checked, written first, kept with its history, safe from races."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from equality.choices import book
from equality.choices.fields import CHOICES, ChoiceError, checked, weakens
from equality.choices.in_force import fixed, in_force
from equality.choices.targets import Scope, Targets
from equality.errors import AuditError, DeniedError, StoreError
from equality.measures.catalogue import characteristics
from equality.protection.access import Roles
from equality.protection.audit import Act, audit_log
from equality.protection.audit_check import check
from equality.protection.choosing import aim, choose
from equality.protection.people import Person, Role
from equality.settings import Settings, settings
from equality.store.registry import Registry

ANN = Person("ann@force.example", "Ann", Role.administrator)
BOB = Person("bob@force.example", "Bob", Role.administrator)
ETHNICITY = Scope("ethnicity")
ONLINE = "Online"


@pytest.fixture
def registry(tmp_path: Path, url: str) -> Registry:
    """A registry in which nothing has been chosen."""
    return Registry(tmp_path / "store", url)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The operator's environment; settings are read anew before and after."""
    settings.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    settings.cache_clear()


def test_a_store_that_is_not_there_has_the_environments_settings_and_is_not_made(tmp_path: Path) -> None:
    holding = in_force(Registry(tmp_path / "none").database)
    assert holding.settings == settings()
    assert holding.targets == Targets()
    assert not (tmp_path / "none").exists()


def test_what_is_chosen_holds_at_once_for_everybody_and_its_history_stays(registry: Registry, url: str) -> None:
    assert choose(registry, {"minimum_n": 30, "drift_blank": 0.9, "disclosure_base": 5}, ANN, "Board of 3 May") == [
        "Fewest people for a rate: 30 people",
        "Warn of a field gone blank: 90%",
    ]
    other = Registry(registry.store, url)  # as another process has it
    assert (in_force(other.database).settings.minimum_n, in_force(other.database).settings.drift_blank) == (30, 0.9)
    choose(registry, {"minimum_n": None}, BOB, "Back", agreed=True)
    assert in_force(other.database).settings.minimum_n == 20
    said = [(c.name, c.version, c.was, c.value, c.who, c.reason) for c in book.history(registry.database)]
    assert said == [
        ("minimum_n", 2, 30, None, BOB.id, "Back"),
        ("drift_blank", 1, 0.995, 0.9, ANN.id, "Board of 3 May"),
        ("minimum_n", 1, 20, 30, ANN.id, "Board of 3 May"),
    ]
    log = audit_log(registry)
    assert [(e.act, e.about["changes"]) for e in log.entries()] == [
        (Act.settings, [{"setting": "minimum_n", "from": 30, "to": None, "weaker": True}]),
        (
            Act.settings,
            [
                {"setting": "minimum_n", "from": 20, "to": 30},
                {"setting": "drift_blank", "from": 0.995, "to": 0.9},
            ],
        ),
    ]
    assert check(log).sound


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"minimum_n": 7}, r"Fewest people for a rate: 7 people cannot be; give 8 to 1,000\."),
        ({"minimum_n": 20.5}, "give a whole number, not 20.5"),
        ({"disclosure_threshold": 4}, r"suppressed: 4 people cannot be; give 5 to 100\."),
        ({"disclosure_base": 3}, r"multiples of: 3 people cannot be; give 5 to 100\."),
        ({"disclosure_dimensions": 3}, r"combined: 3 cannot be; give 1 to 2\."),
        ({"drift_blank": 0}, r"0% cannot be; give more than 0% and at most 100%\."),
        ({"retention_days": True}, "Keep records for: give a number, not True"),
        ({"audit_reason_required": 1}, "it is yes or no, not 1"),
        ({"store": "/elsewhere"}, "There is no setting 'store' to choose"),
        ({"disclosure_threshold": float("nan")}, "give a number, not nan"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do_and_nothing_is_written(
    tmp_path: Path, wanted: dict[str, object], message: str
) -> None:
    registry = Registry(tmp_path)
    with pytest.raises(ChoiceError, match=message):
        choose(registry, wanted | {"drift_unmapped": 0.2}, ANN, agreed=True)
    assert book.history(registry.database) == []
    assert audit_log(registry).count() == 0


@given(st.sampled_from(sorted(CHOICES)), st.floats() | st.integers() | st.booleans() | st.text(max_size=3))
def test_whatever_is_accepted_is_a_setting_that_the_environment_could_give(name: str, value: object) -> None:
    try:
        kept = checked(name, value)
    except ChoiceError:
        return
    assert getattr(Settings.model_validate({name: kept}), name) == kept


def test_protecting_less_has_to_be_agreed(registry: Registry) -> None:
    with pytest.raises(ChoiceError, match=r"protects less than before\. Viewers see smaller counts"):
        choose(registry, {"disclosure_threshold": 6}, ANN)
    choose(registry, {"disclosure_threshold": 6}, ANN, agreed=True)
    assert audit_log(registry).entries()[0].about["changes"][0]["weaker"] is True
    choose(registry, {"disclosure_threshold": 10}, ANN)
    assert weakens("retention_days", 30, None)
    assert not weakens("retention_days", None, 30)
    assert weakens("disclosure_dimensions", 1, 2)
    assert not weakens("drift_blank", 0.9, 0.5)


def test_only_administrators_choose(registry: Registry) -> None:
    for role in (Role.viewer, Role.team_lead, Role.analyst, None):
        with pytest.raises(DeniedError):
            choose(registry, {"minimum_n": 30}, Person("x", "X", role))
        with pytest.raises(DeniedError):
            aim(registry, ETHNICITY, 0.9, Person("x", "X", role))
    assert in_force(registry.database).newest == {}


def test_two_who_choose_at_once_do_not_overwrite_each_other(registry: Registry) -> None:
    seen = in_force(registry.database)
    choose(registry, {"minimum_n": 30}, ANN, seen=seen)
    with pytest.raises(StoreError, match="somebody else changed the same since you opened it"):
        choose(registry, {"minimum_n": 40, "drift_blank": 0.5}, BOB, seen=seen)
    # All or nothing: the part that nobody else touched is not changed either.
    holding = in_force(registry.database)
    assert (holding.settings.minimum_n, holding.settings.drift_blank) == (30, 0.995)
    assert audit_log(registry).entries()[0].about["ended"] == "refused"
    choose(registry, {"minimum_n": 40}, BOB, seen=holding)


def test_of_many_at_the_same_moment_one_wins(registry: Registry) -> None:
    choose(registry, {"drift_blank": 0.5}, ANN)
    seen = in_force(registry.database)
    start = threading.Barrier(6)

    def one(number: int) -> bool:
        start.wait()
        try:
            choose(registry, {"minimum_n": 100 + number}, ANN, seen=seen)
        except StoreError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        won = list(pool.map(one, range(6)))
    assert sum(won) == 1
    assert in_force(registry.database).settings.minimum_n == 100 + won.index(True)
    assert check(audit_log(registry)).sound


def test_what_the_operator_fixed_wins_and_cannot_be_chosen(registry: Registry, environment: pytest.MonkeyPatch) -> None:
    choose(registry, {"minimum_n": 30}, ANN)
    environment.setenv("EQUALITY_MINIMUM_N", "25")
    settings.cache_clear()
    assert fixed() == {"minimum_n"}
    assert in_force(registry.database).settings.minimum_n == 25
    with pytest.raises(ChoiceError, match=r"the operator has fixed it \(EQUALITY_MINIMUM_N\)"):
        choose(registry, {"minimum_n": 40}, ANN)
    environment.delenv("EQUALITY_MINIMUM_N")
    settings.cache_clear()
    assert in_force(registry.database).settings.minimum_n == 30


def test_a_value_beyond_todays_limits_counts_as_not_chosen(registry: Registry) -> None:
    book.append(registry.database, {"disclosure_threshold": (8, 2)}, {}, "an earlier version", "")
    assert in_force(registry.database).settings.disclosure_threshold == 8


def test_a_reason_is_required_once_that_is_chosen(registry: Registry, environment: pytest.MonkeyPatch) -> None:
    choose(registry, {"audit_reason_required": True}, ANN)
    with pytest.raises(AuditError, match="a reason is required"):
        choose(registry, {"minimum_n": 30}, ANN)
    with pytest.raises(AuditError, match="a reason is required"):
        audit_log(registry).write(Act.records, ANN, {"rows": 1})
    assert in_force(registry.database).settings.minimum_n == 20
    audit_log(registry).write(Act.sign_in, ANN, {})
    choose(registry, {"audit_reason_required": False}, ANN, "Not needed", agreed=True)
    audit_log(registry).write(Act.records, ANN, {"rows": 1})
    environment.setenv("EQUALITY_AUDIT_REASON_REQUIRED", "true")
    settings.cache_clear()
    with pytest.raises(AuditError, match="a reason is required"):
        audit_log(registry).write(Act.records, ANN, {"rows": 1})


def test_an_act_that_cannot_be_logged_changes_nothing(
    registry: Registry, tmp_path: Path, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("EQUALITY_AUDIT_ANCHOR", str(tmp_path / "gone" / "anchor"))
    settings.cache_clear()
    with pytest.raises(AuditError):
        choose(registry, {"minimum_n": 30}, ANN)
    with pytest.raises(AuditError):
        aim(registry, ETHNICITY, 0.9, ANN)
    assert in_force(registry.database).newest == {}


# ---- targets ---- #


def test_the_most_specific_target_holds(registry: Registry) -> None:
    usual = characteristics()["ethnicity"].target
    assert in_force(registry.database).targets.of("ethnicity", "victim", ONLINE) == usual
    aim(registry, ETHNICITY, 0.85, ANN)
    aim(registry, Scope("ethnicity", "witness"), 0.6, ANN)
    aim(registry, Scope("ethnicity", "", ONLINE), 0.5, ANN, "Voluntary self-report")
    aim(registry, Scope("ethnicity", "victim", ONLINE), 0.55, ANN)
    targets = in_force(registry.database).targets
    asked = [("", ""), ("victim", ""), ("witness", ""), ("", ONLINE), ("witness", ONLINE), ("victim", ONLINE)]
    assert [targets.of("ethnicity", *who) for who in asked] == [0.85, 0.85, 0.6, 0.5, 0.5, 0.55]
    assert targets.of("religion", "victim", ONLINE) == characteristics()["religion"].target
    assert Targets.read(targets.written()) == targets
    applied = targets.applied(characteristics(), "victim", ONLINE)
    assert (applied["ethnicity"].target, applied["religion"].target) == (0.55, characteristics()["religion"].target)
    aim(registry, ETHNICITY, None, BOB)
    assert in_force(registry.database).targets.of("ethnicity", "victim") == usual
    newest = book.history(registry.database)[0]
    assert (newest.was, newest.value, newest.who) == (0.85, None, BOB.id)
    assert audit_log(registry).entries()[0].about["changes"] == [
        {"target": "ethnicity", "role": "", "channel": "", "from": 0.85, "to": None}
    ]


@pytest.mark.parametrize(
    ("scope", "value", "message"),
    [
        (Scope("colour"), 0.5, "There is no characteristic 'colour'"),
        (Scope("ethnicity", "bystander"), 0.5, "There is no role 'bystander'"),
        (ETHNICITY, 1.2, r"120% cannot be aimed at; give more than 0% and at most 100%"),
        (ETHNICITY, 0, "0% cannot be aimed at"),
        (ETHNICITY, None, "nothing to take back"),
        (Scope("ethnicity", "", "a\nb"), 0.5, "A channel is named as the export names it"),
    ],
)
def test_a_target_that_cannot_be_is_refused(tmp_path: Path, scope: Scope, value: float | None, message: str) -> None:
    registry = Registry(tmp_path)
    with pytest.raises(ChoiceError, match=message):
        aim(registry, scope, value, ANN)
    assert audit_log(registry).count() == 0


@given(st.text(max_size=12), st.text(max_size=12).filter(lambda t: ":" not in t), st.text(max_size=20))
def test_a_scope_is_read_back_from_its_name(characteristic: str, role: str, channel: str) -> None:
    scope = Scope(characteristic.replace(":", ""), role, channel)
    assert Scope.of(scope.name) == scope


# ---- roles ---- #


def test_the_last_administrator_stays(registry: Registry) -> None:
    roles, log = Roles(registry.database), audit_log(registry)
    roles.give("ann@force.example", Role.administrator, (), ANN, log)
    for role, teams in ((Role.viewer, ()), (None, ()), (Role.team_lead, ("A",))):
        with pytest.raises(StoreError, match="is the last administrator"):
            roles.give("ann@force.example", role, teams, ANN, log)
    roles.give("bob@force.example", Role.administrator, (), ANN, log)
    roles.give("ann@force.example", None, (), BOB, log)
    assert [(a.who, a.role) for a in roles.all()] == [
        ("ann@force.example", None),
        ("bob@force.example", Role.administrator),
    ]
    with pytest.raises(DeniedError):
        roles.give("ann@force.example", Role.administrator, (), Person("a", "A", Role.analyst), log)


def test_two_administrators_cannot_take_the_role_from_each_other_at_once(registry: Registry) -> None:
    roles, log = Roles(registry.database), audit_log(registry)
    roles.give(ANN.id, Role.administrator, (), ANN, log)
    roles.give(BOB.id, Role.administrator, (), ANN, log)
    start = threading.Barrier(2)

    def take(by: Person, whose: Person) -> bool:
        start.wait()
        try:
            roles.give(whose.id, Role.viewer, (), by, log)
        except StoreError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(take, (ANN, BOB), (BOB, ANN)))
    assert sorted(done) == [False, True]
    assert sum(a.role is Role.administrator for a in roles.all()) == 1


def test_where_groups_make_administrators_the_table_may_have_none(
    registry: Registry, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("EQUALITY_ROLES_CLAIM", "groups")
    environment.setenv("EQUALITY_ROLES_BY_CLAIM", '{"chiefs": "administrator"}')
    settings.cache_clear()
    roles, log = Roles(registry.database), audit_log(registry)
    roles.give(ANN.id, Role.administrator, (), ANN, log)
    roles.give(ANN.id, None, (), ANN, log)
    assert roles.of(ANN.id).role is None  # type: ignore[union-attr]


def test_a_role_that_somebody_else_changed_meanwhile_is_not_overwritten(registry: Registry) -> None:
    roles, log = Roles(registry.database), audit_log(registry)
    roles.give(ANN.id, Role.administrator, (), ANN, log)
    roles.give("carl", Role.viewer, (), ANN, log, seen=0)
    seen = roles.of("carl")
    assert seen
    roles.give("carl", Role.analyst, (), ANN, log, seen=seen.number)
    with pytest.raises(StoreError, match="somebody else changed the role of carl"):
        roles.give("carl", None, (), BOB, log, seen=seen.number)
    assert roles.of("carl").role is Role.analyst  # type: ignore[union-attr]


def test_rows_are_only_appended(registry: Registry) -> None:
    for value in (30, 40, 50):
        choose(registry, {"minimum_n": value}, ANN)
    with registry.database.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT name, version FROM setting_changes ORDER BY version")).all()
    assert [tuple(row) for row in rows] == [("minimum_n", 1), ("minimum_n", 2), ("minimum_n", 3)]
