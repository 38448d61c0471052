"""A list of projects as a dataset: its sentence and address, schema.org data with its downloads, and how to cite it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from portal.config import Settings
from portal.exports.licence import licence_named
from portal.search.directory import SearchResult
from portal.search.figures import Figures
from portal.search.query.filters import Filters
from portal.web.presentation import citation, export_text, formatting
from portal.web.presentation.i18n import SOURCE, apart, gettext
from portal.web.presentation.search_text import SearchText
from portal.web.presentation.urls import in_language
from portal.web.public.download_menu import DownloadLink


@dataclass(frozen=True)
class Dataset:
    """The projects of a search, whatever page, order and view of them is shown.

    `words` are its heading and the phrase with its totals, if somebody has made them already.
    """

    settings: Settings
    result: SearchResult | Figures
    words: tuple[str, str] | None = None

    @cached_property
    def filters(self) -> Filters:
        return self.result.filters.canonical.criteria

    @property
    def publisher(self) -> str:
        return self.settings.full_name

    @cached_property
    def address(self) -> str:
        """The absolute URL of the list."""
        return self.settings.public_url + export_text.selection_path(self.filters)

    @cached_property
    def _words(self) -> tuple[str, str]:
        if self.words:
            return self.words
        text = SearchText(self.filters, self.result.snapshot.terms)
        return text.heading(self.result.total), text.totals_phrase(self.result.sums)

    @property
    def heading(self) -> str:
        return self._words[0]

    @property
    def sentence(self) -> str:
        """The list and its totals: "Projects in Africa: 14 projects, USD 2.9 million full value"."""
        return "".join(self._words)

    @property
    def citation(self) -> str:
        """Publisher. List and totals. Day of the last change. URL."""
        changed_at = self.result.snapshot.changed_at
        parts = [
            f"{self.publisher}.",
            f"{self.sentence}.",
            gettext("Records of %(day)s.", day=formatting.day(changed_at)) if changed_at else "",
            apart(self.address),
        ]
        return " ".join(filter(None, parts))

    def linked_data(self, downloads: Iterable[DownloadLink]) -> Markup:
        """The list as JSON-LD; one that a search narrows is a part of the whole."""
        whole = self.settings.public_url + export_text.selection_path(Filters())
        publisher = {"@type": "Organization", "name": self.publisher}
        licence = licence_named(self.settings.licence, self.settings.licence_url)
        sums, changed_at = self.result.sums, self.result.snapshot.changed_at
        return citation.as_script(
            {
                "@context": "https://schema.org",
                "@type": "Dataset",
                "@id": _identifier(self.address),
                "url": self.address,
                "name": f"{self.heading} | {self.publisher}",
                "description": self._description(),
                "isPartOf": {"@type": "Dataset", "@id": _identifier(whole)} if self.address != whole else None,
                "license": licence.url or licence.name,
                "isAccessibleForFree": True,
                "publisher": publisher,
                "creator": publisher,
                "dateModified": changed_at and f"{changed_at:%Y-%m-%dT%H:%M:%SZ}",
                "temporalCoverage": f"{sums.first_year}/{sums.last_year}" if sums.first_year else "",
                "distribution": [self._download(link) for link in downloads],
            }
        )

    def _description(self) -> str:
        held = gettext("Each record states title, summary, places, dates, project type, status and budget where known.")
        return f"{self.sentence}. {held} {export_text.sample_note(self.result.snapshot)}".strip()

    def _download(self, link: DownloadLink) -> dict[str, str]:
        return {
            "@type": "DataDownload",
            "name": link.name,
            "description": link.purpose,
            "encodingFormat": link.media_type,
            "contentUrl": f"{self.settings.public_url}{link.url}",
        }


def _identifier(address: str) -> str:
    """What a dataset is called in all languages."""
    return f"{in_language(SOURCE.code, address)}#dataset"
