"""Who is there."""

from __future__ import annotations

from equality.protection.people import Person, local_person


def person() -> Person:
    """Who reads this page."""
    return local_person()
