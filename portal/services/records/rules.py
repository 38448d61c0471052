"""Checks a draft against the Fund's rules: what looks wrong, why, what to do, and the source of the rule.

The rules with their limits, texts and sources are data (portal/terms/rules.csv); this module holds the check of each
rule. A warning never prevents a submission; an error marks values that cannot be true together.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache

from portal.i18n.catalogues import gettext
from portal.models import PartialDate, ProjectDraft
from portal.vocabulary.term_lists import TERM_LISTS_DIR

_MAX_EXPONENT = 15
_FOUR_DIGITS = re.compile(r"[0-9]{1,4}")

MessageValues = Mapping[str, object] | None


@dataclass(frozen=True)
class Rule:
    """One row of rules.csv. The unit of `minimum` and `maximum` depends on the rule: US dollars, countries or years.

    `coverage`, `funding_line` ("1" or "2") and the years, both inclusive, limit the drafts it applies to; "" and None
    mean any. `source_date` is the day, month or year of the source ("2024-08"), "none" if a published source has no
    date, "" if there is no published source.
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
        """Whether the coverage, funding line and year of the draft match; a value that is missing does not match."""
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
    """A rule that a draft breaks; it is shown at `field`."""

    field: str
    is_error: bool
    reason: str
    advice: str
    source: str
    source_url: str
    source_date: str


@cache
def load_rules() -> tuple[Rule, ...]:
    """All rules, in the order of rules.csv."""
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
    """The rules that a draft breaks, in the order of rules.csv; a rule whose values are missing is skipped."""
    today = today or date.today()  # noqa: DTZ011
    warnings = []
    for rule in load_rules():
        if rule.applies_to(draft) and (values := _CHECKS[rule.code](draft, rule, today)) is not None:
            source = (gettext(rule.source), rule.source_url, rule.source_date)
            reason = gettext(rule.reason).format(**values)
            warnings.append(RuleWarning(rule.field, rule.is_error, reason, gettext(rule.advice), *source))
    return tuple(warnings)


@cache
def eligible_countries() -> Mapping[str, Mapping[str, str]]:
    """The eligible countries of each funding line: {"1": {alpha-3 code: region}}; from eligibility.csv."""
    regions_by_line: dict[str, dict[str, str]] = {}
    with (TERM_LISTS_DIR / "eligibility.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            regions_by_line.setdefault(row["line"], {})[row["country"]] = row["region"]
    return regions_by_line


def funding_line_digit(draft: ProjectDraft) -> str:
    """The funding line as "1" or "2", "" if it is not stated or ambiguous."""
    digits = [letter for letter in draft.funding_line if letter in "12"]
    return digits[0] if len(digits) == 1 else ""


def parse_year(text: str) -> int | None:
    """A number of up to four digits, such as a year; None for any other text."""
    return int(text) if _FOUR_DIGITS.fullmatch(text) else None


def _parse_date(text: str) -> PartialDate | None:
    try:
        return PartialDate.parse(text)
    except ValueError:
        return None


def parse_amount(text: str) -> Decimal | None:
    """An amount of money; None for any other text, and for an exponent that is too large to print."""
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
    is_future = end is not None and PartialDate(today.year, today.month, today.day).is_certainly_before(end)
    return {"end": end} if draft.status == "completed" and is_future else None


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
    other, total = len(set(draft.other_countries)), len({*draft.countries, *draft.other_countries})
    return {"other": other, "all": total} if other and other * 2 >= total else None


def _region_of_countries(draft: ProjectDraft, _rule: Rule, _today: date) -> MessageValues:
    regions = {
        region for listed in eligible_countries().values() for code, region in listed.items() if code in draft.countries
    }
    listed_regions = {region for listed in eligible_countries().values() for region in listed.values()}
    is_mismatch = draft.region in listed_regions and regions and draft.region not in regions
    return {} if is_mismatch else None


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
