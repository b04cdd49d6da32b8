"""Composes a briefing from figures and a preset."""

from __future__ import annotations

from dataclasses import replace

from equality.analysis.words import people
from equality.briefing.document import Briefing, Marking, Provenance
from equality.briefing.figures import Figures
from equality.briefing.preset import Preset
from equality.briefing.topics import TOPICS
from equality.measures.counts import RATE_MEANINGS, RATE_TITLES
from equality.measures.dimensions import FLAGS


def compose(figures: Figures, preset: Preset, provenance: Provenance) -> Briefing:
    """What the briefing says.

    Args:
        figures: of the selection and its period; its characteristics are those of the preset that the export holds.
        preset: what it holds.
        provenance: where it comes from.
    """
    focus = preset.focus_on if preset.focus_on in figures.catalogue else next(iter(figures.catalogue))
    settled = preset.model_copy(update={"focus_on": focus})
    sections = [section for topic in settled.topics for section in TOPICS[topic](figures, settled)]
    return Briefing(
        title=preset.title,
        subtitle=selected(figures),
        sections=tuple(sections),
        definitions=definitions(figures),
        marking=Marking(preset.classification, preset.handling),
        provenance=replace(provenance, attribution=figures.snapshot.attribution),
    )


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


def definitions(figures: Figures) -> dict[str, str]:
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
    found["Too few"] = f"A rate of fewer than {figures.minimum_n} people is not shown."
    if figures.disclosure:
        found["Rounded figures"] = figures.disclosure.rule.sentence
    found |= {c.title: c.meaning for c in figures.catalogue.values()}
    return found
