"""`/embed/projects`: a list of any selection for pages of other sites, and the code that puts it there.

Nothing of it asks a visitor for anything: no form, no script, no cookie; every link opens our page beside theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, make_response, render_template, request
from markupsafe import escape

from portal.search import Filters, find
from portal.search.directory import SearchResult
from portal.vocabulary.facets import DEFAULT_PAGE_SIZE
from portal.web.declarations import public
from portal.web.http.conditional_get import cacheable
from portal.web.http.headers import embeddable
from portal.web.http.request_context import settings
from portal.web.presentation import export_text, urls
from portal.web.presentation.i18n import gettext
from portal.web.public.dataset import Dataset
from portal.web.security.search_gate import bounded_search

bp = Blueprint("embedding", __name__)

MAX_PROJECTS = 20
_FRAME_HEIGHT = 640


@bp.get("/embed/projects", endpoint="projects")
@public
@embeddable
@cacheable(lambda: embed_path(shown_filters(Filters.parse(request.args))))
@bounded_search
def show_list() -> Response:
    """The first projects of a search, with a link to all of them."""
    result = find(shown_filters(Filters.parse(request.args)), may_miss=True)
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


def shown_filters(filters: Filters) -> Filters:
    """The search of the list: its first page, at most so many projects, and nothing that was not understood."""
    return filters.canonical.replace(per_page=min(filters.per_page, MAX_PROJECTS))


def embed_path(filters: Filters) -> str:
    query = str(filters)
    return f"{urls.url_for('embedding.projects')}?{query}" if query else urls.url_for("embedding.projects")


@dataclass(frozen=True)
class EmbedCode:
    """What another site needs: the HTML of the frame, its address, and the citation of the list."""

    html: str
    url: str
    citation: str


def embed_code(result: SearchResult, words: tuple[str, str]) -> EmbedCode:
    """The code for the list of a search; `words` are those of its Dataset."""
    dataset, path = Dataset(settings(), result, words), embed_path(shown_filters(result.filters))
    title = gettext("%(list)s, from %(site)s", list=dataset.heading, site=dataset.publisher)
    html = (
        f'<iframe src="{escape(settings().public_url + path)}" title="{escape(title)}" width="100%" '
        f'height="{_FRAME_HEIGHT}" loading="lazy"></iframe>'
    )
    return EmbedCode(html, path, dataset.citation)
