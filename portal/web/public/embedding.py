"""`/embed/projects`: a list of any selection for pages of other sites.

Nothing of it asks a visitor for anything: no form, no script, no cookie; every link opens our page beside theirs.
"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from portal.search import find
from portal.vocabulary.facets import DEFAULT_PAGE_SIZE
from portal.web.declarations import public
from portal.web.http.conditional_get import cacheable
from portal.web.http.headers import embeddable
from portal.web.http.request_context import settings
from portal.web.presentation import export_text
from portal.web.public.dataset import Dataset
from portal.web.public.directory.embed_code import embed_path, shown_filters
from portal.web.public.results import asked_filters
from portal.web.security.search_gate import bounded_search

bp = Blueprint("embedding", __name__)


@bp.get("/embed/projects", endpoint="projects")
@public
@embeddable
@cacheable(lambda: embed_path(shown_filters(asked_filters())))
@bounded_search
def show_list() -> Response:
    """The first projects of a search, with a link to all of them."""
    result = find(shown_filters(asked_filters()), may_miss=True)
    dataset = Dataset(settings(), result)
    page = render_template(
        "public/embed.html",
        dataset=dataset,
        result=result,
        all_url=settings().public_url + export_text.selection_path(result.filters.replace(per_page=DEFAULT_PAGE_SIZE)),
    )
    response = make_response(page)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
