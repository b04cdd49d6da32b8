"""Composes a briefing from figures and a preset."""

from __future__ import annotations

from dataclasses import replace

from equality.analysis.words import people
from equality.briefing.document import Briefing, Marking, Provenance, with_visible_marks
from equality.briefing.preset import Preset
from equality.briefing.subject import Subject
from equality.briefing.topics import TOPICS
from equality.measures.counts import RATE_MEANINGS, RATE_TITLES
from equality.measures.dimensions import FLAGS
from equality.reading.figures import Figures


def compose(figures: Figures, preset: Preset, provenance: Provenance) -> Briefing:
    """What the briefing says.

    Args:
        figures: of the selection and its period; its characteristics are those of the preset that the export holds.
        preset: what it holds.
        provenance: where it comes from.
    """
    subject = Subject(figures, preset)
    sections = [section for topic in preset.topics for section in TOPICS[topic](subject)]
    briefing = Briefing(
        title=preset.title,
        subtitle=selected(figures),
        sections=tuple(sections),
        definitions=definitions(figures, preset),
        marking=Marking(preset.classification, preset.handling),
        provenance=replace(provenance, attribution=figures.snapshot.attribution),
    )
    # Names of areas and teams, and whatever else an export says, are in its sentences.
    return with_visible_marks(briefing)


def selected(figures: Figures) -> str:
    """What is selected, in words."""
    chosen = figures.selection
    parts = [figures.people_are]
    for dimension, values in chosen.where.items():
        if dimension != "role" and values:
            parts.append(", ".join(values))
    if "area" not in chosen.where and "lpa" not in chosen.where:
        parts.insert(1, "all areas")
    if chosen.flags:
        parts.append(", ".join(FLAGS[flag].lower() for flag in chosen.flags))
    counted = max((n for n in figures.slice()["applicable"] if n is not None), default=0)
    return " · ".join([*parts, figures.period, people(counted)])


def definitions(figures: Figures, preset: Preset) -> dict[str, str]:
    """The terms that the briefing uses."""
    found = {RATE_TITLES["known"]: f"{RATE_MEANINGS['known'].capitalize()}."}
    found["Who is counted"] = (
        f"Identified natural persons who are {figures.people_are.lower()}, once per crime. Organisations, the state "
        "and unidentified persons are left out, and for questions that are asked of adults only, children."
    )
    found["95% interval"] = (
        "Where the rate would probably lie if chance alone had been different (Wilson; differences: Newcombe). A "
        "change is named only if its interval leaves out no change."
    )
    if {"summary", "control"} & set(preset.topics):
        found["Trend"] = (
            "A month by month rate is called improving or worsening only if its control chart shows a signal (a point "
            "outside the limits of chance, a long run on one side, a long rise or fall) in its newest three settled "
            "months that stands a test against the other months."
        )
    found["Too few"] = f"A rate of fewer than {figures.minimum_n} people is not shown."
    if figures.disclosure:
        found["Rounded figures"] = figures.disclosure.rule.sentence
    found |= {c.title: c.meaning for c in figures.catalogue.values()}
    return found
