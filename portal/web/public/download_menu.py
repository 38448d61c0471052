"""The download menu of a list or of a project: one link for each format."""

from __future__ import annotations

from dataclasses import dataclass

from portal.exports.registry import listed_formats, rough_bytes
from portal.search.query.filters import Filters
from portal.web.http.request_context import settings
from portal.web.presentation import export_text
from portal.web.presentation.i18n import gettext


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
    return tuple(
        DownloadLink(
            export_format.name,
            gettext(export_format.purpose),
            export_text.file_path(filters, export_format.suffix),
            export_format.media_type.partition(";")[0],
            export_text.rough_size(rough_bytes(export_format, total)),
        )
        for export_format in listed_formats(settings())
    )


def project_links(slug: str) -> tuple[DownloadLink, ...]:
    """The files of one project."""
    return tuple(
        DownloadLink(
            export_format.name,
            gettext(export_format.purpose),
            export_text.project_file_path(slug, export_format.suffix),
            export_format.media_type.partition(";")[0],
            export_text.rough_size(rough_bytes(export_format, 1)),
        )
        for export_format in listed_formats(settings())
    )
