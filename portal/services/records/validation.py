"""One row of text into a proposal, or into findings that say all that is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from portal.models import PartialDate
from portal.search.fulltext.tokenizer import plain
from portal.services.records.findings import Finding, Kind
from portal.services.records.spellings import Glossary
from portal.services.records.values import Proposal, fingerprint, key_of_content, key_of_number, sorting
from portal.vocabulary.facets import YEAR_FIRST, YEAR_LAST

BUDGET_MOST = Decimal(10) ** 12
_CENT = Decimal("0.01")
IDENTIFIER_MOST, SHORT_MOST, LANGUAGE_MOST = 120, 40, 8
TERM_MOST = 200
SOURCE_MOST = 2_000  # bytes: an index of PostgreSQL takes no longer ones
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[, \u00a0\u202f][0-9]{3})+(?:\.[0-9]+)?")
_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
# The Fund's French pages show the end 2024 for old projects without a start: a mistake of a migration, seen beside
# English pages of the same projects that say otherwise.
_MISTAKEN_PAGES = re.compile(r"https?://(?:www\.)?iom\.int/fr/")
_FACETS = (("status", "status"), ("project_type", "type"), ("coverage", "coverage"), ("region", "region"))


@dataclass(slots=True)
class Row:
    """One row under examination; its findings pile up."""

    number: int
    cells: dict[str, str]
    findings: list[Finding] = field(default_factory=list)
    is_refused: bool = False

    def say(self, kind: Kind, column: str, reason: str, advice: str) -> None:
        value = self.cells.get(column, "")
        self.findings.append(Finding(self.number, column, value, kind, reason.rstrip("."), advice.rstrip(".")))

    def refuse(self, column: str, reason: str, advice: str) -> None:
        self.is_refused = True
        self.say("refused", column, reason, advice)

    def text(self, column: str) -> str:
        """One line of plain text; what is certain not to belong is taken out and said."""
        given = self.cells.get(column, "")
        return given if _is_plain(given) else " ".join(self._bare(column, given).split())

    def paragraphs(self, column: str) -> str:
        given = self.cells.get(column, "")
        if _is_plain(given):
            return given
        bare = self._bare(column, given.replace("\r\n", "\n").replace("\r", "\n"))
        return "\n".join(filter(None, (" ".join(line.split()) for line in bare.split("\n"))))

    def _bare(self, column: str, given: str) -> str:
        bare = _bare(given)
        if bare != given:
            self.say("repaired", column, "Control characters were removed.", "Nothing to do.")
        return bare


def one_line(given: str) -> str:
    """What Row.text() makes of a cell."""
    return given if _is_plain(given) else " ".join(_bare(given).split())


def _bare(text: str) -> str:
    return text if text.isprintable() else _CONTROL.sub("", text)


def _is_plain(text: str) -> bool:
    """True for nearly all cells: nothing to remove and no space too many. No printable sign is a control character."""
    return text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " "


def check(row: Row, glossary: Glossary) -> Proposal | None:
    """A proposal, or None when the row is refused; row.findings says why, and what was repaired."""
    title = row.text("title")
    if not title:
        row.refuse("title", "The title is empty.", "Give the project a title.")
    number = row.text("project_id")
    if len(number) > IDENTIFIER_MOST:
        row.refuse("project_id", f"The ID is longer than {IDENTIFIER_MOST} characters.", "Check the column.")
    start, end = partial_date(row, "start_date"), partial_date(row, "end_date")
    if start and end and end < start and end.is_surely_before(start):
        row.refuse("end_date", f"The end ({end}) is before the start ({start}).", "Correct one of the two dates.")
    if end and end.year == 2024 and not start and _MISTAKEN_PAGES.match(row.cells.get("source_url", "")):
        row.say(
            "repaired", "end_date",
            "End 2024 without a start is a known mistake of the Fund's French pages; stored as not stated.",
            "State the start date too if 2024 is right.",
        )  # fmt: skip
        end = None
    source_url = row.text("source_url")
    if source_url and not re.match(r"https?://[^\s/]", source_url):
        row.refuse("source_url", "This is not a web address.", "Write it with http:// or https://, or leave it empty.")
    if len(source_url.encode()) > SOURCE_MOST:
        row.refuse("source_url", f"The address is longer than {SOURCE_MOST} bytes.", "Give a shorter one.")
    for column in ("title_language", "language"):
        if len(row.cells.get(column, "").strip()) > LANGUAGE_MOST:
            row.refuse(column, "This is not a code of a language.", "Write en, fr or es, or leave it empty.")
    for column in ("prima_id", "funding_line"):
        if len(row.cells.get(column, "").strip()) > SHORT_MOST:
            row.refuse(column, f"The text is longer than {SHORT_MOST} characters.", "Check the column.")
    heard: set[str] = set()
    status, kind, coverage, region = (term(row, column, facet, glossary, heard) for column, facet in _FACETS)
    prima_id, summary = row.text("prima_id") or None, row.paragraphs("summary")
    allocated, cents = year(row), budget(row)
    stated = countries(row, "benefiting_member_states", glossary)
    others = [term_id for term_id in countries(row, "other_countries", glossary) if term_id not in stated]
    tags = {*codes(row, "sdg", glossary), *codes(row, "gcm", glossary)}
    title_language = row.text("title_language") or guessed_language(heard)
    language, funding_line = row.text("language") or "en", row.text("funding_line")
    if row.is_refused:
        return None
    began, ended = str(start) if start else None, str(end) if end else None
    key = number and key_of_number(number)
    mark = "" if key else fingerprint(title, began, ended, allocated, stated, source_url)
    return Proposal(
        number=number or None,
        prima_id=prima_id,
        title=title,
        title_sort=sorting(title),
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
        key=key or key_of_content(mark),
        row=row.number,
        links=tuple(sorted([(i, True) for i in stated] + [(i, False) for i in others])),
        tags=tuple(sorted(tags)),
        document=(
            plain(" ".join(filter(None, (number, prima_id)))),
            plain(title),
            plain(summary),
            glossary.places([*stated, *others, status, kind, coverage, region]),
        ),
    )


def guessed_language(heard: set[str]) -> str:
    """The language of the row's terms, when they are in one only."""
    return next(iter(heard)) if len(heard) == 1 else "en"


@lru_cache(maxsize=20_000)
def _parsed(text: str) -> PartialDate:
    return PartialDate.parse(text)


def partial_date(row: Row, column: str) -> PartialDate | None:
    text = row.text(column)
    if not text:
        return None
    advice = "Write a year (2008), a month (2008-05) or a day (2008-05-31)."
    try:
        found = _parsed(text)
    except ValueError:
        row.refuse(column, "This is not a date.", advice)
        return None
    if not YEAR_FIRST <= found.year <= YEAR_LAST:
        row.refuse(column, f"The year is not between {YEAR_FIRST} and {YEAR_LAST}.", advice)
    return found


def year(row: Row) -> int | None:
    text = row.text("year")
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{4}", text) or not YEAR_FIRST <= int(text) <= YEAR_LAST:
        row.refuse("year", "This is not a year of allocation.", f"Write four digits, {YEAR_FIRST} to {YEAR_LAST}.")
        return None
    return int(text)


def budget(row: Row) -> int | None:
    """Cents of a US dollar; only plain separators between thousands are repaired."""
    text = row.text("budget_usd")
    if not text:
        return None
    advice = "Write US dollars as 64240 or 64240.00, without a currency sign."
    if _GROUPED.fullmatch(text):
        bare = re.sub(r"[, \u00a0\u202f]", "", text)
        row.say("repaired", "budget_usd", f"Separators were removed: {bare}.", "Nothing to do.")
        text = bare
    if not _PLAIN.fullmatch(text):
        row.refuse("budget_usd", "This is not an amount.", advice)
        return None
    amount = Decimal(text)
    if amount < 0:
        row.refuse("budget_usd", "The budget is negative.", "Write the amount as zero or more, or leave it empty.")
    elif amount > BUDGET_MOST:
        row.refuse("budget_usd", f"The budget is above {BUDGET_MOST:,} US dollars.", "Check the amount.")
    elif amount != amount.quantize(_CENT):
        row.refuse("budget_usd", "The budget has parts of a cent.", "Round it to two places.")
    else:
        return int(amount * 100)
    return None


def term(row: Row, column: str, facet: str, glossary: Glossary, heard: set[str]) -> int | None:
    text = row.text(column)
    if not text:
        return None
    if len(text) > TERM_MOST:
        row.refuse(column, f"The term is longer than {TERM_MOST} characters.", "Shorten it, or check the commas.")
        return None
    known = glossary.find(facet, text)
    if known is None:
        known = glossary.add(facet, text)
        if known is None:
            near = glossary.closest(facet, text)
            advice = f"Did you mean {near!r}? " if near else ""
            row.refuse(column, f"The term is not in the list {facet}.", f"{advice}Or import with --new-terms add.")
            return None
        row.say("note", column, f"A new term was added to the list {facet}.", "Check that it is not a misspelling.")
    if known.language:
        heard.add(known.language)
    return known.id


def countries(row: Row, column: str, glossary: Glossary) -> list[int]:
    """The terms of the countries in a cell, each once, in its order."""
    text = row.text(column)
    found: list[int] = []
    for name in filter(None, (part.strip() for part in text.split(";"))) if text else ():
        known = glossary.find("country", name)
        if known is None:
            near = glossary.closest("country", name)
            advice = f"Did you mean {near!r}?" if near else "Use the UN short name; part several with semicolons."
            row.refuse(column, f"{name!r} is not a country that is known here.", advice)
            continue
        if known.is_alias:
            row.say("repaired", column, f"{name!r} was read as {known.name!r}.", "Nothing to do.")
        if known.id in found:
            row.say("repaired", column, f"{name!r} stood twice and counts once.", "Nothing to do.")
        else:
            found.append(known.id)
    return found


def codes(row: Row, facet: str, glossary: Glossary) -> list[int]:
    text = row.text(facet)
    found = []
    for code in filter(None, (part.strip() for part in text.split(";"))) if text else ():
        if (known := glossary.by_code(facet, code)) is None:
            row.refuse(facet, f"{code!r} is not a known code.", "Use the number of the Goal, target or objective.")
        else:
            found.append(known)
    return found
