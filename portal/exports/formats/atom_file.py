"""Atom (RFC 4287): a feed of the selection. An entry is updated when its public record changes, and never otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape

from portal.exports.document import Document
from portal.exports.facts import facts
from portal.exports.getters import term_name
from portal.exports.options import ExportOptions
from portal.exports.record import Record
from portal.i18n.catalogues import gettext
from portal.search.read_models.terms import TermView
from portal.text import xml_text
from portal.text.markdown import render_html
from portal.text.web_addresses import as_uri

NAMESPACE = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"
# A feed states when it changed; a portal without records has not yet.
_NEVER = "1970-01-01T00:00:00Z"


def write(document: Document, batches: Iterable[Sequence[Record]], options: ExportOptions) -> Iterator[bytes]:
    """The file in pieces."""
    yield head(document).encode()
    categories = Categories(document)
    for batch in batches:
        yield "".join(entry(record, document, categories) for record in batch).encode()
    yield b"</feed>\n"


def head(document: Document) -> str:
    """The feed without its entries and its end.

    Its id is its own address; that of an entry is the first address of the project.
    """
    licence, note = document.licence, document.note
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="{NAMESPACE}" xml:lang="{xml_text.attribute(document.language)}">',
        xml_text.element("id", document.identifier or document.address),
        xml_text.element("title", f"{document.heading} | {document.site}"),
        xml_text.element("subtitle", f"{document.sentence.rstrip('.')}. {note}" if note else document.sentence),
        xml_text.element("updated", moment(document.changed_at) if document.changed_at else _NEVER),
        f"<author>{xml_text.element('name', document.site)}{xml_text.element('uri', document.public_url)}</author>",
        link("self", document.address, MEDIA_TYPE),
        link("alternate", document.page_address, "text/html"),
        link("license", licence.url) if licence.url else "",
        xml_text.element("rights", f"{licence.text}: {licence.url}" if licence.url else licence.text),
    ]
    return "\n".join(filter(None, parts)) + "\n"


def entry(record: Record, document: Document, categories: Categories) -> str:
    """A project."""
    address, language = document.project_address(record.key), document.language
    title, title_language = record.text_in("title", language)
    parts = [
        xml_text.element("id", document.project_identifier(record.lasting_key)),
        xml_text.element("title", title, {"xml:lang": title_language}),
        xml_text.element("updated", moment(record.changed_at)),
        xml_text.element("published", moment(record.published_at)),
        link("alternate", address, "text/html"),
        link("via", source) if (source := as_uri(record.source_url)) else "",
        *categories.elements(record),
        f'<content type="html">{xml_text.content(content(record, language))}</content>',
    ]
    return f"<entry>\n{chr(10).join(filter(None, parts))}\n</entry>\n"


def link(relation: str, address: str, media_type: str = "") -> str:
    return xml_text.element("link", "", {"rel": relation, "type": media_type, "href": address})


class Categories:
    """The terms of records as categories, each made once a file; the scheme of each is its filter."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._by_term: dict[int, str] = {}

    def elements(self, record: Record) -> Iterator[str]:
        terms = (record.status, record.type, record.theme, record.coverage, record.region, *record.countries)
        for term in filter(None, terms):
            yield self._by_term.get(term.id) or self._by_term.setdefault(term.id, self._category(term))
        if record.is_sample:
            yield xml_text.element("category", "", {"term": "sample", "label": gettext("Sample")})

    def _category(self, term: TermView) -> str:
        scheme = f"{self._document.public_url}/projects/#{term.facet}"
        label = term_name(term, self._document.language)
        return xml_text.element("category", "", {"term": term.code, "scheme": scheme, "label": label})


def content(record: Record, language: str) -> str:
    """The facts and the summary of a record as HTML; a summary in a stated language is marked so."""
    lines = (gettext("%(label)s: %(text)s", label=name, text=value) for name, value in facts(record, language))
    rows = "".join(f"<li>{escape(line)}</li>" for line in lines)
    summary, summary_language = record.text_in("summary", language)
    opening = f'<div lang="{escape(summary_language)}">' if summary_language else "<div>"
    return f"<ul>{rows}</ul>{opening}{render_html(summary)}</div>"


def moment(value: datetime) -> str:
    """A time in UTC as RFC 3339 writes it, in whole seconds."""
    return f"{value:%Y-%m-%dT%H:%M:%SZ}"
