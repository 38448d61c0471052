"""What crawlers and browsers read of the whole site: robots.txt and the OpenSearch description."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.exports.registry import FORMATS
from portal.text import xml_text
from portal.web.declarations import one_address, public
from portal.web.http.conditional_get import cacheable, path_key
from portal.web.http.languages.choice import public_languages
from portal.web.http.request_context import settings
from portal.web.presentation.i18n import current_language, gettext, pgettext, using
from portal.web.presentation.urls import url_for

bp = Blueprint("discovery", __name__)

# What shows a known list in another way, and searches, which are without end.
_UNCRAWLED_PARAMETERS = ("q", "sort", "view", "per_page", "all")
_DESCRIPTION_TYPE = "application/opensearchdescription+xml"
# Source: OpenSearch 1.1, draft 6: the longest names of a description.
_MAX_SHORT_NAME, _MAX_LONG_NAME = 16, 48


@bp.get("/robots.txt", endpoint="robots")
@public
@one_address
def show_robots() -> Response:
    """Crawlers leave alone the files, to which their pages lead, and the lists that repeat others."""
    refused = [url_for("desk.show_desk"), url_for("sign_in.sign_in"), url_for("api.projects").removesuffix("projects")]
    for language in public_languages():
        with using(language.code):
            refused += _refused_in_language()
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in refused), ""]
    lines.append(f"Sitemap: {settings().public_url}{url_for('sitemap.whole')}\n")
    return Response("\n".join(lines), content_type="text/plain; charset=utf-8")


def _refused_in_language() -> list[str]:
    directory = url_for("projects.directory")
    return [
        *(url_for("downloads.selection", suffix=suffix) for suffix in FORMATS),
        *(f"{directory}*.{suffix}" for suffix in FORMATS),
        f"{directory}?*&",
        *(f"{directory}?{name}=" for name in _UNCRAWLED_PARAMETERS),
        f"{url_for('places.selection_map')}?",
    ]


@bp.get("/opensearch.xml", endpoint="opensearch")
@public
@cacheable(path_key)
def show_opensearch() -> Response:
    """How a browser searches the directory from its address bar."""
    site, public_url = settings(), settings().public_url
    name, directory = site.full_name, public_url + url_for("projects.directory")
    feed = public_url + url_for("downloads.selection", suffix="atom")
    own = public_url + url_for("discovery.opensearch")
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">',
        xml_text.element("ShortName", pgettext("short name", site.name)[:_MAX_SHORT_NAME]),
        xml_text.element("LongName", name[:_MAX_LONG_NAME]),
        xml_text.element("Description", gettext("Search the projects of the %(name)s.", name=name)),
        xml_text.element("Url", "", {"type": "text/html", "template": f"{directory}?q={{searchTerms}}"}),
        xml_text.element("Url", "", {"type": "application/atom+xml", "template": f"{feed}?q={{searchTerms}}"}),
        xml_text.element(
            "Url",
            "",
            {"type": _DESCRIPTION_TYPE, "rel": "self", "template": own},
        ),
        xml_text.element("Language", current_language().tag),
        xml_text.element("InputEncoding", "UTF-8"),
        "</OpenSearchDescription>",
        "",
    ]
    return Response("\n".join(parts), content_type=_DESCRIPTION_TYPE)
