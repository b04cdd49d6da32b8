"""What a profile makes of files, shown before they are loaded."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl
import streamlit as st

from dashboard import show
from dashboard.fields import field_title
from dashboard.text import count_of, plain
from equality.errors import EqualityError
from equality.exports.draft import Draft, draft
from equality.exports.drift import columns_used
from equality.exports.export_file import ExportFile, joined_to
from equality.exports.joined import open_files
from equality.exports.profile import load_profile
from equality.settings import settings
from equality.uploads import shown

_AT_ONCE: Final = 64 << 20
"""Bytes of files that are checked before the load begins."""


def look(path: Path, key: str) -> Draft | EqualityError:
    """What a file says about itself; looked at once, and forgotten with the session."""
    return _once(f"{key}-draft", lambda: draft(path, "export"))


def draw(paths: Sequence[Path], found: Draft, profile: str, key: str) -> bool:
    """Show what each column becomes; returns whether the files can be loaded like this.

    Args:
        paths: the files.
        found: what the first of them says about itself.
        profile: name or file of the chosen profile.
        key: begins the keys of these files' widgets.
    """
    # Tables that are joined are only looked at together.
    now = len(paths) if load_profile(profile).tables else _checked_now(paths)
    fit = _once(f"{key}-{profile}", lambda: _fit(paths[:now], profile))
    if isinstance(fit, EqualityError):
        st.error(plain(shown(str(fit), settings().store)))
        return False
    used, ignored, facts = fit
    st.write(plain(facts))
    questions = {c.heading: c.question for c in found.columns} if found.recognised == profile else {}
    rows = [(heading, field_title(name), questions.get(heading, "")) for heading, name in used.items()]
    rows += [(heading, "ignored", "") for heading in ignored]
    text = st.column_config.TextColumn
    show.grid(
        pl.DataFrame(rows, schema=["column", "becomes", "look"], orient="row", infer_schema_length=None),
        f"{key}-table",
        "What each column of the file becomes",
        {"column": text("Column in the file"), "becomes": text("Becomes"), "look": text("To look at")},
    )
    if later := len(paths) - now:
        st.caption(
            f"{count_of(now, 'file')} checked. {count_of(later, 'more file')} will be checked when the load begins: "
            f"together they are larger than {_AT_ONCE >> 20} MB; if one does not fit, nothing is loaded."
        )
    elif now > 1:
        st.caption(f"All {now:,} files fit the profile.")
    return True


def _checked_now(paths: Sequence[Path]) -> int:
    """How many of the files are read while the reader waits: the first, and others as long as they are small."""
    sizes = itertools.accumulate(path.stat().st_size if path.exists() else 0 for path in paths)
    return max(1, sum(size <= _AT_ONCE for size in sizes))


def _fit(paths: Sequence[Path], profile: str) -> tuple[dict[str, str], tuple[str, ...], str]:
    known = load_profile(profile)
    files = open_files(paths, known)
    used, ignored = columns_used(files, known)
    rows = sum(file.rows for file in files)
    misfits = sum(file.misfits.height for file in files)
    facts = [count_of(rows, "row"), f"{count_of(len(used), 'column')} used", f"{len(ignored):,} ignored"]
    facts += [f"{count_of(misfits, 'line')} that cannot be rows"] if misfits else []
    facts += _table_facts(files)
    facts += dict.fromkeys(note for file in files for note in file.notes)
    return used, ignored, f"{' · '.join(facts)}."


def _table_facts(files: Sequence[ExportFile]) -> list[str]:
    """A set's tables, and what became of their rows."""
    facts = []
    for joined in joined_to(files):
        sums = joined.accounts.group_by("table", maintain_order=True).agg(pl.col("rows_in", "unused", "rejected").sum())
        for table, rows_in, unused, rejected in sums.iter_rows():
            facts.append(f"{table}: {count_of(rows_in, 'row')}, {unused:,} that no record names, {rejected:,} rejected")
    return facts


def _once(key: str, work: Any) -> Any:
    """A result or an error that a user can mend, kept in the session: reading a file again for every click is slow."""
    if key not in st.session_state:
        with st.spinner("Looking at the file"):
            try:
                st.session_state[key] = work()
            except EqualityError as error:
                st.session_state[key] = error
    return st.session_state[key]
