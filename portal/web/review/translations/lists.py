"""The list of records that lack a translation as data: its facets with counts, and one page of records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from flask import url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.models import Project
from portal.search.index import current
from portal.search.index.snapshot import Snapshot
from portal.search.query.parameters import ParameterReader, parse_page_number
from portal.search.read_models.terms import TermView
from portal.services.records.translations import gaps
from portal.services.records.translations.gaps import Lack, LackingRecord
from portal.vocabulary.translations import RECORD_LANGUAGES, TRANSLATIONS
from portal.web.presentation import field_labels, formatting
from portal.web.presentation.i18n import gettext, ngettext
from portal.web.presentation.languages import language_name

PAGE_SIZE = 20

Counts = Mapping[tuple[Lack, str], int]

# By snapshot: counting goes through all records, and what it counts changes with the catalogue.
_counted: WeakKeyDictionary[Snapshot, Counts] = WeakKeyDictionary()


@dataclass(frozen=True)
class TranslationQuery:
    """What the list shows; invalid values fall back to the defaults. `country` is a code, "" for all."""

    lack: Lack
    language: str
    country: str = ""
    page: int = 1

    @classmethod
    def parse(cls, args: MultiDict[str, str], counts: Counts) -> TranslationQuery:
        """Without parameters, the first list that is not empty."""
        shown = next((pair for pair in _pairs() if counts[pair]), (Lack.MISSING, RECORD_LANGUAGES[0]))
        asked = args.get("lacks", ""), args.get("language", "")
        lack, language = next((pair for pair in _pairs() if asked == pair), shown)
        terms = current.current_snapshot().terms
        country = args.get("country", "")
        page = ParameterReader(args).read("page", parse_page_number, 1)
        return cls(lack, language, country if terms.get("country", country) else "", page)

    def url(self) -> str:
        # None leaves a parameter out.
        return url_for(
            "translations.list_lacking",
            lacks=self.lack,
            language=self.language or None,
            country=self.country or None,
            page=self.page if self.page > 1 else None,
        )


@dataclass(frozen=True)
class FacetValue:
    """One value of the facet: its label, how many records it has, and the URL of its list."""

    label: str
    count: int
    url: str
    is_chosen: bool


@dataclass(frozen=True)
class LackingRow:
    """A record, and what it lacks in words."""

    project: Project
    lacks: tuple[str, ...]


@dataclass(frozen=True)
class TranslationList:
    """The facet by language, the countries to choose from, and one page of records by title."""

    query: TranslationQuery
    heading: str
    facet: Mapping[str, tuple[FacetValue, ...]]
    countries: tuple[TermView, ...]
    rows: tuple[LackingRow, ...]
    previous_url: str
    next_url: str


def build_page(session: Session, args: MultiDict[str, str]) -> TranslationList:
    """The list that the query string asks for."""
    terms, counts = current.current_snapshot().terms, count_all(session)
    query = TranslationQuery.parse(args, counts)
    country = terms.get("country", query.country)
    first = (query.page - 1) * PAGE_SIZE
    records, has_more = gaps.find(
        session, query.lack, query.language, country_id=country.id if country else None, first=first, limit=PAGE_SIZE
    )
    return TranslationList(
        query=query,
        heading=_label(query.lack, query.language),
        facet=_facet(query, counts),
        countries=tuple(formatting.by_label(tuple(terms.in_facet("country")))),
        rows=tuple(LackingRow(record.project, _words(record, query.language)) for record in records),
        previous_url=replace(query, page=query.page - 1).url() if query.page > 1 else "",
        next_url=replace(query, page=query.page + 1).url() if has_more else "",
    )


def count_all(session: Session) -> Counts:
    """How many public records lack what, counted once for each state of the catalogue."""
    snapshot = current.current_snapshot()
    if (counts := _counted.get(snapshot)) is None:
        counts = _counted[snapshot] = gaps.count(session)
    return counts


def desk_sentence(counts: Counts) -> str:
    """What the desk says of translations; "" if nothing is lacking."""
    parts = [
        ngettext(
            "one record lacks a translation into %(language)s",
            "%(num)s records lack a translation into %(language)s",
            counts[Lack.MISSING, language],
            num=formatting.number(counts[Lack.MISSING, language]),
            language=language_name(language),
        )
        for language in RECORD_LANGUAGES
        if counts[Lack.MISSING, language]
    ]
    if older := sum(counts[Lack.OUTDATED, language] for language in RECORD_LANGUAGES):
        parts.append(
            ngettext(
                "one translation is older than its source",
                "%(num)s translations are older than their source",
                older,
                num=formatting.number(older),
            )
        )
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in parts)


def _pairs() -> list[tuple[Lack, str]]:
    pairs = [(lack, language) for language in RECORD_LANGUAGES for lack in (Lack.MISSING, Lack.OUTDATED, Lack.MACHINE)]
    return [*pairs, (Lack.UNSTATED, "")]


def _facet(query: TranslationQuery, counts: Counts) -> dict[str, tuple[FacetValue, ...]]:
    """The values by the name of their language, "" for the one of all languages."""
    groups: dict[str, list[FacetValue]] = {}
    for lack, language in _pairs():
        chosen = replace(query, lack=lack, language=language, page=1)
        is_chosen = (lack, language) == (query.lack, query.language)
        value = FacetValue(_short_label(lack), counts[lack, language], chosen.url(), is_chosen)
        groups.setdefault(language_name(language) if language else "", []).append(value)
    return {name: tuple(values) for name, values in groups.items()}


def _short_label(lack: Lack) -> str:
    return {
        Lack.MISSING: gettext("No translation"),
        Lack.OUTDATED: gettext("Older than its source"),
        Lack.MACHINE: gettext("By a machine"),
        Lack.UNSTATED: gettext("Language of the source not stated"),
    }[lack]


def _label(lack: Lack, language: str) -> str:
    if lack == Lack.UNSTATED:
        return gettext("Records that do not state the language of their texts")
    name = language_name(language)
    return {
        Lack.MISSING: gettext("Records that lack a translation into %(language)s", language=name),
        Lack.OUTDATED: gettext("Translations into %(language)s that are older than their source", language=name),
        Lack.MACHINE: gettext("Translations into %(language)s that a machine made", language=name),
    }[lack]


def _words(record: LackingRecord, shown_language: str) -> tuple[str, ...]:
    """What the record lacks in the language of the list."""
    names = field_labels.field_names()
    words = {
        Lack.MISSING: gettext("missing"),
        Lack.OUTDATED: gettext("older than its source"),
        Lack.MACHINE: gettext("by a machine"),
    }
    of_language = [(name, lack) for name, lack in record.lacks.items() if TRANSLATIONS[name][1] == shown_language]
    return tuple(f"{names[name]}: {words[lack]}" for name, lack in of_language)
