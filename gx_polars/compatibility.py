"""The README's compatibility table, from what is registered.

python -m gx_polars.compatibility            # print it
python -m gx_polars.compatibility --write    # put it into the README
"""

from __future__ import annotations

import sys
from pathlib import Path

from great_expectations.expectations.registry import _registered_expectations

from gx_polars.column_types import TYPE_EXPECTATIONS
from gx_polars.metrics.refused import REFUSED
from gx_polars.rules import RULES

README = Path(__file__).with_name("README.md")
START, END = "<!-- compatibility: start -->", "<!-- compatibility: end -->"

_TEXT = "text and whole numbers; others refused"
_REGEX = f"{_TEXT}; Python's regexes exactly, or refused"
_LIKE = "SQL's LIKE, case-sensitive, `escape` supported; GX's pandas engine has none"
_ORDER = "numbers, dates, times; not on Spark, where rows have no order"
_SET = "dates may be written as text; values that the column cannot hold match nothing"

#: What a reader must know beyond "as in GX".
NOTES: dict[str, str] = {
    "expect_column_values_to_match_regex": _REGEX,
    "expect_column_values_to_not_match_regex": _REGEX,
    "expect_column_values_to_match_regex_list": _REGEX,
    "expect_column_values_to_not_match_regex_list": _REGEX,
    "expect_column_values_to_match_like_pattern": _LIKE,
    "expect_column_values_to_not_match_like_pattern": _LIKE,
    "expect_column_values_to_match_like_pattern_list": _LIKE,
    "expect_column_values_to_not_match_like_pattern_list": _LIKE,
    "expect_column_value_lengths_to_be_between": f"in characters; {_TEXT}",
    "expect_column_value_lengths_to_equal": f"in characters; {_TEXT}",
    "expect_column_values_to_be_increasing": _ORDER,
    "expect_column_values_to_be_decreasing": _ORDER,
    "expect_column_values_to_be_in_set": _SET,
    "expect_column_values_to_not_be_in_set": _SET,
    "expect_column_values_to_match_strftime_format": "as Python's `strptime`; "
    "`%Y %y %m %d %b %B %a %A %H %I %M %S %f %p %%`",
    "expect_column_values_to_be_of_type": "Polars' names: `String`, `Datetime`, `List(Int64)`, …",
    "expect_column_values_to_be_in_type_list": "Polars' names",
    "expect_column_type_to_be": "Polars' names",
    "expect_column_pair_values_to_be_equal": "two nulls are not equal, as on pandas (on GX's Spark they are)",
    "expect_multicolumn_sum_to_equal": "a missing part is unexpected, as on pandas (GX's Spark takes it as 0)",
    "expect_column_median_to_be_between": "numbers, dates, times",
    "expect_column_mean_to_be_between": "numbers, Booleans, dates, times",
}


def table() -> str:
    """The table, as Markdown."""
    lines = ["| expectation | on Polars | condition | note |", "|---|---|---|---|"]
    lines += [_line(name) for name in sorted(_core())]
    return "\n".join(lines)


def _core() -> list[str]:
    return [
        name
        for name, kind in _registered_expectations.items()
        if kind.__module__.startswith("great_expectations.expectations.core")
    ]


def _line(name: str) -> str:
    if name in REFUSED:
        return f"| `{name}` | refused | | {REFUSED[name][1]} |"
    by_row = getattr(_registered_expectations[name], "map_metric", None) in RULES
    condition = "yes" if by_row and name not in TYPE_EXPECTATIONS else ""
    return f"| `{name}` | yes | {condition} | {NOTES.get(name, '')} |"


def written() -> str:
    """The README with the table as it should be."""
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    if "--write" in sys.argv:
        README.write_text(written(), encoding="utf-8")
    else:
        sys.stdout.write(table() + "\n")
