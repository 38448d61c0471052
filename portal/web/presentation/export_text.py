"""The words and addresses of files: what a Document states, and the name under which a browser saves it."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from portal.config import Settings
from portal.exports.document import Document
from portal.exports.iati.organisations import reporter_of
from portal.exports.licence import licence_named
from portal.exports.options import ExportOptions
from portal.exports.registry import Format
from portal.exports.selection import Selection
from portal.search import directory
from portal.search.index.snapshot import Snapshot
from portal.search.pivot import Pivot
from portal.search.query.filters import Filters, encode_pairs
from portal.search.read_models.project import ProjectView
from portal.text.folding import fold
from portal.vocabulary.facets import DEFAULT_PAGE_SIZE
from portal.web.presentation import i18n, table_text, table_urls, urls
from portal.web.presentation.i18n import gettext, ngettext
from portal.web.presentation.search_text import SearchText, undated_sentence

_MAX_NAME_LENGTH = 80
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9.]+")


def selection_document(settings: Settings, selection: Selection, address: str) -> Document:
    """What the file of a search states; `address` is its path and query string."""
    filters, sums = selection.filters.canonical, selection.sums
    text = SearchText(filters, selection.snapshot.terms)
    heading = text.heading(sums.projects)
    totals = text.totals_phrase(sums)
    return _document(settings, selection, address, heading, heading + totals, selection_path(filters))


def project_document(settings: Settings, selection: Selection, project: ProjectView, address: str) -> Document:
    """What the file of one project states."""
    path = urls.url_for("projects.project", slug=project.slug)
    document = _document(settings, selection, address, project.title, project.title, path)
    return replace(document, is_project=True)


def table_document(settings: Settings, pivot: Pivot, address: str) -> Document:
    """What the file of a table states."""
    heading, path = table_text.heading(pivot), table_urls.table_path(pivot.filters, pivot.options)
    return _document(settings, pivot, address, heading, heading + table_text.totals_phrase(pivot), path)


def _document(
    settings: Settings, selection: Selection | Pivot, address: str, heading: str, sentence: str, page_path: str
) -> Document:
    language = i18n.current_language()
    return Document(
        site=settings.full_name,
        public_url=settings.public_url,
        operator=settings.operator_name,
        heading=heading,
        sentence=sentence,
        address=settings.public_url + address,
        identifier=settings.public_url + urls.in_language(i18n.SOURCE.code, address),
        page_address=settings.public_url + page_path,
        changed_at=selection.snapshot.changed_at,
        licence=licence_named(settings.licence, settings.licence_url),
        sums=selection.sums,
        note=" ".join(filter(None, (sample_note(selection.snapshot), _left_out_note(selection)))),
        sample_mark=sample_mark(selection.snapshot),
        grant_prefix=settings.grant_prefix or str(urlsplit(settings.public_url).hostname),
        language=language.tag,
        language_prefix=language.prefix,
        iati_reporter=reporter_of(settings),
    )


def _left_out_note(selection: Selection | Pivot) -> str:
    found = directory.left_out_by_day(selection.filters, selection.snapshot)
    return undated_sentence(found[1]) if found else ""


def sample_note(snapshot: Snapshot) -> str:
    """What a file says if the portal holds sample records."""
    count = snapshot.sample_count
    if not count:
        return ""
    if _is_sample(snapshot):
        return gettext("These records are a sample of the Fund’s projects, not all of them.")
    return ngettext(
        "One record of the portal is a sample; rows of samples are marked.",
        "%(num)s records of the portal are samples; rows of samples are marked.",
        count,
    )


def sample_mark(snapshot: Snapshot) -> str:
    """What the name of a file says if all records of the portal are a sample: it goes where the file goes."""
    return _slug(gettext("Sample")) if _is_sample(snapshot) else ""


def _is_sample(snapshot: Snapshot) -> bool:
    return 0 < snapshot.sample_count == len(snapshot.index.all_rows)


def selection_path(filters: Filters) -> str:
    """The path of the page that lists a search, on its first page."""
    return with_query(urls.url_for("projects.directory"), list(filters.replace().query_pairs()))


def file_path(filters: Filters, suffix: str, options: ExportOptions | None = None) -> str:
    """The path of the file of a search: the page and the view do not matter."""
    pairs = [*_export_filters(filters).query_pairs(), *(options.query_pairs() if options else ())]
    return with_query(urls.url_for("downloads.selection", suffix=suffix), pairs)


def file_query(filters: Filters) -> str:
    """The query string of every file of a search with the usual options."""
    return str(_export_filters(filters))


def project_file_path(slug: str, suffix: str, options: ExportOptions | None = None) -> str:
    """The path of the file of one project."""
    pairs = list(options.query_pairs()) if options else []
    return with_query(urls.url_for("projects.project", slug=f"{slug}.{suffix}"), pairs)


def _export_filters(filters: Filters) -> Filters:
    return filters.canonical.replace(per_page=DEFAULT_PAGE_SIZE)


def with_query(path: str, pairs: list[tuple[str, str]]) -> str:
    """A path with its query string, if it has one."""
    return f"{path}?{encode_pairs(pairs)}" if pairs else path


def file_name(document: Document, export_format: Format) -> str:
    """Site, words of the selection and date of its state: "iom-development-fund_all-projects_2026-11-28.csv"."""
    words = [_slug(document.site), _slug(document.heading)[:_MAX_NAME_LENGTH].strip("-"), document.sample_mark]
    if document.changed_at:
        words.append(f"{document.changed_at:%Y-%m-%d}")
    return f"{'_'.join(filter(None, words))}.{export_format.suffix}"


def _slug(text: str) -> str:
    return _NOT_IN_A_NAME.sub("-", fold(text)).strip("-.")


def rough_size(size: int) -> str:
    """A rough size in bytes, in words: 91,000 -> "90 kB"."""
    if size < 1_000_000:
        return gettext("%(size)s\u00a0kB", size=max(1, round(size / 1_000)))
    return gettext("%(size)s\u00a0MB", size=round(size / 1_000_000))
