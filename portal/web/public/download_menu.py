"""The download menu of a list or of a project: one link for each format."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from portal.config import Settings
from portal.exports.registry import listed_formats, rough_bytes
from portal.search.query.filters import Filters
from portal.web.http.request_context import settings
from portal.web.presentation import export_text, i18n, urls
from portal.web.presentation.pieces import Place


@dataclass(frozen=True)
class DownloadLink:
    """One file. `media_type` is without parameters, `size` a rough size in words; in a piece some are holes."""

    name: str
    purpose: str
    url: object
    media_type: str
    size: object


@dataclass(frozen=True)
class Menu:
    """The files of a search: `values` to fill into a piece, and their links, in which these have their places."""

    values: dict[str, object]

    def links(self, place: Place) -> tuple[DownloadLink, ...]:
        return tuple(
            DownloadLink(
                export_format.name,
                export_format.purpose,
                place("files_query", before=urls.url_for("downloads.selection", suffix=export_format.suffix)),
                export_format.media_type.partition(";")[0],
                place(f"size_{number}"),
            )
            for number, export_format in enumerate(listed_formats(settings()))
        )

    def value(self, name: str, *, before: str = "") -> str:
        """The place of a value where it is printed at once."""
        return f"{before}{self.values[name]}"


def selection_menu(filters: Filters, total: int) -> Menu:
    """The files of a search with so many projects."""
    query = export_text.file_query(filters)
    return Menu({"files_query": f"?{query}" if query else "", **_sizes(settings(), total, i18n.current_locale())})


def selection_links(filters: Filters, total: int) -> tuple[DownloadLink, ...]:
    """The same as links."""
    menu = selection_menu(filters, total)
    return menu.links(menu.value)


@lru_cache(maxsize=4_096)
def _sizes(settings: Settings, total: int, _locale: str) -> dict[str, str]:
    return {
        f"size_{number}": export_text.rough_size(rough_bytes(export_format, total))
        for number, export_format in enumerate(listed_formats(settings))
    }


def project_links(slug: str) -> tuple[DownloadLink, ...]:
    """The files of one project."""
    return tuple(
        DownloadLink(
            export_format.name,
            export_format.purpose,
            export_text.project_file_path(slug, export_format.suffix),
            export_format.media_type.partition(";")[0],
            export_text.rough_size(rough_bytes(export_format, 1)),
        )
        for export_format in listed_formats(settings())
    )
