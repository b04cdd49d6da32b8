"""Look-ups of labels: what a plain look-up per row says, whatever is null, unknown or met later."""

from __future__ import annotations

import subprocess
import sys

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equality.exports import once

labels = st.one_of(st.none(), st.text(alphabet="abcXYZ -", max_size=3))


def as_labels(values: list[str | None]) -> pl.Series:
    return pl.Series("label", values, dtype=pl.String).cast(pl.Categorical)


@settings(deadline=None)
@given(st.lists(labels, min_size=1, max_size=20))
@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_what_is_made_once_per_label_is_what_would_be_made_per_row(engine: str, values: list[str | None]) -> None:
    def make(text: pl.Expr) -> pl.Expr:
        return pl.when(text != "").then(text.str.to_uppercase()).otherwise(pl.lit("nothing"))

    frame = as_labels(values).to_frame().lazy()
    got = frame.select(once.once(frame, "label", make)).collect(engine=engine)["label"]
    plain = pl.DataFrame({"label": values}, schema={"label": pl.String}).select(make(pl.col("label")))["label"]
    assert got.dtype == pl.Categorical
    assert got.cast(pl.String).to_list() == plain.to_list()


@settings(deadline=None)
@given(st.lists(labels, max_size=9, unique=True), st.lists(labels, max_size=20))
def test_a_look_up_is_a_dictionary_of_labels(known: list[str | None], asked: list[str | None]) -> None:
    numbers = pl.Series(range(len(known)), dtype=pl.UInt16)
    frame = as_labels(asked).to_frame()
    got = frame.select(once.looked_up(pl.col("label"), as_labels(known), numbers))["label"]
    told = {label: place for place, label in enumerate(known)}
    assert got.dtype == pl.UInt16
    assert got.to_list() == [told.get(label) for label in asked]


def test_labels_met_after_a_look_up_was_made_are_not_in_it() -> None:
    look = once.looked_up(pl.col("label"), as_labels(["early"]), pl.Series(["known"]))
    frame = as_labels(["early", "never met before this look-up", None]).to_frame()
    assert frame.select(look)["label"].cast(pl.String).to_list() == ["known", None, None]


def test_very_many_labels_are_looked_up_without_a_place_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once, "_MOST_NUMBERS", 0)
    look = once.looked_up(pl.col("label"), as_labels(["a", None]), pl.Series([1, 2]))
    assert as_labels(["a", "b", None]).to_frame().select(look)["label"].to_list() == [1, None, 2]


@settings(deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=1, max_size=9, unique=True), st.lists(st.integers(-20, 20) | st.none()))
def test_a_look_up_of_numbers_is_a_dictionary(known: list[int], asked: list[int | None]) -> None:
    look = once.looked_up(pl.col("number"), pl.Series(known), pl.Series([f"is {number}" for number in known]))
    frame = pl.DataFrame({"number": asked}, schema={"number": pl.Int64})
    told = {number: f"is {number}" for number in known}
    assert frame.select(look)["number"].cast(pl.String).to_list() == [told.get(number) for number in asked]  # type: ignore[arg-type]


LABELS_THAT_COME_AND_GO = """
import polars as pl
from equality.exports import once
look = once.looked_up(pl.col("label"), pl.Series(["first", "second"]).cast(pl.Categorical), pl.Series([1, 2]))
later = pl.Series(["other", "second", "first"]).cast(pl.Categorical).alias("label")
print(later.to_frame().select(look)["label"].to_list())
"""


def test_a_look_up_keeps_the_numbers_of_its_labels_when_no_column_holds_them() -> None:
    # In a process of its own: here other tests' labels keep Polars from numbering anew.
    done = subprocess.run([sys.executable, "-c", LABELS_THAT_COME_AND_GO], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[None, 2, 1]"
