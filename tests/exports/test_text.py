"""What is counted of a text file, wherever the pieces end in which it is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from equality.exports import text
from equality.exports.workspace import Workspace


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.text('a,"\n\ré', min_size=1, max_size=30), piece=st.integers(1, 7))
@example(content="a\n\r\na", piece=3)  # an empty line across two pieces
@example(content="\na", piece=7)  # and at the beginning
def test_lines_and_what_disturbs_them_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, piece: int
) -> None:
    monkeypatch.setattr(text, "_CHUNK", piece)
    path = tmp_path / "export.csv"
    path.write_bytes(("b\n" + content).encode())
    found = text.read_text(path, "export.csv", Workspace())
    lines = ("b\n" + content).split("\n")
    if not lines[-1]:
        lines.pop()
    assert (found.path, found.encoding) == (path, "UTF-8")
    assert found.lines == len(lines)
    assert found.quoted == ('"' in content)
    # What stands behind the last break is no line that ends.
    ended = lines if content.endswith("\n") else lines[:-1]
    assert found.clean == all(line not in ("", "\r") for line in ended)
