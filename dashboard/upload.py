"""Uploaded files: kept in a private folder for as long as the session shows them, and then removed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from equality.exports.workspace import Workspace


@dataclass(frozen=True)
class _Kept:
    """A file on disk; its folder goes when this does."""

    id: str
    path: Path
    workspace: Workspace


def kept(given: UploadedFile | None, key: str) -> Path | None:
    """The path of an uploaded file, under its own name.

    The folder is readable by its owner alone. It is removed when another file or none is given, when the session
    ends, and when the process ends.

    Args:
        given: what `st.file_uploader` returned.
        key: where the session remembers it.
    """
    known: _Kept | None = st.session_state.get(key)
    if given is None:
        st.session_state.pop(key, None)
        return None
    if known is None or known.id != given.file_id:
        workspace = Workspace()
        folder = workspace.file("")
        folder.mkdir(mode=0o700)
        # Of what a browser says only the last part is a name; the date in it may be needed.
        name = PurePosixPath(given.name.replace("\\", "/")).name
        path = folder / (name if name.strip(".") else "export")
        given.seek(0)
        with path.open("wb") as file:
            shutil.copyfileobj(given, file)
        known = _Kept(given.file_id, path, workspace)
        st.session_state[key] = known
    return known.path
