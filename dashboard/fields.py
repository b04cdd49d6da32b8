"""What fields of records are called on screen."""

from __future__ import annotations

from typing import Final

from equality.measures.catalogue import characteristics
from equality.measures.dimensions import DIMENSIONS

_TITLES: Final = {
    "crime_ref": "Crime reference",
    "person_ref": "Person reference",
    "recorded_on": "Date recorded",
    "reported_on": "Date reported",
    "committed_on": "Date committed",
    "synthetic": "Mark of synthetic rows",
}
"""Fields that are neither characteristics nor dimensions, and whose name says too little."""


def field_title(name: str) -> str:
    """A field's name on screen."""
    catalogue = characteristics()
    if name in catalogue:
        return catalogue[name].title
    return _TITLES.get(name) or DIMENSIONS.get(name) or name.replace("_", " ").capitalize()
