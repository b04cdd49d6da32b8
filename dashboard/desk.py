"""The loads that this server was asked for, and the files that it was given: one desk per process and store.

Not of a session: a reload of the browser, or another one, sees the load that runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from equality.background import BackgroundLoad
from equality.protection.people import Person
from equality.settings import settings
from equality.uploads import Batch, Uploads

_REMEMBERED: Final = 20
"""Ended loads whose result can still be shown to those who started them."""


class Desk:
    """Where loads are started and found again."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._uploads = Uploads(store)
        self._loads: list[BackgroundLoad] = []

    def batch(self) -> Batch:
        """A private folder for the files of one load."""
        return self._uploads.batch()

    def start(
        self, files: Sequence[Path], profile: str, batch: Batch | None, called: str, by: Person
    ) -> BackgroundLoad:
        """Start a load; one that another has to end first waits."""
        load = BackgroundLoad(files, profile, self._store, batch, called=called, by=by)
        ended = [one for one in self._loads if not one.running]
        for one in ended[:-_REMEMBERED]:
            self._loads.remove(one)
        self._loads.append(load)
        return load

    def running(self) -> list[BackgroundLoad]:
        """The loads that have not ended, in the order in which they were started."""
        return [load for load in self._loads if load.running]


@st.cache_resource(show_spinner=False)
def _desk(store: Path) -> Desk:
    return Desk(store)


def desk() -> Desk:
    """The desk of the store that the settings name."""
    return _desk(settings().store)


def kept(given: UploadedFile | None, key: str) -> Path | None:
    """The path of an uploaded file on the disk, for as long as the session shows it.

    Args:
        given: what `st.file_uploader` returned; None removes what was given before.
        key: where the session remembers it.

    Raises:
        ExportError: if its name is none.
    """
    known: tuple[str, Batch] | None = st.session_state.get(key)
    if given is None:
        st.session_state.pop(key, None)
        return None
    if known is None or known[0] != given.file_id or not known[1].renew():
        batch = desk().batch()
        given.seek(0)
        batch.add(given.name, given)
        known = st.session_state[key] = (given.file_id, batch)
    return known[1].files[0]
