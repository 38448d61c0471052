"""The resources of the API: projects, one project, counts of facets, tables, lists of terms, their description.

A new resource is a view here and an operation in `openapi.OPERATIONS`.
"""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response, request

from portal.database.orm import db
from portal.errors import NotFound
from portal.search import pivot, projects
from portal.search.index.current import current_snapshot
from portal.search.paging import find_page
from portal.search.query.table_options import TableOptions
from portal.services.records import published
from portal.vocabulary.facets import TERM_FACETS
from portal.web.api import addresses, answers, limits, open_access, openapi
from portal.web.api.parameters import FIELDS, FILTERS, LANGUAGE, LIST_PARAMETERS, TABLE_PARAMETERS, language_codes
from portal.web.api.strict_query import InvalidQuery, read_query
from portal.web.declarations import one_address, public
from portal.web.http import problems
from portal.web.http.conditional_get import of_one_state
from portal.web.http.file_response import state_etag, unchanged
from portal.web.presentation import filter_text
from portal.web.presentation.i18n import choose, current_locale, gettext
from portal.web.security.search_gate import bounded_search

bp = Blueprint("api", __name__, url_prefix="/api")

MEDIA_TYPE = "application/json"
bp.before_request(limits.count_request)
bp.after_request(limits.state_allowance)
# Of the application, so that an address that does not exist is open too.
bp.after_app_request(open_access.open_to_other_sites)


class PageNotFound(NotFound):
    """The list has no such page; `last` is its last one."""

    def __init__(self, last: int) -> None:
        super().__init__(str(last))
        self.last = last


@bp.before_request
def speak() -> None:
    """Answer, and refuse, in the language that is asked for; it is spoken until the request ends."""
    if (code := request.args.get(LANGUAGE.name, "")) in language_codes():
        choose(code)


@bp.get("/v1/projects", endpoint="projects")
@public
@one_address
@of_one_state
@bounded_search
def list_projects() -> Response:
    query = read_query(request.args, (*LIST_PARAMETERS, LANGUAGE), current_snapshot().terms)
    address = addresses.list_url(query, query.filters, query.cursor)
    if response := _known_state(address):
        return response
    page = find_page(query.filters, query.cursor)
    if page.filters.page > (1 if query.cursor else page.last_page):
        raise PageNotFound(1 if query.cursor else page.last_page)
    return _respond(answers.project_list(query, page), page.snapshot.catalogue_version.stamp, address)


@bp.get("/v1/projects/<key>", endpoint="project")
@public
@one_address
@of_one_state
def show_project(key: str) -> Response:
    query = read_query(request.args, (FIELDS, LANGUAGE), current_snapshot().terms)
    location = projects.locate(key)
    pairs = list(query.query_pairs(query.filters))
    address = addresses.api_url("project", pairs, key=location.slug)
    if not location.is_current:
        return Response(status=301, headers={"Location": address})
    if response := _known_state(address):
        return response
    stamp = current_snapshot().catalogue_version.stamp
    return _respond(answers.one_project(query, location), stamp, address)


@bp.get("/v1/facets", endpoint="facets")
@public
@one_address
@of_one_state
@bounded_search
def list_facets() -> Response:
    query = read_query(request.args, (*FILTERS, LANGUAGE), current_snapshot().terms)
    address = addresses.api_url("facets", query.query_pairs(query.filters))
    if response := _known_state(address):
        return response
    page = find_page(query.filters.replace(per_page=1))
    return _respond(answers.facet_counts(query, page), page.snapshot.catalogue_version.stamp, address)


@bp.get("/v1/table", endpoint="table")
@public
@one_address
@of_one_state
@bounded_search
def count_table() -> Response:
    options = TableOptions.parse(request.args)
    if options.by == request.args.get("across"):
        detail = gettext("The rows are by %(facet)s already: across takes another facet, or none.", facet=options.by)
        return problems.problem(404, gettext("No such table"), detail, kind="no-such-table")
    query = read_query(request.args, (*TABLE_PARAMETERS, LANGUAGE), current_snapshot().terms)
    address = addresses.table_url(query.filters, query.table)
    if response := _known_state(address):
        return response
    counted = pivot.table(query.filters, query.table, language=current_locale())
    return _respond(answers.cross_table(query, counted), counted.snapshot.catalogue_version.stamp, address)


@bp.get("/v1/terms/<facet>", endpoint="terms")
@public
@one_address
def list_terms(facet: str) -> Response:
    snapshot = current_snapshot()
    read_query(request.args, (LANGUAGE,), snapshot.terms)
    if facet not in TERM_FACETS:
        detail = gettext("There is no list of this name. See known for those that there are.")
        return problems.problem(404, gettext("Not found"), detail, known=list(TERM_FACETS))
    address = addresses.api_url("terms", facet=facet)
    if response := _known_state(address):
        return response
    answer = answers.term_list(snapshot, facet, filter_text.facet_names()[facet])
    return _respond(answer, snapshot.catalogue_version.stamp, address)


@bp.get("/openapi.json", endpoint="description")
@public
@one_address
def describe() -> Response:
    snapshot = current_snapshot()
    read_query(request.args, (), snapshot.terms)
    if response := _known_state(request.path):
        return response
    return _respond(openapi.document(snapshot.terms), snapshot.catalogue_version.stamp, request.path)


def _known_state(address: str) -> Response | None:
    """304 if the client has the answer of the present state."""
    return unchanged(state_etag(current_snapshot().catalogue_version.stamp, address))


def _respond(answer: dict[str, Any], stamp: str, address: str) -> Response:
    response = Response(orjson.dumps(answer), content_type=MEDIA_TYPE)
    response.set_etag(state_etag(stamp, address))
    return response


@bp.errorhandler(InvalidQuery)
def refuse_query(error: InvalidQuery) -> Response:
    """400 that names what was not understood, with the names or values that are known."""
    errors = [
        {"name": each.name, "value": each.value, "detail": each.detail, "known": list(each.known)}
        for each in error.errors
    ]
    return problems.problem(400, gettext("Query not understood"), str(error), kind="invalid-query", errors=errors)


@bp.errorhandler(PageNotFound)
def refuse_page(error: PageNotFound) -> Response:
    """404 that names the last page."""
    detail = gettext("The last page is %(last)s.", last=error.last)
    return problems.problem(404, gettext("Page not found"), detail, kind="page-not-found", last_page=error.last)


@bp.errorhandler(NotFound)
def refuse_project(_: NotFound) -> Response:
    """410 with date and reason for a record that was public once, 404 for any other key."""
    key = str((request.view_args or {}).get("key", ""))
    try:
        notice = published.withdrawal_notice(db.session(), key)
    except NotFound:
        detail = gettext("There is no project with this key.")
        return problems.problem(404, gettext("Project not found"), detail, kind="project-not-found")
    return problems.problem(
        410,
        gettext("Project withdrawn"),
        notice.reason,
        kind="project-withdrawn",
        withdrawn=f"{notice.withdrawn_at:%Y-%m-%dT%H:%M:%SZ}",
    )
