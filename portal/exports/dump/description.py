"""The description of a dump, as a Data Package (datapackage.org, version 1) and in DCAT (W3C, version 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from portal.exports.columns import Column, Kind
from portal.exports.document import Document

_FIELD_TYPES: dict[Kind, str] = {"amount": "number", "integer": "integer"}
_PARTIAL_DATE = "[12][0-9]{3}(-[0-9]{2}(-[0-9]{2})?)?"
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
_UNREGISTERED_TYPES = frozenset({"application/jsonl"})


@dataclass(frozen=True)
class DumpedFile:
    """One file: its size in bytes and its SHA-256.

    A table of projects has `columns`, another table the names of its columns as `text_columns`.
    """

    name: str
    media_type: str
    size: int
    sha256: str
    columns: tuple[Column, ...] = ()
    text_columns: tuple[str, ...] = ()

    @property
    def resource_name(self) -> str:
        return self.name.replace(".", "-").lower()


def data_package(document: Document, files: Sequence[DumpedFile]) -> bytes:
    """datapackage.json: every column with its type, so that no reader guesses one from the first rows."""
    package: dict[str, object] = {
        "name": "projects",
        "title": f"{document.site}: {document.heading.lower()}",
        "description": document.note or None,
        "homepage": document.page_address,
        "created": f"{document.changed_at:%Y-%m-%dT%H:%M:%SZ}" if document.changed_at else None,
        "licenses": _licences(document),
        "projects": document.total,
        "resources": [_resource(file) for file in files],
    }
    return _json({name: value for name, value in package.items() if value is not None})


def _licences(document: Document) -> list[dict[str, str]] | None:
    licence = document.licence
    values = {"name": licence.code, "title": licence.name, "path": licence.url}
    return [{name: value for name, value in values.items() if value}] if licence.is_stated else None


def _resource(file: DumpedFile) -> dict[str, object]:
    resource: dict[str, object] = {
        "name": file.resource_name,
        "path": file.name,
        "format": file.name.rpartition(".")[2],
        "mediatype": file.media_type,
        "encoding": "utf-8",
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
    }
    if fields := [*map(_field, file.columns), *({"name": name, "type": "string"} for name in file.text_columns)]:
        resource |= {"type": "table", "profile": "tabular-data-resource"}
        resource["schema"] = {"fields": fields, "missingValues": [""]}
    else:
        # Programs that know the ending would read it as a table without a schema, and guess.
        resource["type"] = "file"
    return resource


def _field(column: Column) -> dict[str, object]:
    field: dict[str, object] = {
        "name": column.name,
        "title": column.label,
        "description": column.description,
        "type": _FIELD_TYPES.get(column.kind, "string"),
    }
    if column.kind == "date":
        field["constraints"] = {"pattern": _PARTIAL_DATE}
    return field


def dcat(document: Document, files: Sequence[DumpedFile], base_url: str) -> bytes:
    """The dump as a DCAT dataset in JSON-LD; files have a download address only where the folder is served."""
    address, name = document.licence.url, document.licence.name
    dataset: dict[str, object] = {
        "@context": _CONTEXT,
        "@id": document.page_address,
        "@type": "dcat:Dataset",
        "dct:title": f"{document.site}: {document.heading.lower()}",
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": document.operator},
        "dcat:landingPage": {"@id": document.page_address},
        "dct:modified": _moment(document),
        "dct:license": {"@id": address} if address else name or None,
        "dcat:distribution": [_distribution(document, file, base_url) for file in files],
    }
    return _json({name: value for name, value in dataset.items() if value is not None})


def _distribution(document: Document, file: DumpedFile, base_url: str) -> dict[str, object]:
    distribution: dict[str, object] = {
        "@type": "dcat:Distribution",
        "dct:title": file.name,
        "dcat:accessURL": {"@id": document.page_address},
        **_format(file.media_type),
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(file.size)},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": file.sha256,
        },
    }
    if base_url:
        distribution["dcat:downloadURL"] = {"@id": f"{base_url.rstrip('/')}/{file.name}"}
    return distribution


def _format(media_type: str) -> dict[str, object]:
    """A registered media type by its address, another one in words: IANA has no page about it."""
    if media_type in _UNREGISTERED_TYPES:
        return {"dct:format": {"@type": "dct:MediaTypeOrExtent", "rdfs:label": media_type}}
    return {"dcat:mediaType": {"@id": _MEDIA_TYPES + media_type}}


def _moment(document: Document) -> dict[str, str] | None:
    if document.changed_at is None:
        return None
    return {"@type": "xsd:dateTime", "@value": f"{document.changed_at:%Y-%m-%dT%H:%M:%SZ}"}


def _json(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
