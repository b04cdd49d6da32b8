"""On the page of records: audit samples. Draw one, write down what was found, see what it says of everybody."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

import polars as pl
import streamlit as st

from dashboard import acting, data, downloads, identity, sample_items, show
from dashboard.shell import Context
from dashboard.text import count_of, day_name, plain
from equality.analysis.words import percent
from equality.errors import EqualityError
from equality.measures.states import APPLICABLE_STATES
from equality.protection.audit import audit_log, canonical
from equality.worklist import sample
from equality.worklist.sample import FINDINGS, Design, Sample, Stratum
from equality.worklist.shown import ONLY_OPEN
from equality.worklist.wanted import Wanted

POPULATIONS: Final = {
    "valid": ("Recorded answers", ("valid",)),
    "all": ("Everything that is recorded, gaps too", APPLICABLE_STATES),
}
"""What can be audited: its name, and the states of its cells."""
_CONFIDENCE: Final = (0.95, 0.9, 0.99)


def draw(context: Context) -> None:
    """The samples of this source: the newest, or the one that the address asks for."""
    acting.told()
    try:
        made = sample.samples(data.registry(), context.snapshot.source)
        if made:
            _one(context, _choose(context, made))
        else:
            st.header("No audit sample has been drawn yet.", anchor=False)
            st.write("A sample shows whether what is recorded agrees with its source, and how sure one can be of it.")
        _drawing(context, opened=not made)
    except EqualityError as error:
        st.error(plain(str(error)))


def sentence(of: Sample, found: pl.DataFrame, title: str) -> str:
    """What a sample says, with its interval, or how far the auditor is."""
    strata = sample.by_stratum(of, found)
    done = int(of.items - strata["open"].sum())
    looked = f"{done:,} of {of.items:,} items were looked at"
    result = sample.result(of, found)
    if result is None:
        silent = strata.filter((pl.col("agrees") + pl.col("differs") == 0) & (pl.col("population") > 0)).height
        return f"{title}: {looked}. There is an estimate once each stratum has an answer: {silent:,} have none yet."
    sure = f"{100 * of.design.confidence:g}% interval {percent(result.low, 0)} to {percent(result.high, 0)}"
    if result.effective is None:
        sure = "all of them were looked at"
    so_far = "" if done == of.items else "So far: "
    return (
        f"{so_far}{percent(result.share, 0)} of {of.population:,} entries of {title} agree with their source "
        f"({sure}; {looked})."
    )


def _choose(context: Context, made: list[Sample]) -> Sample:
    by_number = {str(each.number): each for each in made}
    chosen = context.view.own_choice("sample", list(by_number))
    if st.session_state.get("sample") != chosen:
        st.session_state["sample"] = chosen

    def name(number: str) -> str:
        each = by_number[number]
        return f"{number} · {_title(context, each)} · drawn {day_name(each.at.date())} · {each.items:,} items"

    def change() -> None:
        context.bar.go(context.view.with_own("sample", st.session_state["sample"], str(made[0].number)))

    st.selectbox("Sample", list(by_number), format_func=name, key="sample", on_change=change)
    return by_number[chosen]


def _title(context: Context, of: Sample) -> str:
    return context.titles.get(of.characteristic, of.characteristic)


def _one(context: Context, of: Sample) -> None:
    found = sample.findings(data.registry(), of)
    st.header(plain(sentence(of, found, _title(context, of))), anchor=False)
    result = sample.result(of, found)
    design = of.design
    if result and result.untold:
        st.write(
            f"Of {count_of(result.untold, 'item')} it could not be told: if all of them differed, "
            f"{percent(result.least, 0)} would agree, if none did, {percent(result.most, 0)}."
        )
    dimension = context.snapshot.dimensions.get(design.by, design.by)
    st.caption(
        plain(
            f"{of.wanted.words()}. Strata: {dimension}. Asked for ±{100 * design.precision:g} points at "
            f"{100 * design.confidence:g}% with {100 * design.expected:g}% expected, at least {design.least} of each "
            f"stratum, seed {design.seed}. Snapshot {of.snapshot_id}. Strata count by their size; Wilson's interval of "
            "the effective sample size."
        )
    )
    sample_items.draw(context, of, found)
    with st.expander("By stratum"):
        number = st.column_config.NumberColumn
        columns: dict[str, Any] = {
            "stratum": st.column_config.TextColumn(dimension, pinned=True),
            "population": number("Population", format="localized"),
            "drawn": number("Drawn", format="localized"),
            **{kind: number(words, format="localized") for kind, words in FINDINGS.items()},
            "open": number("Not looked at", format="localized"),
        }
        show.table(context.snapshot, sample.by_stratum(of, found), "sample-strata", "The sample by stratum", columns)


def _drawing(context: Context, *, opened: bool) -> None:
    names = [name for name in context.options.characteristics if name not in ONLY_OPEN]
    units = [unit for unit in context.options.units if unit != "month"] or list(context.options.units)
    with st.expander("Draw a new sample", expanded=opened):
        st.write("It is drawn from the people that the filters above choose.")
        first, second, third = st.columns(3)
        focus = context.view.characteristic
        chosen = first.selectbox(
            "Characteristic",
            names,
            names.index(focus) if focus in names else 0,
            format_func=context.titles.__getitem__,
            key="draw-of",
        )
        what = second.selectbox(
            "What is audited", list(POPULATIONS), format_func=lambda p: POPULATIONS[p][0], key="draw-what"
        )
        by = third.selectbox("Strata", units, format_func=context.snapshot.dimensions.__getitem__, key="draw-by")
        first, second, third, fourth = st.columns(4)
        precision = first.number_input("Precision, ± points", 1.0, 25.0, 5.0, 0.5, key="draw-precision")
        confidence = second.selectbox("Confidence", _CONFIDENCE, format_func=lambda c: f"{100 * c:g}%", key="draw-sure")
        expected = third.number_input(
            "Expected to agree, %", 1, 99, 50, key="draw-expected", help="50% needs the largest sample."
        )
        usual = int(f"{context.snapshot.extract_date:%Y%m%d}")
        seed = fourth.number_input(
            "Seed", 0, 2**31, usual, key="draw-seed", help="The same seed and extract give the same sample."
        )
        view = context.view
        wanted = Wanted(view.source, view.selection(), (chosen,), POPULATIONS[what][1])
        design = Design(by, precision / 100, confidence, expected / 100, int(seed))
        strata = _plan(context.snapshot.id, canonical({"of": wanted.as_dict(), "design": asdict(design)}), context,
                       wanted, design)  # fmt: skip
        items, population = sum(s.drawn for s in strata), sum(s.population for s in strata)
        parts = count_of(len(strata), "stratum", "strata")
        st.markdown(
            f"**{count_of(items, 'item')}** of {population:,} records, from {parts} in proportion to their size, at "
            f"least {design.least} of each."
        )
        why = downloads.reason("draw-reason")
        missing = data.holding().settings.audit_reason_required and not why.strip()
        st.button(
            "Draw the sample", key="draw", on_click=_take, args=(context, wanted, design, why),
            disabled=missing or not items, type=show.main_button(),
        )  # fmt: skip


@st.cache_resource(show_spinner="Counting the strata", max_entries=24)
def _plan(snapshot_id: str, key: str, _context: Context, _wanted: Wanted, _design: Design) -> tuple[Stratum, ...]:
    return sample.plan(data.registry(), _context.snapshot, _wanted, _design, identity.person())


def _take(context: Context, wanted: Wanted, design: Design, why: str) -> None:
    def act() -> str:
        registry = data.registry()
        made = sample.take(
            registry, context.snapshot, wanted, design, by=identity.person(), log=audit_log(registry), reason=why
        )
        return f"Sample {made.number} is drawn: {count_of(made.items, 'item')}."

    acting.do(act)
