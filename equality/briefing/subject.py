"""What a briefing is about: figures and a preset, with what several of its topics ask worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from equality.analysis.control_chart import ControlChart
from equality.briefing.preset import Preset
from equality.reading import trends
from equality.reading.figures import Figures
from equality.reading.trends import Basis


@dataclass(frozen=True, eq=False)
class Subject:
    """Figures and a preset.

    Attributes:
        figures: of the selection and its period; its characteristics are those of the preset that the export holds.
        preset: what the briefing holds.
    """

    figures: Figures
    preset: Preset

    @property
    def focus_title(self) -> str:
        """What the characteristic is called that the sentences speak of first."""
        return self.figures.titles[self.figures.focus]

    @property
    def named(self) -> tuple[str, ...]:
        """The dimensions whose units this briefing may name: teams and districts only where it has a topic of them."""
        kinds = {"team": "teams", "area": "areas"}
        return tuple(d for d in self.figures.units if d not in kinds or kinds[d] in self.preset.topics)

    @cached_property
    def basis(self) -> Basis:
        """What the points of its control charts are."""
        return trends.usual_basis(self.figures)

    @cached_property
    def charts(self) -> dict[str, ControlChart]:
        """The control chart of every characteristic."""
        return trends.charts_of(self.figures, trends.points_of(self.figures, self.basis))
