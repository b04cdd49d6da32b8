"""What Missing together shows of the view: patterns, what goes together, what it depends on, bounds."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import streamlit as st

from dashboard import show
from dashboard.shell import Context
from equality.analysis import together
from equality.analysis.words import interval, people, percent
from equality.charts.evidence_rows import SCHEMA
from equality.measures.answers import COUNTED, answer_column, ethnic_groups, valid_codes
from equality.measures.codes import code_list
from equality.measures.together import FACTORS

MOST_PATTERNS = 12
MOST_ROWS = 8


def factor_titles(context: Context) -> dict[str, str]:
    """What missingness may depend on here: column → title."""
    crime = {"crime_group": context.snapshot.dimensions.get("crime_group", "Crime group")}
    return {**FACTORS, **(crime if "crime_group" in context.options.values else {})}


def known_by_factor(context: Context, table: pl.DataFrame) -> pl.DataFrame:
    """What is known by the levels of every factor: `factor`, `level`, `characteristic`, `asked`, `known`."""
    names = list(context.options.characteristics)
    parts = [
        table.group_by("factor", "level")
        .agg(asked=pl.col(f"{name}__asked").cast(pl.Int64).sum(), known=pl.col(f"{name}__known").cast(pl.Int64).sum())
        .with_columns(characteristic=pl.lit(name))
        for name in names
        if f"{name}__asked" in table.columns
    ]
    if "crime_group" in context.options.values:
        counts = context.slice("crime_group")
        parts.append(
            counts.select(
                factor=pl.lit("crime_group"),
                level="crime_group",
                asked=pl.col("applicable").cast(pl.Int64),
                known=pl.col("valid").cast(pl.Int64),
                characteristic="characteristic",
            )
        )
    order = ["factor", "level", "characteristic", "asked", "known"]
    return pl.concat([part.select(order) for part in parts])


def pair_rows(pairs: pl.DataFrame, given: str, titles: dict[str, str]) -> pl.DataFrame:
    """Where one characteristic is missing, how often the others are: rows of `share_rows`, the strongest tie first."""
    shown = pairs.filter(pl.col("given") == given, pl.col("n") > 0).sort("lift", descending=True, nulls_last=True)
    return _rows(
        [
            (
                titles[row["other"]],
                f"{percent(row['share'], 0)} ({interval(row['low'], row['high'], 0)})",
                f"Of {people(row['n'])} whose {titles[given].lower()} is not known, "
                f"{titles[row['other']].lower()} is not "
                f"known for {percent(row['share'])}; of all {percent(row['overall'])}",
                row["share"],
                row["low"],
                row["high"],
                row["overall"],
            )
            for row in shown.iter_rows(named=True)
        ]
    )


def level_rows(named: pl.DataFrame, titles: dict[str, str], factors: dict[str, str]) -> pl.DataFrame:
    """The named levels of one characteristic as rows of `share_rows`, against all others."""
    return _rows(
        [
            (
                f"{factors[row['factor']]}: {row['level']}",
                f"{percent(row['share'], 0)} ({interval(row['low'], row['high'], 0)})",
                together.dependence_sentence(row, titles[row["characteristic"]], factors[row["factor"]]),
                row["share"],
                row["low"],
                row["high"],
                row["rest"],
            )
            for row in named.head(MOST_ROWS).iter_rows(named=True)
        ]
    )


def _rows(rows: list[tuple[str, str, str, float, float, float, float]]) -> pl.DataFrame:
    return pl.DataFrame([(i, *row) for i, row in enumerate(rows)], schema=SCHEMA, orient="row")


def choices(characteristic: str) -> dict[str, list[str]]:
    """The answers that a share can be asked of: name on screen → codes. Empty if answers are not broken down."""
    if characteristic not in COUNTED:
        return {}
    if characteristic == "ethnicity":
        groups = ethnic_groups()
        return {g: [c for c in groups if groups[c] == g] for g in dict.fromkeys(groups.values())}
    return {code_list(characteristic)[code].label: [code] for code in valid_codes(characteristic)}


def bounds_of(answers: pl.DataFrame, characteristic: str, codes: list[str]) -> together.Bounds | None:
    """The share of some answers with its bounds."""

    def count(*names: str) -> int:
        return sum(int(answers[answer_column(characteristic, name)].cast(pl.Int64).sum() or 0) for name in names)

    return together.bounds(count(*codes), count(*valid_codes(characteristic)), count("asked"))


def bounds_rows(found: dict[str, together.Bounds]) -> pl.DataFrame:
    """Bounds as rows of `share_rows` with `least` and `most`, the largest share first."""
    ordered = sorted(found.items(), key=lambda item: -item[1].share)
    rows = [
        (
            i,
            name,
            f"{percent(b.share, 0)}, could be {percent(b.least, 0)}–{percent(b.most, 0)}",
            f"{name}: {percent(b.share)} ({interval(b.low, b.high)}) of {people(b.valid)} with an answer; of all "
            f"{b.asked:,} it could be {percent(b.least)} to {percent(b.most)}",
            b.share,
            b.low,
            b.high,
            None,
            b.least,
            b.most,
        )
        for i, (name, b) in enumerate(ordered)
    ]
    return pl.DataFrame(rows, schema=SCHEMA | {"least": pl.Float64, "most": pl.Float64}, orient="row")


def choose_answer(context: Context, names: list[str]) -> str:
    """The answer whose share is asked for: a choice that the address keeps."""
    usual = names[0]
    chosen = context.view.own_choice("answer", names)
    if st.session_state.get("answer") != chosen:
        st.session_state["answer"] = chosen

    def change() -> None:
        context.bar.go(context.view.with_own("answer", st.session_state["answer"], usual))

    st.selectbox("Answer", names, key="answer", on_change=change, width=320)
    return chosen


def choose_characteristic(context: Context) -> None:
    """Which characteristic the page looks at."""
    names = list(context.options.characteristics)
    if st.session_state.get("focus") != context.view.characteristic:
        st.session_state["focus"] = context.view.characteristic

    def change() -> None:
        context.bar.go(replace(context.view, characteristic=st.session_state["focus"]).with_own("answer", ""))

    st.selectbox(
        "Characteristic", names, format_func=context.titles.__getitem__, key="focus", on_change=change, width=320
    )


def headline(context: Context, found: together.Overview, named: pl.DataFrame) -> str:
    """What the page found, in a sentence or two."""
    whom = context.people_are.lower()
    if found.people < context.minimum_n:
        return "Too few to say: nobody, or hardly anybody, is in this selection."
    start = (
        f"Everything is known of {percent(found.complete / found.people)} of {found.people:,} {whom}, nothing of "
        f"{percent(found.nothing / found.people)}."
    )
    title = context.titles[context.view.characteristic].lower()
    mine = named.filter(pl.col("characteristic") == context.view.characteristic)
    if mine.is_empty():
        return f"{start} Whether {title} is known does not depend on outcome, crime, age or sex beyond chance."
    factors = [factor_titles(context)[f].lower() for f in mine["factor"].unique(maintain_order=True)]
    listed = factors[0] if len(factors) == 1 else f"{', '.join(factors[:-1])} and {factors[-1]}"
    return f"{start} Whether {title} is known depends on {listed}: figures from known answers alone would mislead."


def tables(
    context: Context,
    patterns: pl.DataFrame,
    pairs: pl.DataFrame,
    tested: pl.DataFrame,
    known: dict[str, together.Bounds],
) -> None:
    """The numbers of the charts, and how they are counted."""
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    share = {
        "percent": number("Share", format="%.1f%%"),
        "percent_low": number("from", format="%.1f%%", help="Lower limit of the 95% interval"),
        "percent_high": number("to", format="%.1f%%", help="Upper limit of the 95% interval"),
    }
    st.write(COUNTED_SO)
    show.table(
        context,
        patterns.select("label", "records", percent=100 * pl.col("share")),
        "table-patterns",
        "Patterns of missing answers",
        {
            "label": text("Missing together"),
            "records": number("People", format="localized"),
            "percent": share["percent"],
        },
    )
    titles, focus = context.titles, context.view.characteristic
    shown = pairs.filter(pl.col("n") >= context.minimum_n)
    show.table(
        context,
        shown.select(
            pl.col("given", "other").replace(titles),
            "both",
            "n",
            overall=100 * pl.col("overall"),
            **_percents(),
        ),
        "table-pairs",
        "Pairs of characteristics",
        {
            "given": text("Where this is not known", pinned=True),
            "other": text("this is not known either"),
            "both": number("People", format="localized"),
            "n": number("Out of", format="localized"),
            **share,
            "overall": number("Of everybody", format="%.1f%%"),
        },
    )
    levels = tested.filter(pl.col("characteristic") == focus).sort("factor", "level")
    show.table(
        context,
        levels.select(
            pl.col("factor").replace(factor_titles(context)),
            "level",
            "known",
            "asked",
            **_percents(),
            rest=100 * pl.col("rest"),
            difference=100 * pl.col("difference"),
            difference_low=100 * pl.col("difference_low"),
            difference_high=100 * pl.col("difference_high"),
            named=pl.when("named").then(pl.lit("beyond chance")).otherwise(pl.lit("")),
        ),
        "table-levels",
        f"{titles[focus]} known by outcome, crime, age and sex",
        {
            "factor": text("What", pinned=True),
            "level": text("Level", pinned=True),
            "known": number("Known", format="localized"),
            "asked": number("Out of", format="localized"),
            **share,
            "rest": number("Others", format="%.1f%%"),
            "difference": number("Difference", format="%.1f"),
            "difference_low": number("from ", format="%.1f", help="Newcombe's 95% interval"),
            "difference_high": number("to ", format="%.1f", help="Newcombe's 95% interval"),
            "named": text("Named"),
        },
    )
    if known:
        frame = pl.DataFrame(
            [
                (name, b.hits, b.valid, b.asked, *(100 * v for v in (b.share, b.low, b.high, b.least, b.most)))
                for name, b in known.items()
            ],
            schema=["answer", "hits", "valid", "asked", "percent", "percent_low", "percent_high", "least", "most"],
            orient="row",
        )
        show.table(
            context,
            frame,
            "table-bounds",
            f"Bounds of {titles[focus]}",
            {
                "answer": text("Answer", pinned=True),
                "hits": number("People", format="localized"),
                "valid": number("With an answer", format="localized"),
                **share,
                "asked": number("Everybody", format="localized"),
                "least": number("At least", format="%.1f%%"),
                "most": number("At most", format="%.1f%%"),
            },
        )


def _percents() -> dict[str, pl.Expr]:
    return {
        "percent": 100 * pl.col("share"),
        "percent_low": 100 * pl.col("low"),
        "percent_high": 100 * pl.col("high"),
    }


COUNTED_SO = (
    "An answer is missing if the question applies and it is not known: blank, refused, not stated, unknown "
    "or invalid. A "
    "difference is named if it is at least 5 points and beyond chance at a false discovery rate of 5% over "
    "all levels and "
    "characteristics (Benjamini–Hochberg); its interval is Newcombe's. The bounds suppose that nobody, or everybody, "
    "whose answer is missing has the answer."
)
