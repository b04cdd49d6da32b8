"""Presets: what a briefing for a certain meeting holds. They are YAML files that a force can edit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from equality.errors import EqualityError
from equality.measures.catalogue import characteristics
from equality.measures.dimensions import FLAGS
from equality.mistakes import described

FOLDER: Final = Path(__file__).resolve().parents[2] / "data" / "briefings"
"""The presets that come with the project."""

Topic = Literal[
    "summary", "characteristics", "recorded", "trend", "control", "whatif", "areas", "teams", "crimes", "focus"
]

TOPIC_TITLES: Final[dict[Topic, str]] = {
    "summary": "The page of substance",
    "characteristics": "All characteristics, targets",
    "recorded": "What is in the fields",
    "trend": "Small lines of the months",
    "control": "Control chart",
    "whatif": "What would reach the target",
    "areas": "Districts",
    "teams": "Teams",
    "crimes": "Crime types",
    "focus": "Groups of crimes",
}
"""Topic → what it is called on screen."""

Audience = Literal["viewer", "exact"]


class PresetError(EqualityError):
    """A preset says something that cannot be; the message names the file, the place and the remedy."""


class Focus(BaseModel):
    """A group of crimes that is looked at by itself: crimes with any of the flags, or of any of the types.

    Attributes:
        title: what it is called.
        flags: crime flags.
        crime_subgroup: crime types.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    flags: tuple[str, ...] = ()
    crime_subgroup: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_what(self) -> Focus:
        if bool(self.flags) == bool(self.crime_subgroup):
            raise ValueError("give either flags or crime_subgroup")
        if unknown := [flag for flag in self.flags if flag not in FLAGS]:
            raise ValueError(f"there is no flag {', '.join(unknown)}: there are {', '.join(FLAGS)}")
        return self


class Preset(BaseModel):
    """What a briefing holds.

    Attributes:
        title: of the paper.
        about: for whom, in one line, where presets are chosen.
        months: length of the period that ends with the month asked for.
        characteristics: which, in order; empty means all that the export holds.
        focus_on: the characteristic that the sentences speak of first.
        topics: what it holds, in order.
        audience: `viewer` for rounded and suppressed figures, `exact` for those who may see records.
        classification: the marking on every page.
        handling: how the paper may be passed on.
        focuses: groups of crimes for the topic `focus`.
        rows: the longest table.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[str, Field(min_length=1, max_length=160)]
    about: str = ""
    months: Annotated[int, Field(ge=1, le=120)] = 12
    characteristics: tuple[str, ...] = ()
    focus_on: str = "ethnicity"
    topics: Annotated[tuple[Topic, ...], Field(min_length=1)]
    audience: Audience = "viewer"
    classification: Annotated[str, Field(min_length=1, max_length=60)]
    handling: Annotated[str, Field(max_length=200)]
    focuses: tuple[Focus, ...] = ()
    rows: Annotated[int, Field(ge=1)] = 80

    @model_validator(mode="after")
    def _is_sound(self) -> Preset:
        known = characteristics()
        if unknown := [name for name in (*self.characteristics, self.focus_on) if name not in known]:
            raise ValueError(f"there is no characteristic {', '.join(unknown)}: there are {', '.join(known)}")
        if ("focus" in self.topics) != bool(self.focuses):
            raise ValueError("the topic `focus` and the list `focuses` go together")
        return self


def presets(folder: Path = FOLDER) -> dict[str, Preset]:
    """Every preset of a folder by its file's name: those with rounded figures first, which may be shared.

    Raises:
        PresetError: if one of them is not sound.
    """
    found = {path.stem: read(path) for path in sorted(folder.glob("*.yaml"))}
    return dict(sorted(found.items(), key=lambda pair: pair[1].audience == "exact"))


def read(path: Path) -> Preset:
    """One preset.

    Raises:
        PresetError: if the file cannot be read or is not sound.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PresetError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise PresetError(f"{path}: is not UTF-8 text; save it as UTF-8.") from error
    return parse(text, str(path))


def parse(text: str, shown: str) -> Preset:
    """The preset that a YAML text says.

    Args:
        text: YAML.
        shown: what messages call it.

    Raises:
        PresetError: naming every mistake, its line and the remedy.
    """
    try:
        tree, said = yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise PresetError(f"{shown}: is not readable YAML: {error}") from error
    if not isinstance(said, dict):
        raise PresetError(f"{shown}: must hold `title:`, `topics:` and the other keys of a preset.")
    try:
        return Preset.model_validate(said)
    except ValidationError as error:
        mistakes = "; ".join(described(tree, e, Preset, {"focuses": Focus}) for e in error.errors())
        raise PresetError(f"{shown}: {mistakes}.") from error


def written(preset: Preset) -> str:
    """A preset as YAML: what `parse` reads back as the same."""
    said = preset.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=110)
