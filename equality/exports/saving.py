"""Saves a force's own profile in its folder: whole or not at all, and never in place of another unasked."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from equality.errors import ProfileError
from equality.exports.decisions import check_name
from equality.exports.profile import available, load_profile, parse_profile
from equality.settings import settings


class ProfileExistsError(ProfileError):
    """There is an own profile of this name already; it can be replaced if a person says so."""


def save_profile(text: str, name: str, *, replace: bool = False) -> Path:
    """Save a profile in the force's folder (`EQUALITY_PROFILES`).

    Args:
        text: YAML.
        name: the profile's name, and its file's.
        replace: whether an own profile of this name may be replaced.

    Returns:
        The file.

    Raises:
        ProfileExistsError: if there is an own profile of this name, and it is not to be replaced.
        ProfileError: if the text is no sound profile, if the name cannot be one or belongs to a profile of the
            project, if another profile has the same source, or if the folder cannot be written.
    """
    check_name(name)
    profile = parse_profile(text, f"{name}.yaml")
    if profile.name != name:
        raise ProfileError(f"the profile calls itself {profile.name!r}, but is to be saved as {name!r}")
    if name in available():
        raise ProfileError(
            f"{name} is a profile that comes with the project and is never replaced; choose another name"
        )
    folder = settings().profiles
    path = folder / f"{name}.yaml"
    if path.exists() and not replace:
        raise ProfileExistsError(f"there is a profile {name} already")
    _check_source(profile.source, name, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, suffix=".part", delete=False) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # Made for its owner alone; a profile holds no records, and others who load need it.
        Path(file.name).chmod(0o644)
        Path(file.name).replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ProfileError(
            f"{path} cannot be written ({reason}); check EQUALITY_PROFILES and the rights to it"
        ) from error
    return path


def _check_source(source: str, name: str, folder: Path) -> None:
    """Two profiles of one source would replace each other's records."""
    others = {n: n for n in available()} | {n: str(folder / f"{n}.yaml") for n in available(folder) if n != name}
    for other, where in others.items():
        try:
            taken = load_profile(where).source
        except ProfileError:
            continue  # A profile that cannot be read cannot be loaded with either.
        if taken == source:
            raise ProfileError(
                f"the profile {other} has the source {source} too, so that loads of one would supersede records of the "
                "other; choose another name or `source`"
            )
