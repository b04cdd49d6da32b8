"""Files that must be on the disk before the registry speaks of them."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Final

OF_RECORDS: Final = "of-records-"
"""Begins the names of files that were made from a snapshot's records later on, and go with them."""


def settle(folder: Path) -> None:
    """Write every file of a folder, and the folder itself, through to the disk."""
    for path in folder.iterdir():
        sync(path)
    sync(folder)


def sync(path: Path) -> None:
    """Write a file or folder through to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove(folder: Path) -> None:
    """Remove a folder with what is in it; one that is not there is fine."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return


def remove_records(folder: Path) -> None:
    """Remove what a snapshot's folder holds about single people; counts and verdict stay."""
    for path in (folder / "records.parquet", folder / "rejected.parquet", *folder.glob(f"{OF_RECORDS}*")):
        path.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """The checksum of a file's bytes, as the registry knows it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
