"""A force's own presets: files in its own folder, beside those that come with the project."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Final

from equality.briefing.preset import Preset, PresetError, parse, presets, read, written
from equality.settings import settings

NAME: Final = re.compile(r"[a-z][a-z0-9-]{1,40}")


class PresetExistsError(PresetError):
    """There is an own preset of this name already; it can be replaced if a person says so."""


def folder() -> Path:
    """The folder of the force's own presets (`EQUALITY_BRIEFINGS`)."""
    return settings().briefings


def own() -> tuple[dict[str, Preset], list[str]]:
    """The force's own presets by name, and what is wrong with those files that are not sound."""
    found, wrong = {}, []
    for path in sorted(folder().glob("*.yaml")):
        try:
            found[path.stem] = read(path)
        except PresetError as error:
            wrong.append(str(error))
    return found, wrong


def every() -> dict[str, Preset]:
    """Every preset by name: the project's, then the force's own that are sound."""
    return presets() | {name: preset for name, preset in own()[0].items() if name not in presets()}


def save(preset: Preset, name: str, *, replace: bool = False) -> Path:
    """Save an own preset: whole, or not at all.

    Args:
        preset: what it says.
        name: its file's name.
        replace: whether an own preset of this name may be replaced.

    Raises:
        PresetExistsError: if there is an own preset of this name, and it is not to be replaced.
        PresetError: if the name cannot be one or is that of a preset of the project, or the folder cannot be written.
    """
    path = _file(name)
    if path.exists() and not replace:
        raise PresetExistsError(f"There is a preset {name} already: choose another name, or replace it.")
    text = written(preset)
    parse(text, name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).chmod(0o644)
        Path(file.name).replace(path)
    except OSError as error:
        raise PresetError(f"{path} cannot be written ({error.strerror}); check EQUALITY_BRIEFINGS.") from error
    return path


def delete(name: str) -> None:
    """Remove an own preset; briefings that were made of it keep theirs.

    Raises:
        PresetError: if there is none of this name, or it cannot be removed.
    """
    path = _file(name)
    try:
        path.unlink()
    except FileNotFoundError as error:
        raise PresetError(f"There is no own preset {name}.") from error
    except OSError as error:
        raise PresetError(f"{path} cannot be removed ({error.strerror}).") from error


def _file(name: str) -> Path:
    if not NAME.fullmatch(name):
        raise PresetError(
            f"{name[:60]!r} cannot be the name of a preset: small letters, digits and hyphens, a letter first, 2 to 41."
        )
    if name in presets():
        raise PresetError(f"{name} comes with the project and is never replaced: choose another name.")
    return folder() / f"{name}.yaml"
