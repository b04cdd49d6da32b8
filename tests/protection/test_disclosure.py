"""What viewers see of counts: multiples of the base, the same in every view, right on average, none of it small."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from equality.errors import StoreError
from equality.measures.counts import KINDS, slice_counts
from equality.measures.dimensions import Selection
from equality.measures.states import APPLICABLE_STATES
from equality.protection.disclosure import MARKER, Disclosure, Rule, marked, protected_rows, rounded_sums, secret_of
from equality.settings import settings
from tests.pages.dashboard_double import CHARACTERISTICS, VALUES, made_up_counts

SECRET = b"a secret of the tests"
COUNTS = made_up_counts(4000, seed=5)
SEEN = Disclosure(COUNTS, SECRET, Rule())
ANYTHING = Selection()
NUMBERS = ["applicable", *KINDS]


def slice_of(by: tuple[str, ...] = (), selection: Selection = ANYTHING, seen: Disclosure = SEEN) -> pl.DataFrame:
    return seen.slice(by=by, characteristics=CHARACTERISTICS, selection=selection)


chosen = st.dictionaries(
    st.sampled_from(["area", "team", "crime_group", "channel", "lpa"]), st.integers(1, 6), min_size=0, max_size=2
)


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    where = {
        dimension: tuple(draw(st.permutations(VALUES[dimension]))[:size]) for dimension, size in draw(chosen).items()
    }
    where["role"] = (draw(st.sampled_from(VALUES["role"])),)
    first, last = sorted(draw(st.tuples(st.sampled_from(VALUES["month"]), st.sampled_from(VALUES["month"]))))
    flags = ("domestic_abuse",) if len(where) < 3 and draw(st.booleans()) else ()
    return Selection((first, last), where, flags)


@how(deadline=None)
@given(selections())
def test_every_figure_is_a_multiple_of_the_base_and_none_is_small(selection: Selection) -> None:
    frame = slice_of((), selection)
    exact = slice_counts(COUNTS, characteristics=CHARACTERISTICS, selection=selection)
    assert frame.columns == exact.columns
    assert frame.height == exact.height
    for name in NUMBERS:
        shown = frame[name].drop_nulls()
        assert ((shown % 5 == 0) & ((shown == 0) | (shown >= 8))).all()
        # A true 0 is 0 or suppressed with all of its group.
        zeros = frame.filter(exact[name] == 0)[name].drop_nulls()
        assert (zeros == 0).all()
    whole = frame.drop_nulls(list(APPLICABLE_STATES))
    assert (whole.select(pl.sum_horizontal(APPLICABLE_STATES)).to_series() == whole["applicable"]).all()
    assert (frame["not_understood"].fill_null(0) <= frame["not_obtained"].fill_null(10**6)).all()


@how(deadline=None)
@given(selections())
def test_the_same_figure_in_every_view(selection: Selection) -> None:
    """A group of a slice is what a filter for that group alone gives, in whatever order and company."""
    by_area = slice_of(("area",), selection.narrowed("area")) if len(selection.where) < 4 else None
    if by_area is None or SEEN.refuses(("area",), selection.narrowed("area")):
        return
    for area in VALUES["area"]:
        alone = slice_of((), selection.narrowed("area", area))
        of_many = by_area.filter(pl.col("area") == area).drop("area")
        if of_many.height == alone.height:
            assert of_many.equals(alone)


def test_the_same_figure_after_a_restart_on_another_machine_and_in_another_order() -> None:
    again = Disclosure(COUNTS.sample(fraction=1.0, shuffle=True, seed=9), SECRET, Rule())
    for by in ((), ("area",), ("month",), ("team", "channel")):
        assert slice_of(by, seen=again).equals(slice_of(by))
    # A number written down: an upgrade of a library that changed it would change every published figure.
    first = slice_of(("area",)).row(0, named=True)
    assert (first["area"], first["characteristic"], first["applicable"], first["valid"]) == PINNED


PINNED = ("Redditch", "ethnicity", 4005, 1435)


def test_the_same_people_have_the_same_figure_under_other_names() -> None:
    """Everybody in Worcester is in the South: naming both dimensions is no second look."""
    nested = COUNTS.with_columns(
        lpa=pl.when(pl.col("area") == "Worcester").then(pl.lit("South")).otherwise(pl.lit("North"))
    )
    seen = Disclosure(nested, SECRET, Rule())
    one = seen.slice(
        by=("month",), characteristics=CHARACTERISTICS, selection=Selection(where={"area": ("Worcester",)})
    )
    both = seen.slice(
        by=("month",),
        characteristics=CHARACTERISTICS,
        selection=Selection(where={"area": ("Worcester",), "lpa": ("South",)}),
    )
    assert one.equals(both)


def test_what_is_rounded_is_right_on_average() -> None:
    exact = slice_counts(COUNTS, by=["area", "month"], characteristics=CHARACTERISTICS)
    means = [
        Disclosure(COUNTS, str(n).encode(), Rule(threshold=2))
        .slice(by=("area", "month"), characteristics=CHARACTERISTICS, selection=ANYTHING)
        .select("area", "month", "characteristic", "valid", "declined", "applicable")
        for n in range(40)
    ]
    mean = pl.concat(means).group_by("area", "month", "characteristic").mean()
    both = exact.join(mean, on=["area", "month", "characteristic"], suffix="_mean")
    for name in ("valid", "declined"):
        # The standard error of 40 roundings of one block is at most 0.4; two roles make a block each.
        off = both[f"{name}_mean"] - both[name]
        assert abs(off.mean()) < 0.05
        assert off.abs().max() < 2.5


def test_counts_next_to_each_other_in_a_group_without_anybody_are_not_there() -> None:
    few = COUNTS.filter((pl.col("area") != "Redditch") | (pl.int_range(pl.len()) < 1))
    shown = Disclosure(few, SECRET, Rule()).slice(by=("area",), characteristics=CHARACTERISTICS, selection=ANYTHING)
    assert set(shown["area"]) <= set(few["area"])


@pytest.mark.parametrize(
    ("by", "where", "flags", "refused"),
    [
        (("area", "team"), {"role": ("victim",)}, (), False),
        (("month", "area"), {"role": ("victim",), "team": ("Team 1",)}, (), False),
        (("area",), {"area": ("Worcester",), "team": ("Team 1",)}, (), False),
        (("area",), {"team": ("Team 1",)}, ("domestic_abuse",), True),
        (("area", "team"), {"channel": ("999",)}, (), True),
        ((), {"area": ("Worcester",), "team": ("Team 1",), "channel": ("999",)}, (), True),
    ],
)
def test_viewers_combine_two_dimensions_and_no_more(by, where, flags, refused: bool) -> None:
    selection = Selection(where=where, flags=flags)
    assert SEEN.refuses(by, selection) is refused
    frame = slice_of(by, selection)
    if refused:
        assert frame.height == (0 if by else len(CHARACTERISTICS))
        assert all(frame[name].null_count() == frame.height for name in NUMBERS)
    else:
        assert frame["applicable"].sum()


@given(st.integers(0, 400), st.integers(0, 2**31 - 1), st.integers(3, 10))
def test_a_count_becomes_a_multiple_next_to_it(count: int, key: int, base: int) -> None:
    frame = pl.DataFrame({"n": [count], "_key": [key]}, schema={"n": pl.UInt32, "_key": pl.Int64})
    rounded = frame.select(rounded_sums(["n"], base)).item()
    assert rounded % base == 0
    assert abs(rounded - count) < base
    assert rounded == count or count % base


def test_rows_of_other_tables_are_rounded_too() -> None:
    table = pl.DataFrame(
        {"month": ["2026-01", "2026-02", "2026-03"], "pattern": ["a", "b", None], "people": [3, 250, 0]},
        schema={"month": pl.String, "pattern": pl.String, "people": pl.UInt32},
    )
    shown = protected_rows(table, ["people"], SECRET, Rule())
    assert shown.schema == table.schema
    assert set(shown["people"] % 5) == {0}
    assert shown.filter(pl.col("month") == "2026-02")["people"].to_list() == [250]
    assert "2026-03" not in shown["month"].to_list()


def test_the_secret_is_made_once_private_and_may_be_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = secret_of(tmp_path)
    assert secret_of(tmp_path) == made
    assert len(made) == 64
    assert stat.S_IMODE((tmp_path / "disclosure.key").stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["disclosure.key"]
    with pytest.raises(StoreError, match="EQUALITY_DISCLOSURE_KEY"):
        secret_of(tmp_path / "gone")
    monkeypatch.setenv("EQUALITY_DISCLOSURE_KEY", "given")
    settings.cache_clear()
    try:
        assert secret_of(tmp_path / "gone") == b"given"
        assert "given" not in repr(settings())
    finally:
        settings.cache_clear()


def test_figures_as_text() -> None:
    assert [marked(n) for n in (None, 0, 1250)] == [MARKER, "0", "1,250"]
