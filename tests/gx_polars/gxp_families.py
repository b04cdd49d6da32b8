"""One strategy of expectations per family; together they cover every supported expectation."""

from __future__ import annotations

from typing import Any

import great_expectations.expectations as gxe
from gxp_strategies import FLOATS, INTS, MOMENTS, ROLES, TEXTS, common, rows_only
from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]
ANY_COLUMN = st.sampled_from(["text", "int", "float", "bool", "date", "moment", "cat"])
TEXT_COLUMN = st.sampled_from(["text", "other", "cat"])
NUMBER_COLUMN = st.sampled_from(["int", "float"])
BOOLS = st.booleans()


def make(kind: Any, extra: Strategy, **arguments: Strategy) -> Strategy:
    """Expectations of one kind."""
    return st.tuples(st.fixed_dictionaries(arguments), extra).map(lambda t: kind(**{**t[0], **t[1]}))


def subset(values: list[Any]) -> Strategy:
    """A non-empty list of some of the values."""
    return st.lists(st.sampled_from(values), min_size=1, max_size=4, unique=True)


def _set_arguments() -> Strategy:
    return st.one_of(
        st.tuples(TEXT_COLUMN, subset(TEXTS)),
        st.tuples(st.just("int"), subset(INTS)),
        st.tuples(st.just("float"), subset(FLOATS)),
        st.tuples(st.just("bool"), subset([True, False])),
    )


def _sets(*kinds: Any) -> Strategy:
    return st.tuples(st.sampled_from(kinds), _set_arguments(), common()).map(
        lambda t: t[0](column=t[1][0], value_set=t[1][1], **t[2])
    )


@st.composite
def _between(draw: st.DrawFn, kind: Any, extra: Strategy, choices: list[tuple[str, list[Any]]]) -> Any:
    column, values = draw(st.sampled_from(choices))
    low = draw(st.one_of(st.none(), st.sampled_from(values)))
    high = draw(st.sampled_from([value for value in values if low is None or value >= low]))
    high = None if low is not None and draw(BOOLS) else high
    strict = {"strict_min": draw(BOOLS), "strict_max": draw(BOOLS)}
    return kind(column=column, min_value=low, max_value=high, **strict, **draw(extra))


REGEXES = ["a", "^a", "b$", "^a?b?$", r"^\d+$", r"\w", r"\s", "^$", "[^a]", "(?i)A", "a|b", "^.{2}$", "é"]
LIKES = ["a%", "%b", "_", "%", "a_", "", "x!%y", "x!_y", "%1%"]


def _regexes() -> Strategy:
    one = [gxe.ExpectColumnValuesToMatchRegex, gxe.ExpectColumnValuesToNotMatchRegex]
    column = st.sampled_from(["text", "other"])
    return st.one_of(
        *[make(kind, common(), column=column, regex=st.sampled_from(REGEXES)) for kind in one],
        make(
            gxe.ExpectColumnValuesToMatchRegexList,
            common(),
            column=column,
            regex_list=subset(REGEXES),
            match_on=st.sampled_from(["any", "all"]),
        ),
        make(gxe.ExpectColumnValuesToNotMatchRegexList, common(), column=column, regex_list=subset(REGEXES)),
    )


def _lengths() -> Strategy:
    lengths = [0, 1, 2, 3]
    text = [("text", lengths), ("other", lengths), ("cat", lengths)]
    return st.one_of(
        _between(gxe.ExpectColumnValueLengthsToBeBetween, common(), text),
        make(gxe.ExpectColumnValueLengthsToEqual, common(), column=TEXT_COLUMN, value=st.sampled_from(lengths)),
    )


def _order() -> Strategy:
    column = st.sampled_from(["int", "float", "date", "moment"])
    kinds = [gxe.ExpectColumnValuesToBeIncreasing, gxe.ExpectColumnValuesToBeDecreasing]
    return st.one_of(*[make(kind, common(), column=column, strictly=BOOLS) for kind in kinds])


def _pairs() -> Strategy:
    ignore = st.sampled_from(["both_values_are_missing", "either_value_is_missing", "neither"])
    alike = [("text", "other"), ("int", "int2"), ("int", "float"), ("date", "date2"), ("date", "moment")]
    ordered = [("int", "int2"), ("float", "int"), ("date", "date2"), ("moment", "date")]

    def columns(pairs: list[tuple[str, str]]) -> Strategy:
        return st.sampled_from(pairs).map(lambda p: {"column_A": p[0], "column_B": p[1]})

    def both(kind: Any, pairs: list[tuple[str, str]], **more: Strategy) -> Strategy:
        return st.tuples(columns(pairs), st.fixed_dictionaries({"ignore_row_if": ignore, **more}), common()).map(
            lambda t: kind(**{**t[0], **t[1], **t[2]})
        )

    in_set = st.lists(
        st.tuples(st.sampled_from([*TEXTS, None]), st.sampled_from([*TEXTS, None])), min_size=1, max_size=5
    )
    return st.one_of(
        both(gxe.ExpectColumnPairValuesToBeEqual, alike),
        both(gxe.ExpectColumnPairValuesAToBeGreaterThanB, ordered, or_equal=BOOLS),
        st.tuples(in_set, ignore, st.sampled_from([1, 0.5])).map(
            lambda t: gxe.ExpectColumnPairValuesToBeInSet(
                column_A="text", column_B="other", value_pairs_set=t[0], ignore_row_if=t[1], mostly=t[2]
            )
        ),
    )


def _records() -> Strategy:
    ignore = st.sampled_from(["all_values_are_missing", "any_value_is_missing", "never"])
    lists = st.sampled_from([["text", "other"], ["int", "int2", "float"], ["text", "role", "int"], ["date", "moment"]])
    # Of one kind: pandas has None for nothing in one and NaN in the other, and takes them for different values.
    alike = st.sampled_from([["text", "other"], ["int", "int2"], ["int", "int2", "float"]])
    return st.one_of(
        make(gxe.ExpectCompoundColumnsToBeUnique, common(), column_list=lists, ignore_row_if=ignore),
        make(gxe.ExpectSelectColumnValuesToBeUniqueWithinRecord, common(), column_list=alike, ignore_row_if=ignore),
        make(gxe.ExpectMulticolumnValuesToBeEqual, common(), column_list=alike, ignore_row_if=ignore),
        make(
            gxe.ExpectMulticolumnSumToEqual,
            common(),
            column_list=st.sampled_from([["int", "int2"], ["int", "int2", "float"]]),
            sum_total=st.sampled_from([0, 1, 2, 2.5]),
            ignore_row_if=ignore,
        ),
    )


def _aggregates() -> Strategy:
    extremes = [("int", INTS), ("float", FLOATS), ("moment", MOMENTS)]
    numbers = [("int", INTS), ("float", FLOATS)]
    return st.one_of(
        _between(gxe.ExpectColumnMinToBeBetween, rows_only(), extremes),
        _between(gxe.ExpectColumnMaxToBeBetween, rows_only(), extremes),
        _between(gxe.ExpectColumnMeanToBeBetween, rows_only(), [*numbers, ("bool", [0, 0.5, 1])]),
        _between(gxe.ExpectColumnMedianToBeBetween, rows_only(), numbers),
        _between(gxe.ExpectColumnStdevToBeBetween, rows_only(), [(name, [0, 1, 2.5]) for name, _ in numbers]),
        _between(gxe.ExpectColumnSumToBeBetween, rows_only(), numbers),
    )


@st.composite
def _quantiles(draw: st.DrawFn) -> Any:
    column = draw(NUMBER_COLUMN)
    quantiles = sorted(draw(subset([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0])))
    ranges = [[draw(st.sampled_from([None, -2, 0])), draw(st.sampled_from([None, 1, 10]))] for _ in quantiles]
    return gxe.ExpectColumnQuantileValuesToBeBetween(
        column=column,
        quantile_ranges={"quantiles": quantiles, "value_ranges": ranges},
        allow_relative_error=draw(st.sampled_from([False, "linear", "lower", "higher", "midpoint"])),
        **draw(rows_only()),
    )


def _distinct() -> Strategy:
    kinds = [
        gxe.ExpectColumnDistinctValuesToBeInSet,
        gxe.ExpectColumnDistinctValuesToContainSet,
        gxe.ExpectColumnDistinctValuesToEqualSet,
        gxe.ExpectColumnMostCommonValueToBeInSet,
    ]
    arguments = st.one_of(
        st.tuples(st.sampled_from(["text", "role"]), subset([*TEXTS, *ROLES])), st.tuples(st.just("int"), subset(INTS))
    )
    sets = st.tuples(st.sampled_from(kinds), arguments, rows_only()).map(
        lambda t: t[0](column=t[1][0], value_set=t[1][1], **t[2])
    )
    proportions = [(name, [0, 0.25, 0.5, 1]) for name in ("text", "int", "float", "bool", "date", "cat")]
    counts = [(name, [0, 1, 2, 3]) for name, _ in proportions]
    return st.one_of(
        sets,
        _between(gxe.ExpectColumnUniqueValueCountToBeBetween, rows_only(), counts),
        _between(gxe.ExpectColumnProportionOfUniqueValuesToBeBetween, rows_only(), proportions),
        _between(gxe.ExpectColumnProportionOfNonNullValuesToBeBetween, rows_only(), proportions),
    )


def _table() -> Strategy:
    names = ["text", "int", "zz"]
    return st.one_of(
        make(gxe.ExpectColumnToExist, st.just({}), column=st.sampled_from(names)),
        make(gxe.ExpectTableColumnCountToEqual, st.just({}), value=st.sampled_from([9, 11])),
        make(gxe.ExpectTableColumnCountToBeBetween, st.just({}), min_value=st.sampled_from([1, 11])),
        make(gxe.ExpectTableColumnsToMatchSet, st.just({}), column_set=subset(names), exact_match=BOOLS),
        make(gxe.ExpectTableColumnsToMatchOrderedList, st.just({}), column_list=subset(names)),
        make(gxe.ExpectTableRowCountToEqual, rows_only(), value=st.integers(0, 4)),
        make(gxe.ExpectTableRowCountToBeBetween, rows_only(), min_value=st.integers(0, 3)),
    )


FAMILIES: dict[str, Strategy] = {
    "nulls": st.one_of(
        make(gxe.ExpectColumnValuesToNotBeNull, common(), column=ANY_COLUMN),
        make(gxe.ExpectColumnValuesToBeNull, common(), column=ANY_COLUMN),
    ),
    "sets": _sets(gxe.ExpectColumnValuesToBeInSet, gxe.ExpectColumnValuesToNotBeInSet),
    "between": _between(
        gxe.ExpectColumnValuesToBeBetween,
        common(),
        [("int", INTS), ("float", FLOATS), ("moment", MOMENTS)],
    ),
    "regexes": _regexes(),
    "lengths": _lengths(),
    "strftime": make(
        gxe.ExpectColumnValuesToMatchStrftimeFormat,
        common(),
        column=st.just("text"),
        strftime_format=st.sampled_from(["%Y-%m-%d", "%d", "a", "%m%d"]),
    ),
    "unique": make(gxe.ExpectColumnValuesToBeUnique, common(), column=ANY_COLUMN),
    "order": _order(),
    "pairs": _pairs(),
    "records": _records(),
    "aggregates": _aggregates(),
    "quantiles": _quantiles(),
    "distinct": _distinct(),
    "table": _table(),
}
