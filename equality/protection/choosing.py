"""Choosing what holds: settings, targets and events change only here, written to the audit log before they do.

Areas and teams that are valid from and to: `equality.exports.validity`, which knows the files that they correct.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from equality.choices import book
from equality.choices.fields import CHOICES, ChoiceError, checked, in_words, weakens
from equality.choices.in_force import InForce, fixed, in_force
from equality.choices.targets import Scope, checked_target
from equality.errors import DeniedError
from equality.measures.catalogue import characteristics
from equality.protection.access import May, may
from equality.protection.audit import Act, audit_log, clean
from equality.protection.people import Person
from equality.store import events
from equality.store.events import Entry, Event
from equality.store.registry import Registry


def choose(
    registry: Registry,
    wanted: Mapping[str, Any],
    by: Person,
    reason: str = "",
    *,
    seen: InForce | None = None,
    agreed: bool = False,
) -> list[str]:
    """Choose settings from now on: all of them or none.

    Args:
        registry: of the store.
        wanted: name of `CHOICES` → value; None goes back to the default. What holds already is left alone.
        by: who decides.
        reason: why.
        seen: what the one who decides has seen; None: what holds now.
        agreed: whether it is agreed that people may be protected less than before.

    Returns:
        The titles of what was changed.

    Raises:
        DeniedError: if they may not.
        ChoiceError: if a value cannot be, is the operator's to set, or protects less and that was not agreed.
        StoreError: if somebody changed one of them since.
        AuditError: if it cannot be written to the audit log.
    """
    _allowed(by, May.administer)
    seen = seen or in_force(registry.database)
    values: dict[str, tuple[Any, Any]] = {}
    wrong: list[str] = []
    for name, value in wanted.items():
        try:
            kept = checked(name, value)
        except ChoiceError as error:
            wrong.append(str(error))
            continue
        was = getattr(seen.settings, name)
        back = kept is None and name in seen.newest and seen.newest[name].value is not None
        if back or (kept is not None and kept != was):
            values[name] = (was, kept)
    for name in sorted(values.keys() & fixed()):
        wrong.append(
            f"{CHOICES[name].title}: the operator has fixed it (EQUALITY_{name.upper()}); it is changed there only."
        )
    weaker = [name for name, (was, kept) in values.items() if weakens(name, was, _holding(name, kept))]
    if weaker and not agreed:
        wrong += [
            f"{CHOICES[name].title}: this protects less than before. {CHOICES[name].weakening} Say that this is agreed "
            "(in a command: --agreed)."
            for name in weaker
        ]
    if wrong:
        raise ChoiceError(f"Nothing was changed. {' '.join(wrong)}")
    changes = [
        {"setting": name, "from": was, "to": kept, **({"weaker": True} if name in weaker else {})}
        for name, (was, kept) in values.items()
    ]
    _write(registry, values, {n: seen.version(n) for n in values}, by, reason, changes)
    return [f"{CHOICES[n].title}: {in_words(CHOICES[n], _holding(n, kept))}" for n, (_, kept) in values.items()]


def aim(
    registry: Registry,
    scope: Scope,
    value: float | None,
    by: Person,
    reason: str = "",
    *,
    seen: InForce | None = None,
) -> None:
    """Choose a target from now on.

    Args:
        registry: of the store.
        scope: what it speaks of.
        value: share known that is aimed at, 0 to 1; None takes a chosen target back.
        by: who decides.
        reason: why.
        seen: what the one who decides has seen; None: what holds now.

    Raises:
        DeniedError: if they may not.
        ChoiceError: if it cannot be aimed at, or there is nothing to take back.
        StoreError: if somebody changed it since.
        AuditError: if it cannot be written to the audit log.
    """
    _allowed(by, May.administer)
    seen = seen or in_force(registry.database)
    kept = checked_target(scope, value)
    was = seen.targets.chosen.get(scope)
    title = characteristics()[scope.characteristic].title
    if kept is None and was is None:
        raise ChoiceError(f"{title}, {scope.words}: no target was chosen for it, so there is nothing to take back.")
    if kept is not None and kept == was:
        raise ChoiceError(f"{title}, {scope.words}: {100 * kept:g}% is the target already; nothing was changed.")
    before = seen.targets.of(scope.characteristic, scope.role, scope.channel)
    about = {
        "target": scope.characteristic,
        "role": scope.role,
        "channel": scope.channel,
        "from": before,
        "to": kept,
    }
    _write(registry, {scope.name: (before, kept)}, {scope.name: seen.version(scope.name)}, by, reason, [about])


def enter_event(registry: Registry, source: str, event: Event, by: Person, reason: str = "") -> str:
    """Enter an event, as `equality.store.events.enter` does.

    Raises:
        DeniedError: if they may not.
        AuditError: if it cannot be written to the audit log.
        StoreError: if the event says nothing that can be drawn.
    """
    event = events.checked(event)
    with _acting_on_event(registry, "entered", source, event, by, reason):
        return events.enter(registry.database, source, event, by.id)


def edit_event(registry: Registry, of: Entry, event: Event, by: Person, reason: str = "") -> None:
    """Say something else of an event from now on, as `equality.store.events.edit` does; raises as `enter_event`."""
    event = events.checked(event)
    with _acting_on_event(registry, "edited", of.source, event, by, reason, of.event_id):
        events.edit(registry.database, of, event, by.id)


def withdraw_event(registry: Registry, of: Entry, by: Person, reason: str = "") -> None:
    """Take an event off the charts, as `equality.store.events.withdraw` does; raises as `enter_event`."""
    with _acting_on_event(registry, "withdrawn", of.source, of.event, by, reason, of.event_id):
        events.withdraw(registry.database, of, by.id)


def _acting_on_event(
    registry: Registry, action: str, source: str, event: Event, by: Person, reason: str, event_id: str = ""
) -> Any:
    _allowed(by, May.events)
    about = {"event": action, "id": event_id, "source": source, "title": event.title, "day": str(event.happened_on)}
    return audit_log(registry).acting(Act.settings, by, about, reason)


def _holding(name: str, kept: Any) -> Any:
    """What will hold: a choice that is taken back leaves the default."""
    return CHOICES[name].default if kept is None else kept


def _write(
    registry: Registry,
    values: Mapping[str, tuple[Any, Any]],
    seen: Mapping[str, int],
    by: Person,
    reason: str,
    changes: list[dict[str, Any]],
) -> None:
    if values:
        with audit_log(registry).acting(Act.settings, by, {"changes": changes}, reason):
            book.append(registry.database, values, seen, by.id, clean(reason))


def _allowed(by: Person, what: May) -> None:
    if not may(by, what):
        raise DeniedError("Nothing was changed: this is not for your role. Ask an administrator.")


__all__ = ["aim", "choose", "edit_event", "enter_event", "withdraw_event"]
