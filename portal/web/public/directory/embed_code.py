"""The code that puts a list of projects into a page of another site."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import escape

from portal.search.directory import SearchResult
from portal.search.query.filters import Filters
from portal.web.http.request_context import settings
from portal.web.presentation import urls
from portal.web.presentation.i18n import gettext
from portal.web.public.dataset import Dataset

MAX_PROJECTS = 20
_FRAME_HEIGHT = 640


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
