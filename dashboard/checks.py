"""The checks of Plausibility for the view that is shown."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from dashboard.shell import Context
from equality.analysis import births, contradictions, defaults, mix
from equality.analysis.plausibility import Check
from equality.reading import news

LOOK_FIRST = 2
"""Units, or else checks, that the headline names."""
NOT_COUNTED = "This snapshot was loaded by an older version, which did not count this: load its export again."


def unit_dimension(context: Context) -> str:
    """The dimension whose units are compared: teams where the export has them, else districts."""
    return news.unit_dimension(context.figures())


def made(context: Context) -> list[Check]:
    """Every check, in the order of the page."""
    unit = unit_dimension(context)
    title = context.snapshot.dimensions.get(unit, "Unit")
    titles, least = context.titles, context.minimum_n

    answers = context.table("answers")
    found: list[Check] = []
    if unit:
        found.append(defaults.defaults(context.slice(unit), unit, title, titles, least))
    if answers is not None and unit in answers.columns:
        found.append(defaults.one_answer(answers, unit, title, titles, least))
    found.append(contradictions.impossible(context.validation))
    tables: list[tuple[str, Callable[[pl.DataFrame], Check]]] = [
        ("birth_days", births.birth_days),
        ("years_of_age", lambda table: births.age_heaping(table, least)),
        ("both_ethnicities", lambda table: contradictions.both_ethnicities(table, least)),
        ("persons", lambda table: contradictions.one_person(table, titles, least)),
        ("old_codes", lambda table: contradictions.old_lists(table, least)),
    ]
    found += [check(table) for name, check in tables if (table := context.table(name)) is not None]
    if answers is not None:
        found.append(mix.ethnic_mix(answers, mix.census(), context.people_are))
        if unit in answers.columns:
            found.append(defaults.residual(answers, unit, title, least))
    return found


def headline(context: Context, checks: list[Check]) -> str:
    """How many checks found something, and where to look first."""
    if (context.slice()["applicable"].max() or 0) < context.minimum_n:  # type: ignore[operator]
        return "Too few to say: nobody, or hardly anybody, is in this selection."
    could = [check for check in checks if not check.missing]
    hits = [check for check in could if check.findings]
    if not could:
        return "Nothing here can be looked at: this export holds too little."
    if not hits:
        return f"{len(could)} checks looked at the answers, and none found anything beyond chance."
    units = dict.fromkeys(unit for check in hits for f in check.findings for unit in f.where.values())
    first = list(units)[:LOOK_FIRST]
    if not first:
        first = [check.title[0].lower() + check.title[1:] for check in hits[:LOOK_FIRST]]
    return f"{len(hits)} of {len(could)} checks found something beyond chance. Look first at {' and '.join(first)}."
