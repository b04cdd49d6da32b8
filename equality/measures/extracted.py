"""What the tables counted in the loading step are told about the extract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Extracted:
    """What is known of the extract that is being counted.

    Attributes:
        characteristics: those it holds, in the catalogue's order.
        dimensions: those it holds.
        extract_date: the day on which it was drawn.
    """

    characteristics: Sequence[str]
    dimensions: Sequence[str]
    extract_date: date
