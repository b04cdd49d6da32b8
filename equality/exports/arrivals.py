"""A folder in which exports arrive: which of its files may be loaded. Names in it are data, never paths."""

from __future__ import annotations

from pathlib import Path

from equality.errors import ExportError

_UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".download", ".swp")


def passed_over(name: str) -> bool:
    """Whether a name says that its file is hidden, a lock, or still being written."""
    return name.startswith((".", "~")) or Path(name).suffix.lower() in _UNFINISHED


def arrived(folder: Path) -> list[str]:
    """The names of the files directly in a folder, sorted; links that lead out of it are left out.

    Raises:
        ExportError: if the folder cannot be read.
    """
    try:
        return sorted(path.name for path in folder.iterdir() if not passed_over(path.name) and _inside(path, folder))
    except OSError as error:
        raise ExportError(
            f"{folder}: cannot be read ({error.strerror}); check the path and the rights to it."
        ) from error


def arrival(folder: Path, name: str) -> Path:
    """The file of this name directly in a folder.

    Raises:
        ExportError: if there is none, or the name leads anywhere else.
    """
    # Asked of the list, not of the file system: what is not a plain name in the folder is not found in it.
    if name not in arrived(folder):
        raise ExportError(f"There is no file {name[:80]!r} in the folder of arrivals; look whether it was moved.")
    return folder / name


def _inside(path: Path, folder: Path) -> bool:
    return path.is_file() and path.resolve().parent == folder.resolve()
