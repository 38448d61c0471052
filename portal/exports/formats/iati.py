"""IATI 2.03: an iati-activities file of all projects that IATI can express; the report beside it lists the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from portal.errors import ConfigurationError
from portal.exports.document import Document
from portal.exports.iati.activity import Publication, express
from portal.exports.options import ExportOptions
from portal.exports.record import Record
from portal.text.xml_text import attribute
from portal.vocabulary.iati import NAMESPACE


def write(document: Document, batches: Iterable[Sequence[Record]], _: ExportOptions) -> Iterator[bytes]:
    """The file in pieces. The schema demands at least one activity, so a file without any is well-formed only."""
    publication = publication_of(document)
    yield head(document).encode()
    expressed = total = 0
    for batch in batches:
        activities = [activity for record in batch if (activity := express(record, publication).xml)]
        expressed, total = expressed + len(activities), total + len(batch)
        yield "".join(activities).encode()
    yield f"<!-- {expressed} of {total} projects; portal:report lists the others. -->\n</iati-activities>\n".encode()


def publication_of(document: Document) -> Publication:
    """Who reports, and when. Raises ConfigurationError for a portal that has no identifier."""
    if document.iati_reporter is None:
        raise ConfigurationError("PORTAL_IATI_ORGANISATION is not set: see docs/iati.md.")
    today = document.changed_at.date() if document.changed_at else date.max
    return Publication(document.iati_reporter, document.public_url, today)


def head(document: Document) -> str:
    """The beginning of the file; what it states of itself beyond IATI stands in attributes of our own."""
    generated = f' generated-datetime="{document.changed_at:%Y-%m-%dT%H:%M:%SZ}"' if document.changed_at else ""
    stated = {
        "publisher": document.site,
        "selection": document.sentence,
        "page": document.page_address,
        "address": document.address,
        "report": report_address(document.address),
        "licence": document.licence.text,
        "licence-url": document.licence.url,
        "note": document.note,
    }
    attributes = "".join(f'\n  portal:{name}="{attribute(value)}"' for name, value in stated.items() if value)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<iati-activities version="2.03"{generated} xmlns:portal="{NAMESPACE}"{attributes}>\n'
    )


def report_address(address: str) -> str:
    """The address of the report on an IATI file."""
    path, mark, query = address.partition("?")
    if path.endswith("/iati/activities.xml"):
        return f"{path.removesuffix('activities.xml')}report.csv"
    return f"{path.removesuffix('.xml')}.iati-report.csv{mark}{query}"
