"""The Fund's rules beside the form: what looks wrong in a draft, why, what to do, and where the rule comes from.

Which rules hold, their limits, words and sources are data (portal/terms/rules.csv); here is how each kind of rule looks
at a draft. A warning never keeps anyone from submitting; an error says what cannot be true.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache

from portal.models import PartialDate, ProjectDraft
from portal.vocabulary.term_lists import TERMS

_PLACES_MOST = 15
_FOUR_DIGITS = re.compile(r"[0-9]{1,4}")

Said = Mapping[str, object] | None


@dataclass(frozen=True)
class Rule:
    """One line of the list; `least` and `most` mean what its kind says: dollars, countries, years.

    `source_date` is the day, month or year of what the source states ("2024-08"), "none" where a published source
    carries no date, "" where there is no published source.
    """

    rule: str
    field: str
    kind: str
    coverage: str
    line: str
    year_first: int | None
    year_last: int | None
    least: Decimal | None
    most: Decimal | None
    reason: str
    advice: str
    source: str
    source_url: str
    source_date: str

    def concerns(self, draft: ProjectDraft) -> bool:
        """True when the draft's coverage, line and year are those the rule is for; a missing one is not."""
        year = number_of(draft.year)
        return (
            self.coverage in ("", draft.coverage)
            and self.line in ("", line_of(draft))
            and (self.year_first is None or (year is not None and year >= self.year_first))
            and (self.year_last is None or (year is not None and year <= self.year_last))
        )

    @property
    def is_error(self) -> bool:
        return self.kind == "error"


@dataclass(frozen=True)
class Remark:
    """What a rule says of a draft: `field` is where it belongs."""

    field: str
    is_error: bool
    reason: str
    advice: str
    source: str
    source_url: str
    source_date: str


@cache
def rules() -> tuple[Rule, ...]:
    """The rules on record, in their order."""
    with (TERMS / "rules.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Rule(
                rule=row["rule"],
                field=row["field"],
                kind=row["kind"],
                coverage=row["coverage"],
                line=row["line"],
                year_first=int(row["year_first"]) if row["year_first"] else None,
                year_last=int(row["year_last"]) if row["year_last"] else None,
                least=Decimal(row["least"]) if row["least"] else None,
                most=Decimal(row["most"]) if row["most"] else None,
                reason=row["reason"],
                advice=row["advice"],
                source=row["source"],
                source_url=row["source_url"],
                source_date=row["source_date"],
            )
            for row in csv.DictReader(file)
        )


def remarks(draft: ProjectDraft, *, today: date | None = None) -> tuple[Remark, ...]:
    """What the rules say of a draft, in the order of the rules; a rule that lacks what it looks at says nothing."""
    found = []
    for rule in rules():
        if rule.concerns(draft) and (said := _CHECKS[rule.rule](draft, rule, today or date.today())) is not None:  # noqa: DTZ011
            reason = rule.reason.format(**said)
            source = (rule.source, rule.source_url, rule.source_date)
            found.append(Remark(rule.field, rule.is_error, reason, rule.advice, *source))
    return tuple(found)


@cache
def eligible() -> Mapping[str, Mapping[str, str]]:
    """For each line, the region of each eligible country by its alpha-3 code."""
    found: dict[str, dict[str, str]] = {}
    with (TERMS / "eligibility.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["line"], {})[row["country"]] = row["region"]
    return found


def line_of(draft: ProjectDraft) -> str:
    """The funding line as "1" or "2", "" when it is not said."""
    digits = [letter for letter in draft.funding_line if letter in "12"]
    return digits[0] if len(digits) == 1 else ""


def number_of(text: str) -> int | None:
    """A number of up to four digits, such as a year; None for what is none."""
    return int(text) if _FOUR_DIGITS.fullmatch(text) else None


def _date(text: str) -> PartialDate | None:
    try:
        return PartialDate.parse(text)
    except ValueError:
        return None


def amount_of(text: str) -> Decimal | None:
    """An amount of money; None for what is none, or has so many digits that nobody could print it."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount.adjusted() <= _PLACES_MOST else None


def _end_before_start(draft: ProjectDraft, _rule: Rule, _today: date) -> Said:
    start, end = _date(draft.start), _date(draft.end)
    return {"start": start, "end": end} if start and end and end.is_surely_before(start) else None


def _number_of_countries(draft: ProjectDraft, rule: Rule, _today: date) -> Said:
    count = len(set(draft.countries))
    outside = (rule.least is not None and count < rule.least) or (rule.most is not None and count > rule.most)
    return {"count": count} if count and outside else None


def _active_after_end(draft: ProjectDraft, _rule: Rule, today: date) -> Said:
    end = _date(draft.end)
    is_past = end is not None and end.is_surely_before(PartialDate(today.year, today.month, today.day))
    return {"end": end} if draft.status == "active" and is_past else None


def _completed_before_end(draft: ProjectDraft, _rule: Rule, today: date) -> Said:
    end = _date(draft.end)
    is_to_come = end is not None and PartialDate(today.year, today.month, today.day).is_surely_before(end)
    return {"end": end} if draft.status == "completed" and is_to_come else None


def _start_before_allocation(draft: ProjectDraft, _rule: Rule, _today: date) -> Said:
    start, year = _date(draft.start), number_of(draft.year)
    return {"start": start, "year": year} if start and year and start.year < year else None


def _long_span(draft: ProjectDraft, rule: Rule, _today: date) -> Said:
    start, end = _date(draft.start), _date(draft.end)
    is_long = start and end and rule.most is not None and end.year - start.year > rule.most
    return {"most": rule.most} if is_long else None


def _budget_range(draft: ProjectDraft, rule: Rule, _today: date) -> Said:
    amount = amount_of(draft.budget)
    if amount is None:
        return None
    outside = (rule.least is not None and amount < rule.least) or (rule.most is not None and amount > rule.most)
    return {"budget": amount} if outside else None


def _not_eligible(draft: ProjectDraft, rule: Rule, _today: date) -> Said:
    listed = eligible().get(rule.line, {})
    missing = [code for code in draft.countries if code not in listed]
    return {"countries": ", ".join(missing)} if listed and missing else None


def _mostly_not_eligible(draft: ProjectDraft, _rule: Rule, _today: date) -> Said:
    other, everyone = len(set(draft.other_countries)), len({*draft.countries, *draft.other_countries})
    return {"other": other, "all": everyone} if other and other * 2 >= everyone else None


def _region_of_countries(draft: ProjectDraft, _rule: Rule, _today: date) -> Said:
    regions = {region for listed in eligible().values() for code, region in listed.items() if code in draft.countries}
    listed_regions = {region for listed in eligible().values() for region in listed.values()}
    is_odd = draft.region in listed_regions and regions and draft.region not in regions
    return {} if is_odd else None


_CHECKS: dict[str, Callable[[ProjectDraft, Rule, date], Said]] = {
    "end-before-start": _end_before_start,
    "one-country-for-regional": _number_of_countries,
    "several-countries-for-national": _number_of_countries,
    "active-after-end": _active_after_end,
    "completed-before-end": _completed_before_end,
    "start-before-allocation": _start_before_allocation,
    "long-span": _long_span,
    "budget-range": _budget_range,
    "not-eligible": _not_eligible,
    "mostly-not-eligible": _mostly_not_eligible,
    "region-of-countries": _region_of_countries,
}
