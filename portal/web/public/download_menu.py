"""The download menu of a list or of a project: one link for each format."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from werkzeug.datastructures import MultiDict

from portal.config import Settings
from portal.exports.dialect import DIALECTS
from portal.exports.options import ExportOptions
from portal.exports.registry import listed_formats, rough_bytes
from portal.search.query.filters import Filters, encode_pairs
from portal.web.http.request_context import settings
from portal.web.presentation import export_text, urls
from portal.web.presentation.i18n import current_locale, gettext
from portal.web.presentation.pieces import Place


@dataclass(frozen=True)
class DownloadLink:
    """One file. `media_type` is without parameters, `size` a rough size in words; in a piece some are holes.

    A variant is a listed file in other conventions: the head of a page does not name it again.
    """

    name: str
    purpose: str
    url: object
    media_type: str
    size: object
    is_variant: bool = False


@dataclass(frozen=True)
class Menu:
    """The files of a search: `values` to fill into a piece, and their links, in which these have their places."""

    values: dict[str, object]

    def links(self, place: Place) -> tuple[DownloadLink, ...]:
        paths = {
            each.suffix: urls.url_for("downloads.selection", suffix=each.suffix) for each in listed_formats(settings())
        }
        return _links(paths, place)

    def value(self, name: str, *, before: str = "") -> str:
        """The place of a value where it is printed at once."""
        return f"{before}{self.values[name]}"


def selection_menu(filters: Filters, total: int) -> Menu:
    """The files of a search with so many projects."""
    return _menu(export_text.file_query(filters), total)


def selection_links(filters: Filters, total: int) -> tuple[DownloadLink, ...]:
    """The same as links."""
    menu = selection_menu(filters, total)
    return menu.links(menu.value)


def project_links(slug: str) -> tuple[DownloadLink, ...]:
    """The files of one project, without variants: of one record, the workbook opens everywhere too."""
    paths = {each.suffix: export_text.project_file_path(slug, each.suffix) for each in listed_formats(settings())}
    return tuple(link for link in _links(paths, _menu("", 1).value) if not link.is_variant)


def _menu(query: str, total: int) -> Menu:
    values: dict[str, object] = {"files_query": f"?{query}" if query else ""}
    if dialect := DIALECTS.get(current_locale()):
        options = encode_pairs(ExportOptions.parse(MultiDict(dialect.query_pairs())).query_pairs())
        values["dialect_query"] = f"?{query}&{options}" if query else f"?{options}"
    return Menu({**values, **_sizes(settings(), total, current_locale())})


@lru_cache(maxsize=4_096)
def _sizes(settings: Settings, total: int, _locale: str) -> dict[str, str]:
    return {
        f"size_{number}": export_text.rough_size(rough_bytes(export_format, total))
        for number, export_format in enumerate(listed_formats(settings))
    }


def _links(paths: dict[str, str], place: Place) -> tuple[DownloadLink, ...]:
    links = []
    for number, export_format in enumerate(listed_formats(settings())):
        media_type, size = export_format.media_type.partition(";")[0], place(f"size_{number}")
        url = place("files_query", before=paths[export_format.suffix])
        links.append(DownloadLink(export_format.name, gettext(export_format.purpose), url, media_type, size))
        # French readers may have an Excel that opens no other CSV.
        if export_format.suffix == "csv" and DIALECTS.get(current_locale()):
            url = place("dialect_query", before=paths[export_format.suffix])
            purpose = gettext("semicolons and decimal commas, for a French Excel")
            links.append(DownloadLink(f"{export_format.name} (Excel)", purpose, url, media_type, size, is_variant=True))
    return tuple(links)
