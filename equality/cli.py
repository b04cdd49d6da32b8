"""The command line: `python -m equality load | snapshots | purge | counts | audit | settings | worklist | …`."""

from __future__ import annotations

import json
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from equality import assigning, auditing, composing, keeping, looking, setting
from equality.choices.in_force import in_force
from equality.measures.counts import RATES, slice_counts, with_rates
from equality.measures.dimensions import DIMENSIONS, FLAGS, Selection, check_dimensions
from equality.measures.states import STATES
from equality.protection.disclosure import MARKER, Disclosure, rule, secret_of
from equality.roles import roles
from equality.sample_events import enter_sample_events
from equality.settings import ROOT, settings
from equality.store.registry import Registry
from equality.store.snapshot import Snapshot
from equality.terminal import Format, StoreOption, mendable, messages, month_range, print_frame, print_line, progress

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.command()(keeping.load)
app.command()(looking.loads)
app.command()(looking.snapshots)
app.command()(looking.rejected)
app.command()(keeping.purge)
app.command()(composing.briefing)

profiles = typer.Typer(no_args_is_help=True, help="Profiles: how an export's headings and labels are to be read.")
app.add_typer(profiles, name="profile")
app.add_typer(auditing.audit, name="audit")
app.add_typer(roles, name="roles")
app.add_typer(setting.commands, name="settings")
app.add_typer(assigning.worklist, name="worklist")


class Audience(StrEnum):
    """Whom `counts` prints for."""

    analyst = "analyst"
    viewer = "viewer"


@app.command()
def counts(
    by: Annotated[str, typer.Option(help=f"Dimensions, separated by commas: {', '.join(DIMENSIONS)}.")],
    characteristic: Annotated[str, typer.Option(help="Which characteristic to count.")],
    period: Annotated[str, typer.Option(help="Months, as 2026-01..2026-10; default: all.")] = "",
    role: Annotated[list[str] | None, typer.Option(help="Only this role; may be repeated.")] = None,
    flag: Annotated[list[str] | None, typer.Option(help="Only crimes with this flag; may be repeated.")] = None,
    source: Annotated[str, typer.Option(help="Which export; default: the first that holds what is asked.")] = "",
    audience: Annotated[
        Audience, typer.Option(help="For whom: viewers get rounded figures, the small ones suppressed.")
    ] = Audience.analyst,
    output: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.table,
    store: StoreOption = None,
) -> None:
    """Print counts by state, and the rates with their 95 % Wilson limits, for any slice."""
    with mendable():
        dimensions = [name.strip() for name in by.split(",") if name.strip()]
        registry = Registry(store or settings().store)
        where = {"role": tuple(role)} if role else {}
        for name in flag or []:
            if name not in FLAGS:
                raise ValueError(f"unknown flag {name}: flags are {', '.join(FLAGS)}")
        selection = Selection(period=month_range(period), where=where, flags=tuple(flag or ()))
        snapshot, sliced = _first_slice(
            registry, _fitting(registry, source, dimensions, characteristic), dimensions, characteristic, selection
        )
        if audience is Audience.viewer:
            sliced = _for_viewers(registry, snapshot, dimensions, characteristic, selection)
        columns = [*dimensions, "applicable", *STATES]
        columns += [f"{rate}{suffix}" for rate in RATES for suffix in ("", "_low", "_high")]
        printed = with_rates(sliced).select(columns)
        if audience is Audience.viewer:
            printed = _marked(printed, in_force(registry.database).settings.minimum_n)
        if snapshot.synthetic:
            # Behind the agreed columns, so that a file made from this output still says what it is.
            printed = printed.with_columns(data_status=pl.lit("SYNTHETIC"))
        print_frame(printed, output)
    note = "SYNTHETIC data. " if snapshot.synthetic else ""
    messages.print(f"{note}{snapshot.title}, extract of {snapshot.extract_date:%d %B %Y}, snapshot {snapshot.id}")


def _for_viewers(
    registry: Registry, snapshot: Snapshot, dimensions: list[str], characteristic: str, selection: Selection
) -> pl.DataFrame:
    """The slice as the dashboard shows it to viewers."""
    given = rule(in_force(registry.database).settings)
    seen = Disclosure(registry.counts(snapshot).collect(), secret_of(registry.store), given)
    if seen.refuses(dimensions, selection):
        raise ValueError(f"viewers may combine at most {given.dimensions} dimensions beside month and role")
    messages.print(seen.rule.sentence)
    return seen.slice(by=dimensions, characteristics=[characteristic], selection=selection)


def _marked(frame: pl.DataFrame, minimum_n: int) -> pl.DataFrame:
    """Counts as text, with the marker where one is suppressed; so is a rate that needs one or has too few people."""
    few = pl.col("applicable").is_null() | pl.col("applicable").is_between(1, minimum_n - 1)
    rates = [f"{rate}{suffix}" for rate in RATES for suffix in ("", "_low", "_high")]
    return frame.with_columns(pl.when(~few).then(pl.col(name)).alias(name) for name in rates).with_columns(
        pl.col(name).cast(pl.String).fill_null(MARKER) for name in ("applicable", *STATES)
    )


def _fitting(registry: Registry, source: str, dimensions: list[str], characteristic: str) -> list[Snapshot]:
    """The newest snapshot of each source, or of the one asked for, that holds what is asked."""
    found = [s for name in registry.sources() if (s := registry.latest(name))]
    if not found:
        raise ValueError(f"the store {registry.store} is empty; load an export first: python -m equality load --help")
    if source:
        found = [s for s in found if s.source == source]
        if not found:
            raise ValueError(f"the store has no source {source}: it has {', '.join(registry.sources())}")
    fitting = [s for s in found if characteristic in s.characteristics and set(dimensions) <= set(s.dimensions)]
    if fitting:
        return fitting
    held = sorted({c for s in found for c in s.characteristics})
    if characteristic not in held:
        raise ValueError(f"unknown characteristic {characteristic}: this store has {', '.join(held)}")
    check_dimensions(dimensions, sorted({d for s in found for d in s.dimensions}))
    raise ValueError(f"no export in the store holds {characteristic} together with {', '.join(dimensions)}")


def _first_slice(
    registry: Registry, snapshots: list[Snapshot], dimensions: list[str], characteristic: str, selection: Selection
) -> tuple[Snapshot, pl.DataFrame]:
    """The first snapshot that has records in the selection, and its slice."""
    for snapshot in snapshots:
        # Grouped by role even where not asked: an ungrouped slice of nothing has a row of zeros.
        by = dimensions or ["role"]
        frame = registry.counts(snapshot)
        sliced = slice_counts(frame, by=by, characteristics=[characteristic], selection=selection)
        if not sliced.is_empty():
            return snapshot, sliced if dimensions else slice_counts(
                frame, characteristics=[characteristic], selection=selection
            )
    described = []
    for snapshot in snapshots:
        roles = registry.counts(snapshot).select(pl.col("role").unique().sort()).collect()["role"].to_list()
        described.append(f"{snapshot.source} has the roles {', '.join(roles)} in {'..'.join(snapshot.months)}")
    raise ValueError(f"there are no records in this selection: {'; '.join(described)}")


@app.command()
def synthesise(
    out: Annotated[Path, typer.Argument(help="Folder for the export files.")],
    people: Annotated[int, typer.Option(help="About how many person-role records.", min=1000)] = 200_000,
    months: Annotated[int, typer.Option(help="How many monthly extracts.", min=24)] = 25,
    until: Annotated[
        str, typer.Option(help="Date of the last extract, a first of a month; default: this month's.")
    ] = "",
    seed: Annotated[int, typer.Option(help="The same seed makes the same files.")] = 20191008,
) -> None:
    """Make a SYNTHETIC Athena-shaped export: every row says so. See docs/synthetic.md."""
    from equality.synthetic import generate

    with mendable():
        last = date.fromisoformat(until) if until else _first_of_this_month()
        with progress("Synthesising") as report:
            made = generate(
                out,
                people=people,
                months=months,
                until=last,
                seed=seed,
                progress=lambda done, steps: report(done, steps, "extracts"),
            )
    messages.print(f"{len(made)} synthetic extracts in {out}")


def _first_of_this_month() -> date:
    return date.today().replace(day=1)


@profiles.command("draft")
def profile_draft(
    files: Annotated[list[Path], typer.Argument(help="An export; or a file of each table, if keys join several.")],
    out: Annotated[Path, typer.Option("--out", help="The profile to write; its name becomes the profile's.")],
) -> None:
    """Recognise the profile that a file fits, or draft one. What stays open is said, and stands in the file."""
    from equality.exports.draft import draft
    from equality.exports.draft_set import draft_set

    with mendable():
        if out.suffix != ".yaml":
            raise ValueError(f"{out}: a profile's name ends in .yaml")
        if out.exists():
            raise ValueError(f"{out} exists already; choose another name or delete it")
        if not out.parent.is_dir():
            raise ValueError(f"{out.parent} is no folder; make it first")
        made, keys = draft_set(files, out.stem) if len(files) > 1 else (draft(files[0], out.stem), [])
        out.write_text(made.text, encoding="utf-8")
    found = f"the headings of {made.recognised}" if made.recognised else "no known headings; drafted"
    used = sum(bool(column.field) for column in made.columns)
    messages.print(f"{out}: {found}; {used} of {len(made.columns)} columns are used")
    for key in keys:
        messages.print(f"  key: {key}")
    for question in made.questions:
        messages.print(f"  open: {question}")
    if made.profile is None:
        messages.print("The draft is not complete: settle what is open, then load with --profile.")


@profiles.command("check")
def profile_check(
    profile: Annotated[str, typer.Argument(help="Name of a profile, or the path of a YAML file.")],
    export: Annotated[Path | None, typer.Argument(help="An export: what it would become is printed.")] = None,
) -> None:
    """Check that a profile says what it must, and what an export would become with it. Nothing is stored."""
    from equality.exports.outlook import outlook
    from equality.exports.profile import load_profile
    from equality.exports.sample import sample

    with mendable():
        known = load_profile(profile)
        messages.print(f"{profile}: sound; source {known.source}, {len(known.characteristics)} characteristics")
        if export is None:
            return
        looked_at = sample(export)
        looked_at.fitting(known)
        seen = outlook(looked_at, known)
    rows = [{"column": c.heading, "becomes": c.field or c.also or "not used", "cells": c.cells} for c in seen.columns]
    print_frame(pl.DataFrame(rows), Format.table)
    for column in seen.columns:
        for label, records in column.unmapped.items():
            print_line(f"{column.field}: {json.dumps(label, ensure_ascii=False)} is in no list ({records:,} records)")
    messages.print(f"{seen.looked_at:,} of {seen.rows:,} rows were looked at; open questions: {len(seen.questions)}")
    for question in seen.questions:
        messages.print(f"  open: {question}")


@app.command()
def seed(
    store: StoreOption = None,
    people: Annotated[int, typer.Option(help="About how many synthetic person-role records.", min=1000)] = 200_000,
) -> None:
    """Load the sample exports if the store is empty: the real stop-and-search months and a synthetic Athena export."""
    folder = store or settings().store
    if Registry(folder).sources():
        messages.print(f"The store {folder} already has exports; nothing to do.")
        return
    messages.print("The store is empty: loading the sample exports (once, about half a minute).")
    keeping.load("data.police.uk", sorted((ROOT / "data" / "samples" / "stop_and_search").glob("*.csv")), store=folder)
    exports = folder / "synthetic"
    synthesise(exports, people=people)
    # Synthetic extracts differ as the planted facts want it; nobody has to look at that first.
    keeping.load("athena", sorted(exports.glob("*.csv")), accept_warnings=True, store=folder)
    enter_sample_events(Registry(folder), _first_of_this_month())
