"""GeoJSON (RFC 7946): a feature for each project, with one point for each of its benefiting member states.

The points say where a map may put a label (vocabulary.country_points): they are no places of projects and no borders.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import orjson

from portal.exports.columns import json_value, row_reader
from portal.exports.document import Document
from portal.exports.formats.json_file import head
from portal.exports.options import ExportOptions
from portal.exports.record import Record
from portal.i18n.catalogues import N_, gettext
from portal.vocabulary.country_points import Point, points_by_code

# As the United Nations words it, and as the footer of every page says.
DISCLAIMER = (
    N_(
        "Names shown and the designations used do not imply any opinion on the legal status of a country, territory, "
        "city or area, or on its frontiers."
    ),
    N_("A point stands for a whole country or area; it is not the place of a project."),
)


def write(document: Document, batches: Iterable[Sequence[Record]], options: ExportOptions) -> Iterator[bytes]:
    """The file in pieces: a cut one is no JSON."""
    about = {"type": "FeatureCollection"} | head(document) | {"disclaimer": " ".join(map(gettext, DISCLAIMER))}
    # `features` stands last, so that all else is complete before the first project is read.
    yield orjson.dumps(about)[:-1] + b',"features":['
    separator = b"\n"
    for features in feature_lines(document, batches, options):
        yield separator + b",\n".join(features)
        separator = b",\n"
    yield b"\n]}\n"


def feature_lines(
    document: Document, batches: Iterable[Sequence[Record]], options: ExportOptions
) -> Iterator[list[bytes]]:
    """The features of each batch that has any, each as one line of JSON."""
    read_row, points = row_reader(options.columns, document), points_by_code()
    names, kinds = [column.name for column in options.columns], [column.kind for column in options.columns]
    for batch in batches:
        if batch:
            yield [
                orjson.dumps(
                    {
                        "type": "Feature",
                        "id": document.project_identifier(record.key),
                        "geometry": geometry(record, points),
                        "properties": dict(zip(names, map(json_value, kinds, read_row(record)), strict=True)),
                    }
                )
                for record in batch
            ]


def geometry(record: Record, points: dict[str, Point]) -> dict[str, object] | None:
    """One point, or several; None for a record that names no country of which a point is known."""
    places = [points[country.code] for country in record.countries if country.code in points]
    if not places:
        return None
    if len(places) == 1:
        return {"type": "Point", "coordinates": places[0]}
    return {"type": "MultiPoint", "coordinates": places}
