"""The download menu of a list or of a project: one link for each format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from portal.exports.dialect import DIALECTS
from portal.exports.options import ExportOptions
from portal.exports.registry import listed_formats, rough_bytes
from portal.search.query.filters import Filters
from portal.web.http.request_context import settings
from portal.web.presentation import export_text
from portal.web.presentation.i18n import current_locale, gettext


@dataclass(frozen=True)
class DownloadLink:
    """One file. `media_type` is without parameters, `size` a rough size in words."""

    name: str
    purpose: str
    url: str
    media_type: str
    size: str


def selection_links(filters: Filters, total: int) -> tuple[DownloadLink, ...]:
    """The files of a search with so many projects."""
    return _links(lambda suffix, options: export_text.file_path(filters, suffix, options), total)


def project_links(slug: str) -> tuple[DownloadLink, ...]:
    """The files of one project."""
    return _links(lambda suffix, options: export_text.project_file_path(slug, suffix, options), 1)


def _links(path: Callable[[str, ExportOptions | None], str], total: int) -> tuple[DownloadLink, ...]:
    links = []
    for export_format in listed_formats(settings()):
        media_type = export_format.media_type.partition(";")[0]
        size = export_text.rough_size(rough_bytes(export_format, total))
        url = path(export_format.suffix, None)
        links.append(DownloadLink(export_format.name, gettext(export_format.purpose), url, media_type, size))
        # French readers may have an Excel that opens no other CSV.
        if export_format.suffix == "csv" and (dialect := DIALECTS.get(current_locale())):
            url = path(export_format.suffix, ExportOptions.parse(MultiDict(dialect.query_pairs())))
            purpose = gettext("semicolons and decimal commas, for a French Excel")
            links.append(DownloadLink(f"{export_format.name} (Excel)", purpose, url, media_type, size))
    return tuple(links)
