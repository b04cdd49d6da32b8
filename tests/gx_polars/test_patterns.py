"""Patterns mean on Polars what they mean in their own language, or are refused."""

from __future__ import annotations

import datetime
import re
import sqlite3

import polars as pl
import pytest
from gxp_harness import FUZZ_EXAMPLES
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gx_polars import UnsupportedRegexError
from gx_polars.patterns.like import like_to_regex
from gx_polars.patterns.regex import to_rust
from gx_polars.patterns.strftime import matches_format
from gx_polars.source import PL

#: Python warns of sets that it may read otherwise one day; Rust does already.
pytestmark = pytest.mark.filterwarnings("ignore:Possible:FutureWarning")
QUICK = settings(
    max_examples=FUZZ_EXAMPLES or 150,
    derandomize=not FUZZ_EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
ALPHABET = "aAbBzZ09_ -\n\t.\x1c\x85éßſКİ²٣ⅷ"
TOKENS = [
    "a", "b", "z", "é", r"\d", r"\D", r"\s", r"\S", r"\w", r"\W", ".", "^", "$", r"\A", r"\Z", "[ab]", "[^ab]",
    "[a-z0-9]", r"[\d_]", r"[^\s]", "[a~~b]", "[+--]", "[a&&b]", "[[:alpha:]]", r"\.", r"\-", "-", "&", "~", "#", " ",
]  # fmt: skip
SUFFIXES = ["", "", "", "*", "+", "?", "{2}", "{1,2}", "*?", "+?"]


@st.composite
def regexes(draw: st.DrawFn) -> str:
    def part() -> str:
        return draw(st.sampled_from(TOKENS)) + draw(st.sampled_from(SUFFIXES))

    shape = draw(st.sampled_from(["{0}", "{0}{1}", "{0}|{1}", "({0}){1}", "^{0}{1}$", "({0}|{1})$", "(?i){0}{1}"]))
    flags = draw(st.sampled_from(["", "", "", "(?s)", "(?m)", "(?a)", "(?x)"]))
    body = shape.format(part(), part())
    return body if body.startswith("(?") else flags + body


def found(pattern: str, texts: list[str]) -> list[bool]:
    return pl.Series(texts, dtype=pl.String).str.contains(to_rust(pattern)).to_list()


@QUICK
@given(pattern=regexes(), texts=st.lists(st.text(ALPHABET, max_size=4), min_size=1, max_size=6))
@example(pattern="a$", texts=["a\n", "a\n\n", "a"])
@example(pattern=r"\s", texts=["\x1c", "\x85", "\u200b"])
@example(pattern=r"^\w$", texts=["²", "_", "\u0301", "٣"])
def test_regexes_are_pythons_or_refused(pattern: str, texts: list[str]) -> None:
    try:
        compiled = re.compile(pattern)
    except re.error:
        with pytest.raises(UnsupportedRegexError):
            to_rust(pattern)
        return
    try:
        ours = found(pattern, texts)
    except UnsupportedRegexError:
        return
    assert ours == [compiled.search(text) is not None for text in texts]


@pytest.mark.parametrize(
    ("pattern", "feature"),
    [
        ("(?=a)b", "look-around"),
        ("(?<!a)b", "negative look-around"),
        (r"(a)\1", "a back-reference"),
        ("(?P<x>a)(?P=x)", "a back-reference"),
        ("(?>a)b", "an atomic group"),
        ("a++b", "a possessive quantifier"),
        ("(a)?(?(1)b|c)", "a conditional group"),
        ("a$b", "'\\$' before something else"),
        (r"\Ba", "B"),
        ("(", "not a valid regex"),
    ],
)
def test_what_the_engine_lacks_is_refused_by_name(pattern: str, feature: str) -> None:
    with pytest.raises(UnsupportedRegexError, match=feature) as refusal:
        to_rust(pattern)
    assert refusal.value.pattern == pattern


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        (r"\<a", "<a", True),
        ("[a~~b]", "~", True),
        ("[[:alpha:]]", "x", False),
        ("[a&&b]", "&", True),
        ("(?i)straße", "STRAßE", True),
        (r"\bfoo\b", "a foo.", True),
        ("a{,2}b", "aab", True),
        (".", "\n", False),
        ("(?s).", "\n", True),
        ("(?m)^b$", "a\nb\nc", True),
    ],
)
def test_patterns_that_rust_reads_otherwise(pattern: str, text: str, matches: bool) -> None:
    assert (re.search(pattern, text) is not None) is matches
    assert found(pattern, [text]) == [matches]


@QUICK
@given(pattern=st.text("a%_!.*\n(b", max_size=5), texts=st.lists(st.text("ab%_!.*\n(", max_size=4), min_size=1))
def test_like_is_that_of_sql(pattern: str, texts: list[str]) -> None:
    database = sqlite3.connect(":memory:")
    database.execute("pragma case_sensitive_like = on")
    ours = pl.Series(texts).str.contains(like_to_regex(pattern)).to_list()
    assert ours == [bool(database.execute("select ? like ?", (text, pattern)).fetchone()[0]) for text in texts]
    database.close()


def test_like_escapes() -> None:
    texts = pl.Series(["50%", "500", "a!b"])
    assert texts.str.contains(like_to_regex("50!%", "!")).to_list() == [True, False, False]
    assert texts.str.contains(like_to_regex("a!!b", "!")).to_list() == [False, False, True]
    with pytest.raises(ValueError, match="ends with its escape"):
        like_to_regex("a!", "!")


FORMATS = ["%Y-%m-%d", "%d/%m/%y", "%d %b %Y", "%B %d, %Y %I:%M %p", "%H:%M:%S.%f", "%Y%m%d", "%m%d", "%d%%", "[%a] %A"]


@st.composite
def dated(draw: st.DrawFn) -> tuple[str, str]:
    """A format, and a date in it with up to two characters changed."""
    pattern = draw(st.sampled_from(FORMATS))
    moment = draw(st.datetimes(datetime.datetime(1000, 1, 1), datetime.datetime(2068, 12, 31)))
    text = list(moment.strftime(pattern))
    for _ in range(draw(st.integers(0, 2))):
        text[draw(st.integers(0, len(text) - 1))] = draw(st.sampled_from([*"0123456789 -/:aT", ""]))
    return pattern, "".join(text)


@QUICK
@given(given=dated())
@example(given=("%Y-%m-%d", "2023-02-29"))
@example(given=("%d %b %Y", "29 feb 2024"))
@example(given=("%Y-%m-%d", "0000-01-01"))
@example(given=("%H:%M:%S.%f", "00:00:60.0"))
def test_strftime_formats_accept_what_python_accepts(given: tuple[str, str]) -> None:
    pattern, text = given
    try:
        datetime.datetime.strptime(text, pattern)
        accepted = True
    except ValueError:
        accepted = False
    assert pl.DataFrame({"a": [text]}).select(matches_format(PL.col("a"), pattern).expr).item() is accepted


@pytest.mark.parametrize("pattern", ["%j", "%Z", "%c", "%G-%V", "%Y %y"])
def test_formats_that_are_not_supported_are_named(pattern: str) -> None:
    with pytest.raises(ValueError, match=re.escape(pattern.partition("-")[0])):
        matches_format(PL.col("a"), pattern)
