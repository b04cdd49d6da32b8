"""Where a record belongs: district from coordinates or labels, local policing area from district and date."""

from __future__ import annotations

import csv
import functools
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import shapely
from shapely.geometry import shape

from equality.choices.entries import Valid
from equality.exports.labels import fold
from equality.exports.once import labels, mapped
from equality.measures.dimensions import NO_LOCATION, NOT_RECORDED, OUTSIDE

DATA = Path(__file__).resolve().parents[2] / "data"


DISTRICTS = ("west_mercia_lad.geojson", "lad_name")
"""The boundaries that coordinates are held against unless a profile names others: file, and property of the name."""


@functools.cache
def _districts(boundaries: tuple[str, str], folder: Path = DATA) -> tuple[list[str], list[shapely.Geometry]]:
    file, name = boundaries
    features = json.loads((folder / "geography" / file).read_text(encoding="utf-8"))
    names = [feature["properties"][name] for feature in features["features"]]
    polygons = [shape(feature["geometry"]) for feature in features["features"]]
    for polygon in polygons:
        shapely.prepare(polygon)
    return names, polygons


def district_of_points(points: pl.DataFrame, boundaries: tuple[str, str] = DISTRICTS) -> pl.DataFrame:
    """The district in which each point lies, by point-in-polygon.

    Args:
        points: columns `latitude` and `longitude` as text; distinct pairs, for each is looked up once.
        boundaries: file in `data/geography`, and the property that names an area.

    Returns:
        The same rows with `area`: a district's name, "Outside the force", or "No location" where either
        coordinate is missing or not a number.
    """
    names, polygons = _districts(boundaries)
    numbers = points.select(
        pl.col("longitude", "latitude").str.strip_chars().cast(pl.Float64, strict=False).fill_null(np.nan)
    )
    lon, lat = numbers["longitude"].to_numpy(), numbers["latitude"].to_numpy()
    area = np.where(np.isnan(lon) | np.isnan(lat), NO_LOCATION, OUTSIDE).astype(object)
    for name, polygon in zip(names, polygons, strict=True):
        inside = shapely.contains_xy(polygon, lon, lat)
        area[inside] = name
    return points.with_columns(pl.Series("area", area.tolist(), dtype=pl.String))


_ELSEWHERE = (OUTSIDE, "Outside force", "Out of force", "Other force")
_NOWHERE = (NO_LOCATION, "Not known", "Unknown", "Not recorded")


@functools.cache
def _district_labels(folder: Path = DATA) -> dict[str, str]:
    reference = folder / "reference"
    known: dict[str, str] = dict.fromkeys(map(fold, _ELSEWHERE), OUTSIDE) | dict.fromkeys(
        map(fold, _NOWHERE), NO_LOCATION
    )
    with (reference / "LAD20_CSP20_PFA20_lookup.csv").open(encoding="utf-8-sig", newline="") as file:
        known |= {fold(row["LAD20NM"]): OUTSIDE for row in csv.DictReader(file)}
    with (reference / "areas.csv").open(encoding="utf-8", newline="") as file:
        known |= {fold(row["district"]): row["district"] for row in csv.DictReader(file)}
    with (reference / "area_labels.csv").open(encoding="utf-8", newline="") as file:
        known |= {fold(row["label"]): row["district"] for row in csv.DictReader(file)}
    return known


def district_of_label(label: str | None) -> tuple[str, bool]:
    """The district that a label means, and whether it was recognised.

    Returns:
        A district of the force, "Outside the force" for any other district of England and Wales, "No location"
        for a blank or a label that is neither (then not recognised).
    """
    folded = fold(label or "")
    if not folded:
        return NO_LOCATION, True
    found = _district_labels().get(folded)
    return (found, True) if found else (NO_LOCATION, False)


@functools.cache
def areas_of_file(folder: Path = DATA) -> tuple[Valid, ...]:
    """District → local policing area, from when to when, as `data/reference/areas.csv` says it."""
    with (folder / "reference" / "areas.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Valid(row["district"], row["lpa"], _day(row["valid_from"]), _day(row["valid_to"]))
            for row in csv.DictReader(file)
        )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def area_of_today(areas: Sequence[Valid]) -> dict[str, str]:
    """District, or former local policing area, → the local policing area to which it belongs today.

    Today's is the entry without an end.
    """
    now = {entry.label: entry.value for entry in areas if entry.end is None}
    former = {entry.value: now[entry.label] for entry in areas if entry.end is not None and entry.label in now}
    return now | former | {lpa: lpa for lpa in now.values()}


def policing_areas(areas: Sequence[Valid]) -> tuple[pl.Expr, pl.Expr]:
    """Local policing area of today, and the one on the day of recording, over `area` and `recorded_on`.

    Where the district says nothing, the export's own label in `lpa_label` (a canonical name, or null) decides
    both. Areas outside the force keep their name.

    Args:
        areas: district → area, from when to when.
    """
    today = area_of_today(areas)
    own = pl.col("lpa_label")
    elsewhere = pl.when(pl.col("area").is_in([OUTSIDE, NO_LOCATION])).then(pl.col("area"))
    fallback = [elsewhere, labels(NOT_RECORDED)]
    spans: dict[tuple[date | None, date | None], dict[str, str]] = {}
    for entry in areas:
        spans.setdefault((entry.start, entry.end), {})[entry.label] = entry.value
    then = []
    for (start, end), part in spans.items():
        within = pl.lit(True)
        if start is not None:
            within &= pl.col("recorded_on") >= pl.lit(start)
        if end is not None:
            within &= pl.col("recorded_on") <= pl.lit(end)
        then.append(pl.when(within).then(mapped(pl.col("area"), part)))
    now = [mapped(pl.col("area"), today), mapped(pl.col("lpa_label"), today)]
    return pl.coalesce(*now, *fallback), pl.coalesce(*then, own, *fallback)


def lpa_label(label: str | None, areas: Sequence[Valid]) -> tuple[str | None, bool]:
    """The canonical name of a local policing area's label, and whether it was recognised."""
    folded = fold(label or "").replace(" and ", " & ")
    if not folded:
        return None, True
    names = {fold(entry.value).replace(" and ", " & "): entry.value for entry in areas}
    names |= dict.fromkeys(map(fold, _ELSEWHERE), OUTSIDE)
    found = names.get(folded)
    return found, found is not None
