"""Where we work, the page of each member state, and the map of any search."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.exports.options import parse_dialect
from portal.search import find
from portal.search.index.current import current_snapshot
from portal.search.query.parameters import parse_facet_value
from portal.search.read_models.terms import Terms, TermView
from portal.web.declarations import public
from portal.web.http import error_pages
from portal.web.http.conditional_get import cacheable, path_key
from portal.web.http.file_response import FileHead, state_etag, unchanged
from portal.web.presentation.i18n import gettext
from portal.web.presentation.templating import render
from portal.web.public.data.files import MEDIA_TYPE, disposition, write_csv
from portal.web.public.exports.refusals import handle_refusals
from portal.web.public.places import overview_page, selection_map, state_page, states_file
from portal.web.public.places.options import PlacesOptions
from portal.web.public.results import asked_filters
from portal.web.security.search_gate import bounded_search

bp = Blueprint("places", __name__, url_prefix="/where-we-work")
handle_refusals(bp)

_OPTIONS = "portal.places_options"


def asked_options() -> PlacesOptions:
    """What the request asks for; read once for the terms of a snapshot, which know the regions."""
    terms = current_snapshot().terms
    known: tuple[Terms, PlacesOptions] | None = request.environ.get(_OPTIONS)
    if known is None or known[0] is not terms:
        known = request.environ[_OPTIONS] = terms, PlacesOptions.parse(request.args, terms)
    return known[1]


@bp.get("/")
@public
@cacheable(lambda: asked_options().cache_key)
@bounded_search
def where_we_work() -> str:
    """All member states, or with a region those of its projects."""
    return render_template("public/where_we_work.html", page=overview_page.build_page(asked_options()))


@bp.get("/member-states.csv", endpoint="states_file")
@public
@bounded_search
def download_states() -> Response:
    """All member states with full and shared value, as CSV; 304 if the client has it."""
    options, dialect, snapshot = asked_options(), parse_dialect(request.args), current_snapshot()
    etag = state_etag(
        snapshot.catalogue_version.stamp, url_for(".states_file", region=options.region or None), dialect.name
    )
    if response := unchanged(etag):
        return response
    head = FileHead(MEDIA_TYPE, disposition("member-states", "csv", snapshot), etag)
    return head.answer(lambda: write_csv(states_file.states_table(options.region), dialect))


@bp.get("/map", endpoint="selection_map")
@public
@cacheable(lambda: selection_map.map_url(asked_filters()))
@bounded_search
def show_selection_map() -> Response:
    """The map of a search; to htmx, which puts it into the directory, the drawing alone."""
    result = find(asked_filters().criteria, may_miss=True)
    found = selection_map.build_selection_map(result)
    return render("public/selection_map.html", "public/_selection_map.html", found=found, result=result)


@bp.get("/<code>", endpoint="state")
@public
@cacheable(path_key)
@bounded_search
def show_state(code: str) -> AnyResponse | str:
    """The page of a member state by its ISO 3166-1 alpha-3 code; other spellings of the code redirect."""
    term = find_state(code)
    if term is None:
        return error_pages.render_error(
            404,
            gettext("There is no member state with this code"),
            gettext(
                "A page of a member state has the three letters of its ISO 3166-1 code in its address, such as KEN for "
                "Kenya. Find the state in the table of member states."
            ),
            action=(gettext("Where we work"), url_for(".where_we_work")),
        )
    if code != term.code:
        return redirect(url_for(".state", code=term.code), 301)
    return render_template("public/state.html", page=state_page.build_page(term))


def find_state(code: str) -> TermView | None:
    """The member state of a code in any spelling: alpha-3 or alpha-2, or one that was merged into another."""
    try:
        return current_snapshot().terms.get("country", parse_facet_value("country", code))
    except ValueError:
        return None
