"""The commands of settings and targets: `settings list | set | history`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

import typer

from equality.choices import book, entries
from equality.choices.fields import CHOICES, Choice, ChoiceError, in_words, limit_words
from equality.choices.in_force import InForce, fixed, in_force
from equality.choices.targets import Scope
from equality.protection.choosing import aim, choose
from equality.protection.people import local_person
from equality.settings import settings
from equality.store.registry import Registry
from equality.terminal import ReasonOption, StoreOption, mendable, messages, print_line

commands = typer.Typer(no_args_is_help=True, help="Settings and targets: what holds, who decided it, and why.")
DEFAULT = "default"
"""The value that takes a choice back."""


@commands.command("list")
def list_settings(store: StoreOption = None) -> None:
    """Print what holds: settings, then targets."""
    with mendable():
        holding = in_force(Registry(store or settings().store).database)
    for name, choice in CHOICES.items():
        value = getattr(holding.settings, name)
        print_line(f"{name}  {in_words(choice, value)}  ({_origin(name, holding)}{_limits(choice)})")
    for name, share in holding.targets.general().items():
        print_line(f"target:{name}  {100 * share:g}%  ({_origin(Scope(name).name, holding)})")
    for scope, share in sorted(holding.targets.chosen.items(), key=lambda item: item[0].name):
        if scope.role or scope.channel:
            print_line(
                f"target:{scope.characteristic}  {100 * share:g}%  for {scope.words}  ({_origin(scope.name, holding)})"
            )


@commands.command("set")
def set_one(
    name: Annotated[str, typer.Argument(help=f"{', '.join(CHOICES)}, or target:CHARACTERISTIC.")],
    value: Annotated[str, typer.Argument(help=f"A number, a share as 0.8 or 80%, yes or no; or {DEFAULT}.")],
    role: Annotated[str, typer.Option(help="Of a target: only people in this role.")] = "",
    channel: Annotated[str, typer.Option(help="Of a target: only crimes reported by this channel.")] = "",
    agreed: Annotated[bool, typer.Option("--agreed", help="That people are protected less is agreed.")] = False,
    reason: ReasonOption = "",
    store: StoreOption = None,
) -> None:
    """Choose a setting or a target from now on, on every page and in every process that shares the registry."""
    with mendable():
        registry = Registry(store or settings().store)
        kind, _, characteristic = name.partition(":")
        if kind == "target":
            scope = Scope(characteristic, role, channel)
            aim(registry, scope, _number(value), local_person(), reason)
            share = in_force(registry.database).targets.of(characteristic, role, channel)
            messages.print(f"{characteristic}, {scope.words}: the target is {100 * share:g}%")
            return
        if role or channel:
            raise ChoiceError("Only targets are for a role or a channel.")
        given = _yes_or_no(value) if name in CHOICES and CHOICES[name].unit == "yes" else _number(value)
        changed = choose(registry, {name: given}, local_person(), reason, agreed=agreed)
    messages.print("\n".join(changed) or "That holds already; nothing was changed.")


@commands.command("history")
def history(store: StoreOption = None) -> None:
    """Print every change of settings, targets, areas and teams, the newest first."""
    with mendable():
        database = Registry(store or settings().store).database
        lines: list[tuple[datetime, str]] = []
        for change in book.history(database):
            said = f"{_named(change.name)}: {json.dumps(change.was)} → {json.dumps(change.value)}"
            lines.append((change.at, f"{change.at:%Y-%m-%d %H:%M:%S}Z  {change.who}  {said}{_because(change.reason)}"))
        for entry in entries.history(database):
            one = entry.valid
            said = f"{entry.of}: {entry.action} {one.label} → {one.value}, {one.start or '…'} to {one.end or '…'}"
            lines.append((entry.at, f"{entry.at:%Y-%m-%d %H:%M:%S}Z  {entry.who}  {said}{_because(entry.reason)}"))
    for _, line in sorted(lines, key=lambda pair: pair[0], reverse=True):
        print_line(line)


def _limits(choice: Choice) -> str:
    return "" if choice.unit == "yes" else f"; may be {limit_words(choice)}"


def _named(name: str) -> str:
    scope = Scope.of(name)
    if scope is None:
        return name
    return f"target:{scope.characteristic}" + (f" for {scope.words}" if scope.role or scope.channel else "")


def _because(reason: str) -> str:
    return f"  because: {reason}" if reason else ""


def _origin(name: str, holding: InForce) -> str:
    if name in fixed():
        return f"fixed by EQUALITY_{name.upper()}"
    change = holding.newest.get(name)
    if change is None or change.value is None:
        return "default"
    return f"chosen by {change.who} on {change.at:%Y-%m-%d}"


def _number(text: str) -> float | None:
    if text == DEFAULT:
        return None
    try:
        return round(float(text[:-1]) / 100, 6) if text.endswith("%") else float(text)
    except ValueError:
        raise ChoiceError(f"{text!r} is no number: give one such as 20, 0.8 or 80%, or {DEFAULT}.") from None


def _yes_or_no(text: str) -> Any:
    if text in ("yes", "no", DEFAULT):
        return {"yes": True, "no": False, DEFAULT: None}[text]
    raise ChoiceError(f"{text!r} is neither yes nor no, nor {DEFAULT}.")
