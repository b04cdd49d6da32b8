"""Python regexes, translated exactly for Polars' regex engine, or refused.

Great Expectations' regexes are Python's. Polars runs Rust's ``regex`` crate, which lacks look-around and
back-references and, worse, silently reads some patterns otherwise: ``$`` before a final newline,
``\\s`` and ``\\w`` at the edges of Unicode, ``[a--b]``, ``a++``, ``\\<``. So a pattern is parsed by Python's
own parser and written out again in Rust's syntax with Python's meaning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import polars as pl

from gx_polars.errors import UnsupportedRegexError

_WORD = r"\p{L}\p{N}_"
_SPACE = r"\s\x1c-\x1f"
_CATEGORIES = {
    "CATEGORY_DIGIT": (r"\p{Nd}", "0-9"),
    "CATEGORY_SPACE": (_SPACE, r"\t\n\x0b\x0c\r "),
    "CATEGORY_WORD": (_WORD, "0-9A-Za-z_"),
}
_META = set("\\.+*?()|[]{}^$#&-~")
_REFUSED = {
    "ASSERT": "look-around",
    "ASSERT_NOT": "negative look-around",
    "GROUPREF": "a back-reference",
    "GROUPREF_EXISTS": "a conditional group",
    "ATOMIC_GROUP": "an atomic group",
    "POSSESSIVE_REPEAT": "a possessive quantifier",
}


@lru_cache(maxsize=1024)
def to_rust(pattern: str, *, keep_groups: bool = False) -> str:
    """The pattern in the syntax of Polars' regex engine.

    Args:
        pattern: A regex as Python's ``re.search`` takes it.
        keep_groups: Keep named groups as groups.

    Raises:
        UnsupportedRegexError: The pattern is not valid, or means something Polars cannot do.
    """
    try:
        tree = _parser.parse(pattern)
    except re.error as error:
        raise UnsupportedRegexError(pattern, f"it is not a valid regex ({error})") from error
    names = {number: name for name, number in tree.state.groupdict.items()} if keep_groups else {}
    rust = _Writer(pattern, names).sequence(tree, tree.state.flags, last=True)
    if tree.state.flags & re.IGNORECASE:
        rust = f"(?i:{rust})"
    try:
        pl.Series([""]).str.contains(rust)
    except pl.exceptions.PolarsError as error:
        raise UnsupportedRegexError(pattern, str(error)) from error
    return rust


class _Writer:
    """Writes one parsed pattern. ``last`` says that nothing is matched after this part."""

    def __init__(self, pattern: str, names: dict[int, str]) -> None:
        self.pattern = pattern
        self.names = names

    def refuse(self, what: str) -> UnsupportedRegexError:
        return UnsupportedRegexError(self.pattern, f"it uses {what}, which Polars' regex engine lacks")

    def sequence(self, items: Sequence[Any], flags: int, *, last: bool) -> str:
        parts = []
        for position, (op, argument) in enumerate(items):
            rest = items[position + 1 :]
            at_end = last and all(str(o) == "AT" and str(a) == "AT_END" for o, a in rest)
            parts.append(self.item(str(op), argument, flags, last=at_end))
        return "".join(parts)

    def item(self, op: str, argument: Any, flags: int, *, last: bool) -> str:
        if op in _REFUSED:
            raise self.refuse(_REFUSED[op])
        write: Callable[..., str] | None = getattr(self, f"_{op.lower()}", None)
        if write is None:
            raise self.refuse(op)
        return write(argument, flags, last=last)

    def _literal(self, code: int, _flags: int, *, last: bool) -> str:
        return _char(code)

    def _not_literal(self, code: int, _flags: int, *, last: bool) -> str:
        return f"[^{_char(code)}]"

    def _any(self, _argument: None, flags: int, *, last: bool) -> str:
        return "(?s:.)" if flags & re.DOTALL else r"[^\n]"

    def _in(self, members: Sequence[Any], flags: int, *, last: bool) -> str:
        negated = str(members[0][0]) == "NEGATE"
        inner = "".join(self._member(str(op), argument, flags) for op, argument in members[int(negated) :])
        return f"[{'^' if negated else ''}{inner}]"

    def _member(self, op: str, argument: Any, flags: int) -> str:
        if op == "LITERAL":
            return _char(argument)
        if op == "RANGE":
            return f"{_char(argument[0])}-{_char(argument[1])}"
        return _category(str(argument), flags)

    def _category(self, argument: Any, flags: int, *, last: bool) -> str:
        return f"[{_category(str(argument), flags)}]"

    def _branch(self, argument: tuple[None, Sequence[Any]], flags: int, *, last: bool) -> str:
        return "(?:" + "|".join(self.sequence(branch, flags, last=last) for branch in argument[1]) + ")"

    def _subpattern(self, argument: tuple[Any, int, int, Any], flags: int, *, last: bool) -> str:
        group, added, removed, inner = argument
        now = (flags | added) & ~removed
        body = self.sequence(inner, now, last=last)
        case = (now & re.IGNORECASE) != (flags & re.IGNORECASE)
        prefix = ("(?i:" if now & re.IGNORECASE else "(?-i:") if case else "(?:"
        if group in self.names:
            return f"(?P<{self.names[group]}>{prefix}{body}))"
        return f"{prefix}{body})"

    def _max_repeat(self, argument: tuple[int, Any, Any], flags: int, *, last: bool) -> str:
        low, high, inner = argument
        body = self.sequence(inner, flags, last=last and high == 1)
        most = "" if high is _parser.MAXREPEAT or str(high) == "MAXREPEAT" else int(high)
        return f"(?:{body}){{{int(low)},{most}}}"

    def _min_repeat(self, argument: tuple[int, Any, Any], flags: int, *, last: bool) -> str:
        return self._max_repeat(argument, flags, last=last) + "?"

    def _at(self, where: Any, flags: int, *, last: bool) -> str:
        name = str(where)
        lines = bool(flags & re.MULTILINE)
        if name == "AT_END" and not lines:
            if not last:
                raise self.refuse("'$' before something else to match")
            # Python's $ also stands before a final newline.
            return r"\n?\z"
        if name == "AT_BOUNDARY":
            return r"(?-u:\b)" if flags & re.ASCII else r"\b"
        simple = {
            "AT_BEGINNING": "(?m:^)" if lines else r"\A",
            "AT_END": "(?m:$)",
            "AT_BEGINNING_STRING": r"\A",
            "AT_END_STRING": r"\z",
        }
        if name not in simple:
            raise self.refuse(r"'\B'")
        return simple[name]


def _char(code: int) -> str:
    char = chr(code)
    if char in _META:
        return "\\" + char
    return char if char.isprintable() else f"\\x{{{code:x}}}"


def _category(name: str, flags: int) -> str:
    wanted = name.replace("_NOT_", "_")
    inner = _CATEGORIES[wanted][1 if flags & re.ASCII else 0]
    return f"[^{inner}]" if wanted != name else inner
