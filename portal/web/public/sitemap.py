"""The map of the site for search engines: all pages and all projects in each language, each with its last change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from flask import Blueprint, Response, abort, current_app

from portal.search import projects
from portal.search.arrays import IntegerArray
from portal.search.index.current import current_snapshot
from portal.text import xml_text
from portal.web.declarations import declared_access, has_languages, one_address, public
from portal.web.http.conditional_get import cacheable, path_key
from portal.web.http.languages.choice import alternates, public_languages
from portal.web.http.request_context import settings
from portal.web.presentation.pieces import Piece, hole
from portal.web.presentation.urls import project_urls, url_for
from portal.web.security.search_gate import bounded_search

bp = Blueprint("sitemap", __name__)

# Source: sitemaps.org, protocol: one file holds so many addresses.
MAX_ADDRESSES = 50_000
# Each file of a larger map has fewer, so that no statement and no answer takes long: a project takes 2 kB.
PART_PROJECTS = 2_000
_NAMESPACE, _XHTML = "http://www.sitemaps.org/schemas/sitemap/0.9", "http://www.w3.org/1999/xhtml"
# The list of one value of these may be indexed (public.results).
_LISTED_FACETS = ("region", "country", "theme")


@bp.get("/sitemap.xml", endpoint="whole")
@public
@one_address
@cacheable(path_key)
@bounded_search
def show_sitemap() -> Response:
    """All addresses, or the list of the files that hold them."""
    pages, parts = list(page_entries()), split(projects.public_ids())
    if len(pages) + sum(map(len, parts)) * len(public_languages()) <= MAX_ADDRESSES:
        return xml_response("urlset", [*pages, *(entry for part in parts for entry in project_entries(part))])
    changed_at = moment(current_snapshot().changed_at)
    files = [url_for("sitemap.part", number=number) for number in range(len(parts) + 1)]
    return xml_response("sitemapindex", [element("sitemap", path, changed_at) for path in files])


@bp.get("/sitemap-<int(max=100000):number>.xml", endpoint="part")
@public
@one_address
@cacheable(path_key)
@bounded_search
def show_part(number: int) -> Response:
    """One file of a large map: the pages as number 0, then the projects."""
    if number == 0:
        return xml_response("urlset", list(page_entries()))
    parts = split(projects.public_ids())
    if number > len(parts):
        abort(404)
    return xml_response("urlset", list(project_entries(parts[number - 1])))


def split(ids: IntegerArray) -> list[IntegerArray]:
    return [ids[start : start + PART_PROJECTS] for start in range(0, len(ids), PART_PROJECTS)]


def project_entries(ids: IntegerArray) -> Iterator[str]:
    """The projects with these ids, which are ascending."""
    # They differ in two texts alone, so what all of them say is written once.
    folder = url_for("projects.project", slug="-").removesuffix("-")
    piece = Piece("\n".join(elements(folder + hole("slug"), hole("moment"))))
    addresses = list(projects.read_addresses(int(ids[0]), int(ids[-1])))
    for url, (_, changed_at) in zip(project_urls(slug for slug, _ in addresses), addresses, strict=True):
        yield piece.fill({"slug": url.removeprefix(folder), "moment": moment(changed_at)})


def page_entries() -> Iterator[str]:
    """The pages that are no projects. Those with live figures change with the records; prose does not say when."""
    snapshot = current_snapshot()
    changed = moment(snapshot.changed_at)
    for rule in sorted(current_app.url_map.iter_rules(), key=lambda rule: rule.rule):
        defaults = rule.defaults or {}
        is_page = rule.rule.endswith("/") and rule.arguments <= set(defaults)
        view = current_app.view_functions[rule.endpoint]
        if is_page and declared_access(view) == "public":
            path = url_for(rule.endpoint, **defaults)
            changed_at = "" if rule.endpoint == "pages.page" else changed
            yield from elements(path, changed_at) if has_languages(view) else [element("url", path, changed_at)]
    for facet in _LISTED_FACETS:
        for term in snapshot.terms.in_facet(facet):
            if snapshot.index.bitmaps[facet].get(term.code):
                yield from elements(url_for("projects.directory", **{facet: term.code}), changed)
                if facet == "country":
                    yield from elements(url_for("places.state", code=term.code), changed)


def elements(path: str, changed_at: str) -> Iterator[str]:
    """The addresses of a page in all languages, each with all of them."""
    versions = alternates(path)
    links = "".join(
        xml_text.element("xhtml:link", "", {"rel": "alternate", "hreflang": tag, "href": settings().public_url + url})
        for tag, url in versions
    )
    # The last one is that of readers of other languages, and among the ones before it.
    for url in [url for _, url in versions[:-1]] or [path]:
        yield element("url", url, changed_at, links)


def element(name: str, path: str, changed_at: str, links: str = "") -> str:
    """One address, with its last change where it is known."""
    last = xml_text.element("lastmod", changed_at) if changed_at else ""
    return f"<{name}>{xml_text.element('loc', settings().public_url + path)}{last}{links}</{name}>"


def moment(changed_at: datetime | None) -> str:
    """A time (UTC) as sitemaps write it, "" for none."""
    return f"{changed_at:%Y-%m-%dT%H:%M:%SZ}" if changed_at else ""


def xml_response(root: str, elements: Sequence[str]) -> Response:
    opening = f'<{root} xmlns="{_NAMESPACE}" xmlns:xhtml="{_XHTML}">'
    lines = ['<?xml version="1.0" encoding="utf-8"?>', opening, *elements, f"</{root}>", ""]
    return Response("\n".join(lines), content_type="application/xml; charset=utf-8")
