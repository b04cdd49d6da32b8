"""Districts from points and labels, policing areas from districts and days."""

from __future__ import annotations

from collections import Counter
from datetime import date

import polars as pl
import pytest

from equality.exports.geography import (
    areas_of_file,
    district_of_label,
    district_of_points,
    lpa_label,
    policing_areas,
)


def test_points_lie_where_a_map_shows_them() -> None:
    points = pl.DataFrame(
        [
            ("52.1920", "-2.2200", "Worcester"),
            ("52.0565", "-2.7160", "Herefordshire, County of"),
            ("52.7077", "-2.7541", "Shropshire"),
            ("52.6766", "-2.4469", "Telford and Wrekin"),
            ("52.4862", "-1.8904", "Outside the force"),  # Birmingham
            ("", "", "No location"),
            (None, None, "No location"),
            ("52.1920", None, "No location"),
            ("north", "west", "No location"),
            ("NaN", "-2.2", "No location"),
        ],
        schema=["latitude", "longitude", "expected"],
        orient="row",
    )
    placed = district_of_points(points)
    assert placed["area"].to_list() == points["expected"].to_list()


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Worcester", ("Worcester", True)),
        ("HEREFORDSHIRE", ("Herefordshire, County of", True)),
        ("Telford & Wrekin", ("Telford and Wrekin", True)),
        ("Birmingham", ("Outside the force", True)),
        ("", ("No location", True)),
        (None, ("No location", True)),
        # a community safety partnership of three districts: not a district
        ("South Worcester", ("No location", False)),
    ],
)
def test_district_labels(label: str | None, expected: tuple[str, bool]) -> None:
    assert district_of_label(label) == expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Telford and Wrekin", ("Telford & Wrekin", True)),
        ("SHROPSHIRE & TELFORD", ("Shropshire & Telford", True)),
        ("", (None, True)),
        ("Mercia", (None, False)),
    ],
)
def test_policing_area_labels(label: str, expected: tuple[str | None, bool]) -> None:
    assert lpa_label(label, areas_of_file()) == expected


def test_the_restructure_of_19_january_2026() -> None:
    frame = pl.DataFrame(
        [
            ("Wychavon", date(2026, 1, 18), None, "Herefordshire & Worcestershire", "South Worcestershire"),
            ("Wychavon", date(2026, 1, 19), None, "Herefordshire & Worcestershire", "Herefordshire & Worcestershire"),
            ("Telford and Wrekin", date(2020, 5, 1), None, "Shropshire & Telford", "Telford & Wrekin"),
            # without a district the export's own label decides
            ("No location", date(2025, 5, 1), "North Worcestershire", "Herefordshire & Worcestershire",
             "North Worcestershire"),
            ("No location", date(2025, 5, 1), None, "No location", "No location"),
            ("Outside the force", date(2025, 5, 1), None, "Outside the force", "Outside the force"),
        ],
        schema=["area", "recorded_on", "lpa_label", "now", "then"],
        orient="row",
    )  # fmt: skip
    now, then = policing_areas(areas_of_file())
    got = frame.with_columns(got_now=now, got_then=then)
    assert got["got_now"].to_list() == frame["now"].to_list()
    assert got["got_then"].to_list() == frame["then"].to_list()


def test_nine_districts_in_two_areas() -> None:
    assert Counter(entry.value for entry in areas_of_file() if entry.end is None) == {
        "Herefordshire & Worcestershire": 7,
        "Shropshire & Telford": 2,
    }
