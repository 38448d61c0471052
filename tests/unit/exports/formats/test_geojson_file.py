"""GeoJSON: a FeatureCollection by the rules of RFC 7946, with a point for each benefiting member state."""

import json

import pytest

from portal.vocabulary.country_points import points_by_code
from tests.loops import not_empty

ADDRESSES = (
    "/projects.geojson",
    "/projects.geojson?q=zzzz",
    "/projects/LM.0001.geojson",
    "/projects.geojson?columns=title",
)


def faults(body):
    """What RFC 7946 does not allow, in words; for points and nothing else."""
    data = json.loads(body)
    if data["type"] != "FeatureCollection" or not isinstance(data["features"], list):
        yield "no FeatureCollection (3.3)"
    if {"coordinates", "geometries", "geometry", "properties"} & data.keys():
        yield "a member that means another type (7.1)"
    if "crs" in data:
        yield "a coordinate reference system (4)"
    for feature in data["features"]:
        if feature["type"] != "Feature" or not {"geometry", "properties"} <= feature.keys():
            yield "no Feature (3.2)"
        if not isinstance(feature.get("id", ""), str | int) or not isinstance(feature["properties"], dict | None):
            yield "an odd id, or odd properties (3.2)"
        yield from faults_of_geometry(feature["geometry"])


def faults_of_geometry(geometry):
    if geometry is None:
        return
    positions = geometry["coordinates"] if geometry["type"] == "MultiPoint" else [geometry["coordinates"]]
    if geometry["type"] not in ("Point", "MultiPoint") or geometry.keys() != {"type", "coordinates"} or not positions:
        yield f"an odd geometry: {geometry}"
    for position in positions:
        east, north = position
        if not (isinstance(east, float) and -180 <= east <= 180 and -90 <= north <= 90):
            yield f"an odd position: {position}"


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_collection_keeps_the_rules(odd_records, file_at, address):
    assert list(faults(file_at(address))) == []


def test_a_broken_collection_is_told(odd_records, file_at):
    body = json.loads(file_at("/projects.geojson"))
    body["features"][0]["geometry"] = {"type": "Point", "coordinates": [0.0, 91.0]}
    assert list(faults(json.dumps(body))) == ["an odd position: [0.0, 91.0]"]


def features(file_at, address="/projects.geojson"):
    return {feature["properties"]["key"]: feature for feature in json.loads(file_at(address))["features"]}


def test_each_benefiting_state_has_its_point(odd_records, file_at):
    points = points_by_code()
    assert features(file_at)["LM.0001"]["geometry"] == {
        "type": "MultiPoint",
        "coordinates": [list(points[code]) for code in ("FJI", "KEN", "XKX")],
    }
    assert features(file_at)["LM.0002"]["geometry"] == {"type": "Point", "coordinates": list(points["UGA"])}


def test_a_record_without_a_state_has_no_place(odd_records, file_at):
    assert features(file_at)["LM.0003"]["geometry"] is None


def test_the_properties_are_those_of_the_other_files(odd_records, file_at):
    items = {item["key"]: item for item in json.loads(file_at("/projects.json"))["items"]}
    found = features(file_at)
    for key in not_empty(items):
        assert found[key]["properties"] == items[key]


def test_the_columns_can_be_chosen(odd_records, file_at):
    collection = json.loads(file_at("/projects.geojson?columns=title&columns=key"))
    assert {tuple(feature["properties"]) for feature in collection["features"]} == {("title", "key")}


def test_the_file_says_that_points_are_no_borders(odd_records, file_at):
    assert "do not imply any opinion on the legal status" in json.loads(file_at("/projects.geojson"))["disclaimer"]
