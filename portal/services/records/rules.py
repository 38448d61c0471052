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
from portal.vocabulary.term_lists import TERM_LISTS_DIR

_MAX_EXPONENT = 15
_FOUR_DIGITS = re.compile(r"[0-9]{1,4}")

MessageValues = Mapping[str, object] | None


@dataclass(frozen=True)
class Rule:
    """One line of the list; `least` and `most` mean what its kind says: dollars, countries, years.

    `source_date` is the day, month or year of what the source states ("2024-08"), "none" where a published source
    carries no date, "" where there is no published source.
    """

    code: str
    field: str
    kind: str
    coverage: str
    funding_line: str
    year_first: int | None
    year_last: int | None
    minimum: Decimal | None
    maximum: Decimal | None
    reason: str
    advice: str
    source: str
    source_url: str
    source_date: str

    def applies_to(self, draft: ProjectDraft) -> bool:
        """True when the draft's coverage, line and year are those the rule is for; a missing one is not."""
        year = parse_year(draft.year)
        return (
            self.coverage in ("", draft.coverage)
            and self.funding_line in ("", funding_line_digit(draft))
            and (self.year_first is None or (year is not None and year >= self.year_first))
            and (self.year_last is None or (year is not None and year <= self.year_last))
        )

    @property
    def is_error(self) -> bool:
        return self.kind == "error"


@dataclass(frozen=True)
class RuleWarning:
    """What a rule says of a draft: `field` is where it belongs."""

    field: str
    is_error: bool
    reason: str
    advice: str
    source: str
    source_url: str
    source_date: str


@cache
def load_rules() -> tuple[Rule, ...]:
    """The rules on record, in their order."""
    with (TERM_LISTS_DIR / "rules.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Rule(
                code=row["rule"],
                field=row["field"],
                kind=row["kind"],
                coverage=row["coverage"],
                funding_line=row["line"],
                year_first=int(row["year_first"]) if row["year_first"] else None,
                year_last=int(row["year_last"]) if row["year_last"] else None,
                minimum=Decimal(row["least"]) if row["least"] else None,
                maximum=Decimal(row["most"]) if row["most"] else None,
                reason=row["reason"],
                advice=row["advice"],
                source=row["source"],
                source_url=row["source_url"],
                source_date=row["source_date"],
            )
            for row in csv.DictReader(file)
        )


def check_rules(draft: ProjectDraft, *, today: date | None = None) -> tuple[RuleWarning, ...]:
    """What the rules say of a draft, in the order of the rules; a rule that lacks what it looks at says nothing."""
    found = []
    for rule in load_rules():
        if rule.applies_to(draft) and (said := _CHECKS[rule.code](draft, rule, today or date.today())) is not None:  # noqa: DTZ011
            reason = rule.reason.format(**said)
            source = (rule.source, rule.source_url, rule.source_date)
            found.append(RuleWarning(rule.field, rule.is_error, reason, rule.advice, *source))
    return tuple(found)


@cache
def eligible_countries() -> Mapping[str, Mapping[str, str]]:
    """For each line, the region of each eligible country by its alpha-3 code."""
    found: dict[str, dict[str, str]] = {}
    with (TERM_LISTS_DIR / "eligibility.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["line"], {})[row["country"]] = row["region"]
    return found


def funding_line_digit(draft: ProjectDraft) -> str:
    """The funding line as "1" or "2", "" when it is not said."""
    digits = [letter for letter in draft.funding_line if letter in "12"]
    return digits[0] if len(digits) == 1 else ""


def parse_year(text: str) -> int | None:
    """A number of up to four digits, such as a year; None for what is none."""
    return int(text) if _FOUR_DIGITS.fullmatch(text) else None


def _parse_date(text: str) -> PartialDate | None:
    try:
        return PartialDate.parse(text)
    except ValueError:
        return None


def parse_amount(text: str) -> Decimal | None:
    """An amount of money; None for what is none, or has so many digits that nobody could print it."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount.adjusted() <= _MAX_EXPONENT else None


def _end_before_start(draft: ProjectDraft, _rule: Rule, _today: date) -> MessageValues:
    start, end = _parse_date(draft.start), _parse_date(draft.end)
    return {"start": start, "end": end} if start and end and end.is_certainly_before(start) else None


def _number_of_countries(draft: ProjectDraft, rule: Rule, _today: date) -> MessageValues:
    count = len(set(draft.countries))
    outside = (rule.minimum is not None and count < rule.minimum) or (rule.maximum is not None and count > rule.maximum)
    return {"count": count} if count and outside else None


def _active_after_end(draft: ProjectDraft, _rule: Rule, today: date) -> MessageValues:
    end = _parse_date(draft.end)
    is_past = end is not None and end.is_certainly_before(PartialDate(today.year, today.month, today.day))
    return {"end": end} if draft.status == "active" and is_past else None


def _completed_before_end(draft: ProjectDraft, _rule: Rule, today: date) -> MessageValues:
    end = _parse_date(draft.end)
    is_to_come = end is not None and PartialDate(today.year, today.month, today.day).is_certainly_before(end)
    return {"end": end} if draft.status == "completed" and is_to_come else None


def _start_before_allocation(draft: ProjectDraft, _rule: Rule, _today: date) -> MessageValues:
    start, year = _parse_date(draft.start), parse_year(draft.year)
    return {"start": start, "year": year} if start and year and start.year < year else None


def _long_span(draft: ProjectDraft, rule: Rule, _today: date) -> MessageValues:
    start, end = _parse_date(draft.start), _parse_date(draft.end)
    is_long = start and end and rule.maximum is not None and end.year - start.year > rule.maximum
    return {"most": rule.maximum} if is_long else None


def _budget_range(draft: ProjectDraft, rule: Rule, _today: date) -> MessageValues:
    amount = parse_amount(draft.budget)
    if amount is None:
        return None
    outside = (rule.minimum is not None and amount < rule.minimum) or (
        rule.maximum is not None and amount > rule.maximum
    )
    return {"budget": amount} if outside else None


def _not_eligible(draft: ProjectDraft, rule: Rule, _today: date) -> MessageValues:
    listed = eligible_countries().get(rule.funding_line, {})
    missing = [code for code in draft.countries if code not in listed]
    return {"countries": ", ".join(missing)} if listed and missing else None


def _mostly_not_eligible(draft: ProjectDraft, _rule: Rule, _today: date) -> MessageValues:
    other, everyone = len(set(draft.other_countries)), len({*draft.countries, *draft.other_countries})
    return {"other": other, "all": everyone} if other and other * 2 >= everyone else None


def _region_of_countries(draft: ProjectDraft, _rule: Rule, _today: date) -> MessageValues:
    regions = {
        region for listed in eligible_countries().values() for code, region in listed.items() if code in draft.countries
    }
    listed_regions = {region for listed in eligible_countries().values() for region in listed.values()}
    is_odd = draft.region in listed_regions and regions and draft.region not in regions
    return {} if is_odd else None


_CHECKS: dict[str, Callable[[ProjectDraft, Rule, date], MessageValues]] = {
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
