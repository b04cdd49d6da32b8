"""Labels that people typed or picked, and the codes they mean."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equality.exports.labels import fold, labels_for, shared_labels
from equality.exports.profile import load_profile
from equality.measures.catalogue import characteristics
from equality.measures.codes import code_list
from tests.conftest import REAL_MONTHS

ATHENA = load_profile("athena")


def code(characteristic: str, label: str | None) -> tuple[str | None, bool]:
    held = ATHENA.characteristics[characteristic]
    return labels_for(characteristic, held.values, ATHENA.blank, held.several).code(label)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        # 18+1, 16+1 and legacy spellings of the same answers
        ("W1", "W1"),
        ("w1", "W1"),
        ("W1 - White - British", "W1"),
        ("W1\tWHITE - BRITISH", "W1"),
        ('"W2', "W2"),
        ("WHITE - BRITISH", "W1"),
        ("White \x96 British", "W1"),
        ("White\xa0-\xa0British", "W1"),
        ("White – British", "W1"),
        ("  white   british ", "W1"),
        ("MIXED - ANY OTHER MIXED BACKGROUND", "M9"),
        ("White British (W1)", "W1"),
        # Chinese moved from Other to Asian between the classifications
        ("O1", "A4"),
        ("O1 - Chinese", "A4"),
        ("OTHER - CHINESE", "A4"),
        ("A4 - Chinese", "A4"),
        # no answer, with and without a reason
        ("N1", "N1"),
        ("N3 - Person did not understand what is required", "N3"),
        ("N4", "N4"),
        ("NX", "NX"),
        ("Not stated", "NS"),
        ("Other ethnic group - Not stated", "NS"),
        ("Prefer not to say", "PNTS"),
        ("None recorded", "U"),
        ("Unknown", "U"),
    ],
)
def test_self_defined_ethnicity_is_recognised(label: str, expected: str) -> None:
    assert code("ethnicity", label) == (expected, True)


@pytest.mark.parametrize("label", ["", " ", "\t", "\xa0", None, "NULL", "null", "-", " - "])
def test_nothing_is_blank(label: str | None) -> None:
    assert code("ethnicity", label) == (None, True)


@pytest.mark.parametrize(
    "label",
    ["IC1", "IC3 - Black", "IC4", "1", "#N/A", "#VALUE!", "#MULTIVALUE", "W1 - Black - African", "W4", "Wizard"],
)
def test_observed_and_broken_values_never_become_a_self_defined_answer(label: str) -> None:
    assert code("ethnicity", label) == (label, False)


@pytest.mark.parametrize(
    ("label", "expected"),
    [("IC1", "1"), ("IC1 - White N European", "1"), ("3", "3"), ("IC3 - African Caribbean", "3"), ("0", "0"),
     ("IC9", "9"), ("99 - Other", "9"), ("NORTH EUROPEAN - WHITE", "1"), ("CHINESE, JAPANESE OR SE ASIAN", "5")],
)  # fmt: skip
def test_observed_ethnicity_takes_digits_codes_and_labels(label: str, expected: str) -> None:
    assert code("ethnicity_observed", label) == (expected, True)


@pytest.mark.parametrize(
    ("characteristic", "label", "expected"),
    [
        ("religion", "None", "NONE"),
        ("religion", "No religion", "NONE"),
        ("disability", "None", "N"),
        ("disability", "N", "N"),
        ("disability", "Vision; Mobility", "SEVERAL"),
        ("disability", "Mobility;", "MOB"),
        ("marriage_civil_partnership", "M", "MA"),
        ("sex", "Female / Transgender Female", "F"),
        ("sex", "Not applicable", "U"),
    ],
)
def test_none_is_an_answer_and_several_answers_are_one(characteristic: str, label: str, expected: str) -> None:
    assert code(characteristic, label) == (expected, True)


@pytest.mark.parametrize("label", ["None; Vision", "Vision; Wizardry", "No idea", "M dunno"])
def test_contradictions_and_guesses_are_not_settled_by_the_computer(label: str) -> None:
    assert code("disability", label) == (label, False)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(label: str) -> None:
    assert fold(fold(label)) == fold(label)


@given(st.sampled_from(sorted(ATHENA.characteristics)), st.text(max_size=30))
def test_a_label_is_blank_a_code_or_itself(characteristic: str, label: str) -> None:
    found, known = code(characteristic, label)
    if known:
        assert found is None or found in code_list(characteristic)
    else:
        assert found == label.strip()
        assert found


@given(st.sampled_from(sorted(ATHENA.characteristics)), st.data())
def test_every_code_and_its_label_are_recognised_in_any_case(characteristic: str, data: st.DataObject) -> None:
    entry = data.draw(st.sampled_from(list(code_list(characteristic).values())))
    # Observed White and Other are also spellings of IC1 and of "not known": the shared spellings win.
    meant = shared_labels(characteristic).get(entry.code.capitalize(), entry.code)
    for label in (entry.code, entry.code.lower(), f" {entry.code} "):
        assert labels_for(characteristic, {}, (), None).code(label) == (meant, True)
    if entry.code.isalnum() and meant == entry.code:
        assert code(characteristic, f"{entry.code} - {entry.label}") == (entry.code, True)


@pytest.mark.parametrize("characteristic", sorted(characteristics()))
def test_shared_spellings_lead_to_codes_that_exist(characteristic: str) -> None:
    assert set(shared_labels(characteristic).values()) <= set(code_list(characteristic))


def test_every_label_of_the_real_months_is_recognised() -> None:
    profile = load_profile("data.police.uk")
    for name, held in profile.characteristics.items():
        labels = set()
        for path in REAL_MONTHS:
            with path.open(encoding="utf-8", newline="") as file:
                labels |= {row[held.headings[0]] for row in csv.DictReader(file)}
        known = labels_for(name, held.values, profile.blank, held.several)
        assert [label for label in labels if not known.code(label)[1]] == []
