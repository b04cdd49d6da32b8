"""SQL's LIKE as a regex."""

from __future__ import annotations

_SPECIAL = set(r"\.+*?()|[]{}^$#&-~/ ")


def quote(text: str) -> str:
    """The text, every character of it taken literally, for Polars' regex engine."""
    return "".join("\\" + char if char in _SPECIAL and not char.isspace() else char for char in text)


def like_to_regex(pattern: str, escape: str | None = None) -> str:
    """An anchored regex for a LIKE pattern: ``%`` any text, ``_`` one character, case counts.

    Args:
        pattern: The LIKE pattern.
        escape: A character before which ``%``, ``_`` and itself lose their meaning.
    """
    if escape is not None and len(escape) != 1:
        raise ValueError(f"escape must be one character, not {escape!r}")
    parts = []
    characters = iter(pattern)
    for char in characters:
        if escape is not None and char == escape:
            following = next(characters, None)
            if following is None:
                raise ValueError(f"like_pattern {pattern!r} ends with its escape character")
            parts.append(quote(following))
        else:
            parts.append({"%": ".*", "_": "."}.get(char) or quote(char))
    return r"(?s)\A" + "".join(parts) + r"\z"
