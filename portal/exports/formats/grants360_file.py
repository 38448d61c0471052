"""360Giving JSON (schema 1.4): a package of grants, for tools that compare funders.

The standard wants of each grant a title, a description, an amount and the day of the award. A record that lacks one is
left out, and the package says how many are. Of the award the records know the year alone: its first day stands for it,
and `yearOfAllocation` beside it says what is really known. The recipient is IOM, whose offices run the projects; the
records do not name the office.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import orjson

from portal.exports.columns import json_value
from portal.exports.document import Document
from portal.exports.getters import term_name
from portal.exports.options import ExportOptions
from portal.exports.record import Record
from portal.i18n.catalogues import N_, gettext
from portal.search.read_models.terms import TermView
from portal.text.markdown import plain_text
from portal.text.web_addresses import as_uri
from portal.vocabulary.term_lists import alpha2_by_alpha3
from portal.vocabulary.translations import RECORD_LANGUAGES

_VERSION = "1.4"
# IOM as org-id.guide and its own IATI files name it.
_RECIPIENT = {"id": "XM-DAC-47066", "name": "International Organization for Migration"}
# Kosovo has no code of ISO 3166-1, and the list of the standard has no other.
_UNLISTED_COUNTRIES = frozenset({"XKX"})
# The codes of locationScope.csv of the standard.
_SCOPES = {"global": "GLS010", "regional": "GLS020", "multi-regional": "GLS020", "national": "GLS030"}
_NOTE = N_(
    "Of an award the records know the year alone: awardDate is the first day of that year, and yearOfAllocation states "
    "the year. The recipient is given as IOM, whose offices run the projects; the records do not name the office."
)
_REQUIRED = {
    "summary": N_("%(count)s with no summary"),
    "budget": N_("%(count)s with no budget"),
    "year": N_("%(count)s with no year of allocation"),
}


def write(document: Document, batches: Iterable[Sequence[Record]], options: ExportOptions) -> Iterator[bytes]:
    """The file in pieces: a cut one is no JSON."""
    left_out: Counter[str] = Counter()
    yield orjson.dumps(head(document))[:-1] + b',"grants":['
    separator = b"\n"
    for batch in batches:
        if grants := [orjson.dumps(grant(record, document)) for record in batch if is_complete(record, left_out)]:
            yield separator + b",\n".join(grants)
            separator = b",\n"
    # Only now it is known how many are left out.
    yield b'\n],"description":' + orjson.dumps(description(document, left_out)) + b"}\n"


def head(document: Document) -> dict[str, object]:
    """The metadata of the package but for its description."""
    about: dict[str, object] = {
        "version": _VERSION,
        "title": f"{document.heading}: {document.site}",
        "identifier": document.identifier or document.address,
        "publisher": {"name": document.site, "website": document.public_url},
        "downloadURL": document.address,
        "accessURL": document.page_address,
        "modified": document.changed_at and f"{document.changed_at:%Y-%m-%dT%H:%M:%SZ}",
        "license": document.licence.url,
    }
    return {name: value for name, value in about.items() if value}


def is_complete(record: Record, left_out: Counter[str]) -> bool:
    """Whether a record has what a grant needs; `left_out` counts the others, by what they lack first."""
    lacks = next((name for name in _REQUIRED if getattr(record, name) in (None, "")), "")
    left_out[lacks] += 1
    return not lacks


def description(document: Document, left_out: Counter[str]) -> str:
    """What the package holds, and what it cannot; `left_out` counts whole records under ""."""
    missing = ", ".join(gettext(_REQUIRED[name], count=count) for name, count in sorted(left_out.items()) if name)
    counts = {"count": left_out[""], "total": document.total}
    sentences = [
        gettext("%(count)s of %(total)s projects.", **counts) if document.total else gettext("No projects."),
        gettext("Left out, because a grant needs it: %(missing)s.", missing=missing) if missing else "",
        gettext(_NOTE),
        gettext("Licence: %(licence)s.", licence=document.licence.text),
        document.note,
    ]
    return " ".join(filter(None, sentences))


def grant(record: Record, document: Document) -> dict[str, object]:
    """A record as a grant; what it does not state is left out."""
    language, prefix = document.language, document.grant_prefix
    grant: dict[str, object] = {
        "id": f"{prefix}-{record.key}",
        "title": record.title,
        "description": plain_text(record.summary),
        "currency": "USD",
        "amountAwarded": json_value("amount", record.budget),
        "awardDate": f"{record.year}-01-01",
        "yearOfAllocation": record.year,
        "recipientOrganization": [_RECIPIENT],
        "fundingOrganization": [{"id": f"{prefix}-fund", "name": document.site}],
        "url": document.project_address(record.key),
        "dateModified": f"{record.changed_at:%Y-%m-%dT%H:%M:%SZ}",
    }
    stated: dict[str, object] = {
        "plannedDates": planned_dates(record),
        "grantProgramme": [{"title": record.funding_line}] if record.funding_line else [],
        "beneficiaryLocation": [location(country, language) for country in record.countries],
        "locationScope": _SCOPES.get(record.coverage.code) if record.coverage else "",
        "classifications": list(classifications(record, language)),
        "dataSource": as_uri(record.source_url),
        "translations": list(translations(record)),
        "isSample": record.is_sample,
    }
    return grant | {name: value for name, value in stated.items() if value}


def translations(record: Record) -> Iterator[dict[str, str]]:
    """Title and description in other languages, by people: the standard has one language, and leaves room for more."""
    for language in RECORD_LANGUAGES:
        texts = {"title": f"title_{language}", "description": f"summary_{language}"}
        stated = {
            key: plain_text(found.text) if key == "description" else found.text
            for key, name in texts.items()
            if (found := record.translations.get(name)) and not found.is_machine
        }
        if stated:
            yield {"language": language} | stated


def planned_dates(record: Record) -> list[dict[str, str]]:
    """Dates as precise as the record: the standard takes a year or a month here."""
    dates = {"startDate": record.start, "endDate": record.end}
    known = {name: value for name, value in dates.items() if value}
    return [known] if known else []


def location(country: TermView, language: str) -> dict[str, str]:
    place = {"name": term_name(country, language)}
    alpha2 = alpha2_by_alpha3().get(country.code)
    return place if not alpha2 or country.code in _UNLISTED_COUNTRIES else place | {"countryCode": alpha2}


def classifications(record: Record, language: str) -> Iterator[dict[str, str]]:
    """The other terms of a record, each with the name of its list."""
    terms = {gettext("Project type"): record.type, gettext("Theme"): record.theme,
             gettext("Project status"): record.status, gettext("Coverage"): record.coverage,
             gettext("IDF region"): record.region}  # fmt: skip
    lists = [(name, term) for name, term in terms.items() if term]
    lists += [(gettext("Sustainable Development Goals"), goal) for goal in record.sdg]
    lists += [(gettext("Global Compact for Migration"), objective) for objective in record.gcm]
    for name, term in lists:
        yield {"vocabulary": name, "code": term.code, "title": term_name(term, language)}
