"""The command `briefing`: composes a briefing, for a person or a scheduler, or makes an earlier one again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from equality.briefing.formats import ENDINGS
from equality.choices.in_force import in_force
from equality.protection.audit import Act, audit_log
from equality.protection.disclosure import rule
from equality.protection.people import local_person
from equality.settings import settings
from equality.store.registry import Registry
from equality.store.snapshot import Snapshot
from equality.terminal import ReasonOption, StoreOption, mendable, messages, print_line

if TYPE_CHECKING:
    from equality.briefing.order import Order
    from equality.briefing.preset import Preset


def briefing(
    period: Annotated[str, typer.Option(help="The last month, as 2026-10; default: the newest of the source.")] = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", help=f"A file ending in {', '.join(ENDINGS)}; or a folder, for all formats."),
    ] = None,
    preset: Annotated[str, typer.Option(help="Name of a preset, or the path of a YAML file.")] = "pcc-monthly",
    source: Annotated[str, typer.Option(help="Which export; default: the first.")] = "",
    area: Annotated[list[str] | None, typer.Option(help="Only this district; may be repeated.")] = None,
    flag: Annotated[list[str] | None, typer.Option(help="Only crimes with this flag; may be repeated.")] = None,
    role: Annotated[str, typer.Option(help="Role of the people counted; default: the source's own.")] = "",
    again: Annotated[str, typer.Option(help="Make a kept briefing again and compare what it says.")] = "",
    listed: Annotated[bool, typer.Option("--list", help="List the briefings that are kept, and the presets.")] = False,
    reason: ReasonOption = "",
    store: StoreOption = None,
) -> None:
    """Make a briefing: PDF, slides, web page, workbook and CSV files of the same figures. It is kept in the store."""
    # Here and below not at the top: what composes takes a while to import, and every command would wait for it.
    from equality.briefing.keep import files_of, keep
    from equality.briefing.order import carry_out

    with mendable():
        registry = Registry(store or settings().store)
        if listed:
            _list(registry)
            return
        if again:
            _again(registry, again)
            return
        if out is None:
            raise ValueError("say where the briefing is to be written: --out FILE or --out FOLDER")
        endings = _endings(out)
        order = _order(registry, preset, period, source, area or [], flag or [], role)
        about = {"of": "briefing", "briefing": order.identifier, "snapshot": order.snapshot, "file": out.name}
        with audit_log(registry).acting(Act.download, local_person(), about, reason):
            made = carry_out(order, registry)
            files = files_of(made)
            one = keep(registry, order, made, files)
            for ending in endings:
                path = out / f"{order.identifier}.{ending}" if out.is_dir() else out
                _write(path, files[ending])
                messages.print(f"{path}")
    messages.print(f"Kept as {order.identifier}; SHA-256 of what it says: {one.checksum}")


def _endings(out: Path) -> list[str]:
    if out.is_dir():
        return list(ENDINGS)
    found = [ending for ending in ENDINGS if out.name.endswith(f".{ending}")]
    if not found:
        raise ValueError(f"{out}: the name must end in {', '.join(ENDINGS)}, or be a folder that exists")
    if out.exists():
        raise ValueError(f"{out} exists already; choose another name or delete it")
    return found


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)


def _order(
    registry: Registry, preset: str, period: str, source: str, areas: list[str], flags: list[str], role: str
) -> Order:
    from equality.briefing.order import Order
    from equality.reading.stored import extracts

    snapshot = _snapshot(registry, source)
    name, chosen = _preset(preset)
    holding = in_force(registry.database)
    return Order(
        snapshot=snapshot.id,
        preset=chosen,
        preset_name=name,
        month=period or snapshot.months[1],
        role=role or snapshot.headline_role,
        where={"area": tuple(areas)} if areas else {},
        flags=tuple(flags),
        minimum_n=holding.settings.minimum_n,
        rule=rule(holding.settings),
        targets=holding.targets.written(),
        made_by=local_person().name,
        made_at=datetime.now(UTC).replace(microsecond=0),
        extracts=tuple(s.id for s in extracts(registry, snapshot)),
    )


def _snapshot(registry: Registry, source: str) -> Snapshot:
    sources = registry.sources()
    if not sources:
        raise ValueError(f"the store {registry.store} is empty; load an export first: python -m equality load --help")
    if source and source not in sources:
        raise ValueError(f"the store has no source {source}: it has {', '.join(sources)}")
    found = registry.latest(source or sources[0])
    if found is None:
        raise ValueError(f"the source {source} has no snapshot")
    return found


def _preset(name: str) -> tuple[str, Preset]:
    from equality.briefing.own import every
    from equality.briefing.preset import read

    known = every()
    if name in known:
        return name, known[name]
    path = Path(name)
    if path.suffix != ".yaml":
        raise ValueError(f"there is no preset {name}: there are {', '.join(known)}, or give a YAML file")
    return path.stem, read(path)


def _list(registry: Registry) -> None:
    from equality.briefing.keep import kept
    from equality.briefing.own import every, own

    for one in kept(registry):
        print_line(f"{one.order.identifier}  {one.order.preset.title}  {one.checksum[:12]}")
    for name, preset in every().items():
        messages.print(f"preset {name}: {preset.about} ({preset.audience})")
    for wrong in own()[1]:
        messages.print(f"not usable: {wrong}")


def _again(registry: Registry, identifier: str) -> None:
    from equality.briefing.document import sentences
    from equality.briefing.keep import find
    from equality.briefing.order import carry_out

    one = find(registry, identifier)
    made = carry_out(one.order, registry)
    before, now = one.said, sentences(made)
    if before == now:
        messages.print(f"{identifier}: what it says is the same, word for word ({len(now):,} sentences and numbers).")
        return
    differing = sum(a != b for a, b in zip(before, now, strict=False)) + abs(len(before) - len(now))
    raise ValueError(f"{identifier}: {differing:,} of {len(before):,} sentences and numbers differ now")
