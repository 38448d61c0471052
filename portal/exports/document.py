"""Document: what a file says of itself, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.exports.iati.organisations import Reporter
from portal.exports.licence import Licence
from portal.search.read_models.sums import Sums


@dataclass(frozen=True)
class Document:
    """Everything about a file but its records.

    `heading` names the selection ("Completed projects in Africa"), `sentence` adds its totals. `page_address` is the
    absolute URL of the list that holds the same projects, `address` that of the file itself, both in its language;
    `identifier` is the address in the source language, which stands for all of them. `changed_at` is the moment of the
    state that the file shows, None for a portal without records: a file never states the clock, so that the
    same state gives the same bytes. `is_project`: the file is that of one project, at its own address. `note` says
    whether records are samples, and what a search for a day leaves out, "" for nothing; `sample_mark` is a word for the
    name of the file, if all records are samples. `grant_prefix` makes the keys of projects unique among all publishers.
    `iati_reporter` is None for a portal that does not publish IATI.
    """

    site: str
    public_url: str
    operator: str
    heading: str
    sentence: str
    address: str
    page_address: str
    changed_at: datetime | None
    licence: Licence
    sums: Sums
    note: str = ""
    sample_mark: str = ""
    is_project: bool = False
    grant_prefix: str = ""
    language: str = "en"
    language_prefix: str = ""
    identifier: str = ""
    iati_reporter: Reporter | None = None

    @property
    def total(self) -> int:
        return self.sums.projects

    def project_address(self, key: str) -> str:
        """The page of a project in the language of the file, by its slug."""
        return f"{self.public_url}{self.language_prefix}/projects/{key}"

    def project_identifier(self, key: str) -> str:
        """The permanent address of a project, by its slug: the same in files of all languages."""
        return f"{self.public_url}/projects/{key}"
