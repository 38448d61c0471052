"""Numbers and lists inside sentences, as the language that is spoken writes them (CLDR)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from babel.lists import format_list
from babel.numbers import format_decimal

from portal.i18n.catalogues import gettext
from portal.i18n.current import current_locale
from portal.i18n.joining import joined_in_spanish


def grouped(number: Decimal | int) -> str:
    """ "64,240", in French "64 240"."""
    return format_decimal(number, locale=current_locale())


def joined_with_and(texts: Sequence[str]) -> str:
    """ "8, 10 and 13"; what is joined are codes, so that the words beside need no agreement."""
    return _joined(texts, "standard", "y")


def joined_with_or(texts: Sequence[str]) -> str:
    """ "labels or keys"."""
    return _joined(texts, "or", "o")


def _joined(texts: Sequence[str], style: Literal["standard", "or"], spanish: str) -> str:
    # Babel knows neither "e" nor "u".
    if current_locale() == "es" and texts:
        return joined_in_spanish(texts, spanish)
    return format_list(texts, style=style, locale=_list_locale())


def dollars(cents: int) -> str:
    """US dollars: 6424000 -> "USD 64,240.00"."""
    amount = format_decimal(Decimal(cents).scaleb(-2), format="#,##0.00", locale=current_locale())
    return gettext("USD %(amount)s", amount=amount)


def _list_locale() -> str:
    # English without a comma before the last.
    return "en_GB" if current_locale() == "en" else current_locale()
