"""The answers of the API as dictionaries; whatever speaks for the portal to programs builds them here."""

from __future__ import annotations

from typing import Any

import numpy as np

from portal.database.public_reader import public_session
from portal.errors import NotFound
from portal.exports.columns import Column, record_values
from portal.exports.document import Document
from portal.exports.formats import json_file
from portal.exports.record import read_batch
from portal.exports.selection import Selection, select_project
from portal.exports.tables import table_file
from portal.search import projects
from portal.search.index.snapshot import Snapshot
from portal.search.paging import ResultPage
from portal.search.pivot import Pivot
from portal.web.api import addresses, facet_values
from portal.web.api.strict_query import ApiQuery
from portal.web.http.request_context import settings
from portal.web.presentation import export_text, table_text, table_urls
from portal.web.presentation.search_text import SearchText

Answer = dict[str, Any]


def project_list(query: ApiQuery, page: ResultPage) -> Answer:
    """A page of a search, with the totals and counts of the whole search."""
    document = _document(page)
    links = addresses.list_links(query, page, document.page_address)
    return {
        "items": _items(page.snapshot, page.ids, query.columns, document),
        **_totals(page, document),
        "page": None if query.cursor else page.filters.page,
        "pages": page.last_page,
        "per_page": page.filters.per_page,
        "sort": page.filters.effective_sort,
        "next_cursor": str(page.next_cursor) if page.next_cursor else None,
        "facets": _facets(page) if query.has_facets else None,
        "links": links,
        **_origin(document),
    }


def facet_counts(query: ApiQuery, page: ResultPage) -> Answer:
    """The totals and counts of a search, without its projects."""
    document, pairs = _document(page), list(query.query_pairs(page.filters))
    links = {
        "self": addresses.api_url("facets", pairs),
        "projects": addresses.api_url("projects", pairs),
        "alternate": document.page_address,
    }
    return {"facets": _facets(page), **_totals(page, document), "links": links, **_origin(document)}


def cross_table(query: ApiQuery, counted: Pivot) -> Answer:
    """A table of a search by one facet or two, with all its rows and columns."""
    path = table_urls.table_file_path(counted.filters, counted.options, "json")
    document = export_text.table_document(settings(), counted, path)
    content = table_file.json_content(table_text.table_file(counted, document))
    totals = _totals(counted, document)
    links = {
        "self": addresses.table_url(counted.filters, counted.options),
        "projects": addresses.list_url(query, counted.filters),
        "alternate": document.page_address,
    }
    notes = [*totals["notes"], *table_text.notes(counted)]
    return {**content, **totals, "notes": notes, "links": links, **_origin(document)}


def one_project(query: ApiQuery, location: projects.ProjectLocation) -> Answer:
    """One project, by its place. Raises NotFound."""
    view = projects.get_project(location.project_id)
    selection = select_project(location.project_id)
    address = export_text.project_file_path(view.slug, "json")
    document = export_text.project_document(settings(), selection, view, address)
    items = _items(selection.snapshot, selection.ids.tolist(), query.columns, document)
    if not items:
        # It was withdrawn a moment ago.
        raise NotFound(view.slug)
    pairs = [("fields", column.name) for column in query.columns] if query.chose_fields else []
    links = {
        "self": addresses.api_url("project", pairs, key=view.slug),
        "alternate": document.page_address,
    }
    return {"item": items[0], "links": links, **_origin(document)}


def term_list(snapshot: Snapshot, facet: str, label: str) -> Answer:
    """The terms of a facet."""
    changed = snapshot.changed_at
    return {
        "facet": facet,
        "label": label,
        "terms": facet_values.terms_as_json(snapshot, facet),
        "links": {"self": addresses.api_url("terms", facet=facet), "facets": addresses.api_url("facets")},
        "records_changed": f"{changed:%Y-%m-%dT%H:%M:%SZ}" if changed else None,
    }


def _document(page: ResultPage) -> Document:
    """What a file of the same selection states."""
    selection = Selection(page.filters, np.array(page.ids, dtype=np.int64), page.sums, page.snapshot)
    return export_text.selection_document(settings(), selection, export_text.file_path(page.filters, "json"))


def _items(
    snapshot: Snapshot, ids: list[int], columns: tuple[Column, ...], document: Document
) -> list[dict[str, object]]:
    with public_session() as session:
        records = read_batch(session.connection(), snapshot.terms, ids)
    return [record_values(record, columns, document) for record in records]


def _facets(page: ResultPage) -> dict[str, Any]:
    return facet_values.facets_as_json(page.snapshot.terms, page.filters, page.facet_counts)


def _totals(page: ResultPage | Pivot, document: Document) -> Answer:
    text = SearchText(page.filters, page.snapshot.terms)
    return {
        "total": page.sums.projects,
        "sums": json_file.sums_as_json(page.sums),
        "query": document.sentence,
        "notes": [*([document.note] if document.note else []), *text.warnings],
    }


def _origin(document: Document) -> Answer:
    """Who publishes, under which licence, and when a record last changed."""
    head = json_file.head(document)
    return {name: head[name] for name in ("publisher", "licence", "records_changed")}
