"""The filter bar: one compact row of choices, and the selection in words below it.

The address is the state (`dashboard.link`). Each widget is set from it before it is drawn, and a change writes a
new address; so the browser's back button undoes a change, and a reload or a sent link shows the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from dashboard import link
from dashboard.link import Options, View
from dashboard.text import month_name, period_name, plain
from equality.measures.catalogue import characteristics
from equality.measures.counts import RATE_TITLES, RATES
from equality.measures.dimensions import FLAGS, ROLES, shift_month
from equality.store.snapshot import Snapshot

PERIODS = {3: "Last 3 months", 12: "Last 12 months", 0: "All months"}


@dataclass(frozen=True)
class Bar:
    """What the filter bar needs to know.

    Attributes:
        snapshots: newest snapshot of each source, the default source first.
        snapshot: the chosen one.
        options: what it holds.
        view: what is shown.
    """

    snapshots: Mapping[str, Snapshot]
    snapshot: Snapshot
    options: Options
    view: View

    def params(self, view: View | None = None) -> dict[str, list[str]]:
        """The shortest parameters of a view, of the one shown if none is given."""
        return link.write(view or self.view, self.options, next(iter(self.snapshots)))

    def go(self, view: View, *, same_list: bool = False) -> None:
        """Show another view: for callbacks, which run before the page does.

        Args:
            view: what to show.
            same_list: what is listed stays the same, so that the page of a list keeps its meaning.
        """
        st.query_params.from_dict(self.params(view if same_list else view.with_own("page", "")))


def draw(bar: Bar) -> None:
    """The row of filters."""
    with st.container(horizontal=True, gap="small", key="filters"):
        _source(bar)
        _period(bar)
        if len(bar.options.roles) > 1:
            with st.popover("Role"):
                _one(bar, "role", "Role", bar.options.roles, ROLES)
        _dimensions(bar, "Area", ("lpa", "lpa_then", "area"))
        _dimensions(bar, "Team", ("team",))
        crime = (
            "Crime type" if "crime_subgroup" in bar.options.values else bar.snapshot.dimensions.get("crime_group", "")
        )
        _dimensions(bar, crime, ("crime_group", "crime_subgroup"))
        if bar.options.flags:
            with st.popover("Flag"):
                _many(bar, "flag", "Crime flag, any of", bar.options.flags, bar.view.flags, _set_flags, FLAGS)
        _dimensions(bar, "Channel", ("channel",))
        with st.popover("Characteristic"):
            titles = {c.id: c.title for c in characteristics().values()}
            _one(bar, "characteristic", "Characteristic", bar.options.characteristics, titles)
        with st.popover("Measure"):
            _one(bar, "measure", "Rate", ["known", *(r for r in RATES if r != "known")], RATE_TITLES)


def _source(bar: Bar) -> None:
    if len(bar.snapshots) < 2:
        return
    titles = {s.source: s.title + (" (synthetic)" if s.synthetic else "") for s in bar.snapshots.values()}

    def change() -> None:
        chosen = st.session_state["filter-source"]
        usual = next(iter(bar.snapshots))
        st.query_params.from_dict({} if chosen == usual else {"source": chosen})

    with st.popover("Source"):
        _set("filter-source", bar.snapshot.source)
        st.selectbox("Source", list(titles), format_func=titles.__getitem__, key="filter-source", on_change=change)


def _period(bar: Bar) -> None:
    months = bar.options.months

    def change() -> None:
        first, last = sorted((st.session_state["filter-from"], st.session_state["filter-to"]))
        bar.go(replace(bar.view, first=first, last=last))

    def preset(length: int) -> None:
        first = max(months[0], shift_month(months[-1], 1 - length)) if length else months[0]
        bar.go(replace(bar.view, first=first, last=months[-1]))

    with st.popover("Period"):
        _set("filter-from", bar.view.first)
        _set("filter-to", bar.view.last)
        st.selectbox("First month", months, format_func=month_name, key="filter-from", on_change=change)
        st.selectbox("Last month", months, format_func=month_name, key="filter-to", on_change=change)
        for length, label in PERIODS.items():
            st.button(label, key=f"period-{length}", on_click=preset, args=(length,), width="stretch")


def _dimensions(bar: Bar, label: str, dimensions: Sequence[str]) -> None:
    held = [d for d in dimensions if len(bar.options.values.get(d, ())) > 1]
    if not held:
        return
    with st.popover(label):
        for dimension in held:
            title = bar.snapshot.dimensions[dimension]
            chosen = bar.view.where.get(dimension, ())

            def change(dimension: str = dimension) -> None:
                bar.go(bar.view.narrowed(dimension, st.session_state[f"filter-{dimension}"]))

            _many(bar, dimension, title, bar.options.values[dimension], chosen, change)


def _set_flags(bar: Bar) -> None:
    bar.go(replace(bar.view, flags=tuple(st.session_state["filter-flag"])))


def _one(bar: Bar, name: str, label: str, options: Sequence[str], titles: Mapping[str, str]) -> None:
    key = f"filter-{name}"

    def change() -> None:
        bar.go(replace(bar.view, **{name: st.session_state[key]}))

    _set(key, getattr(bar.view, name))
    st.radio(label, options, format_func=lambda v: titles.get(v, v), key=key, on_change=change)


def _many(
    bar: Bar,
    name: str,
    label: str,
    options: Sequence[str],
    chosen: Sequence[str],
    change: Callable[..., None],
    titles: Mapping[str, str] | None = None,
) -> None:
    key = f"filter-{name}"
    _set(key, list(chosen))
    arguments = (bar,) if change is _set_flags else ()
    st.multiselect(
        label,
        options,
        format_func=lambda v: (titles or {}).get(v, v),
        key=key,
        on_change=change,
        args=arguments,
        placeholder="All",
        select_all=False,
    )


def _set(key: str, value: Any) -> None:
    if st.session_state.get(key) != value:
        st.session_state[key] = value


@dataclass(frozen=True)
class Part:
    """One part of the selection in words.

    Attributes:
        text: what it says.
        without: the view without it; None if it cannot be taken away.
    """

    text: str
    without: View | None = None


def parts(bar: Bar, counted: str) -> list[Part]:
    """The selection in words, part by part.

    Args:
        bar: what is shown.
        counted: the denominator in words.
    """
    view, usual = bar.view, link.default_view(bar.options)
    catalogue = characteristics()

    def part(text: str, name: str, **back: Any) -> Part:
        changed = getattr(view, name) != getattr(usual, name)
        return Part(text, replace(view, **back) if changed else None)

    found = [part(ROLES.get(view.role, view.role), "role", role=usual.role)]
    for dimension in link.FILTERS:
        chosen = view.where.get(dimension, ())
        for value in chosen:
            found.append(Part(value, view.narrowed(dimension, [v for v in chosen if v != value])))
    if not any(view.where.get(d) for d in ("lpa", "lpa_then", "area")):
        found.insert(1, Part("all areas"))
    for flag in view.flags:
        found.append(Part(FLAGS.get(flag, flag), replace(view, flags=tuple(f for f in view.flags if f != flag))))
    period = period_name(view.first, view.last)
    found.append(
        Part(period, replace(view, first=usual.first, last=usual.last))
        if (view.first, view.last) != (usual.first, usual.last)
        else Part(period)
    )
    title = catalogue[view.characteristic].title
    found.append(part(title, "characteristic", characteristic=usual.characteristic))
    if view.measure != usual.measure:
        found.append(part(f"Measure: {RATE_TITLES[view.measure].lower()}", "measure", measure=usual.measure))
    extract = bar.snapshot.extract_date
    return [*found, Part(counted), Part(f"extract of {extract.day} {extract:%b %Y}")]


def _joined(found: Sequence[Part]) -> list[Part]:
    """Neighbouring parts that cannot be taken away, as one text."""
    joined: list[Part] = []
    for part in found:
        if joined and part.without is None and joined[-1].without is None:
            joined[-1] = Part(f"{joined[-1].text} · {part.text}")
        else:
            joined.append(part)
    return joined


def words(bar: Bar, counted: str, base_url: str) -> None:
    """The selection in words, each part removable, with Reset and the link to send."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="selection"):
        if bar.snapshot.synthetic:
            st.badge("Synthetic data", icon=":material/science:", color="orange")
        for index, part in enumerate(_joined(parts(bar, counted))):
            if part.without is None:
                st.markdown(plain(part.text), width="content")
            else:
                st.button(
                    plain(part.text),
                    key=f"without-{index}",
                    icon=":material/close:",
                    icon_position="right",
                    help=f"Take away: {plain(part.text)}",
                    on_click=bar.go,
                    args=(part.without,),
                )
        usual = replace(link.default_view(bar.options), by=bar.view.by)
        if bar.view != usual:
            st.button(
                "Reset", key="reset", icon=":material/restart_alt:", type="tertiary", on_click=bar.go, args=(usual,)
            )
        with st.popover("Copy link", icon=":material/link:", type="tertiary"):
            st.write("This link shows the same selection, also when newer data has been loaded.")
            pinned = urlencode(link.write(bar.view), doseq=True)
            st.code(f"{base_url}?{pinned}", language=None, wrap_lines=True)
