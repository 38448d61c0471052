"""The fields of a project, as text, into a proposal, or into findings that state everything wrong with them.

Forms and files use the same checks. Fields have the names of ProjectDraft; a file maps its columns to them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from portal.models import PartialDate
from portal.models.draft import TERM_FIELDS
from portal.search.fulltext.tokenizer import normalise_text
from portal.services.records.findings import Finding, FindingKind
from portal.services.records.spellings import TermLookup
from portal.services.records.values import (
    Proposal,
    fingerprint,
    slug_from_fingerprint,
    slug_from_reference,
    sort_title_of,
)
from portal.text.cleaning import clean_cell, clean_cell_lines, is_clean_line, normalise_line_ends, remove_invisible
from portal.vocabulary.facets import MAX_YEAR, MIN_YEAR

MAX_BUDGET_USD = Decimal(10) ** 12
_CENT = Decimal("0.01")
MAX_REFERENCE_LENGTH, MAX_SHORT_TEXT_LENGTH, MAX_LANGUAGE_LENGTH = 120, 40, 8
MAX_TERM_LENGTH = 200
MAX_SOURCE_URL_BYTES = 2_000  # bytes: an index of PostgreSQL takes no longer ones
_GROUPED_AMOUNT = re.compile(r"[0-9]{1,3}(?:[, \u00a0\u202f][0-9]{3})+(?:\.[0-9]+)?")
_PLAIN_AMOUNT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
# The Fund's French pages show the end 2024 for old projects without a start: a migration error, because English pages
# of the same projects show other dates.
_FRENCH_IOM_PAGES = re.compile(r"https?://(?:www\.)?iom\.int/fr/")


FieldValue = str | tuple[str, ...]


@dataclass(slots=True)
class FieldValidation:
    """The values of one project under examination; its findings accumulate.

    A field that holds several names or codes is a tuple, or one text with semicolons between them.
    """

    values: Mapping[str, FieldValue]
    findings: list[Finding] = field(default_factory=list)
    is_refused: bool = False

    def add_finding(self, kind: FindingKind, name: str, reason: str, advice: str) -> None:
        self.findings.append(Finding(name, kind, reason.rstrip("."), advice.rstrip(".")))

    def refuse(self, name: str, reason: str, advice: str) -> None:
        self.is_refused = True
        self.add_finding("refused", name, reason, advice)

    def raw(self, name: str) -> str:
        """The value as it came, as one text."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else ";".join(value)

    def text(self, name: str) -> str:
        """One line of plain text; reports the removal of invisible characters."""
        raw = self.values.get(name, "")
        if not isinstance(raw, str):
            raw = ";".join(raw)
        return raw if is_clean_line(raw) else self._report_removal(name, raw, clean_cell(raw))

    def paragraphs(self, name: str) -> str:
        raw = self.raw(name)
        if is_clean_line(raw):
            return raw
        return self._report_removal(name, normalise_line_ends(raw), clean_cell_lines(raw))

    def parts(self, name: str) -> list[str]:
        """The names or codes of a field that holds several."""
        text = self.text(name)
        return [part for part in map(str.strip, text.split(";")) if part] if text else []

    def _report_removal(self, name: str, raw: str, clean: str) -> str:
        if remove_invisible(raw) != raw:
            self.add_finding("repaired", name, "Control characters were removed.", "Nothing to do.")
        return clean


def validate_fields(project: FieldValidation, term_lookup: TermLookup, *, row: int = 0) -> Proposal | None:
    """A proposal, or None when it is refused; `project.findings` states why, and what was repaired.

    `row` is the number of the row in a file.
    """
    title = project.text("title")
    if not title:
        project.refuse("title", "The title is empty.", "Give the project a title.")
    number = project.text("number")
    if len(number) > MAX_REFERENCE_LENGTH:
        project.refuse("number", f"The ID is longer than {MAX_REFERENCE_LENGTH} characters.", "Check the column.")
    start, end = read_date(project, "start"), read_date(project, "end")
    if start and end and end < start and end.is_certainly_before(start):
        project.refuse("end", f"The end ({end}) is before the start ({start}).", "Correct one of the two dates.")
    if end and end.year == 2024 and not start and _FRENCH_IOM_PAGES.match(project.raw("source_url")):
        project.add_finding(
            "repaired", "end",
            "End 2024 without a start is a known mistake of the Fund's French pages; stored as not stated.",
            "State the start date too if 2024 is right.",
        )  # fmt: skip
        end = None
    source_url = project.text("source_url")
    if source_url and not re.match(r"https?://[^\s/]", source_url):
        project.refuse(
            "source_url", "This is not a web address.", "Write it with http:// or https://, or leave it empty."
        )
    if len(source_url.encode()) > MAX_SOURCE_URL_BYTES:
        project.refuse("source_url", f"The address is longer than {MAX_SOURCE_URL_BYTES} bytes.", "Give a shorter one.")
    for name in ("title_language", "language"):
        if len(project.raw(name).strip()) > MAX_LANGUAGE_LENGTH:
            project.refuse(name, "This is not a code of a language.", "Write en, fr or es, or leave it empty.")
    for name in ("prima_id", "funding_line"):
        if len(project.raw(name).strip()) > MAX_SHORT_TEXT_LENGTH:
            project.refuse(name, f"The text is longer than {MAX_SHORT_TEXT_LENGTH} characters.", "Check the column.")
    languages: set[str] = set()
    status, kind, coverage, region = (
        read_term(project, name, facet, term_lookup, languages) for name, facet in TERM_FIELDS.items()
    )
    prima_id, summary = project.text("prima_id") or None, project.paragraphs("summary")
    allocated, cents = read_year(project), read_budget(project)
    stated = read_countries(project, "countries", term_lookup)
    others = [term_id for term_id in read_countries(project, "other_countries", term_lookup) if term_id not in stated]
    tags = {*read_codes(project, "sdg", term_lookup), *read_codes(project, "gcm", term_lookup)}
    title_language = project.text("title_language") or guess_language(languages)
    language, funding_line = project.text("language") or "en", project.text("funding_line")
    if project.is_refused:
        return None
    began, ended = str(start) if start else None, str(end) if end else None
    key = number and slug_from_reference(number)
    mark = "" if key else fingerprint(title, began, ended, allocated, stated, source_url)
    return Proposal(
        reference=number or None,
        prima_id=prima_id,
        title=title,
        sort_title=sort_title_of(title),
        title_language=title_language,
        summary=summary,
        language=language,
        start=began,
        end=ended,
        year=allocated,
        budget=cents,
        status_id=status,
        type_id=kind,
        coverage_id=coverage,
        region_id=region,
        funding_line=funding_line,
        source_url=source_url,
        fingerprint="" if number else mark,
        slug=key or slug_from_fingerprint(mark),
        row=row,
        country_links=tuple(sorted([(i, True) for i in stated] + [(i, False) for i in others])),
        tags=tuple(sorted(tags)),
        search_document=(
            normalise_text(" ".join(filter(None, (number, prima_id)))),
            normalise_text(title),
            normalise_text(summary),
            term_lookup.term_names([*stated, *others, status, kind, coverage, region]),
        ),
    )


def guess_language(languages: set[str]) -> str:
    """The language of the terms, when they are in one only."""
    return next(iter(languages)) if len(languages) == 1 else "en"


@lru_cache(maxsize=20_000)
def _parse_date(text: str) -> PartialDate:
    return PartialDate.parse(text)


def read_date(project: FieldValidation, name: str) -> PartialDate | None:
    text = project.text(name)
    if not text:
        return None
    advice = "Write a year (2008), a month (2008-05) or a day (2008-05-31)."
    try:
        parsed = _parse_date(text)
    except ValueError:
        project.refuse(name, "This is not a date.", advice)
        return None
    if not MIN_YEAR <= parsed.year <= MAX_YEAR:
        project.refuse(name, f"The year is not between {MIN_YEAR} and {MAX_YEAR}.", advice)
    return parsed


def read_year(project: FieldValidation) -> int | None:
    text = project.text("year")
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{4}", text) or not MIN_YEAR <= int(text) <= MAX_YEAR:
        project.refuse("year", "This is not a year of allocation.", f"Write four digits, {MIN_YEAR} to {MAX_YEAR}.")
        return None
    return int(text)


def read_budget(project: FieldValidation) -> int | None:
    """Cents of a US dollar; only plain separators between thousands are repaired."""
    text = project.text("budget")
    if not text:
        return None
    advice = "Write US dollars as 64240 or 64240.00, without a currency sign."
    if _GROUPED_AMOUNT.fullmatch(text):
        bare = re.sub(r"[, \u00a0\u202f]", "", text)
        project.add_finding("repaired", "budget", f"Separators were removed: {bare}.", "Nothing to do.")
        text = bare
    if not _PLAIN_AMOUNT.fullmatch(text):
        project.refuse("budget", "This is not an amount.", advice)
        return None
    amount = Decimal(text)
    if amount < 0:
        project.refuse("budget", "The budget is negative.", "Write the amount as zero or more, or leave it empty.")
    elif amount > MAX_BUDGET_USD:
        project.refuse("budget", f"The budget is above {MAX_BUDGET_USD:,} US dollars.", "Check the amount.")
    elif amount != amount.quantize(_CENT):
        project.refuse("budget", "The budget has parts of a cent.", "Round it to two places.")
    else:
        return int(amount * 100)
    return None


def read_term(
    project: FieldValidation, name: str, facet: str, term_lookup: TermLookup, languages: set[str]
) -> int | None:
    text = project.text(name)
    if not text:
        return None
    if len(text) > MAX_TERM_LENGTH:
        project.refuse(
            name, f"The term is longer than {MAX_TERM_LENGTH} characters.", "Shorten it, or check the commas."
        )
        return None
    known = term_lookup.find(facet, text)
    if known is None:
        known = term_lookup.add(facet, text)
        if known is None:
            near = term_lookup.closest(facet, text)
            advice = f"Did you mean {near!r}? " if near else ""
            project.refuse(name, f"The term is not in the list {facet}.", f"{advice}Or import with --new-terms add.")
            return None
        project.add_finding(
            "note", name, f"A new term was added to the list {facet}.", "Check that it is not a misspelling."
        )
    if known.language:
        languages.add(known.language)
    return known.id


def read_countries(project: FieldValidation, name: str, term_lookup: TermLookup) -> list[int]:
    """The terms of the countries of a field, each once, in its order."""
    ids: list[int] = []
    for text in project.parts(name):
        known = term_lookup.find("country", text)
        if known is None:
            near = term_lookup.closest("country", text)
            advice = f"Did you mean {near!r}?" if near else "Use the UN short name; part several with semicolons."
            project.refuse(name, f"{text!r} is not a country that is known here.", advice)
            continue
        if known.is_alias:
            project.add_finding("repaired", name, f"{text!r} was read as {known.name!r}.", "Nothing to do.")
        if known.id in ids:
            project.add_finding("repaired", name, f"{text!r} stood twice and counts once.", "Nothing to do.")
        else:
            ids.append(known.id)
    return ids


def read_codes(project: FieldValidation, facet: str, term_lookup: TermLookup) -> list[int]:
    ids = []
    for code in project.parts(facet):
        if (known := term_lookup.by_code(facet, code)) is None:
            project.refuse(facet, f"{code!r} is not a known code.", "Use the number of the Goal, target or objective.")
        else:
            ids.append(known)
    return ids
