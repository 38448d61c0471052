"""Validates the fields of a project: RecordValues if all are valid, otherwise findings that state every error.

Forms and files use the same checks. Fields have the names of ProjectDraft; a file maps its columns to them.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from portal.i18n.catalogues import gettext
from portal.i18n.quoting import quoted
from portal.models import PartialDate
from portal.models.draft import TERM_FIELDS
from portal.search.fulltext.documents import with_translations
from portal.search.fulltext.tokenizer import normalise_text
from portal.services.records.codes import read_codes, read_countries, read_language_code, read_term
from portal.services.records.country_shares import read_country_shares
from portal.services.records.field_values import (
    FieldValidation,
    read_budget,
    read_date,
    read_year,
)
from portal.services.records.placeholders import is_placeholder
from portal.services.records.spellings import TermLookup
from portal.services.records.translations.reading import read_translations, source_from_translations
from portal.services.records.values import (
    RecordValues,
    Translation,
    fingerprint,
    slug_from_fingerprint,
    slug_from_reference,
    sort_title_of,
)

MAX_REFERENCE_LENGTH, MAX_SHORT_TEXT_LENGTH = 120, 40
MAX_SOURCE_URL_BYTES = 2_000  # bytes: in older tables PostgreSQL, which limits its entries, has an index of them
_WEB_ADDRESS = re.compile(r"https?://[^\s/]")
# The Fund's French pages show the end 2024 for old projects without a start: a migration error, because the English
# pages of the same projects show other dates.
_FRENCH_IOM_PAGES = re.compile(r"https?://(?:www\.)?iom\.int/fr/")


class CheckedFields(NamedTuple):
    """The values of one project, read and checked; `country_ids` are eligible countries. All ids are term ids."""

    title: str
    reference: str
    start: PartialDate | None
    end: PartialDate | None
    source_url: str
    status_id: int | None
    type_id: int | None
    coverage_id: int | None
    region_id: int | None
    prima_id: str | None
    summary: str
    year: int | None
    budget: int | None
    country_ids: list[int]
    country_shares: tuple[tuple[int, int], ...]
    other_country_ids: list[int]
    tag_ids: list[int]
    title_language: str
    language: str
    funding_line: str
    translations: tuple[Translation, ...]


def validate_fields(project: FieldValidation, term_lookup: TermLookup, *, row: int = 0) -> RecordValues | None:
    """The values, or None if any value is refused; `project.findings` holds the reasons and the repairs.

    `row` is the row number in a file, 0 for a form.
    """
    fields = read_fields(project, term_lookup)
    return None if project.is_refused else build_values(fields, term_lookup, row)


def read_fields(project: FieldValidation, term_lookup: TermLookup) -> CheckedFields:
    """Read every field and add its findings; the values are incomplete if the project is refused."""
    title, reference = read_title(project), read_reference(project)
    start, end = read_period(project)
    source_url = read_source_url(project)
    check_short_texts(project)
    status, project_type, coverage, region = (
        read_term(project, name, facet, term_lookup) for name, facet in TERM_FIELDS.items()
    )
    prima_id, summary = read_identifier(project, "prima_id") or None, read_summary(project)
    year, budget = read_year(project), read_budget(project)
    countries = read_countries(project, "countries", term_lookup)
    other_countries = read_countries(project, "other_countries", term_lookup)
    check_countries_once(project, countries, other_countries)
    shares = read_country_shares(project, countries, term_lookup)
    tags = [*read_codes(project, "sdg", term_lookup), *read_codes(project, "gcm", term_lookup)]
    return CheckedFields(
        title,
        reference,
        start,
        end,
        source_url,
        status,
        project_type,
        coverage,
        region,
        prima_id,
        summary,
        year,
        budget,
        countries,
        shares,
        other_countries,
        tags,
        title_language=read_language_code(project, "title_language"),
        language=read_language_code(project, "language"),
        funding_line=project.text("funding_line"),
        translations=read_translations(project, title, summary),
    )


def build_values(fields: CheckedFields, term_lookup: TermLookup, row: int) -> RecordValues:
    """The columns, links and search document of a project whose fields are all valid."""
    start, end = str(fields.start) if fields.start else None, str(fields.end) if fields.end else None
    countries = fields.country_ids
    others = [term_id for term_id in fields.other_country_ids if term_id not in countries]
    slug, content_fingerprint = fields.reference and slug_from_reference(fields.reference), ""
    if not slug:
        content_fingerprint = fingerprint(fields.title, start, end, fields.year, countries, fields.source_url)
        slug = slug_from_fingerprint(content_fingerprint)
    return RecordValues(
        reference=fields.reference or None,
        prima_id=fields.prima_id,
        title=fields.title,
        sort_title=sort_title_of(fields.title),
        title_language=fields.title_language,
        summary=fields.summary,
        language=fields.language,
        start=start,
        end=end,
        year=fields.year,
        budget=fields.budget,
        status_id=fields.status_id,
        type_id=fields.type_id,
        coverage_id=fields.coverage_id,
        region_id=fields.region_id,
        funding_line=fields.funding_line,
        source_url=fields.source_url,
        fingerprint="" if fields.reference else content_fingerprint,
        slug=slug,
        row=row,
        country_links=tuple(sorted([(i, True) for i in countries] + [(i, False) for i in others])),
        country_shares=fields.country_shares,
        tags=tuple(sorted(set(fields.tag_ids))),
        search_document=_search_document(fields, [*countries, *others], term_lookup),
        translations=fields.translations,
    )


def _search_document(
    fields: CheckedFields, country_ids: list[int], term_lookup: TermLookup
) -> tuple[str, str, str, str]:
    """Identifiers, title and summary in all languages, and term names, normalised for the text index."""
    identifiers = " ".join(filter(None, (fields.reference, fields.prima_id)))
    translations = {one.name: one.text for one in fields.translations}
    single = fields.status_id, fields.type_id, fields.coverage_id, fields.region_id
    return (
        normalise_text(identifiers),
        normalise_text(with_translations("title", fields.title, translations)),
        normalise_text(with_translations("summary", fields.summary, translations)),
        term_lookup.term_names((*country_ids, *single, *fields.tag_ids)),
    )


def read_title(project: FieldValidation) -> str:
    title = project.text("title") or source_from_translations(project, "title")
    if not title:
        project.refuse("title", gettext("The title is empty."), gettext("Enter a title."))
    return title


def read_summary(project: FieldValidation) -> str:
    """The summary, "" if there is none."""
    return project.paragraphs("summary") or source_from_translations(project, "summary")


def read_reference(project: FieldValidation) -> str:
    """The Projects ID, "" if there is none."""
    reference = read_identifier(project, "number")
    if len(reference) > MAX_REFERENCE_LENGTH:
        reason = gettext("The ID is longer than %(limit)s characters.", limit=MAX_REFERENCE_LENGTH)
        project.refuse("number", reason, gettext("Check the column."))
    return reference


def read_identifier(project: FieldValidation, name: str) -> str:
    """The ID in a field; a placeholder is read as not stated in a file, and refused in a form."""
    text = project.text(name)
    if not is_placeholder(text):
        return text
    if project.is_form:
        reason = gettext("%(text)s is a placeholder and identifies no project.", text=quoted(text))
        project.refuse(name, reason, gettext("Enter the ID, or leave the field empty until there is one."))
    else:
        reason = gettext(
            "%(text)s is a placeholder and identifies no project; the ID was read as not stated.", text=quoted(text)
        )
        project.add_finding("repaired", name, reason, gettext("Enter it once it is known."))
    return ""


def read_period(project: FieldValidation) -> tuple[PartialDate | None, PartialDate | None]:
    """Start and end; None for a date that is not stated."""
    start, end = read_date(project, "start"), read_date(project, "end")
    # Comparing the dates first is much faster, and rules out nearly every project.
    if start and end and end < start and end.is_certainly_before(start):
        reason = gettext("The end (%(end)s) is before the start (%(start)s).", end=end, start=start)
        project.refuse("end", reason, gettext("Correct one of the two dates."))
    is_certain = project.is_form or project.is_own_row
    is_migration_error = end and end.year == 2024 and not start and not is_certain
    if is_migration_error and _FRENCH_IOM_PAGES.match(project.raw("source_url")):
        project.add_finding(
            "repaired", "end",
            gettext("End 2024 without a start is a known mistake of the Fund's French pages; stored as not stated."),
            gettext("State the start date too if 2024 is right."),
        )  # fmt: skip
        end = None
    return start, end


def check_countries_once(project: FieldValidation, countries: list[int], others: list[int]) -> None:
    """A country stands in one of the two lists: a form is asked which, a file gets it as a benefiting member state."""
    if set(countries) & set(others):
        reason, advice = gettext("A country is in both lists of countries."), gettext("Remove it from one of them.")
        if project.is_form:
            project.refuse("other_countries", reason, advice)
        else:
            project.add_finding(
                "repaired", "other_countries", f"{reason} {gettext('It counts as benefiting.')}", advice
            )


def read_source_url(project: FieldValidation) -> str:
    source_url = project.text("source_url")
    if source_url and not _WEB_ADDRESS.match(source_url):
        project.refuse(
            "source_url",
            gettext("This is not a web address."),
            gettext("Start it with http:// or https://, or leave it empty."),
        )
    if len(source_url.encode()) > MAX_SOURCE_URL_BYTES:
        reason = gettext("The address is longer than %(limit)s bytes.", limit=MAX_SOURCE_URL_BYTES)
        project.refuse("source_url", reason, gettext("Enter a shorter one."))
    return source_url


def check_short_texts(project: FieldValidation) -> None:
    """Refuse Prima IDs and funding lines that are too long for their columns."""
    for name in ("prima_id", "funding_line"):
        if len(project.raw(name).strip()) > MAX_SHORT_TEXT_LENGTH:
            reason = gettext("The text is longer than %(limit)s characters.", limit=MAX_SHORT_TEXT_LENGTH)
            project.refuse(name, reason, gettext("Check the column."))
