"""On the page of records: give a list to a team, and what became of the lists that teams have."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import polars as pl
import streamlit as st

from dashboard import acting, data, downloads, identity, show, task_detail
from dashboard.shell import Context
from dashboard.text import count_of, day_name, plain
from equality.analysis.words import percent
from equality.charts.settled import settled_bars, settled_rows
from equality.errors import EqualityError, StoreError
from equality.protection.access import May, may, may_see_records_of
from equality.protection.audit import audit_log
from equality.worklist import progress, tasks
from equality.worklist.tasks import ACTIONS, LONGEST_NOTE, Task
from equality.worklist.wanted import Wanted

_DAYS: Final = 14
"""Days that a team usually has."""


def assigning(context: Context, wanted: Wanted) -> None:
    """The form that gives the list of this page to a team; for those who may see the records of all teams."""
    acting.told()
    if not may(identity.person(), May.records):
        return
    teams = context.options.values.get("team", ())
    usual = next(iter(wanted.selection.where.get("team", ())), None)
    with st.expander("Give this list to a team"), st.form("task-form", border=False):
        st.write(
            "Cells that are open now go on the list, and stay on it. Each later extract tells what became of them."
        )
        left, right = st.columns([2, 1], vertical_alignment="bottom")
        left.selectbox(
            "Team",
            teams,
            index=teams.index(usual) if usual in teams else None,
            key="task-team",
            accept_new_options=True,
            placeholder="Choose a team, or type who settles for it",
        )
        right.date_input(
            "Due", date.today() + timedelta(days=_DAYS), key="task-due", min_value=date.today(), format="DD/MM/YYYY"
        )
        st.text_area("Note to the team (no names)", key="task-note", max_chars=LONGEST_NOTE, height=80)
        downloads.reason("task-reason")
        st.form_submit_button("Assign", type=show.main_button(), on_click=_assign, args=(context, wanted))


def _assign(context: Context, wanted: Wanted) -> None:
    given = {name: st.session_state.get(f"task-{name}") for name in ("team", "due", "note", "reason")}

    def act() -> str:
        if given["due"] is None:
            raise StoreError("Say by which day.")
        made = tasks.assign(
            data.registry(),
            context.snapshot,
            wanted,
            str(given["team"] or ""),
            given["due"],
            str(given["note"] or ""),
            by=identity.person(),
            log=audit_log(data.registry()),
            reason=str(given["reason"] or ""),
        )
        return f"List {made.number} is with {made.team}: {count_of(made.cells, 'cell')} by {day_name(made.due)}."

    acting.do(act)


# ---- what became of lists --------------------------------------------------------------------------------------


def lists(context: Context) -> None:
    """The lists that this reader may see, and how far they came by the newest extract."""
    acting.told()
    registry, teams = data.registry(), may_see_records_of(identity.person())
    try:
        found = tasks.tasks(registry, context.snapshot.source, teams)
        progress.catch_up(registry, context.snapshot)
        counted = progress.counts(registry, [task.id for task in found], teams)
    except EqualityError as error:
        st.error(plain(str(error)))
        return
    if not found:
        whose = "" if teams is None else " of your teams"
        st.header(f"No list{whose} has been given out yet.", anchor=False)
        st.write("On “Records”, choose which, then “Give this list to a team”.")
        return
    now = progress.newest(progress.progress(counted))
    st.header(plain(headline(found, now)), anchor=False)
    if teams is not None:
        st.caption("Counted are the cells on records of your teams.")
    rows = _named(found, now)
    chosen = _choose(context, found)
    picture = settled_bars(settled_rows(rows), context.colours)
    show.chart(context, picture, "tasks-lists", "What became of the cells of each list.")
    show.settled_key(context.colours)
    task_detail.table(context, rows, "tasks-table", "Lists and what became of their cells", "List")
    task_detail.draw(context, chosen, counted.filter(pl.col("list_id") == chosen.id))
    st.caption(
        "Settled: filled or declined. Asked: these, and who did not understand the question and had not been asked "
        "before; that is still open. Fields fill in without a list, too: that cells were settled is no proof that the "
        f"list caused it. Extract of {day_name(context.snapshot.extract_date)}."
    )


def headline(found: list[Task], now: pl.DataFrame) -> str:
    """How much of what teams have is settled, and what is overdue, as a sentence.

    Args:
        found: the lists.
        now: of `progress.newest`.
    """
    held = [task for task in found if task.open]
    if not held:
        return "No list is open."
    mine = now.filter(pl.col("list_id").is_in([task.id for task in held]))
    cells, settled, asked = (int(mine[name].sum()) for name in ("cells", "settled", "asked"))
    left = {row["list_id"]: row["open"] for row in mine.to_dicts()}
    late = sum(task.due < date.today() and left.get(task.id, 0) > 0 for task in held)
    overdue = f" {count_of(late, 'list')} overdue." if late else ""
    if not cells:
        return f"{count_of(len(held), 'open list')}, none of whose cells are of your teams.{overdue}"
    share = percent(settled / cells, 0)
    return (
        f"{settled:,} of {count_of(cells, 'cell')} on {count_of(len(held), 'open list')} are settled ({share}); "
        f"{asked:,} were asked.{overdue}"
    )


def _named(found: list[Task], now: pl.DataFrame) -> pl.DataFrame:
    about = pl.DataFrame(
        [(t.id, place, _name(t)) for place, t in enumerate(found)],
        schema={"list_id": pl.String, "_place": pl.Int64, "name": pl.String},
        orient="row",
    )
    return now.join(about, on="list_id").sort("_place").with_columns(id=pl.col("list_id"))


def _name(task: Task) -> str:
    state = f"due {task.due.day} {task.due:%b %Y}" if task.open else ACTIONS[task.action].lower()
    late = ", overdue" if task.open and task.due < date.today() else ""
    return f"{task.number} · {task.team} · {state}{late}"


def _choose(context: Context, found: list[Task]) -> Task:
    """The list that the address asks for, or the first."""
    by_number = {str(task.number): task for task in found}
    chosen = context.view.own_choice("list", list(by_number))
    if st.session_state.get("tasks-list") != chosen:
        st.session_state["tasks-list"] = chosen

    def change() -> None:
        context.bar.go(context.view.with_own("list", st.session_state["tasks-list"]))

    st.selectbox("List", list(by_number), format_func=lambda n: _name(by_number[n]), key="tasks-list", on_change=change)
    return by_number[chosen]
