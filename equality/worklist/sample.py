"""Audit samples: records drawn at random, stratum by stratum, whose entry somebody compares with its source.

Which records were drawn is record-level data (`equality.worklist.references`) and goes with the records. The design,
the strata and the findings are in the registry and stay: an item is known there by its number alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import polars as pl
import sqlalchemy as sa

from equality.analysis.sampling import LEAST, Estimate, allocate, draw, estimate, sample_size
from equality.errors import StoreError
from equality.measures.states import state_column
from equality.protection.audit import Act, AuditLog, clean
from equality.protection.people import Person
from equality.store import tables
from equality.store.registry import KEY, Registry
from equality.store.snapshot import Snapshot
from equality.worklist.cells import matching, records_with_states
from equality.worklist.references import forget, keep, kept
from equality.worklist.shown import ONLY_OPEN
from equality.worklist.tasks import permit
from equality.worklist.wanted import RECOVERABLE, Wanted
from equality.worklist.written import reading, writing

FINDINGS: Final[Mapping[str, str]] = {
    "agrees": "Agrees with the source",
    "differs": "Differs from the source",
    "untold": "Cannot be told",
}
LONGEST_NOTE: Final = 500
LARGEST: Final = 5_000
"""Items of one sample: nobody listens to more calls."""
_samples, _findings = tables.audit_samples, tables.audit_findings
_ROW: Final = ("source_file", "source_row")


@dataclass(frozen=True)
class Design:
    """How a sample is drawn.

    Attributes:
        by: the dimension whose values are the strata.
        precision: half the width that the interval of the share may have, 0 to 1.
        confidence: of the interval, 0 to 1.
        expected: the share that is expected to agree, 0 to 1.
        seed: the same seed and snapshot give the same sample.
        least: items of each stratum at least.
    """

    by: str
    precision: float = 0.05
    confidence: float = 0.95
    expected: float = 0.5
    seed: int = 1
    least: int = LEAST


@dataclass(frozen=True)
class Stratum:
    """A part of the population: its name, how many records it has, how many of them were drawn."""

    name: str
    population: int
    drawn: int


@dataclass(frozen=True)
class Sample:
    """A sample that was drawn.

    Attributes:
        id: unique.
        number: what people call it by, 1 for the store's first.
        source: of its snapshot.
        snapshot_id: from which it was drawn.
        wanted: the population; its one characteristic is what is audited.
        design: how it was drawn.
        strata: by name; items are numbered from 1 through them.
        at: UTC.
        who: drew it.
    """

    id: str
    number: int
    source: str
    snapshot_id: str
    wanted: Wanted
    design: Design
    strata: tuple[Stratum, ...]
    at: datetime
    who: str

    @property
    def characteristic(self) -> str:
        """What is audited."""
        return self.wanted.characteristics[0]

    @property
    def items(self) -> int:
        """How many records were drawn."""
        return sum(stratum.drawn for stratum in self.strata)

    @property
    def population(self) -> int:
        """From how many."""
        return sum(stratum.population for stratum in self.strata)


def plan(registry: Registry, snapshot: Snapshot, wanted: Wanted, design: Design, by: Person) -> tuple[Stratum, ...]:
    """The strata of a sample, and how many of each would be drawn; nothing is.

    Raises:
        StoreError: if the design cannot be, or it is of several characteristics.
    """
    return _strata(_population(registry, snapshot, wanted, design, by), design)


def take(
    registry: Registry,
    snapshot: Snapshot,
    wanted: Wanted,
    design: Design,
    *,
    by: Person,
    log: AuditLog,
    reason: str = "",
) -> Sample:
    """Draw a sample and keep it.

    Raises:
        StoreError: if the design cannot be, there is nothing to draw from.
        AuditError: if it cannot be written to the audit log; then nothing is drawn.
    """
    population = _population(registry, snapshot, wanted, design, by)
    strata = _strata(population, design)
    items = sum(stratum.drawn for stratum in strata)
    if not items:
        raise StoreError("There is nothing to draw from: nobody is in this selection.")
    if items > LARGEST:
        raise StoreError(f"{items:,} items are more than a sample may have ({LARGEST:,}): ask for less precision.")
    identifier = uuid4().hex
    about = {
        "sample": identifier,
        "snapshot": snapshot.id,
        "wanted": wanted.as_dict(),
        "design": asdict(design),
        "items": items,
    }
    with log.acting(Act.assignment, by, about, reason):
        everybody = population.collect(engine="streaming")
        drawn = draw(everybody, (*KEY, *_ROW), {s.name: s.drawn for s in strata}, design.seed)
        keep(registry, snapshot, _file(identifier), drawn.drop(_ROW))
        try:
            _insert(registry, identifier, snapshot, wanted, design, strata, by)
        except BaseException:
            forget(registry, snapshot.source, _file(identifier))
            raise
    return sample(registry, identifier)


def samples(registry: Registry, source: str = "") -> list[Sample]:
    """The samples of a source, or of all, the newest first."""
    return _read(registry, _samples.c.source == source if source else sa.true())[::-1]


def sample(registry: Registry, identifier: str) -> Sample:
    """One sample.

    Raises:
        StoreError: if there is none with this identifier.
    """
    found = _read(registry, _samples.c.id == identifier)
    if not found:
        raise StoreError("There is no such sample.")
    return found[0]


def items(registry: Registry, of: Sample, *, by: Person, log: AuditLog, reason: str = "") -> pl.DataFrame:
    """The records of a sample, to be looked up in the source.

    Returns:
        `item`, `stratum`, `crime_ref`, `person_ref`, `role`, `recorded_on`, `state`, `recorded` (what the export says);
        without those whose records were purged.

    Raises:
        StoreError: if all records were purged.
        AuditError: if it cannot be written to the audit log; then nothing is shown.
    """
    permit(by)
    frame = kept(registry, of.source, _file(of.id))
    if frame is None:
        raise StoreError(f"The records of sample {of.number} were purged; its findings are kept.")
    about = {"of": "audit sample", "sample": of.id, "number": of.number, "rows": of.items}
    with log.acting(Act.records, by, about, reason):
        return frame.drop("extract_date").sort("item").collect()


def record(
    registry: Registry,
    of: Sample,
    found: Mapping[int, tuple[str, str]],
    *,
    by: Person,
    log: AuditLog,
    reason: str = "",
) -> None:
    """Write down what was found of items; what was written before stays in the history.

    Args:
        registry: of the store.
        of: the sample.
        found: item → one of `FINDINGS`, and a note.
        by: the auditor.
        log: the audit log.
        reason: why, for the audit log.

    Raises:
        StoreError: if an item or finding is none, a note is too long, or somebody wrote at the same time.
        AuditError: if it cannot be written to the audit log; then nothing is recorded.
    """
    permit(by)
    notes = {item: clean(note) for item, (_, note) in found.items()}
    if not all(1 <= item <= of.items for item in found) or not {f for f, _ in found.values()} <= set(FINDINGS):
        raise StoreError(f"A finding is of an item from 1 to {of.items}, and one of: {', '.join(FINDINGS.values())}.")
    if any(len(note) > LONGEST_NOTE for _, note in found.values()):
        raise StoreError(f"A note has at most {LONGEST_NOTE} characters.")
    at = datetime.now(UTC).replace(tzinfo=None)
    before = {row["item"]: row["version"] for row in findings(registry, of).to_dicts()}
    rows = [
        {
            "sample_id": of.id,
            "item": item,
            "version": before.get(item, 0) + 1,
            "finding": finding,
            "note": notes[item],
            "at": at,
            "who": by.id,
        }
        for item, (finding, _) in sorted(found.items())
    ]
    if not rows:
        return
    about = {"of": "audit findings", "sample": of.id, "number": of.number, "items": sorted(found)}
    with log.acting(Act.assignment, by, about, reason), writing(registry.database) as connection:
        connection.execute(_findings.insert(), rows)


def findings(registry: Registry, of: Sample) -> pl.DataFrame:
    """What holds of each item that was looked at: `item`, `version`, `finding`, `note`, `at`, `who`."""
    rows = reading(registry.database, sa.select(_findings).where(_findings.c.sample_id == of.id))
    schema: dict[str, Any] = {
        "item": pl.Int64, "version": pl.Int64, "finding": pl.String, "note": pl.String, "at": pl.Datetime("us"),
        "who": pl.String,
    }  # fmt: skip
    frame = pl.DataFrame([{name: getattr(row, name) for name in schema} for row in rows], schema=schema)
    return frame.sort("item", "version").group_by("item", maintain_order=True).last()


def by_stratum(of: Sample, found: pl.DataFrame) -> pl.DataFrame:
    """What was found, by stratum: `stratum`, `population`, `drawn`, `agrees`, `differs`, `untold`, `open`."""
    names = [stratum.name for stratum in of.strata for _ in range(stratum.drawn)]
    types = {"item": pl.Int64, "stratum": pl.String}
    every = pl.DataFrame({"item": range(1, of.items + 1), "stratum": names}, schema=types)
    counted = (
        every.join(found, on="item", how="left")
        .group_by("stratum")
        .agg((pl.col("finding") == kind).sum().cast(pl.Int64).alias(kind) for kind in FINDINGS)
    )
    strata = pl.DataFrame(
        [(s.name, s.population, s.drawn) for s in of.strata],
        schema={"stratum": pl.String, "population": pl.Int64, "drawn": pl.Int64},
        orient="row",
    )
    joined = strata.join(counted, on="stratum", how="left", maintain_order="left")
    return joined.with_columns(pl.col(*FINDINGS).fill_null(0)).with_columns(
        open=pl.col("drawn") - pl.sum_horizontal(*FINDINGS)
    )


def result(of: Sample, found: pl.DataFrame) -> Estimate | None:
    """The share of the population whose entry agrees with its source; None until every stratum has a finding that
    tells.
    """
    return estimate(by_stratum(of, found), of.design.confidence)


def _population(registry: Registry, snapshot: Snapshot, wanted: Wanted, design: Design, by: Person) -> pl.LazyFrame:
    """The records to draw from, with what is kept of those that are drawn."""
    permit(by)
    name, *others = wanted.characteristics
    if others:
        raise StoreError("A sample audits one characteristic.")
    if name in ONLY_OPEN:
        raise StoreError("Of gender reassignment no answer is shown record by record, so it cannot be audited here.")
    if design.by not in snapshot.dimensions or name not in snapshot.characteristics:
        raise StoreError("This export does not hold the characteristic or the dimension of the sample.")
    frame = records_with_states(registry, snapshot, elsewhere=RECOVERABLE in wanted.states)
    return matching(frame, wanted, None).select(
        *(pl.col(key).cast(pl.String) for key in KEY),
        *_ROW,
        "extract_date",
        "recorded_on",
        pl.col(design.by).cast(pl.String).alias("stratum"),
        pl.col(state_column(name)).cast(pl.String).alias("state"),
        pl.col(f"{name}_raw").cast(pl.String).alias("recorded"),
    )


def _strata(population: pl.LazyFrame, design: Design) -> tuple[Stratum, ...]:
    counted = population.group_by("stratum").agg(pl.len().alias("n")).sort("stratum").collect(engine="streaming")
    names, sizes = counted["stratum"].to_list(), counted["n"].to_list()
    try:
        wanted = sample_size(sum(sizes), design.precision, design.confidence, design.expected)
    except ValueError as error:
        raise StoreError(str(error)) from error
    drawn = allocate(sizes, wanted, design.least)
    return tuple(Stratum(*row) for row in zip(names, sizes, drawn, strict=True))


def _insert(
    registry: Registry,
    identifier: str,
    snapshot: Snapshot,
    wanted: Wanted,
    design: Design,
    strata: tuple[Stratum, ...],
    by: Person,
) -> None:
    with writing(registry.database) as connection:
        connection.execute(
            _samples.insert().values(
                id=identifier,
                number=sa.select(sa.func.coalesce(sa.func.max(_samples.c.number), 0) + 1).scalar_subquery(),
                source=snapshot.source,
                snapshot_id=snapshot.id,
                wanted=wanted.as_dict(),
                design=asdict(design),
                strata=[asdict(stratum) for stratum in strata],
                at=datetime.now(UTC).replace(tzinfo=None),
                who=by.id,
            )
        )


def _read(registry: Registry, which: sa.ColumnElement[bool]) -> list[Sample]:
    rows = reading(registry.database, sa.select(_samples).where(which).order_by(_samples.c.number))
    return [_sample(row) for row in rows]


def _sample(row: Any) -> Sample:
    made = {
        "wanted": Wanted.from_dict(row.wanted),
        "design": Design(**row.design),
        "strata": tuple(Stratum(**stratum) for stratum in row.strata),
    }
    return Sample(**{**row._mapping, **made})


def _file(identifier: str) -> str:
    return f"sample-{identifier}"
