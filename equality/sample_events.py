"""The synthetic sample's documented events, so that Trends has something to draw: see docs/synthetic.md."""

from __future__ import annotations

from datetime import date

from equality.protection.audit import Act, audit_log
from equality.protection.people import local_person
from equality.store import events
from equality.store.events import Event
from equality.store.registry import Registry
from equality.synthetic import planted

SOURCE = "athena"
WHO = "the synthetic sample"


def sample_events(until: date) -> list[Event]:
    """What is planted in the export whose last extract is of this day."""
    return [
        Event(
            planted.RESTRUCTURE_DATE,
            "restructure",
            "Five areas become two",
            "Synthetic. Ten area units end and four begin; the new ones record less for six weeks.",
            synthetic=True,
        ),
        Event(
            planted.training_date(until),
            "training",
            "Training on ethnicity, religion and disability",
            "Synthetic. Four teams were trained to ask these three questions.",
            scope={"team": planted.TRAINED_TEAMS},
            rebase=True,
            synthetic=True,
        ),
    ]


def enter_sample_events(registry: Registry, until: date) -> None:
    """Enter them, unless the source has events already."""
    if not events.history(registry.database, SOURCE):
        for event in sample_events(until):
            about = {"event": "entered", "source": SOURCE, "title": event.title, "day": str(event.happened_on)}
            with audit_log(registry).acting(Act.settings, local_person(), about, f"Part of {WHO}"):
                events.enter(registry.database, SOURCE, event, WHO)
