"""Single field values of a project, read from text: dates, years, amounts, terms, countries and codes.

Each reader returns a stored value, or None and a finding that says why there is none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from portal.models import PartialDate
from portal.services.records.findings import Finding, FindingKind
from portal.services.records.spellings import KnownTerm, TermLookup
from portal.text.cleaning import clean_cell, clean_cell_lines, is_clean_line, normalise_line_ends, remove_invisible
from portal.vocabulary.facets import MAX_YEAR, MIN_YEAR

MAX_BUDGET_USD = Decimal(10) ** 12
MAX_TERM_LENGTH = 200
_CENT = Decimal("0.01")
_YEAR = re.compile(r"[0-9]{4}")
_GROUPED_AMOUNT = re.compile(r"[0-9]{1,3}(?:[, \u00a0\u202f][0-9]{3})+(?:\.[0-9]+)?")
_GROUP_SEPARATORS = re.compile(r"[, \u00a0\u202f]")
_PLAIN_AMOUNT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")

FieldValue = str | tuple[str, ...]


@dataclass(slots=True)
class FieldValidation:
    """The submitted values of one project, and the findings so far.

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
        """The submitted value as one text."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else ";".join(value)

    def text(self, name: str) -> str:
        """One line of plain text; reports the removal of invisible characters."""
        return self._clean_line(name, self.raw(name))

    def paragraphs(self, name: str) -> str:
        """Several lines of plain text without blank lines; reports the removal of invisible characters."""
        raw = self.raw(name)
        if is_clean_line(raw):
            return raw
        return self._report_removal(name, normalise_line_ends(raw), clean_cell_lines(raw))

    def parts(self, name: str) -> list[str]:
        """The names or codes of a field that holds several. Only a text is split: a code may contain a semicolon."""
        value = self.values.get(name, "")
        if isinstance(value, str):
            text = self._clean_line(name, value)
            return [part for part in map(str.strip, text.split(";")) if part] if text else []
        return [part for part in (self._clean_line(name, part) for part in value) if part]

    def _clean_line(self, name: str, raw: str) -> str:
        return raw if is_clean_line(raw) else self._report_removal(name, raw, clean_cell(raw))

    def _report_removal(self, name: str, raw: str, clean: str) -> str:
        if remove_invisible(raw) != raw:
            self.add_finding("repaired", name, "Control characters were removed.", "Nothing to do.")
        return clean


@lru_cache(maxsize=20_000)
def _parse_date(text: str) -> PartialDate:
    return PartialDate.parse(text)


def read_date(project: FieldValidation, name: str) -> PartialDate | None:
    """A partial date; None if the field is empty or refused."""
    text = project.text(name)
    if not text:
        return None
    advice = "Enter a year (2008), a month (2008-05) or a day (2008-05-31)."
    try:
        parsed = _parse_date(text)
    except ValueError:
        project.refuse(name, "This is not a date.", advice)
        return None
    if not MIN_YEAR <= parsed.year <= MAX_YEAR:
        project.refuse(name, f"The year is not between {MIN_YEAR} and {MAX_YEAR}.", advice)
    return parsed


def read_year(project: FieldValidation) -> int | None:
    """The year of allocation; None if the field is empty or refused."""
    text = project.text("year")
    if not text:
        return None
    if not _YEAR.fullmatch(text) or not MIN_YEAR <= int(text) <= MAX_YEAR:
        project.refuse("year", "This is not a year of allocation.", f"Enter four digits, {MIN_YEAR} to {MAX_YEAR}.")
        return None
    return int(text)


def read_budget(project: FieldValidation) -> int | None:
    """The budget in US cents; None if the field is empty or refused. Removes separators between thousands."""
    text = project.text("budget")
    if not text:
        return None
    advice = "Enter US dollars as 64240 or 64240.00, without a currency sign."
    if _GROUPED_AMOUNT.fullmatch(text):
        ungrouped = _GROUP_SEPARATORS.sub("", text)
        project.add_finding("repaired", "budget", f"Separators were removed: {ungrouped}.", "Nothing to do.")
        text = ungrouped
    if not _PLAIN_AMOUNT.fullmatch(text):
        project.refuse("budget", "This is not an amount.", advice)
        return None
    amount = Decimal(text)
    if amount < 0:
        project.refuse("budget", "The budget is negative.", "Enter zero or more, or leave it empty.")
    elif amount > MAX_BUDGET_USD:
        project.refuse("budget", f"The budget is above {MAX_BUDGET_USD:,} US dollars.", "Check the amount.")
    elif amount != amount.quantize(_CENT):
        project.refuse("budget", "The budget has more than two decimal places.", "Round it to whole cents.")
    else:
        return int(amount * 100)
    return None


def read_term(
    project: FieldValidation, name: str, facet: str, term_lookup: TermLookup, languages: set[str]
) -> int | None:
    """The id of a term, None if the field is empty or refused; adds the language of its spelling to `languages`."""
    text = project.text(name)
    if not text:
        return None
    if len(text) > MAX_TERM_LENGTH:
        project.refuse(
            name, f"The term is longer than {MAX_TERM_LENGTH} characters.", "Shorten it, or check the commas."
        )
        return None
    term = term_lookup.find(facet, text) or _add_term(project, name, facet, text, term_lookup)
    if term is None:
        return None
    if term.language:
        languages.add(term.language)
    return term.id


def _add_term(project: FieldValidation, name: str, facet: str, text: str, term_lookup: TermLookup) -> KnownTerm | None:
    """The new term with a note, or None with a refusal where new terms are not accepted."""
    term = term_lookup.add(facet, text)
    if term is None:
        suggestion = term_lookup.closest(facet, text)
        advice = f"Did you mean {suggestion!r}? " if suggestion else ""
        project.refuse(name, f"The term is not in the list {facet}.", f"{advice}Or import with --new-terms add.")
        return None
    project.add_finding(
        "note", name, f"A new term was added to the list {facet}.", "Check that it is not a misspelling."
    )
    return term


def read_countries(project: FieldValidation, name: str, term_lookup: TermLookup) -> list[int]:
    """The ids of the countries of a field, without repeats, in the order of the field."""
    ids: list[int] = []
    for text in project.parts(name):
        country = term_lookup.find("country", text)
        if country is None:
            suggestion = term_lookup.closest("country", text)
            advice = (
                f"Did you mean {suggestion!r}?"
                if suggestion
                else "Use the UN short name; separate several with semicolons."
            )
            project.refuse(name, f"{text!r} is not a known country.", advice)
            continue
        if country.is_alias:
            project.add_finding("repaired", name, f"{text!r} was interpreted as {country.name!r}.", "Nothing to do.")
        if country.id in ids:
            project.add_finding("repaired", name, f"{text!r} is repeated; it was stored once.", "Nothing to do.")
        else:
            ids.append(country.id)
    return ids


def read_codes(project: FieldValidation, facet: str, term_lookup: TermLookup) -> list[int]:
    """The ids of the terms with the codes of a field, in the order of the field."""
    ids = []
    for code in project.parts(facet):
        if (term_id := term_lookup.by_code(facet, code)) is None:
            project.refuse(facet, f"{code!r} is not a known code.", "Use the number of the Goal, target or objective.")
        else:
            ids.append(term_id)
    return ids
