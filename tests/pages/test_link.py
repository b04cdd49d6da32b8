"""The address as the state of a page."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from dashboard_double import MONTHS, VALUES, made_up_options

from dashboard.link import FILTERS, OWN, View, default_view, next_unit, read, write
from equality.measures.counts import RATES

OPTIONS = made_up_options()


def test_the_plain_address_is_the_last_year_of_the_headline_role() -> None:
    view, notices = read({}, OPTIONS)
    assert (view.first, view.last) == ("2025-07", "2026-06")
    assert (view.role, view.characteristic, view.measure, view.by) == ("victim", "ethnicity", "known", "area")
    assert notices == []
    assert write(view, OPTIONS, "double") == {}


def test_a_year_is_not_longer_than_the_data() -> None:
    short = replace(OPTIONS, months=("2026-01", "2026-02"))
    assert default_view(short).first == "2026-01"


@pytest.mark.parametrize("seed", range(40))
def test_what_is_written_is_read_again(seed: int) -> None:
    rng = random.Random(seed)
    first, last = sorted(rng.choices(MONTHS, k=2))
    filters = {
        d: tuple(rng.sample(VALUES[d], rng.randint(1, 2))) for d in FILTERS if d in VALUES and rng.random() < 0.4
    }
    view = View(
        source="double",
        first=first,
        last=last,
        role=rng.choice(OPTIONS.roles),
        characteristic=rng.choice(OPTIONS.characteristics),
        measure=rng.choice(RATES),
        by=rng.choice(OPTIONS.units),
        where=filters,
        flags=rng.choice([(), ("domestic_abuse",)]),
        drill=tuple(d for d, values in filters.items() if len(values) == 1),
        own={name: rng.choice(("1", "adjusted", "Team 1")) for name in rng.sample(OWN, 2)},
    )
    assert read(write(view, OPTIONS, "double"), OPTIONS) == (view, [])
    assert read(write(view), OPTIONS) == (view, [])


@pytest.mark.parametrize(
    ("params", "word"),
    [
        ({"from": ["1999-01"]}, "First month"),
        ({"to": ["nonsense"]}, "Last month"),
        ({"role": ["admin"]}, "Role"),
        ({"team": ["Team 99"]}, "Team"),
        ({"area": ["Redditch", "Atlantis", "Lyonesse"]}, "1 more"),
        ({"measure": ["__class__"]}, "Measure"),
        ({"characteristic": ["religion"]}, "Characteristic"),
        ({"by": ["flags"]}, "Dimension"),
        ({"flag": ["online"]}, "Flag"),
        ({"from": ["2026-05"], "to": ["2026-02"]}, "backwards"),
        ({"name": ["Jane Doe"]}, "means nothing"),
    ],
)
def test_what_is_not_understood_falls_back_and_is_said(params: dict[str, list[str]], word: str) -> None:
    view, notices = read(params, OPTIONS)
    assert len(notices) == 1
    assert word in notices[0]
    assert view.first <= view.last
    assert view.characteristic in OPTIONS.characteristics


def test_a_value_that_nobody_can_read_is_cut_and_loses_control_characters() -> None:
    _, notices = read({"team": ["a\x00\n" + "x" * 5000]}, OPTIONS)
    assert len(notices[0]) < 120
    assert notices[0].isprintable()


def test_unknown_parameters_are_not_repeated_with_their_values() -> None:
    _, notices = read({"q": ["Jane Doe"]}, OPTIONS)
    assert "Jane" not in notices[0]


def test_drilling_goes_down_the_ladder_and_back() -> None:
    top = default_view(OPTIONS)
    district = top.drilled("Redditch", "sex", OPTIONS)
    assert (district.where, district.by, district.characteristic) == ({"area": ("Redditch",)}, "team", "sex")
    team = district.drilled("Team 1", "sex", OPTIONS)
    group = team.drilled("Theft", "age", OPTIONS)
    kind = group.drilled("Burglary", "age", OPTIONS)
    channel = kind.drilled("101", "age", OPTIONS)
    assert [v.by for v in (team, group, kind, channel)] == ["crime_group", "crime_subgroup", "channel", "month"]
    assert channel.drill == ("area", "team", "crime_group", "crime_subgroup", "channel")
    back = channel.undrilled(1)
    assert (back.where, back.by, back.drill) == ({"area": ("Redditch",)}, "team", ("area",))
    assert channel.undrilled(0).where == {}
    month = channel.drilled("2026-02", "age", OPTIONS)
    assert (month.first, month.last) == ("2026-02", "2026-02")


def test_drilling_from_a_dimension_that_is_not_on_the_ladder_starts_at_its_top() -> None:
    assert next_unit("lpa", {"lpa": ("North",)}, OPTIONS) == "area"
    assert replace(default_view(OPTIONS), by="role").drilled("suspect", "sex", OPTIONS).role == "suspect"


def test_drilling_skips_what_the_source_does_not_hold() -> None:
    held = replace(OPTIONS, values={d: v for d, v in OPTIONS.values.items() if d in ("month", "area", "crime_group")})
    view = default_view(held)
    assert view.drilled("Redditch", "sex", held).by == "crime_group"


def test_lifting_a_filter_drops_the_steps_that_hang_on_it() -> None:
    view = default_view(OPTIONS).drilled("Redditch", "sex", OPTIONS).drilled("Team 1", "sex", OPTIONS)
    lifted = view.narrowed("area", [])
    assert lifted.drill == ()
    assert lifted.where == {"team": ("Team 1",)}
    assert view.narrowed("team", ["Team 1", "Team 2"]).drill == ("area",)


def test_parameters_of_single_pages_are_carried_and_checked_where_they_are_read() -> None:
    view, notices = read({"reach": ["60"], "rates": ["<b>"], "limits": [""]}, OPTIONS)
    assert notices == []
    assert view.own == {"reach": "60", "rates": "<b>"}
    assert view.own_number("reach", 0, 100, 50) == 60
    assert view.own_choice("rates", ["adjusted", "raw"]) == "adjusted"
    assert view.with_own("rates", "raw", "adjusted").own_choice("rates", ["adjusted", "raw"]) == "raw"
    assert write(view.with_own("rates", "adjusted", "adjusted"), OPTIONS, "double") == {"reach": ["60"]}
    assert view.drilled("Redditch", "sex", OPTIONS).own == view.own


@pytest.mark.parametrize("asked", ["101", "-1", "1e3", "²", "9" * 5000, "fifty", "5.5"])
def test_a_number_that_is_none_or_out_of_range_is_the_usual_one(asked: str) -> None:
    view, _ = read({"reach": [asked]}, OPTIONS)
    assert view.own_number("reach", 0, 100, 50) == 50
