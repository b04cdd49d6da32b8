"""An order: everything that decides what a briefing says. The same order gives the same briefing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, field_validator

from equality.briefing import page, pdf, slides, workbook
from equality.briefing.compose import compose
from equality.briefing.document import Briefing, Provenance
from equality.briefing.formats import ENDINGS
from equality.briefing.preset import Preset
from equality.choices.targets import Targets
from equality.errors import StoreError
from equality.measures.catalogue import characteristics
from equality.measures.dimensions import FLAGS, Selection, check_dimensions, shift_month
from equality.protection.disclosure import Disclosure, Rule, secret_of
from equality.reading.figures import UNITS, Evidence, Figures
from equality.reading.stored import Stored, extracts
from equality.store.registry import Registry
from equality.store.snapshot import Snapshot

FORMATS: Final[Mapping[str, Callable[[Briefing], bytes]]] = dict(
    zip(ENDINGS, (pdf.write, slides.write, page.write, workbook.write, workbook.write_csv), strict=True)
)
"""End of the file's name → what writes it."""
MEDIA: Final[Mapping[str, str]] = {
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv.zip": "application/zip",
}

AUDIENCES: Final[Mapping[str, str]] = {
    "viewer": "readers of rounded figures",
    "exact": "readers who may see exact figures",
}
"""Audience of a preset → how it is said on paper."""


class Order(BaseModel):
    """What was asked for, by whom and when.

    Attributes:
        snapshot: identifier of the snapshot.
        preset: the whole preset, so that editing its file later changes nothing.
        preset_name: its file's name.
        month: the last month of the period, `YYYY-MM`.
        role: role of the people counted.
        where: dimension → values; empty means everywhere.
        flags: crime flags, any of which a record must carry.
        minimum_n: a rate of fewer people is not shown.
        rule: the thresholds for readers of rounded figures.
        targets: what administrators had chosen, as `Targets.written` gives it.
        made_by: who asked.
        made_at: when, UTC.
        extracts: identifiers of the extracts up to the snapshot, of which trends are made; empty for those of now.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    snapshot: str
    preset: Preset
    preset_name: str
    month: str
    role: str
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    flags: tuple[str, ...] = ()
    minimum_n: int
    # Orders that were kept before these could be chosen were made with the defaults.
    rule: Rule = Field(default_factory=Rule)
    targets: dict[str, float] = Field(default_factory=dict)
    made_by: str
    made_at: datetime
    extracts: tuple[str, ...] = ()

    @field_validator("month")
    @classmethod
    def _is_a_month(cls, month: str) -> str:
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
            raise ValueError(f"{month!r} is not a month such as 2026-10")
        return month

    @property
    def period(self) -> tuple[str, str]:
        """First and last month."""
        return shift_month(self.month, 1 - self.preset.months), self.month

    @property
    def identifier(self) -> str:
        """A name for its folder and files: preset, month and time."""
        return f"{self.preset_name}-{self.month}-{self.made_at:%Y%m%dT%H%M%S}"


def carry_out(
    order: Order,
    registry: Registry,
    counts: pl.DataFrame | None = None,
    disclosure: Disclosure | None = None,
    evidence: Evidence | None = None,
) -> Briefing:
    """Compose what was ordered, as its audience may see it.

    Args:
        order: what is asked for.
        registry: of the store that holds the snapshot.
        counts: the snapshot's, where they are at hand.
        disclosure: the same as readers of rounded figures see them, where it is at hand.
        evidence: what lies beside the counts, where it is at hand.

    Raises:
        StoreError: if the store lacks the snapshot or the month, or holds nobody who is asked for.
        ValueError: if a dimension or flag does not exist.
    """
    snapshot = registry.snapshot(order.snapshot)
    if snapshot is None:
        raise StoreError(f"The store {registry.store} has no snapshot {order.snapshot}: it may be of another store.")
    _check(order, snapshot)
    wanted = order.preset.characteristics or snapshot.characteristics
    held = [name for name in wanted if name in snapshot.characteristics]
    if not held:
        raise StoreError(f"{snapshot.title} holds none of the characteristics {', '.join(wanted)}.")
    counts = registry.counts(snapshot).collect() if counts is None else counts
    exact = order.preset.audience == "exact"
    selection = Selection(order.period, {"role": (order.role,), **order.where}, order.flags)
    catalogue = {name: characteristics()[name] for name in held}
    figures = Figures(
        snapshot=snapshot,
        counts=counts,
        catalogue=Targets.read(order.targets).applied(catalogue, *selection.role_and_channel),
        selection=selection,
        minimum_n=order.minimum_n,
        evidence=evidence or _evidence(order, registry, snapshot),
        focus=order.preset.focus_on if order.preset.focus_on in held else held[0],
        values={d: counts[d].drop_nulls().unique().to_list() for d in UNITS if d in snapshot.dimensions},
        disclosure=None if exact else disclosure or Disclosure(counts, secret_of(registry.store), order.rule),
    )
    return compose(figures, order.preset, _provenance(order, snapshot))


def _evidence(order: Order, registry: Registry, snapshot: Snapshot) -> Evidence:
    found = {s.id: s for s in extracts(registry, snapshot)}
    successive = tuple(found[name] for name in order.extracts if name in found) or tuple(found.values())
    return Stored(registry, snapshot, successive, order.made_at)


def _check(order: Order, snapshot: Snapshot) -> None:
    check_dimensions(list(order.where), list(snapshot.dimensions))
    if unknown := [flag for flag in order.flags if flag not in FLAGS]:
        raise ValueError(f"unknown flag {', '.join(unknown)}: there are {', '.join(FLAGS)}")
    first, last = snapshot.months
    if not first <= order.month <= last:
        raise StoreError(f"{snapshot.title} holds {first} to {last}, not {order.month}: choose a month in between.")


def _provenance(order: Order, snapshot: Snapshot) -> Provenance:
    return Provenance(
        made_by=order.made_by,
        made_at=order.made_at,
        source=snapshot.title,
        extract_date=snapshot.extract_date,
        snapshot=snapshot.id,
        checksum=hashlib.sha256((snapshot.folder / "counts.parquet").read_bytes()).hexdigest(),
        audience=AUDIENCES[order.preset.audience],
        synthetic=snapshot.synthetic,
    )
