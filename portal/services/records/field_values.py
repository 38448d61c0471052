"""Single field values of a project, read from text: dates, years, amounts, terms, countries and codes.

Each reader returns a stored value, or None and a finding that says why there is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from portal.i18n.catalogues import gettext
from portal.i18n.numbers import grouped
from portal.models import PartialDate
from portal.services.records.amounts import AmbiguousAmount, NotAnAmount, NumberCell, plain_cents, read_amount
from portal.services.records.dates import NotADate, read_partial_date
from portal.services.records.findings import FieldFinding, FindingKind
from portal.text.cleaning import clean_cell, describe_repairs, is_clean_line, repair
from portal.text.decoding import has_damage
from portal.text.markdown import clean_cell_markdown, clean_own_markdown
from portal.text.markup import has_markup, plain_from_html
from portal.vocabulary.facets import MAX_YEAR, MIN_YEAR

MAX_BUDGET_USD = Decimal(10) ** 12
_MAX_BUDGET_CENTS = int(MAX_BUDGET_USD * 100)
# Before the first year the Fund did not exist (see docs on how it came about); both only make a note.
FIRST_FUND_YEAR, MAX_YEARS_AHEAD = 2001, 10
_YEAR = re.compile(r"[0-9]{4}")
_REPEATED_SPACES = re.compile(r"\s{2}|[\t\n]")

# Records are found by these, so they stay as the file has them.
IDENTIFYING_FIELDS = frozenset(("number", "prima_id", "source_url"))

FieldValue = str | tuple[str, ...]


class OptionalTerm(str):
    """The text of a cell that its row can do without: what is in no list is left out, with a note."""

    __slots__ = ()


@dataclass(slots=True)
class FieldValidation:
    """The submitted values of one project, and the findings so far.

    A field that holds several names or codes is a tuple, or one text with semicolons between them.
    """

    values: Mapping[str, FieldValue]
    findings: list[FieldFinding] = field(default_factory=list)
    is_refused: bool = False
    # A form publishes what was approved, to the letter: what a file gets repaired, a form is asked to correct.
    is_form: bool = False
    # A row of one of our own files: its texts are those of a record already, and are kept as they are.
    is_own_row: bool = False
    # Whether a form states the shares that the public record has.
    has_published_shares: Callable[[], bool] = lambda: False
    # Whether commas divide thousands in the other amounts of the file.
    comma_groups: Callable[[], bool] = lambda: False

    def add_finding(self, kind: FindingKind, name: str, reason: str, advice: str) -> None:
        self.findings.append(FieldFinding(name, kind, reason.rstrip("."), advice.rstrip(".")))

    def report_repair(self, name: str, reason: str) -> None:
        """A repair that leaves nothing to check."""
        self.add_finding("repaired", name, reason, gettext("Nothing to do."))

    def is_optional(self, name: str) -> bool:
        """Whether a value may be left out if it is in no list."""
        return isinstance(self.values.get(name), OptionalTerm)

    def refuse(self, name: str, reason: str, advice: str) -> None:
        self.is_refused = True
        self.add_finding("refused", name, reason, advice)

    def raw(self, name: str) -> str:
        """The submitted value as one text."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else ";".join(value)

    def text(self, name: str) -> str:
        """One line of plain text; reports the removal of invisible characters."""
        value = self.values.get(name)
        # Most fields of a file are empty, and most of the others as they should be.
        if not value:
            return ""
        if isinstance(value, str) and is_clean_line(value) and not has_markup(value):
            return value
        return self._clean_line(name, self.raw(name))

    def paragraphs(self, name: str) -> str:
        """Several lines of plain Markdown; reports what was removed or converted."""
        raw = self.raw(name)
        if not is_clean_line(raw):
            self._report_repairs(name, raw)
        self._report_markup(name, raw)
        return clean_own_markdown(raw) if self.is_own_row else clean_cell_markdown(raw)

    def parts(self, name: str) -> list[str]:
        """The names or codes of a field that holds several. Only a text is split: a code may contain a semicolon."""
        value = self.values.get(name)
        if not value:
            return []
        if isinstance(value, str):
            text = self._clean_line(name, value)
            return [part for part in map(str.strip, text.split(";")) if part] if text else []
        return [part for part in (self._clean_line(name, part) for part in value) if part]

    def _clean_line(self, name: str, raw: str) -> str:
        if is_clean_line(raw):
            return self._without_html(name, raw) if has_markup(raw) else raw
        self._report_repairs(name, raw)
        if _REPEATED_SPACES.search(raw.strip()):
            self.report_repair(name, gettext("Repeated spaces or line ends became single spaces."))
        return clean_cell(self._without_html(name, raw))

    def _without_html(self, name: str, raw: str) -> str:
        if name in IDENTIFYING_FIELDS or not self._report_markup(name, raw):
            return raw
        return clean_cell(plain_from_html(raw)) or raw

    def _report_markup(self, name: str, raw: str) -> bool:
        """Whether the text has HTML, which the report then mentions."""
        if not has_markup(raw) or (repaired := repair(raw)) == plain_from_html(repaired):
            return False
        self.add_finding("repaired", name, gettext("HTML was converted to plain text."), gettext("Check the text."))
        return True

    def _report_repairs(self, name: str, raw: str) -> None:
        for sentence in describe_repairs(raw):
            self.report_repair(name, sentence)
        if has_damage(repair(raw)):
            self.refuse(
                name,
                gettext("The text has characters that a program decoded wrongly, and they cannot be read back."),
                gettext("Copy the text from its source again, or save the file as UTF-8."),
            )


def read_date(project: FieldValidation, name: str) -> PartialDate | None:
    """A partial date; None if the field is empty or refused."""
    text = project.text(name)
    if not text:
        return None
    try:
        date = read_partial_date(text)
    except NotADate as error:
        project.refuse(name, str(error), gettext("Enter a year (2008), a month (2008-05) or a day (2008-05-31)."))
        return None
    if date.repair:
        project.report_repair(name, date.repair)
    _note_unlikely_year(project, name, date.value.year)
    return date.value


def _note_unlikely_year(project: FieldValidation, name: str, year: int) -> None:
    """Say that a year lies before the Fund began or far ahead; a record may still state it."""
    if not FIRST_FUND_YEAR <= year <= datetime.now(UTC).year + MAX_YEARS_AHEAD:
        reason = gettext(
            "The year %(year)s is before the Fund began (%(first)s) or far ahead.", year=year, first=FIRST_FUND_YEAR
        )
        project.add_finding("note", name, reason, gettext("Check it."))


def read_year(project: FieldValidation) -> int | None:
    """The year of allocation; None if the field is empty or refused."""
    text = project.text("year")
    if not text:
        return None
    if not _YEAR.fullmatch(text) or not MIN_YEAR <= int(text) <= MAX_YEAR:
        advice = gettext("Enter four digits, %(first)s to %(last)s.", first=MIN_YEAR, last=MAX_YEAR)
        project.refuse("year", gettext("This is not a year of allocation."), advice)
        return None
    _note_unlikely_year(project, "year", int(text))
    return int(text)


def read_budget(project: FieldValidation) -> int | None:
    """The budget in US cents; None if the field is empty or refused."""
    text = project.text("budget")
    if not text:
        return None
    # Nearly all are plain, and right: whatever has to be said of one is said below.
    if (cents := plain_cents(text)) is not None and cents <= _MAX_BUDGET_CENTS:
        return cents
    if isinstance(project.values.get("budget"), NumberCell):
        text = NumberCell(text)
    try:
        amount = read_amount(text, comma_groups=project.comma_groups)
    except AmbiguousAmount as error:
        project.refuse("budget", error.question, error.advice)
        return None
    except NotAnAmount:
        project.refuse(
            "budget",
            gettext("This is not an amount."),
            gettext("Enter US dollars as 64240 or 64240.00, without a currency sign."),
        )
        return None
    if amount.has_separators:
        project.report_repair("budget", gettext("The amount was read as %(amount)s.", amount=amount.value))
    if amount.is_rounded:
        project.report_repair("budget", gettext("The amount was rounded to cents: %(amount)s.", amount=amount.value))
    if amount.value < 0:
        project.refuse("budget", gettext("The budget is negative."), gettext("Enter zero or more, or leave it empty."))
    elif amount.value > MAX_BUDGET_USD:
        reason = gettext("The budget is above %(amount)s US dollars.", amount=grouped(MAX_BUDGET_USD))
        project.refuse("budget", reason, gettext("Check the amount."))
    else:
        return int(amount.value * 100)
    return None
