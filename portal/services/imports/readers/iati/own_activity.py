"""Activities of our own IATI files, which state beside the standard what it has no place for: portal:record."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from portal.services.imports.readers.iati.activity import ActivityReader, web_pages, without_prefix
from portal.services.imports.readers.iati.element import XML_LANGUAGE, Element
from portal.services.imports.readers.iati.places import alpha3
from portal.services.records.spellings import code_from_name
from portal.services.records.translations.reading import MACHINE, OUTDATED
from portal.vocabulary import iati
from portal.vocabulary.columns import SEPARATOR
from portal.vocabulary.translations import TRANSLATIONS

_RECORD, _TRANSLATION = f"{iati.NAMESPACE} record", f"{iati.NAMESPACE} translation"
# Where the lists of our own codes are, on any portal.
_OWN_LIST = re.compile(r"/iati/codelists/(\w+)\.xml$")
# Attributes of portal:record, and their columns.
_COLUMN_BY_ATTRIBUTE = {
    "key": "key",
    "start": "start_date",
    "end": "end_date",
    "year": "year",
    "budget": "budget_usd",
    "coverage": "coverage",
    "region": "region",
    "shares": "country_shares",
    "funding-line": "funding_line",
    "outdated-translations": OUTDATED,
}
# Attributes that are there only where the standard says less than the record.
_CORRECTIONS = {"status": "status", "title-language": "title_language", "language": "language", "source": "source_url"}
_NO_SUMMARY = "none"


class OwnActivityReader(ActivityReader):
    """Reads what the record states, to the letter. Nothing is counted: all else in our files follows from records."""

    columns = (
        *ActivityReader.columns, "key", "year", "other_countries", "funding_line", "gcm", "project_type_code",
        *TRANSLATIONS, MACHINE, OUTDATED,
    )  # fmt: skip
    _read_parts = ActivityReader._read_parts | {_RECORD, "location", "reporting-org"}

    def notes(self) -> Sequence[str]:
        return ()

    def values(self, activity: Element) -> dict[str, str]:
        values = dict.fromkeys(self.columns, "") | super().values(activity)
        reporter = activity.first("reporting-org")
        values["project_id"] = without_prefix(values["project_id"], reporter.get("ref") if reporter else "")
        if types := list(_own_codes(activity, "sector", "type")):
            values["project_type_code"] = types[0]
        values["gcm"] = SEPARATOR.join(_own_codes(activity, "tag", "gcm"))
        values["other_countries"] = SEPARATOR.join(
            alpha3(location.get("ref")) for location in activity.all("location") if location.get("ref")
        )
        # White space at its beginning is an indent.
        values["summary"] = next((text.text for text in _narratives(activity.first("description"))), "")
        values |= _translations(activity)
        values["prima_id"] = next((other.get("ref") for other in activity.all("other-identifier")), "")
        if (record := activity.first(_RECORD)) is None:
            return values
        values |= {column: record.get(name) for name, column in _COLUMN_BY_ATTRIBUTE.items()}
        values["source_url"] = _source(activity, values)
        if record.get("summary") == _NO_SUMMARY:
            # IATI demands a description; our files repeat the title where there is none.
            values["summary"] = values["language"] = ""
            values |= {name: "" for name, (field, _) in TRANSLATIONS.items() if field == "summary"}
        values |= {column: record.get(name) for name, column in _CORRECTIONS.items() if record.get(name)}
        return values | _names_of_new_terms(record)


def _names_of_new_terms(record: Element) -> dict[str, str]:
    """The names of terms that this portal may not have, unless they would get another code by their names."""
    stated = ((facet, record.get(facet), record.get(f"{facet}-name")) for facet in ("status", "coverage", "region"))
    return {facet: name for facet, code, name in stated if name and code_from_name(name) == code}


def _narratives(element: Element | None) -> list[Element]:
    return list(element.all("narrative")) if element else []


def _translations(activity: Element) -> dict[str, str]:
    """The columns of the translations: narratives behind that of the source, and those that a machine made."""
    found: dict[str, str] = {}
    for field, element in (("title", "title"), ("summary", "description")):
        found |= {f"{field}_{text.get(XML_LANGUAGE)}": text.text for text in _narratives(activity.first(element))[1:]}
    record = activity.first(_RECORD)
    by_machine = {
        f"{text.get('of')}_{text.get(XML_LANGUAGE)}": text.text for text in (record.all(_TRANSLATION) if record else ())
    }
    known = {name: text for name, text in (found | by_machine).items() if name in TRANSLATIONS}
    return known | {MACHINE: SEPARATOR.join(name for name in known if name in by_machine)}


def _own_codes(activity: Element, name: str, facet: str) -> list[str]:
    """The codes of the children with this name that are of our list of a facet."""
    return [
        child.get("code")
        for child in activity.all(name)
        if (found := _OWN_LIST.search(child.get("vocabulary-uri"))) and found[1] == facet
    ]


def _source(activity: Element, values: Mapping[str, str]) -> str:
    """The source page, which stands behind the page of the project itself."""
    own_page = f"/projects/{quote(values['key'])}"
    return next((page for page in web_pages(list(activity.all("document-link"))) if not page.endswith(own_page)), "")
