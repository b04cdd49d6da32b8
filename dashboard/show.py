"""What pages draw alike: charts with their names, tables, keys, the source line and the definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any, Literal

import altair as alt
import polars as pl
import streamlit as st

from dashboard import data, to_records
from dashboard.fields import field_title
from dashboard.shell import Context
from dashboard.text import day_name, plain
from equality import spreadsheet
from equality.analysis.words import period_name
from equality.charts import palette, settled
from equality.charts.control import SIGNAL_TITLES
from equality.charts.matrix import STEP_NAMES
from equality.charts.palette import Palette
from equality.measures.counts import RATE_MEANINGS, RATE_TITLES
from equality.measures.states import APPLICABLE_STATES, STATE_MEANINGS, STATE_TITLES
from equality.protection.disclosure import MARKER
from equality.store.snapshot import Snapshot

SYNTHETIC = "Synthetic data: invented people"
SYNTHETIC_HEIGHT = 24
"""Pixels that the word takes above a chart."""
LONGEST = 16
"""Rows of a table that are shown without scrolling."""


def chart(
    context: Context, picture: Any, name: str, alt_text: str, on_select: Callable[[], None] | None = None
) -> None:
    """A chart, marked if its people are invented.

    Args:
        context: the page's.
        picture: an Altair chart.
        name: its key; a chart of another view is another chart, so that a click counts anew.
        alt_text: its name for those who cannot see it.
        on_select: called when a mark is chosen.
    """
    if context.snapshot.synthetic:
        picture = picture.properties(
            title=alt.TitleParams(SYNTHETIC, color=context.colours.muted, fontSize=12, fontWeight="normal", offset=6)
        )
        if isinstance(picture.height, int):
            picture = picture.properties(height=picture.height + SYNTHETIC_HEIGHT)
        alt_text = f"{alt_text} {SYNTHETIC}."
    with alt.utils.schemapi.debug_mode(palette.CHECKED):
        st.altair_chart(picture, theme=None, width="stretch", key=name, alt=alt_text, on_select=on_select or "ignore")


def chosen(key: str, name: str) -> dict[str, Any] | None:
    """The mark that was chosen in a chart, by its fields."""
    points = st.session_state[key]["selection"].get(name) or []
    return dict(points[0]) if points else None


def table(
    of: Context | Snapshot,
    frame: pl.DataFrame,
    key: str,
    alt_text: str,
    columns: Mapping[str, Any],
    on_select: Callable[[], None] | None = None,
) -> None:
    """A table of figures about people. A reader can download it: of synthetic people every row says so, in the file as
    on screen.

    Args:
        of: whose figures: the page's context, whose reader may not see all of them, or a snapshot.
        frame: what it shows.
        key: its key.
        alt_text: its name for those who cannot see it.
        columns: the columns to show, in order.
        on_select: called when a row is chosen.
    """
    context = of if isinstance(of, Context) else None
    snapshot = of.snapshot if isinstance(of, Context) else of
    if snapshot.synthetic:
        frame = frame.with_columns(data=pl.lit("Synthetic"))
        columns = {**columns, "data": st.column_config.TextColumn("Data")}
    protected = context is not None and context.disclosure is not None
    if protected:
        # Columns that are not shown would be sent all the same.
        frame = frame.select(name for name in columns if name in frame.columns)
    # A figure that is missing in front of somebody who may not see all of them is suppressed, or needs one that is.
    grid(frame, key, alt_text, columns, on_select, missing=MARKER if protected else None)


def grid(
    frame: pl.DataFrame,
    key: str,
    alt_text: str,
    columns: Mapping[str, Any],
    on_select: Callable[[], None] | None = None,
    missing: str | None = None,
) -> None:
    """A table of typed columns that is not about people: without the mark of those that are invented.

    Args:
        frame: what it shows.
        key: its key.
        alt_text: its name for those who cannot see it.
        columns: the columns to show, in order.
        on_select: called when a row is chosen.
        missing: what stands in a cell without a value.
    """
    st.dataframe(
        # Streamlit would take a Polars frame through pandas, and change values on the way. A table has a download of
        # its own, which does nothing about formulas.
        spreadsheet.inert(frame).to_arrow(),
        key=key,
        alt=alt_text,
        hide_index=True,
        column_config=dict(columns),
        column_order=list(columns),
        on_select=on_select or "ignore",
        selection_mode="single-row",
        placeholder=missing,
        # Up to this many rows the table shows all; more scroll.
        height="content" if frame.height <= LONGEST else "auto",
    )


@contextmanager
def without_download(key: str) -> Iterator[None]:
    """Tables of records: their own download is taken away, because it would be neither numbered, marked nor logged.

    Args:
        key: of the place in which they stand.
    """
    with st.container(key=key):
        # Streamlit has only one switch for every table of every page, copying included.
        button = '[data-testid="stElementToolbarButton"]:has([aria-label^="Download as CSV"])'
        st.html(f"<style>.st-key-{key} {button} {{ display: none; }}</style>")
        yield


def main_button() -> Literal["primary", "secondary"]:
    """The type of a step's main button. In dark mode Streamlit writes white on the light primary colour: not that."""
    return "secondary" if st.context.theme.type == "dark" else "primary"


def rate_columns(first: str, gap: str) -> dict[str, Any]:
    """The columns of a table of rates, which every such table shares."""
    number, share = st.column_config.NumberColumn, "%.1f%%"
    counts = {state: number(STATE_TITLES[state], format="localized") for state in APPLICABLE_STATES[1:]}
    return {
        "name": st.column_config.TextColumn(first, pinned=True, width="medium"),
        "percent": number("Rate", format=share),
        "percent_low": number("from", format=share, help="Lower limit of the 95% interval"),
        "percent_high": number("to", format=share, help="Upper limit of the 95% interval"),
        "n": number("Out of", format="localized", help="The rate's denominator"),
        "missing": number(gap, format="localized"),
        **counts,
    }


def table_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of rates for a table: per cents, and no counts where there are too few people."""
    counts = ["n", "missing", *APPLICABLE_STATES[1:]]
    return rows.with_columns(
        *(pl.when("enough").then(pl.col(name)).alias(name) for name in counts),
        name=pl.when("enough").then("name").otherwise(pl.format("{} (too few to show)", "name")),
        percent=100 * pl.col("share"),
        percent_low=100 * pl.col("low"),
        percent_high=100 * pl.col("high"),
    )


def _key(entries: Sequence[tuple[str, str]], colours: Palette) -> None:
    """A key that wraps to the width it has: swatches and words."""
    items = "".join(
        f'<span style="display:inline-flex;align-items:center;gap:6px">{swatch}{escape(word)}</span>'
        for swatch, word in entries
    )
    st.html(f'<div style="display:flex;flex-wrap:wrap;gap:4px 16px;font-size:14px;color:{colours.text}">{items}</div>')


def _box(fill: str, outline: str) -> str:
    return f'<span style="width:14px;height:14px;background:{fill};border:1px solid {outline}"></span>'


def _state_entries(colours: Palette) -> list[tuple[str, str]]:
    return [
        (_box(colours.states[s], colours.outline if s == "blank" else colours.states[s]), STATE_TITLES[s])
        for s in APPLICABLE_STATES
    ]


def _rate_entries(colours: Palette, measure: str, *, targets: bool, national: bool) -> list[tuple[str, str]]:
    c = colours
    dot = (
        f'<span style="display:inline-flex;width:26px;height:8px;background:{c.mark}66;align-items:center;'
        f'justify-content:center"><span style="width:12px;height:12px;border-radius:6px;background:{c.mark};'
        f'flex:none"></span></span>'
    )
    entries = [(dot, f"{RATE_TITLES[measure]}, with 95% interval")]
    if targets:
        entries.append((f'<span style="width:3px;height:18px;background:{c.target}"></span>', "Target"))
    if national:
        diamond = f'<span style="width:9px;height:9px;border:2.5px solid {c.national};transform:rotate(45deg)"></span>'
        entries.append((diamond, "England and Wales"))
    return entries


def row_key(colours: Palette, measure: str, *, targets: bool, national: bool, reference: bool = False) -> None:
    """The key to the panels of rows; in one line above all of them, so that their rows stay side by side."""
    rates = _rate_entries(colours, measure, targets=targets, national=national)
    if reference:
        rates.append(
            (f'<span style="width:2px;height:18px;background:{colours.muted}"></span>', "All of the selection")
        )
    _key([*rates, ("", "Recorded:"), *_state_entries(colours)], colours)


def signal_key(colours: Palette, *, open_points: bool) -> None:
    """The key to control charts: a shape and a word for each kind of point."""

    def glyph(sign: str, colour: str) -> str:
        return f'<span style="color:{colour};font-size:16px;line-height:1" aria-hidden="true">{sign}</span>'

    signs = {"improvement": "▲", "concern": "▼", "neutral": "◆"}
    entries = [(glyph("●", colours.mark), SIGNAL_TITLES["common"])]
    entries += [(glyph(sign, colours.signals[k]), SIGNAL_TITLES[k]) for k, sign in signs.items()]
    if open_points:
        entries.append((glyph("○", colours.mark), "Still filling in"))
    _key(entries, colours)


def step_key(colours: Palette, measure: str) -> None:
    """The key to the shades of the matrix and the map."""
    boxes = [(_box(fill, colours.outline), word) for fill, word in zip(colours.steps, STEP_NAMES, strict=True)]
    _key(
        [("", f"{RATE_TITLES[measure]}:"), *boxes, (_box(colours.too_few, colours.outline), "too few to show")], colours
    )


def funnel_key(colours: Palette) -> None:
    """The key to the points and lines of a funnel plot."""

    def drawn(content: str, width: int = 16) -> str:
        # SVG in an image would need its own colours; these are shapes of the page.
        return f'<span style="display:inline-flex;width:{width}px;justify-content:center;flex:none">{content}</span>'

    dot = f'<span style="width:10px;height:10px;border-radius:5px;background:{colours.outline}"></span>'
    triangle = "width:13px;height:11px;clip-path:polygon(50% 0,100% 100%,0 100%)"
    far = f'<span style="{triangle};background:{colours.mark}"></span>'
    hollow = (
        f'<span style="{triangle};background:{colours.mark};display:inline-flex;justify-content:center">'
        f'<span style="width:7px;height:6px;margin-top:4px;background:{colours.background};'
        'clip-path:polygon(50% 0,100% 100%,0 100%)"></span></span>'
    )
    solid = f'<span style="width:22px;border-top:2px solid {colours.muted}"></span>'
    dashed = f'<span style="width:22px;border-top:2px dashed {colours.muted}"></span>'
    _key(
        [
            (drawn(far), "Look here first: outside the 99.8% limits"),
            (drawn(hollow), "Between the limits"),
            (drawn(dot), "Within the 95% limits"),
            (drawn(solid, 24), "99.8% limits"),
            (drawn(dashed, 24), "95% limits"),
        ],
        colours,
    )


def settled_key(colours: Palette) -> None:
    """The key to what became of the cells of lists."""
    filled = settled.fills(colours)
    pale = {"waiting", "ended"}
    boxes = [
        (_box(filled[kind], colours.outline if kind in pale else filled[kind]), title)
        for kind, title in settled.KINDS.items()
    ]
    _key(boxes, colours)


def part_key(colours: Palette) -> None:
    """The key to the parts of a difference."""
    _key(
        [
            (_box(colours.mark, colours.mark), "Practice: the same work recorded otherwise"),
            (_box(colours.second, colours.second), "Mix: other work recorded"),
            (f'<span style="width:4px;height:18px;background:{colours.text}"></span>', "Rate of each side"),
        ],
        colours,
    )


def source_line(context: Context) -> None:
    """Where the numbers come from: source, period, extract, denominator, attribution."""
    snapshot, view = context.snapshot, context.view
    # How many rows were rejected is no figure for everybody: it may be one.
    rows = (
        ""
        if context.disclosure
        else f" {snapshot.rows_in:,} rows in, {snapshot.accepted:,} accepted, {snapshot.rejected:,} rejected."
    )
    synthetic = " **Synthetic: the people are invented.**" if snapshot.synthetic else ""
    st.caption(
        f"Source: {plain(snapshot.title)}.{synthetic} Extract of {day_name(snapshot.extract_date)}."
        f"{rows} Period: {period_name(view.first, view.last)}. Denominator: "
        f"{context.people_are.lower()} to whom the question applies. Rates of fewer than {context.minimum_n} people "
        f"are not shown. Management information, not official statistics. {plain(snapshot.attribution)}"
    )


def how_counted(context: Context, *, records: bool = True) -> None:
    """The way to the records, and the definitions behind the page: states, rates, catalogue, what was not understood.

    Args:
        context: the page's.
        records: whether the page is about figures that have records behind them.
    """
    if records:
        to_records.links(context)
    with st.expander("How this is counted"):
        st.markdown("**Rates**, each with its 95% interval (Wilson; differences: Newcombe)")
        st.markdown("\n".join(f"- **{RATE_TITLES[r]}**: {plain(RATE_MEANINGS[r])}." for r in RATE_TITLES))
        st.markdown("**What a field can hold**")
        st.markdown("\n".join(f"- **{STATE_TITLES[s]}**: {plain(STATE_MEANINGS[s])}" for s in STATE_TITLES))
        st.markdown("**Characteristics**")
        st.markdown("\n".join(_meaning(context, name) for name in context.catalogue))
        if not context.disclosure:
            _unmapped(context)
    source_line(context)


def _meaning(context: Context, name: str) -> str:
    c = context.catalogue[name]
    national = c.national.get(context.view.role)
    figure = ""
    if national:
        figure = f" England and Wales, {national.period}: {100 * national.known:.0f}% known ({plain(national.source)})."
    meaning = f"- **{plain(c.title)}** (Equality Act: {plain(c.law)}): {plain(c.meaning)}"
    return f"{meaning} Target: {100 * c.target:.0f}%.{figure}"


def _unmapped(context: Context) -> None:
    st.markdown("**Labels that no code list knows**")
    unmapped(context.snapshot)


def unmapped(snapshot: Snapshot) -> None:
    """The labels of an extract that were not recognised, with the number of records."""
    labels = data.unmapped(snapshot)
    if not labels.height:
        st.write("None: every label of this export was recognised.")
        return
    st.write(
        "In a characteristic they count as invalid until someone maps them; in a dimension they stand as they are."
    )
    titles = {name: snapshot.dimensions.get(name) or field_title(name) for name in labels["field"].unique()}
    named = labels.with_columns(pl.col("field").replace(titles))
    config = st.column_config
    table(
        snapshot,
        named,
        "unmapped",
        "Labels that no code list knows, with the number of records",
        {
            "field": config.TextColumn("Field"),
            "label": config.TextColumn("Label in the export"),
            "records": config.NumberColumn("Records", format="localized"),
        },
    )
