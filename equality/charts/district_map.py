"""The map of the districts: the rate of each as shade and number, from boundaries in the project."""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import altair as alt
import polars as pl

from equality.charts.palette import Palette, styled, unchecked

BOUNDARIES: Final = Path(__file__).resolve().parents[2] / "data" / "geography" / "west_mercia_lad.geojson"
NAME: Final = "lad_name"
HEIGHT: Final = 430


@functools.cache
def boundaries(path: Path = BOUNDARIES) -> tuple[dict[str, Any], ...]:
    """The districts as GeoJSON features that Vega draws as areas.

    GeoJSON's outer rings run anticlockwise (RFC 7946). Vega takes the inside of a ring to be on its other side:
    unreversed, each district would be the whole globe but itself.
    """
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    for feature in features:
        geometry = feature["geometry"]
        # Tuples, because Altair copies lists, point by point, each time it touches the chart.
        turned = tuple(
            tuple(tuple(tuple(point) for point in reversed(ring)) for ring in polygon)
            for polygon in _polygons(geometry)
        )
        geometry["coordinates"] = turned[0] if geometry["type"] == "Polygon" else turned
    return tuple(features)


def district_rows(cells: pl.DataFrame, characteristic: str) -> pl.DataFrame:
    """The matrix cells of one characteristic that are districts with a boundary."""
    names = [feature["properties"][NAME] for feature in boundaries()]
    return cells.filter((pl.col("column") == characteristic) & pl.col("unit").is_in(names))


def centre(feature: Mapping[str, Any]) -> tuple[float, float]:
    """Longitude and latitude of the centroid of a feature's largest ring: where its number stands."""
    _, x, y = max(
        (_centroid(polygon[0]) for polygon in _polygons(feature["geometry"])), key=lambda found: abs(found[0])
    )
    return x, y


def _polygons(geometry: Mapping[str, Any]) -> Sequence[Any]:
    return [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]


def _centroid(ring: Sequence[Sequence[float]]) -> tuple[float, float, float]:
    area = x = y = 0.0
    for (x1, y1), (x2, y2) in itertools.pairwise(ring):
        cross = x1 * y2 - x2 * y1
        area += cross / 2
        x += (x1 + x2) * cross
        y += (y1 + y2) * cross
    return area, x / (6 * area), y / (6 * area)


@unchecked
def district_map(rows: pl.DataFrame, colours: Palette) -> Any:
    """The districts, shaded like the matrix: a click selects one, as `district` with `unit`.

    Args:
        rows: a frame of `district_rows`; districts without a row are drawn as too few.
        colours: those of the mode.
    """
    values = {row["unit"]: row for row in rows.iter_rows(named=True)}
    features, numbers = [], []
    for feature in boundaries():
        name = feature["properties"][NAME]
        row = values.get(name)
        step = None if row is None else row["step"]
        sentence = f"{name}: no records" if row is None else row["sentence"]
        features.append(
            {"type": "Feature", "geometry": feature["geometry"], "unit": name, "step": step, "sentence": sentence}
        )
        longitude, latitude = centre(feature)
        numbers.append(
            {"lon": longitude, "lat": latitude, "step": step, "text": row["text"] if row and row["text"] else "·"}
        )
    steps = list(range(len(colours.steps)))
    chosen = alt.selection_point(name="district", fields=["unit"], on="click", empty=False, toggle=False)
    shapes = (
        alt.Chart(alt.Data(values=features))
        .mark_geoshape(stroke=colours.outline, strokeWidth=1, cursor="pointer")
        .encode(
            color=alt.condition(
                "isValid(datum.step)",
                alt.Color("step:O", scale=alt.Scale(domain=steps, range=list(colours.steps)), legend=None),
                alt.value(colours.too_few),
            ),
            description=alt.Description("sentence:N"),
            tooltip=alt.Tooltip("sentence:N", title="Rate"),
        )
        .add_params(chosen)
    )
    text = (
        alt.Chart(alt.Data(values=numbers))
        .mark_text(fontSize=13, fontWeight="bold")
        .encode(
            longitude=alt.Longitude("lon:Q"),
            latitude=alt.Latitude("lat:Q"),
            text=alt.Text("text:N"),
            color=alt.condition(
                "isValid(datum.step)",
                alt.Color("step:O", scale=alt.Scale(domain=steps, range=list(colours.on_steps)), legend=None),
                alt.value(colours.muted),
            ),
        )
    )
    chart = alt.layer(shapes, text).resolve_scale(color="independent").project("mercator")
    return styled(chart, colours, width="container", height=HEIGHT)
