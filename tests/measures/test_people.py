"""People on several records: none is left out, and what is known of them is known whatever record it stands on."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from equality.measures import people

STATES = ["sex_state", "age_state"]
cells = st.sampled_from(["valid", "blank", "unknown"])
rows = st.lists(st.tuples(st.sampled_from(["A", "B", "C", "D", None]), cells, cells), min_size=1, max_size=12)


@settings(deadline=None)
@given(rows)
def test_what_is_known_on_any_record_equals_a_loop(found: list[tuple[str | None, str, str]]) -> None:
    schema = {"person_ref": pl.String, "sex_state": pl.String, "age_state": pl.String}
    records = pl.DataFrame(found, schema=schema, orient="row").lazy()
    known = people.known(people.on_several_records(records), STATES)
    asked = [people.is_known(place).alias(f"{place}") for place in range(len(STATES))]
    got = records.with_row_index().join(known, on="person_ref", how="left").with_columns(asked).sort("index").collect()
    for place in range(len(STATES)):
        times = [sum(person == other for other, *_ in found) for person, *_ in found]
        expected = [
            person is not None and times[index] > 1 and any(o == person and s[place] == "valid" for o, *s in found)
            for index, (person, *_) in enumerate(found)
        ]
        assert got[f"{place}"].to_list() == expected


@settings(deadline=None)
@given(rows)
def test_nobody_on_several_records_is_left_out(found: list[tuple[str | None, str, str]]) -> None:
    references = [person for person, *_ in found]
    records = pl.LazyFrame({"person_ref": references}, schema={"person_ref": pl.String})
    kept = people.on_several_records(records).collect()["person_ref"].to_list()
    assert sorted(kept) == sorted(p for p in references if p is not None and references.count(p) > 1)
