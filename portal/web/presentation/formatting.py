"""Formats numbers, money and dates for pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup

from portal.models import PartialDate
from portal.search.read_models.terms import TermView
from portal.text.collation import CollationKey, collation_key
from portal.text.folding import fold
from portal.web.presentation import i18n
from portal.web.presentation.grammar import dates, money
from portal.web.presentation.i18n import gettext, ngettext

Amount = Decimal | int
_FIRST_ROUNDED = 1_000_000


def number(value: Amount) -> str:
    """1018 -> "1,018"."""
    # A page shows hundreds of counts; those below 1,000 have no separator in any language of the portal.
    return str(value) if isinstance(value, int) and 0 <= value < 1000 else group_digits(value, i18n.current_locale())


@lru_cache(maxsize=20_000)
def group_digits(value: Amount, locale: str) -> str:
    if not isinstance(value, int):
        return format_decimal(value, locale=locale)
    return f"{value:,}".replace(",", _separators(locale)[0])


@cache
def _separators(locale: str) -> tuple[str, str]:
    """Those of thousands and of decimals; Babel takes twenty times as long for each number."""
    printed = format_decimal(Decimal("1234.5"), locale=locale)
    return printed[1], printed[-2]


def project_count(count: int) -> Markup:
    """12 -> "12", read by screen readers as "12 projects"."""
    return _project_count(count, i18n.current_locale())


@lru_cache(maxsize=20_000)
def _project_count(count: int, locale: str) -> Markup:
    unit = ngettext("project", "projects", count)
    return Markup('<span class="project-count">%s<span class="visually-hidden"> %s</span></span>') % (
        number(count),
        unit,
    )


def amount(value: Amount) -> str:
    """64240 -> "64,240.00"."""
    return _two_decimals(value, i18n.current_locale())


@lru_cache(maxsize=20_000)
def _two_decimals(value: Amount, locale: str) -> str:
    thousands, decimals = _separators(locale)
    whole, _, cents = f"{value:,.2f}".partition(".")
    return f"{whole.replace(',', thousands)}{decimals}{cents}"


def usd(value: Amount) -> str:
    """64240 -> "USD 64,240"; cents only if there are any."""
    return money.usd(plain_amount(value), i18n.current_locale())


def plain_amount(value: Amount) -> str:
    """64240 -> "64,240"; cents only if there are any: 64240.5 -> "64,240.50"."""
    whole = int(value)
    return number(whole) if value == whole else amount(value)


def is_rounded(value: Amount) -> bool:
    """Whether `usd_rounded` leaves anything of the amount out."""
    return value >= _FIRST_ROUNDED or value != int(value)


def usd_rounded(value: Amount) -> str:
    """3457326 -> "USD 3.5 million"; exact to the dollar below one million."""
    if value < _FIRST_ROUNDED:
        return money.usd(number(round(value)), i18n.current_locale())
    return money.usd_in_millions(Decimal(value), i18n.current_locale())


def millions(value: Amount, pattern: str = "#,##0.0") -> str:
    """3457326 -> "3.5 million"."""
    return money.millions(Decimal(value), i18n.current_locale(), pattern)


def percent(value: float) -> str:
    """30.2 -> "30 %" with a no-break space."""
    return f"{round(value)}\u00a0%"


def share(hundredths: int) -> str:
    """A share in hundredths of a per cent: 3333 -> "33.33 %", 6000 -> "60 %", with a no-break space."""
    return f"{plain_amount(Decimal(hundredths) / 100)}\u00a0%"


def day(value: date | datetime) -> str:
    """23 Nov 2026."""
    return dates.short_day(value, i18n.current_locale())


def source_date(text: str) -> str:
    """The date of a source: "2024-08" -> "Aug 2024"; "none" -> "no date"."""
    if text == "none":
        return gettext("no date")
    parsed = PartialDate.parse(text)
    first = date(parsed.year, parsed.month or 1, parsed.day or 1)
    if parsed.day:
        return day(first)
    return format_date(first, "MMM yyyy" if parsed.month else "yyyy", locale=i18n.current_locale())


def isodate(value: date | datetime) -> str:
    return (value.date() if isinstance(value, datetime) else value).isoformat()


def label(term: TermView | None) -> str:
    """The name of a term in the language of the page."""
    return i18n.name_in(term.names, i18n.current_locale(), term.name) if term else ""


def coded_label(term: TermView) -> str:
    """A Goal or objective with its number: "8 Decent work and economic growth"."""
    name = label(term)
    # Of the same type, since a page marks what is English.
    return type(name)(f"{term.code} {name}")


def name_key(name: str) -> CollationKey:
    """The key to sort names by in the language of the page."""
    return collation_key(name, i18n.current_locale())


def by_label(terms: Sequence[TermView]) -> Sequence[TermView]:
    """Terms in the order of their names in the language of the page."""
    return terms if len(terms) < 2 else sorted(terms, key=lambda term: name_key(label(term)))


def along_labels(values: Sequence[int], terms: Sequence[TermView]) -> list[int]:
    """Values that are parallel to terms, in the order of `by_label`."""
    return [values[terms.index(term)] for term in by_label(terms)]


def other_names(term: TermView | None) -> tuple[str, ...]:
    """The names and aliases of a term that its label does not contain, as people may type them into a box."""
    return _names_beside(label(term), (*term.names.values(), *term.aliases)) if term else ()


@lru_cache(maxsize=20_000)
def _names_beside(shown: str, names: tuple[str, ...]) -> tuple[str, ...]:
    folded_names = {fold(name): name for name in names}
    return tuple(name for folded, name in folded_names.items() if folded not in fold(shown))


def dollars(cents: int) -> Decimal:
    """Cents as US dollars."""
    return Decimal(cents).scaleb(-2)


FILTERS: dict[str, Callable[..., Any]] = {
    "number": number,
    "project_count": project_count,
    "amount": amount,
    "plain_amount": plain_amount,
    "usd": usd,
    "usd_rounded": usd_rounded,
    "millions": millions,
    "percent": percent,
    "share": share,
    "date": day,
    "source_date": source_date,
    "isodate": isodate,
    "label": label,
    "by_label": by_label,
    "along_labels": along_labels,
    "dollars": dollars,
}
