"""Channels of charts are written as what they are: of a text Altair guesses the channel, in 3 ms each time."""

from __future__ import annotations

import ast

from equality.settings import ROOT


def test_no_channel_is_a_text() -> None:
    texts = []
    for path in sorted((ROOT / "equality" / "charts").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "encode":
                for keyword in node.keywords:
                    text = isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str)
                    if text or isinstance(keyword.value, ast.JoinedStr):
                        texts.append(f"{path.name}:{keyword.value.lineno}: {keyword.arg}")
    assert not texts
