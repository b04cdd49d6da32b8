"""Loading an export in three steps: choose files · check the mapping · review and accept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import streamlit as st
import yaml

from dashboard import desk, identity, mapping, mapping_check, running, show
from dashboard.text import count_of, plain
from equality.background import BackgroundLoad
from equality.errors import EqualityError
from equality.exports import arrivals
from equality.exports.profile import Profile, load_profile, profile_files
from equality.settings import settings
from equality.uploads import Batch, shown

_STEPS: Final = ("Choose files", "Check the mapping", "Review and accept")
_FLOW: Final = "load-flow"
_DRAFT: Final = ""
"""The choice of none of the known profiles."""


@dataclass
class Flow:
    """What one reader is about to load. It goes with the session: then nothing refers to the batch any more.

    Attributes:
        batch: private folder of the uploaded files.
        files: uploaded files and those of the inbox.
        load: the load, once it was started.
        problem: what to mend before going on.
        number: of the flow in this session; new widgets for every flow forget what the old ones held.
    """

    batch: Batch | None = None
    files: list[Path] = field(default_factory=list)
    load: BackgroundLoad | None = None
    problem: str = ""
    number: int = 0

    @property
    def step(self) -> int:
        """1 to 3."""
        return 3 if self.load else 2 if self.files else 1

    def key(self, name: str) -> str:
        """The key of a widget of this flow."""
        return f"load-{name}-{self.number}"


def flow() -> Flow:
    """What this reader is about to load."""
    return st.session_state.setdefault(_FLOW, Flow())


def draw() -> None:
    """The step that this reader has come to."""
    current = flow()
    with st.container(border=True, key="load"):
        st.subheader("Load an export", anchor=False)
        marks = [f"**{n} {name}**" if n == current.step else f"{n} {name}" for n, name in enumerate(_STEPS, start=1)]
        st.markdown(" › ".join(marks))
        if current.problem:
            st.error(plain(current.problem))
        if current.load:
            running.panel(current.load)
            if not current.load.running:
                st.button("Load another export", on_click=_begin_again, key=current.key("another"))
        elif current.files:
            _check_mapping(current)
        else:
            _choose_files(current)


def _begin_again(problem: str = "") -> None:
    old = flow()
    # Of a load that runs the batch belongs to the load.
    if old.batch and not old.load:
        old.batch.remove()
    st.session_state[_FLOW] = Flow(number=old.number + 1, problem=problem)


# ---- 1 choose files ---- #


def _choose_files(current: Flow) -> None:
    inbox = Path(settings().inbox) if settings().inbox else None
    with st.form(current.key("files"), border=False):
        columns = st.columns(2, gap="medium") if inbox else [st.container()]
        with columns[0]:
            st.file_uploader(
                "Export files of one recording system",
                accept_multiple_files=True,
                key=current.key("uploads"),
                help="CSV and other text, XLSX, XLS, ODS, Parquet, gzip and zip. They are kept in a private folder on "
                "the server until the load ends.",
            )
        if inbox:
            with columns[1]:
                _choose_arrivals(current, inbox)
        st.form_submit_button("Go on to the mapping", type=show.main_button(), on_click=_take, args=(current, inbox))


def _choose_arrivals(current: Flow, inbox: Path) -> None:
    try:
        names = arrivals.arrived(inbox)
    except EqualityError as error:
        st.warning(plain(str(error)))
        return
    st.multiselect(
        "Files in the server's inbox",
        names,
        key=current.key("arrivals"),
        placeholder="Choose files" if names else "The inbox is empty",
        help="The folder that EQUALITY_INBOX names; it is left as it is.",
    )


def _take(current: Flow, inbox: Path | None) -> None:
    """Write what was uploaded to the disk, so that it leaves the server's memory."""
    uploads = st.session_state.get(current.key("uploads")) or []
    names = st.session_state.get(current.key("arrivals")) or []
    if not uploads and not names:
        current.problem = "Choose at least one file."
        return
    batch = desk.desk().batch()
    try:
        files = [batch.add(upload.name, upload) for upload in uploads]
        files += [arrivals.arrival(inbox, name) for name in names if inbox]
    except (EqualityError, OSError) as error:
        batch.remove()
        _begin_again(str(error) if isinstance(error, EqualityError) else f"The upload failed: {error.strerror}.")
        return
    st.session_state[_FLOW] = Flow(batch=batch, files=files, number=current.number + 1)


# ---- 2 check the mapping ---- #


def _check_mapping(current: Flow) -> None:
    if current.batch and not current.batch.renew():
        _begin_again("The uploaded files were removed, because nobody loaded them for an hour. Choose them again.")
        st.rerun()
    first = current.files[0]
    others = f" and {count_of(len(current.files) - 1, 'more file')}" if len(current.files) > 1 else ""
    st.write(f"{plain(first.name)}{others}")
    look = mapping_check.look(first, current.key("look"))
    if isinstance(look, EqualityError):
        st.error(plain(shown(str(look), settings().store)))
    else:
        chosen, called = _choose_profile(current, look.recognised)
        if chosen and mapping_check.draw(current.files, look, chosen, current.key("mapping")):
            st.button(
                f"Load {count_of(len(current.files), 'file')}",
                type=show.main_button(),
                key=current.key("start"),
                on_click=_start,
                args=(current, chosen, called),
            )
    st.button("Choose other files", key=current.key("back"), on_click=_begin_again)


def _choose_profile(current: Flow, recognised: str | None) -> tuple[str, str]:
    """The profile as the command line takes it, and its name; empty while there is none."""
    names = [*profile_files(), _DRAFT]
    if recognised:
        st.success(f"Recognised: the headings are those of the profile {plain(recognised)}.")
    else:
        st.info("No known profile fits the headings of this file. Choose one that should fit, or draft a new one.")
    chosen = st.selectbox(
        "Profile: how headings and labels are read",
        names,
        index=names.index(recognised) if recognised else None,
        format_func=_profile_title,
        key=current.key("profile"),
        placeholder="Choose a profile",
    )
    if chosen == _DRAFT:
        drafted = _draft(current)
        return (str(_written(current, drafted)), drafted.name) if drafted else ("", "")
    return (chosen, chosen) if chosen else ("", "")


def _profile_title(name: str) -> str:
    return f"{name}: {load_profile(name).title}" if name else "None of these: draft one"


def _draft(current: Flow) -> Profile | None:
    """A profile drafted from the first file, once the reader has settled it."""
    return mapping.draw(current.files[0], current.key("draft"))


def _written(current: Flow, profile: Profile) -> Path:
    """A drafted profile as a file beside the uploads: the load runs in a process of its own."""
    current.batch = current.batch or desk.desk().batch()
    text = yaml.safe_dump(profile.model_dump(mode="json", by_alias=True), allow_unicode=True, sort_keys=False)
    # Named by its content: a profile that was changed is another file, and is checked again.
    path = current.batch.folder / f"profile-{hashlib.sha256(text.encode()).hexdigest()[:12]}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def _start(current: Flow, profile: str, called: str) -> None:
    current.problem = ""
    current.load = desk.desk().start(current.files, profile, current.batch, called, identity.person())
