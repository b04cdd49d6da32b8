"""The way into every page: page set-up, who is there, the data, the filters.

A page's first statement is `context = shell.enter("…")`. What must stop a page stops it here, so that a deep link
to a fresh server meets the same checks as the menu.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import polars as pl
import streamlit as st

from dashboard import data, desk, filters, identity, link, navigation
from dashboard.filters import Bar
from dashboard.link import Options, View
from dashboard.text import plain
from equality.analysis.findings import measured
from equality.analysis.words import people, period_name
from equality.charts.palette import DARK, Palette, palette
from equality.choices.in_force import InForce
from equality.measures.catalogue import Characteristic, characteristics
from equality.measures.dimensions import ROLES, months_between, shift_month
from equality.protection.access import May, may
from equality.protection.disclosure import MARKER, Disclosure
from equality.protection.people import Person
from equality.reading.figures import Figures
from equality.store.events import Entry
from equality.store.snapshot import Snapshot

ICON: Final = Path(__file__).with_name("icon.svg")
"""The browser's tab icon: a file, because Streamlit fetches its own symbols for this place from the internet."""


@dataclass(frozen=True)
class Context:
    """What a page may use.

    Attributes:
        bar: the sources, the snapshot, its options and the view, with links to other views.
        counts: the snapshot's stored counts.
        colours: those of the mode the reader has chosen.
        holding: the settings and targets that hold.
        disclosure: for readers who may not see exact counts, what they see instead; `counts` then has no rows.
    """

    bar: Bar
    counts: pl.DataFrame
    colours: Palette
    holding: InForce
    disclosure: Disclosure | None = None

    @property
    def view(self) -> View:
        """What is shown."""
        return self.bar.view

    @property
    def options(self) -> Options:
        """What the snapshot holds."""
        return self.bar.options

    @property
    def snapshot(self) -> Snapshot:
        """The load that is shown."""
        return self.bar.snapshot

    @property
    def catalogue(self) -> dict[str, Characteristic]:
        """The characteristics that this snapshot holds, with the targets of the role and channel that are shown."""
        held = {name: characteristics()[name] for name in self.options.characteristics}
        return self.holding.targets.applied(held, *self.view.selection().role_and_channel)

    @property
    def minimum_n(self) -> int:
        """Below this denominator nothing is shown."""
        return self.holding.settings.minimum_n

    def targets_by(self, dimension: str, units: Sequence[str]) -> dict[str, float]:
        """The target of the characteristic in focus for each unit of a dimension: a role or channel has its own."""
        narrowed = self.view.selection()
        return {
            unit: self.holding.targets.of(
                self.view.characteristic, *narrowed.narrowed(dimension, unit).role_and_channel
            )
            for unit in units
        }

    @property
    def titles(self) -> dict[str, str]:
        """Characteristic → title."""
        return {name: c.title for name, c in self.catalogue.items()}

    @property
    def people_are(self) -> str:
        """What the people of the chosen role are called."""
        return ROLES.get(self.view.role, self.view.role)

    def figures(self, view: View | None = None) -> Figures:
        """The figures of this reader within a view: the one shown if none is given."""
        wanted = view or self.view
        return Figures(
            snapshot=self.snapshot,
            counts=self.counts,
            catalogue=self.catalogue,
            selection=wanted.selection(),
            minimum_n=self.minimum_n,
            evidence=data.Beside(self.snapshot),
            disclosure=self.disclosure,
            focus=wanted.characteristic,
            measure=wanted.measure,
            values=self.options.values,
        )

    def slice(self, *by: str, view: View | None = None, characteristics: Sequence[str] | None = None) -> pl.DataFrame:
        """Counts by dimensions within a view: the one shown if none is given.

        For readers who may not see exact counts they are protected: null where a figure is suppressed.
        """
        figures = self.figures(view)
        selection = figures.selection.narrowed("role") if "role" in by else figures.selection
        return figures.slice(*by, selection=selection, characteristics=characteristics)

    def strata(self, *by: str, view: View | None = None) -> pl.DataFrame:
        """Counts of the characteristic in focus by many dimensions at once, `flags` among them if asked.

        For reckoning only: each row may be of a single person, so rows are summed or modelled before anything is shown.
        """
        return self.slice(*by, view=view, characteristics=[(view or self.view).characteristic])

    def table(self, name: str, view: View | None = None) -> pl.DataFrame | None:
        """A table of `equality.measures.evidence`, narrowed by those filters of a view whose dimensions it has.

        None if the snapshot was loaded before this table was counted. `unheeded` says which filters it cannot heed.
        """
        return self.figures(view).table(name)

    @property
    def validation(self) -> dict[str, Any]:
        """What the checkpoint found in the snapshot when it was loaded: counts of records, whatever the filters."""
        # Counts of single expectations, by no block of any kind: not for viewers.
        return {} if self.disclosure else data.validation(self.snapshot)

    def history(self, view: View | None = None) -> pl.DataFrame | None:
        """How much successive extracts knew at which age, within a view's filters but for its period.

        A frame of `equality.measures.ages.slice_ages`; None if ages were not counted when the snapshot was loaded, and
        for readers who may not see exact counts: their figures of successive extracts are not protected.
        """
        return self.figures(view).history()

    def delivered_again(self) -> bool:
        """Whether the source has had several extracts, so that its newest months may still fill in."""
        return len(data.extracts(self.snapshot)) > 1

    def events(self) -> list[Entry]:
        """What happened that may explain a change, the oldest first."""
        return data.events(self.snapshot.source)

    def unheeded(self, *columns: str) -> list[str]:
        """The titles of the filters in force that a table with these columns cannot heed."""
        asked = [d for d, values in self.view.where.items() if values and d not in columns]
        titles = [self.snapshot.dimensions.get(d, d) for d in asked]
        return [*titles, "Crime flag"] if self.view.flags and "flags" not in columns else titles

    def measured(self, counts: pl.DataFrame) -> pl.DataFrame:
        """A slice with the chosen rate."""
        return measured(counts, self.view.measure, self.minimum_n)

    @property
    def earlier(self) -> View | None:
        """The view of the period before, as long as this one; None if the data does not reach back so far."""
        length = len(months_between(self.view.first, self.view.last))
        first, last = shift_month(self.view.first, -length), shift_month(self.view.first, -1)
        return replace(self.view, first=first, last=last) if first >= self.options.months[0] else None

    @property
    def earlier_words(self) -> str:
        """The period before in words, empty if there is none."""
        return period_name(self.earlier.first, self.earlier.last) if self.earlier else ""


def enter(page_id: str) -> Context:
    """Set up a page: its title, the way in, the data and the filters.

    Stops the script, with a message, if there is nothing to show.

    Args:
        page_id: one of `navigation.PAGES`.
    """
    page, person = _begin(page_id)
    snapshots = data.snapshots()
    if not snapshots:
        _nothing_loaded(person)
    given = {name: st.query_params.get_all(name) for name in st.query_params}
    bar, notices = _bar(snapshots, given)
    _top(bar.params(), person)
    filters.draw(bar)
    exact = may(person, May.exact)
    counts = data.counts(bar.snapshot)
    context = Context(
        bar=bar,
        counts=counts if exact else counts.clear(),
        colours=palette(st.context.theme.type == "dark"),
        holding=data.holding(),
        disclosure=None if exact else data.disclosure(bar.snapshot),
    )
    filters.words(bar, _counted(context), _address())
    for notice in notices:
        st.warning(plain(notice), icon=":material/info:")
    _protected(context)
    st.title(page.question, anchor=False)
    return context


def enter_without_data(page_id: str, *own: str) -> None:
    """Set up a page that is about the store rather than about figures: it has no filters, and works while the
    store is empty. The menu carries the filters of the other pages through it.

    Args:
        page_id: one of `navigation.PAGES`.
        own: parameters that mean something on this page only.
    """
    page, person = _begin(page_id)
    _top({name: st.query_params.get_all(name) for name in st.query_params if name not in own}, person)
    st.title(page.question, anchor=False)


def may_load() -> bool:
    """Whether this reader may load exports, answer a load's warnings and end it."""
    return may(identity.person(), May.load)


def may_see_records() -> bool:
    """Whether this reader may see rows about single people of all teams, such as those that a load rejected."""
    return may(identity.person(), May.records)


def may_change_events() -> bool:
    """Whether this reader may enter, edit and withdraw events."""
    return may(identity.person(), May.events)


def _readable_choices() -> None:
    """In dark mode Streamlit writes what is chosen in white on the light primary colour: here in the background's."""
    colours = palette(st.context.theme.type == "dark")
    if colours is DARK:
        chosen = "[data-testid=stMultiSelect] [data-tag]"
        st.html(f"<style>{chosen}, {chosen} * {{ color: {colours.background}; }}</style>")


def _begin(page_id: str) -> tuple[navigation.PageInfo, Person]:
    page = navigation.PAGES[page_id]
    st.set_page_config(page_title=f"{page.menu} – equality data", page_icon=str(ICON), layout="wide")
    _readable_choices()
    navigation.ensure()
    person = identity.let_in()
    if not may(person, page.needs):
        _top({}, person)
        identity.refuse(person, page_id)
    # The first request of a process removes what the uploads of a dead one have left.
    desk.desk()
    return page, person


def _top(params: Mapping[str, Sequence[str]], person: Person) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="top"):
        st.markdown("**Equality data quality**", width="content")
        navigation.menu(params, person)
        identity.sign_out_button(person)


def _bar(snapshots: Mapping[str, Snapshot], given: Mapping[str, Sequence[str]]) -> tuple[Bar, list[str]]:
    notices = []
    asked = [value for value in given.get("source", ()) if value]
    usual = next(iter(snapshots))
    if asked and asked[-1] not in snapshots:
        notices.append(f"There is no source “{asked[-1][: link.LONGEST_ECHO]}”: showing the usual one.")
    snapshot = snapshots.get(asked[-1] if asked else usual, snapshots[usual])
    options = data.options(snapshot)
    view, unread = link.read(given, options)
    return Bar(snapshots, snapshot, options, view), [*notices, *unread]


def _counted(context: Context) -> str:
    applicable = context.slice(characteristics=[context.view.characteristic])["applicable"][0]
    if applicable is None:
        return f"{MARKER} people"
    return people(int(applicable))


def _protected(context: Context) -> None:
    """What a reader who may not see exact counts has to know of the figures."""
    if not context.disclosure:
        return
    st.caption(context.disclosure.rule.sentence)
    if context.disclosure.refuses((), context.view.selection()):
        st.info(
            f"In your role, figures are shown for at most {context.disclosure.rule.dimensions} of area, team, crime "
            "type, flag and channel at once: take a filter away."
        )


def _address() -> str:
    return (st.context.url or "").split("?")[0]


def _nothing_loaded(person: Person) -> None:
    st.title("No data yet", anchor=False)
    st.write("Nothing has been loaded into the store.")
    exports = navigation.PAGES["exports"]
    if not may(person, May.load):
        st.stop()
    st.page_link(exports.file, label="Load an export of your own", icon=exports.icon)
    st.write("Or load the sample exports, or files of yours, from the command line:")
    st.code(
        "python -m equality seed\npython -m equality load FILE… --profile NAME",
        language=None,
    )
    st.write(
        "Then reload this page. If you did load one, check that the setting `EQUALITY_STORE` "
        "names the same folder for loading and for the dashboard."
    )
    st.stop()
