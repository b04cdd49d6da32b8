"""Briefings that were made are kept with their order, so that any of them can be made again and compared."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from equality.briefing.document import Briefing, sentences
from equality.briefing.order import FORMATS, Order
from equality.briefing.pictures import svg
from equality.errors import StoreError
from equality.store.registry import Registry

ORDER: Final = "order.json"
SAID: Final = "said.json"
"""Every sentence and number of the briefing, in reading order: its content, whatever its format."""


@dataclass(frozen=True)
class Kept:
    """A briefing in the store.

    Attributes:
        order: what was asked for.
        folder: where it is.
    """

    order: Order
    folder: Path

    def content(self, ending: str) -> bytes:
        """The file of one format."""
        return (self.folder / f"{self.order.identifier}.{ending}").read_bytes()

    @property
    def said(self) -> list[str]:
        """Every sentence and number, in reading order."""
        return json.loads((self.folder / SAID).read_text(encoding="utf-8"))

    @property
    def checksum(self) -> str:
        """SHA-256 of what it says."""
        return hashlib.sha256((self.folder / SAID).read_bytes()).hexdigest()


def files_of(briefing: Briefing) -> dict[str, bytes]:
    """The briefing in every format: end of the file's name → content."""
    for section in briefing.sections:
        if section.figure:
            svg(section.figure)  # drawn once, before formats ask for it side by side
    with ThreadPoolExecutor(len(FORMATS)) as pool:
        written = {ending: pool.submit(write, briefing) for ending, write in FORMATS.items()}
        return {ending: content.result() for ending, content in written.items()}


def keep(registry: Registry, order: Order, briefing: Briefing, files: Mapping[str, bytes]) -> Kept:
    """Put a briefing into the store: all of it, or nothing.

    Raises:
        StoreError: if it cannot be written, or one of its name is there.
    """
    shelf = _shelf(registry)
    place = shelf / order.identifier
    try:
        shelf.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".", dir=shelf))
        try:
            for ending, content in files.items():
                (draft / f"{order.identifier}.{ending}").write_bytes(content)
            (draft / SAID).write_text(json.dumps(sentences(briefing), ensure_ascii=False, indent=0), encoding="utf-8")
            (draft / ORDER).write_text(order.model_dump_json(indent=1), encoding="utf-8")
            draft.rename(place)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise StoreError(f"{place}: the briefing cannot be kept ({error.strerror}); nothing was written.") from error
    return Kept(order, place)


def kept(registry: Registry) -> list[Kept]:
    """Every briefing of a store, the newest first."""
    found = [_read(path.parent) for path in _shelf(registry).glob(f"[!.]*/{ORDER}")]
    return sorted(found, key=lambda one: one.order.made_at, reverse=True)


def find(registry: Registry, identifier: str) -> Kept:
    """The briefing of this name.

    Raises:
        StoreError: if there is none.
    """
    for one in kept(registry):
        if one.order.identifier == identifier:
            return one
    raise StoreError(f"The store {registry.store} keeps no briefing {identifier}; see `briefing --list`.")


def _read(folder: Path) -> Kept:
    return Kept(Order.model_validate_json((folder / ORDER).read_text(encoding="utf-8")), folder)


def _shelf(registry: Registry) -> Path:
    return registry.store / "briefings"
