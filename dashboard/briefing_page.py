"""The Briefing page: what is chosen at the left, the pages as they will read at the right, and the files."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import polars as pl
import streamlit as st

from dashboard import data, downloads, identity, preset_form, show
from dashboard.choice import choose
from dashboard.shell import Context
from dashboard.text import month_name, plain
from equality.briefing.document import Briefing, Section
from equality.briefing.keep import files_of, keep
from equality.briefing.order import FORMATS, MEDIA, Order, carry_out
from equality.briefing.own import every
from equality.briefing.pictures import png
from equality.briefing.preset import Preset
from equality.protection.access import May, may
from equality.protection.disclosure import rule
from equality.store.snapshot import Snapshot

LABELS: Final = {"pdf": "PDF", "pptx": "Slides (PPTX)", "html": "Web page", "xlsx": "Workbook", "csv.zip": "CSV files"}
PRESET: Final = "preset"
UNTIL: Final = "until"


def allowed() -> dict[str, Preset]:
    """The presets whose figures this reader may see."""
    exact = may(identity.person(), May.exact)
    return {name: preset for name, preset in every().items() if exact or preset.audience == "viewer"}


def draw(context: Context) -> None:
    """The whole page below its title."""
    found = allowed()
    left, right = st.columns([2, 5], gap="large")
    titles = {key: preset.about or preset.title for key, preset in found.items()}
    with left:
        name = choose(context, PRESET, "For which meeting", titles, listed=True)
        months = {month: month_name(month) for month in reversed(context.options.months)}
        month = choose(context, UNTIL, "Period that ends with", months, listed=True)
        order = _order(context, name, found[name], month)
        st.caption(
            f"{order.preset.months} months, {_audience(order.preset)}. Area, crime, flag and role are those of the "
            "filters above."
        )
        events = " ".join(f"{e.event_id} {e.version}" for e in context.events())
        order, made = _made(order.model_dump_json(exclude={"made_at"}) + events, order, context.snapshot)
        _files(order, made)
        preset_form.draw(context, name, found[name])
    with right:
        _preview(context, made)


@st.cache_resource(show_spinner="Writing the briefing", max_entries=16)
def _made(asked: str, _order: Order, _snapshot: Snapshot) -> tuple[Order, Briefing]:
    """The briefing of an order, composed once however often the page is drawn: at the time it was first asked for."""
    exact = _order.preset.audience == "exact"
    disclosure = None if exact else data.disclosure(_snapshot)
    return _order, carry_out(_order, data.registry(), data.counts(_snapshot), disclosure, data.Beside(_snapshot))


def _audience(preset: Preset) -> str:
    return "exact figures" if preset.audience == "exact" else "rounded figures"


def _order(context: Context, name: str, preset: Preset, month: str) -> Order:
    view = context.view
    return Order(
        snapshot=context.snapshot.id,
        preset=preset,
        preset_name=name,
        month=month,
        role=view.role,
        where={dimension: tuple(values) for dimension, values in view.where.items() if values},
        flags=view.flags,
        minimum_n=context.minimum_n,
        rule=rule(context.holding.settings),
        targets=context.holding.targets.written(),
        made_by=identity.person().name,
        made_at=datetime.now(UTC).replace(microsecond=0),
        extracts=tuple(snapshot.id for snapshot in data.extracts(context.snapshot)),
    )


def _files(order: Order, made: Briefing) -> None:
    st.subheader("Take it with you", anchor=False)
    why = downloads.reason("briefing-reason")
    about = {"of": "briefing", "preset": order.preset_name, "month": order.month, "snapshot": order.snapshot}
    for ending in FORMATS:

        def content(ending: str = ending) -> bytes:
            files = files_of(made)
            keep(data.registry(), order, made, files)
            return files[ending]

        downloads.button(LABELS[ending], f"{order.identifier}.{ending}", MEDIA[ending], content, about, why)
    st.caption(f"{downloads.NOTE} A briefing that was taken is kept in the store with what it was made from.")


def _preview(context: Context, made: Briefing) -> None:
    st.caption(f"**{plain(made.marking.classification)}** · {plain(made.marking.handling)}")
    st.header(plain(made.title), anchor=False)
    st.caption(plain(f"{made.subtitle}. {made.status}"))
    for number, section in enumerate(made.sections):
        _section(context, section, number)
    st.caption(plain(" ".join(made.origin)))


def _section(context: Context, section: Section, number: int) -> None:
    st.subheader(plain(section.title), anchor=False)
    st.markdown(f"**{plain(section.finding)}**")
    if section.points:
        st.markdown("\n".join(f"- {plain(point)}" for point in section.points))
    if section.figure:
        # As it is printed: in the colours of paper, also where the page is dark; not as SVG, whose letters would be
        # those of the reader's machine.
        st.image(png(section.figure), plain(section.figure.title), width="stretch", alt=section.figure.alt)
    if section.table:
        table = section.table
        frame = pl.DataFrame(table.texts(), schema=[c.title for c in table.columns], orient="row")
        columns = {c.title: st.column_config.TextColumn(c.title) for c in table.columns}
        with st.expander(plain(table.title)):
            show.table(context, frame, f"briefing-table-{number}", table.title, columns)
    for note in section.notes:
        st.caption(plain(note))
