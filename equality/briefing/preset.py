"""Presets: what a briefing for a certain meeting holds. They are YAML files that a force can edit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from equality.errors import EqualityError
from equality.measures.catalogue import characteristics
from equality.measures.dimensions import FLAGS

FOLDER: Final = Path(__file__).resolve().parents[2] / "data" / "briefings"
"""The presets that come with the project."""

Topic = Literal[
    "summary", "characteristics", "recorded", "trend", "control", "whatif", "areas", "teams", "crimes", "focus"
]

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

    title: str
    about: str = ""
    months: Annotated[int, Field(ge=1, le=120)] = 12
    characteristics: tuple[str, ...] = ()
    focus_on: str = "ethnicity"
    topics: tuple[Topic, ...]
    audience: Audience = "viewer"
    classification: str
    handling: str
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
        said: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PresetError(f"{path}: cannot be read ({error.strerror}).") from error
    except yaml.YAMLError as error:
        raise PresetError(f"{path}: is not YAML: {error}") from error
    if not isinstance(said, Mapping):
        raise PresetError(f"{path}: must hold `title:`, `topics:` and the other keys of a preset.")
    try:
        return Preset(**said)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the preset"
        raise PresetError(f"{path}: {where}: {first['msg'].removeprefix('Value error, ')}.") from error
