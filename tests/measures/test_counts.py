"""Counts add up whatever the slice, and rates follow the published formulas."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equality.measures.counts import KINDS, RATES, characteristics_of, column, slice_counts, with_rates
from equality.measures.dimensions import FLAG_BITS, Selection, check_dimensions, months_between, shift_month
from equality.measures.states import APPLICABLE_STATES, STATES

rows = st.lists(
    st.fixed_dictionaries(
        {
            "month": st.sampled_from(["2026-01", "2026-02", "2026-03"]),
            "role": st.sampled_from(["victim", "witness"]),
            "area": st.sampled_from(["Worcester", "Redditch", "=1+1"]),
            "flags": st.integers(0, 7),
            **{column("sex", kind): st.integers(0, 50) for kind in KINDS},
        }
    ),
    min_size=1,
    max_size=30,
)


def stored(data: list[dict[str, object]]) -> pl.DataFrame:
    counted = {column("sex", kind): pl.UInt32 for kind in KINDS}
    return pl.DataFrame(data, schema_overrides={"flags": pl.UInt16, **counted})


@given(rows, st.lists(st.sampled_from(["month", "role", "area"]), unique=True))
def test_groups_add_up_to_the_whole(data: list[dict[str, object]], by: list[str]) -> None:
    frame = stored(data)
    whole = slice_counts(frame, characteristics=["sex"]).row(0, named=True)
    groups = slice_counts(frame, by=by, characteristics=["sex"])
    for kind in ("applicable", *KINDS):
        assert groups[kind].sum() == whole[kind]
    assert whole["applicable"] == sum(whole[state] for state in APPLICABLE_STATES)
    assert groups.height == (frame.select(by).n_unique() if by else 1)


@given(rows, st.sets(st.sampled_from(["Worcester", "Redditch", "=1+1"])), st.sampled_from(sorted(FLAG_BITS)[:3]))
def test_a_selection_counts_what_a_loop_counts(data: list[dict[str, object]], areas: set[str], flag: str) -> None:
    selection = Selection(period=("2026-02", ""), flags=(flag,)).narrowed("area", *sorted(areas))
    got = slice_counts(stored(data), characteristics=["sex"], selection=selection).row(0, named=True)
    expected = sum(
        row[column("sex", "blank")]
        for row in data
        if row["month"] >= "2026-02" and (not areas or row["area"] in areas) and row["flags"] & FLAG_BITS[flag]
    )
    assert got["blank"] == expected


def test_rates_follow_their_definitions() -> None:
    cells = dict(zip(STATES, (40, 10, 6, 8, 12, 4, 20, 99), strict=True)) | {
        "not_understood": 2,
        "recoverable_cells": 8,
    }
    frame = stored(
        [{"month": "2026-01", "role": "victim", "area": "Redditch", "flags": 0}
         | {column("sex", kind): cells[kind] for kind in KINDS}]
    )  # fmt: skip
    got = with_rates(slice_counts(frame, characteristics=["sex"])).row(0, named=True)
    assert got["applicable"] == 100
    assert {name: got[name] for name in RATES} == pytest.approx(
        {
            "populated": 80 / 100,
            "known": 40 / 100,
            "validity": (100 - 20 - 4) / 80,
            "disclosure": 40 / 50,
            "asked": (40 + 10 + 2) / 100,
            "recoverable": 8 / 32,
        }
    )
    assert got["known_low"] == pytest.approx(0.3094, abs=5e-5)


def test_what_cannot_be_counted_stays_unknown_and_is_not_zero() -> None:
    row = {"month": "2026-01", "role": "victim", "area": "Redditch", "flags": 0}
    row |= {column("sex", kind): 5 for kind in KINDS} | {column("sex", "recoverable_cells"): None}
    got = with_rates(slice_counts(stored([row]), characteristics=["sex"])).row(0, named=True)
    assert got["recoverable"] is None
    assert got["recoverable_low"] is None
    assert got["known"] == pytest.approx(5 / 35)


def test_characteristics_of_a_stored_frame() -> None:
    names = ["month", "flags", *(column(c, kind) for c in ("sex", "age") for kind in KINDS)]
    assert characteristics_of(names) == ["sex", "age"]


@given(st.integers(1, 12), st.integers(1900, 2100), st.integers(-500, 500))
def test_months_shift_there_and_back(month: int, year: int, by: int) -> None:
    start = f"{year:04d}-{month:02d}"
    assert shift_month(shift_month(start, by), -by) == start
    assert len(months_between(start, shift_month(start, abs(by)))) == abs(by) + 1


def test_an_unknown_dimension_is_named_with_what_there_is() -> None:
    with pytest.raises(ValueError, match="unknown dimension beat: this export has month, area"):
        check_dimensions(["beat"], ["month", "area"])
