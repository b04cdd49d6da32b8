"""Which of what the analyses found is told, and in which order."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from test_findings import TITLES, compared, counts

from equality.analysis.news import MOST, TRENDS, News, in_one_place, of_changes, select


def a_trend(word: str, name: str) -> News:
    return News(f"{name} {word}", "trends", name, word=word)


def test_a_rise_of_not_stated_is_told_beside_the_rise_of_known() -> None:
    now = counts(ethnicity={"valid": 500, "not_stated": 300, "blank": 200}, sex={"valid": 900, "blank": 100})
    before = counts(ethnicity={"valid": 400, "not_stated": 100, "blank": 500}, sex={"valid": 700, "blank": 300})
    told = of_changes(now, before, compared(now, before), TITLES, "known", "ethnicity")
    assert [item.sentence.split(",")[0] for item in told] == [
        "Ethnicity: known rose 10.0 points (+5.6 to +14.3)",
        "Sex: known rose 20.0 points (+16.6 to +23.4)",
        "Ethnicity: less often blank",
    ]
    assert [item.shown for item in told] == ["drivers", "drivers", "gaps"]
    assert {item.shown for item in in_one_place(told, "gaps")} == {"gaps"}


def test_worsening_comes_first_and_a_trend_takes_the_place_of_its_change() -> None:
    trends = [a_trend("improving", "sex"), a_trend("worsening", "age"), a_trend("improving", "race")]
    changed = [News("sex rose", "drivers", "sex"), News("race rose", "drivers", "race"), News("blank", "gaps", "sex")]
    told = select(trends, [News("hollow", "plausibility")], [News("apart", "compare", "sex", "team")], changed)
    assert [item.sentence for item in told] == ["age worsening", "hollow", "sex improving", "apart", "race rose"]


names = st.sampled_from(["sex", "age", "race", "religion"])
words = st.sampled_from(["improving", "worsening", "changed"])


@given(
    st.lists(st.tuples(words, names), unique_by=lambda pair: pair[1]),
    st.integers(0, 3),
    st.integers(0, 1),
    st.lists(st.tuples(st.sampled_from(["drivers", "gaps"]), names), max_size=6),
)
def test_never_more_than_five_and_nothing_is_told_twice(
    trends: list[tuple[str, str]], hollow: int, apart: int, changed: list[tuple[Any, str]]
) -> None:
    told = select(
        [a_trend(*pair) for pair in trends],
        [News(f"hollow {i}", "plausibility") for i in range(hollow)],
        [News("apart", "compare", "sex", "team")] * apart,
        [News("changed", *pair) for pair in changed],
    )
    assert len(told) <= MOST
    of_trends = [item.characteristic for item in told if item.word]
    assert len(of_trends) == min(TRENDS, len(trends))
    assert not {item.characteristic for item in told if item.shown == "drivers"} & set(of_trends)
    if any(word == "worsening" for word, _ in trends):
        assert told[0].word == "worsening"
