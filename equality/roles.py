"""The commands of roles: `roles give | list`. The first administrator is made here."""

from __future__ import annotations

from typing import Annotated

import typer

from equality.protection.access import ROLE_TITLES, Roles
from equality.protection.audit import audit_log
from equality.protection.people import Role, local_person
from equality.settings import settings
from equality.store.registry import Registry
from equality.terminal import ReasonOption, StoreOption, mendable, messages, print_line, printable

roles = typer.Typer(no_args_is_help=True, help="Roles: who may do what, once they have signed in.")


@roles.command()
def give(
    who: Annotated[str, typer.Argument(help="The person, as the claim EQUALITY_IDENTITY_CLAIM names them.")],
    role: Annotated[str, typer.Argument(help=f"{', '.join(Role)}, or none: they may do nothing.")],
    team: Annotated[list[str] | None, typer.Option(help="Of a team lead; may be repeated.")] = None,
    reason: ReasonOption = "",
    store: StoreOption = None,
) -> None:
    """Give somebody a role from now on."""
    with mendable():
        if role not in (*Role, "none"):
            raise ValueError(f"unknown role {role}: roles are {', '.join(Role)} and none")
        registry = Registry(store or settings().store)
        given = None if role == "none" else Role(role)
        teams = tuple(team or ())
        Roles(registry.database).give(who, given, teams, local_person(), audit_log(registry), reason)
    messages.print(f"{printable(who)}: {ROLE_TITLES[given] if given else 'no role'}")


@roles.command("list")
def list_roles(
    history: Annotated[bool, typer.Option("--history", help="Every change, the newest first.")] = False,
    store: StoreOption = None,
) -> None:
    """Print who has which role."""
    with mendable():
        table = Roles(Registry(store or settings().store).database)
        for one in table.history() if history else table.all():
            of = f" of {', '.join(one.teams)}" if one.teams else ""
            line = f"{one.who}  {one.role or 'none'}{of}  since {one.at:%Y-%m-%d %H:%M:%S}Z, by {one.by}"
            print_line(line)
