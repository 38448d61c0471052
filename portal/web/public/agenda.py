"""2030 Agenda: the Goals, targets and Compact objectives that records state, apart from those that are suggested."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.errors import NotFound
from portal.search import Filters, directory, goals
from portal.search.index import current
from portal.search.query.parameters import ParameterReader, parse_page_number
from portal.search.query.table_options import TableOptions
from portal.search.read_models.terms import TermView
from portal.vocabulary.term_lists import principle_names
from portal.web.declarations import public
from portal.web.http.conditional_get import cacheable, path_key
from portal.web.presentation import i18n, table_urls
from portal.web.public import results
from portal.web.security.search_gate import bounded_search

bp = Blueprint("agenda", __name__, url_prefix="/2030-agenda")
PAGE_SIZE = 20


@bp.get("/", endpoint="show")
@public
@cacheable(path_key)
@bounded_search
def show_agenda() -> str:
    sdgs = goals.goal_stats("sdg")
    stated = Filters(selected=frozenset(("sdg", aim.term.code) for aim in sdgs if aim.stated.projects))
    return render_template(
        "public/agenda_2030.html",
        goals=sdgs,
        # Without any Goal the search would find everything.
        value_notes=results.value_notes(stated, directory.sums_for(stated)) if stated.selected else (),
        objectives=goals.goal_stats("gcm"),
        principles=principle_names(i18n.current_locale()),
        file_urls={facet: table_urls.table_file_path(Filters(), TableOptions(facet), "csv") for facet in goals.FACETS},
    )


@bp.get("/suggested/<aim>", endpoint="suggested")
@public
@cacheable(lambda: _suggested_url(str((request.view_args or {})["aim"]), _page_number()))
@bounded_search
def show_suggested(aim: str) -> Response:
    """The projects that a Goal, target or objective is suggested for; `aim` is such as sdg-10.7.

    404 for one that there is not, and for a page after the last one.
    """
    term, page = _find_term(aim), _page_number()
    found = goals.proposed_projects(term, (page - 1) * PAGE_SIZE, PAGE_SIZE)
    last_page = max(1, -(-found.total // PAGE_SIZE))
    if page > last_page:
        raise NotFound(aim)
    return make_response(
        render_template(
            "public/suggested.html",
            found=found,
            aim=aim,
            page=page,
            last_page=last_page,
            previous_url=_suggested_url(aim, page - 1) if page > 1 else "",
            next_url=_suggested_url(aim, page + 1) if page < last_page else "",
        )
    )


def _find_term(aim: str) -> TermView:
    term = goals.find_aim(current.current_snapshot().terms, aim)
    if term is None:
        raise NotFound(aim)
    return term


def _page_number() -> int:
    number: int = ParameterReader(request.args).read("page", parse_page_number, 1)
    return number


def _suggested_url(aim: str, page: int) -> str:
    return url_for(".suggested", aim=aim, page=page if page > 1 else None)
