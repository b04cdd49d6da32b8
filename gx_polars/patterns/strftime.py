"""``strptime`` as a regex and a little arithmetic, agreeing with Python's on what is a date.

Polars' own ``str.strptime`` reads formats as chrono does: it accepts signs, missing padding and
other spellings that Python's ``datetime.strptime``, which Great Expectations asks, does not.
"""

from __future__ import annotations

import calendar
import re

import polars as pl

from gx_polars.patterns.regex import to_rust
from gx_polars.source import PL, Q

#: The expressions of CPython's own ``_strptime``.
_DIRECTIVES = {
    "d": r"(?P<d>3[0-1]|[1-2]\d|0[1-9]|[1-9]| [1-9])",
    "f": r"(?P<f>[0-9]{1,6})",
    "H": r"(?P<H>2[0-3]|[0-1]\d|\d)",
    "I": r"(?P<I>1[0-2]|0[1-9]|[1-9])",
    "m": r"(?P<m>1[0-2]|0[1-9]|[1-9])",
    "M": r"(?P<M>[0-5]\d|\d)",
    "S": r"(?P<S>6[0-1]|[0-5]\d|\d)",
    "y": r"(?P<y>\d\d)",
    "Y": r"(?P<Y>\d\d\d\d)",
    "p": r"(?P<p>am|pm)",
    "%": "%",
}
_NAMES: dict[str, list[str]] = {
    "a": list(calendar.day_abbr),
    "A": list(calendar.day_name),
    "b": list(calendar.month_abbr),
    "B": list(calendar.month_name),
}


def matches_format(column: Q, strftime_format: str) -> Q:
    """True where ``datetime.strptime(text, strftime_format)`` succeeds; null where the text is null.

    Raises:
        ValueError: The format uses a directive outside ``%Y %y %m %d %b %B %a %A %H %I %M %S %f %p %%``.
    """
    pattern, used = _pattern(strftime_format)
    parts = column.str.extract_groups(to_rust(pattern, keep_groups=True))
    sound = parts.struct.field("all") == column
    if "S" in used:
        # The format admits 60 and 61; a time of day does not.
        sound = sound & (_number(parts, "S") < 60)
    if "Y" in used:
        sound = sound & (_number(parts, "Y") > 0)
    if "d" in used:
        sound = sound & (_number(parts, "d") <= _month_length(parts, used))
    return sound.fill_null(False)


def _pattern(strftime_format: str) -> tuple[str, set[str]]:
    quoted = re.sub(r"([\\.^$*+?(){}\[\]|])", r"\\\1", strftime_format)
    spaced = re.sub(r"\s+", r"\\s+", quoted)
    used: list[str] = []

    def directive(match: re.Match[str]) -> str:
        letter = match[1]
        if letter in _NAMES:
            names = sorted((name.lower() for name in _NAMES[letter] if name), key=len, reverse=True)
            part = f"(?P<{letter}>{'|'.join(map(re.escape, names))})"
        elif letter in _DIRECTIVES:
            part = _DIRECTIVES[letter]
        else:
            raise ValueError(f"strftime_format {strftime_format!r}: %{letter} is not supported on Polars")
        used.append(letter)
        return part

    body = re.sub(r"%(.?)", directive, spaced, flags=re.DOTALL)
    months = [letter for letter in used if letter in "mbB"]
    years = [letter for letter in used if letter in "yY"]
    if len(months) > 1 or len(years) > 1:
        raise ValueError(f"strftime_format {strftime_format!r} gives the same part of a date twice")
    return rf"(?i)\A(?P<all>{body})", set(used)


def _number(parts: Q, letter: str) -> Q:
    return parts.struct.field(letter).str.strip_chars().cast(pl.Int64, strict=False)


def _month_length(parts: Q, used: set[str]) -> Q:
    month = _month(parts, used)
    year = _year(parts, used)
    leap = ((year % 4) == 0) & (((year % 100) != 0) | ((year % 400) == 0))
    february = PL.when(leap).then(29).otherwise(28)
    return PL.when(month == 2).then(february).when(month.is_in([4, 6, 9, 11])).then(30).otherwise(31)


def _month(parts: Q, used: set[str]) -> Q:
    if "m" in used:
        return _number(parts, "m")
    for letter in "bB":
        if letter in used:
            numbers = {name.lower(): number for number, name in enumerate(_NAMES[letter]) if name}
            month: Q = parts.struct.field(letter).str.to_lowercase()
            return month.replace_strict(numbers, default=None, return_dtype=pl.Int64)
    return PL.lit(1, dtype=pl.Int64)


def _year(parts: Q, used: set[str]) -> Q:
    if "Y" in used:
        return _number(parts, "Y")
    if "y" in used:
        short = _number(parts, "y")
        return PL.when(short <= 68).then(short + 2000).otherwise(short + 1900)
    return PL.lit(1900, dtype=pl.Int64)
