"""JSON: one object with the projects as `items`, and what the file says of itself around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import orjson

from portal.exports.columns import COLUMNS, json_value, record_values, row_reader
from portal.exports.document import Document
from portal.exports.options import ExportOptions
from portal.exports.record import Record
from portal.search.read_models.sums import Sums
from portal.vocabulary.status_rules import CANCELLED, PLANNED


def write(document: Document, batches: Iterable[Sequence[Record]], options: ExportOptions) -> Iterator[bytes]:
    """The file in pieces: a cut one is no JSON."""
    if document.is_project:
        yield from _project(document, batches, options)
        return
    # `items` stands last, so that the head is complete before the first project is read.
    yield orjson.dumps(head(document))[:-1] + b',"items":['
    separator = b"\n"
    for lines in json_lines(document, batches, options):
        yield separator + b",\n".join(lines)
        separator = b",\n"
    yield b"\n]}\n"


def _project(document: Document, batches: Iterable[Sequence[Record]], options: ExportOptions) -> Iterator[bytes]:
    """One project alone, with everything that is known of it unless columns are chosen."""
    columns = options.columns if options.chose_columns else COLUMNS
    for batch in batches:
        for record in batch:
            values = record_values(record, columns, document)
            yield orjson.dumps(values if options.chose_columns else {"publisher": document.site} | values) + b"\n"


def head(document: Document) -> dict[str, object]:
    """What a file states of its selection."""
    return {
        "title": document.sentence,
        "publisher": document.site,
        "address": document.page_address,
        "download": document.address,
        "licence": {"name": document.licence.text, "url": document.licence.url or None},
        "records_changed": f"{document.changed_at:%Y-%m-%dT%H:%M:%SZ}" if document.changed_at else None,
        "note": document.note or None,
        "total": document.total,
        "sums": sums_as_json(document.sums),
    }


def sums_as_json(sums: Sums) -> dict[str, object]:
    """The totals of a selection in US dollars, None if no project states a budget.

    The shared value is what the member states of the search receive, None for a search without any. Planned and
    cancelled projects are in the totals.
    """
    shared = None if sums.shared_cents is None else json_value("amount", sums.shared_cents)
    return {
        "projects": sums.projects,
        "full_value_usd": json_value("amount", sums.total_cents) if sums.has_budget else None,
        "shared_value_usd": shared,
        "without_budget": sums.without_budget,
        "member_states": sums.countries,
        "first_year": sums.first_year,
        "last_year": sums.last_year,
    } | {counts_as: _part_as_json(sums, counts_as) for counts_as in (PLANNED, CANCELLED)}


def _part_as_json(sums: Sums, counts_as: str) -> dict[str, object]:
    part = next((part for part in sums.not_carried_out if part.counts_as == counts_as), None)
    return {
        "projects": part.projects if part else 0,
        "full_value_usd": json_value("amount", part.total_cents) if part and part.has_budget else None,
    }


def json_lines(
    document: Document, batches: Iterable[Sequence[Record]], options: ExportOptions
) -> Iterator[list[bytes]]:
    """The projects of each batch that has any, each as one line of JSON."""
    read_row = row_reader(options.columns, document)
    names, kinds = [column.name for column in options.columns], [column.kind for column in options.columns]
    for batch in batches:
        lines = [
            orjson.dumps(dict(zip(names, map(json_value, kinds, read_row(record)), strict=True))) for record in batch
        ]
        if lines:
            yield lines
