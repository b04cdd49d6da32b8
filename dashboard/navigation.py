"""The pages: their order, titles and addresses, the menu, and the way in.

Streamlit looks for a `pages` folder beside the main script: until `st.navigation` has been called in a process, an
address such as `/gaps` runs `pages/gaps.py` without `app.py`. So every page begins with the shell, and the shell
calls `ensure`, which registers the pages and starts again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

from equality.protection.access import May, may
from equality.protection.people import Person

FOLDER: Final = Path(__file__).resolve().parents[1] / "pages"
THROUGH_APP: Final = "_through_app"
REGISTERED: Final = "_registered"


@dataclass(frozen=True)
class PageInfo:
    """One page.

    Attributes:
        id: its file name and address.
        menu: its name in the menu.
        question: the question it answers, its title.
        icon: a Material symbol.
        needs: what a role must be allowed to do to open it.
    """

    id: str
    menu: str
    question: str
    icon: str
    needs: May = May.figures

    @property
    def file(self) -> Path:
        """The page's script."""
        return FOLDER / f"{self.id}.py"


PAGES: Final = {
    page.id: page
    for page in (
        PageInfo("overview", "Overview", "How are we doing, and what should we do next?", ":material/monitoring:"),
        PageInfo("gaps", "Gaps", "Where are the gaps?", ":material/grid_on:"),
        PageInfo("trends", "Trends", "Is it getting better, or is it noise?", ":material/show_chart:"),
        PageInfo("compare", "Compare", "Who differs by more than chance and mix?", ":material/filter_alt:", May.exact),
        PageInfo("drivers", "Drivers", "Why, and what would help most?", ":material/account_tree:", May.exact),
        PageInfo("plausibility", "Plausibility", "Are the answers believable?", ":material/fact_check:", May.exact),
        PageInfo(
            "together",
            "Missing together",
            "Does what is missing bias what is there?",
            ":material/join_inner:",
            May.exact,
        ),
        PageInfo("records", "Records", "Which records, and who will fix them?", ":material/list_alt:", May.worklists),
        PageInfo("briefing", "Briefing", "What do I take to the meeting?", ":material/description:"),
        PageInfo("exports", "Exports", "Is the data in, and can I trust it?", ":material/database:", May.exports),
        PageInfo("mapping", "Mapping", "What does each column of this export mean?", ":material/schema:", May.load),
        PageInfo("settings", "Settings", "What holds here, and who decided it?", ":material/tune:", May.administer),
        PageInfo(
            "audit", "Audit log", "Who did what, and is the log untouched?", ":material/history_edu:", May.administer
        ),
    )
}
"""Page id → page, in the order of the menu; the first is the one at the plain address."""


def _register() -> st.Page:
    first, *others = PAGES.values()
    # Without icons: Streamlit would fetch a page's icon from Google to show it in the browser's tab.
    return st.navigation(
        [
            # The default page answers at "/" only, so it takes a name of its own, and a second entry answers at
            # the name that a person would type.
            st.Page(first.file, title=first.menu, default=True, url_path="home"),
            *(st.Page(page.file, title=page.menu) for page in others),
            st.Page(first.file, title=first.menu, url_path=first.id, visibility="hidden"),
        ],
        position="hidden",
    )


def run() -> None:
    """Run the page that the address asks for: all that `app.py` does."""
    page = _register()
    st.session_state[THROUGH_APP] = True
    try:
        page.run()
    finally:
        del st.session_state[THROUGH_APP]


def ensure() -> None:
    """Make sure that the pages are registered, even if this is the first request of the process."""
    if THROUGH_APP in st.session_state:
        return
    _register()
    if REGISTERED not in st.session_state:
        # Once only: a page that is itself the main script would start again for ever.
        st.session_state[REGISTERED] = True
        st.rerun()


def menu(params: Mapping[str, Sequence[str]], person: Person) -> None:
    """The links to the pages that somebody may open, carrying the filters along."""
    for page in PAGES.values():
        if may(person, page.needs):
            st.page_link(page.file, label=page.menu, icon=page.icon, query_params=dict(params))
