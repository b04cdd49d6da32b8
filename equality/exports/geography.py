"""Where a record belongs: district from coordinates or labels, local policing area from district and date."""

from __future__ import annotations

import csv
import functools
import json
from pathlib import Path

import numpy as np
import polars as pl
import shapely
from shapely.geometry import shape

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
def _areas(folder: Path = DATA) -> pl.DataFrame:
    return pl.read_csv(folder / "reference" / "areas.csv", try_parse_dates=True)


def area_of_today() -> dict[str, str]:
    """District, or former local policing area, → the local policing area to which it belongs today."""
    areas = _areas()
    now = dict(areas.filter(pl.col("valid_to").is_null()).select("district", "lpa").iter_rows())
    former = areas.filter(pl.col("valid_to").is_not_null()).select("lpa", "district").iter_rows()
    return now | {lpa: now[district] for lpa, district in former} | {lpa: lpa for lpa in now.values()}


def district_areas() -> dict[str, list[str]]:
    """Each local policing area of today → its districts."""
    now = _areas().filter(pl.col("valid_to").is_null())
    groups = now.group_by("lpa", maintain_order=True).agg("district")
    return dict(groups.iter_rows())


def policing_areas() -> tuple[pl.Expr, pl.Expr]:
    """Local policing area of today, and the one on the day of recording, over `area` and `recorded_on`.

    Where the district says nothing, the export's own label in `lpa_label` (a canonical name, or null) decides
    both. Areas outside the force keep their name.
    """
    today = area_of_today()
    own = pl.col("lpa_label")
    elsewhere = pl.when(pl.col("area").is_in([OUTSIDE, NO_LOCATION])).then(pl.col("area"))
    fallback = [elsewhere, labels(NOT_RECORDED)]
    then = []
    for (start, end), part in _areas().group_by(["valid_from", "valid_to"], maintain_order=True):
        within = pl.lit(True)
        if start is not None:
            within &= pl.col("recorded_on") >= pl.lit(start)
        if end is not None:
            within &= pl.col("recorded_on") <= pl.lit(end)
        then.append(pl.when(within).then(mapped(pl.col("area"), dict(part.select("district", "lpa").iter_rows()))))
    now = [mapped(pl.col("area"), today), mapped(pl.col("lpa_label"), today)]
    return pl.coalesce(*now, *fallback), pl.coalesce(*then, own, *fallback)


def lpa_label(label: str | None) -> tuple[str | None, bool]:
    """The canonical name of a local policing area's label, and whether it was recognised."""
    folded = fold(label or "").replace(" and ", " & ")
    if not folded:
        return None, True
    names = {fold(name).replace(" and ", " & "): name for name in _areas()["lpa"].unique().to_list()}
    names |= dict.fromkeys(map(fold, _ELSEWHERE), OUTSIDE)
    found = names.get(folded)
    return found, found is not None
