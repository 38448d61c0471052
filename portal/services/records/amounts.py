"""Amounts of money as people write them: which texts mean one number, and which may mean two.

"64,240" and "64.240" are sixty-four thousand to some readers and sixty-four to others, so neither is read without
further evidence. A number cell of a spreadsheet is never ambiguous.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from portal.i18n.catalogues import gettext
from portal.i18n.numbers import grouped

_CENT = Decimal("0.01")
_MAX_DIGITS = 40
_MINUS_SIGNS = str.maketrans("−–—‒‐‑", "------")
_PLAIN = re.compile(r"-?[0-9]+")
# Nearly all amounts that programs write. No amount with a dot and two places after it means anything else.
_WHOLE_OR_CENTS = re.compile(r"([0-9]{1,15})(?:\.([0-9]{2}))?")
# Groups by a mark that never divides cents: a space or an apostrophe.
_SPACED = re.compile(r"(-?[0-9]{1,3}(?:([ '’])[0-9]{3})(?:\2[0-9]{3})*)(?:([.,])([0-9]+))?")
# Groups by a comma or a dot, cents after the other one.
_BOTH = re.compile(r"(-?[0-9]{1,3}(?:([.,])[0-9]{3})(?:\2[0-9]{3})*)(?!\2)([.,])([0-9]+)")
_REPEATED = re.compile(r"-?[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})+")
_SINGLE = re.compile(r"(-?[0-9]+)([.,])([0-9]+)")
_AMBIGUOUS = re.compile(r"-?[0-9]{1,3}[.,][0-9]{3}")


class NumberCell(str):
    """The text of a cell that holds a number; its dot divides cents."""

    __slots__ = ()


class NotAnAmount(ValueError):
    """The text is no amount."""


@dataclass
class AmbiguousAmount(Exception):
    """The text may mean either of two amounts."""

    thousands: Decimal
    decimals: Decimal

    @property
    def question(self) -> str:
        """For example: Is this 64,240 or 64.24?"""
        return gettext("Is this %(one)s or %(other)s?", one=grouped(self.thousands), other=grouped(self.decimals))

    @property
    def advice(self) -> str:
        return gettext("Write %(one)s or %(other)s.", one=self.thousands, other=self.decimals)


@dataclass(frozen=True)
class Amount:
    """US dollars to the cent. `has_separators` and `is_rounded` say what the text had besides."""

    value: Decimal
    has_separators: bool = False
    is_rounded: bool = False


def read_amount(text: str, *, comma_groups: Callable[[], bool] = lambda: False) -> Amount:
    """Read one amount; `comma_groups` tells of the other amounts of a file that commas divide thousands in them.

    Raises NotAnAmount, or AmbiguousAmount for one to three digits before a single comma or dot and three after it.
    """
    if isinstance(text, NumberCell):
        return _amount_of_number(text)
    # Of a longer text nothing can be an amount, and the patterns below stay cheap.
    text = text.translate(_MINUS_SIGNS) if len(text) <= _MAX_DIGITS else ""
    if _PLAIN.fullmatch(text):
        return Amount(Decimal(text))
    if _AMBIGUOUS.fullmatch(text):
        if "," in text and comma_groups():
            return Amount(_join(text), has_separators=True)
        whole, fraction = re.split("[.,]", text)
        raise AmbiguousAmount(_join(whole + fraction), _round_to_cents(_join(whole, fraction)))
    if _REPEATED.fullmatch(text):
        return Amount(_join(text), has_separators=True)
    if grouped := _SPACED.fullmatch(text) or _BOTH.fullmatch(text):
        return _to_cents(_join(grouped[1], grouped[4] or ""), has_separators=True, places=len(grouped[4] or ""))
    if single := _SINGLE.fullmatch(text):
        whole, separator, fraction = single.groups()
        if len(fraction) == 3:
            # 1234.567 is neither grouped as people group nor money to the cent.
            raise AmbiguousAmount(_join(whole + fraction), _round_to_cents(_join(whole, fraction)))
        return _to_cents(_join(whole, fraction), has_separators=separator == ",", places=len(fraction))
    raise NotAnAmount(text)


def plain_cents(text: str) -> int | None:
    """An amount such as 64240 or 64240.50 in cents; None for any other text, which `read_amount` may read.

    >>> plain_cents("64240.50"), plain_cents("64,240")
    (6424050, None)
    """
    found = _WHOLE_OR_CENTS.fullmatch(text)
    return int(found[1] + (found[2] or "00")) if found else None


def commas_divide_thousands(texts: Iterable[str]) -> bool:
    """Whether the amounts of a file show it: 1,234,567 and 64,240.50 do, and so does 64240.50, whose dot divides cents.

    An amount such as 64240,50 shows the opposite.
    """
    is_shown = False
    for text in texts:
        if (single := _SINGLE.fullmatch(text)) and len(single[3]) != 3:
            if single[2] == ",":
                return False
            is_shown = True
        elif grouped := _REPEATED.fullmatch(text) or _BOTH.fullmatch(text):
            if (grouped[1] if grouped.re is _REPEATED else grouped[2]) == ".":
                return False
            is_shown = True
    return is_shown


def _amount_of_number(text: str) -> Amount:
    try:
        value = Decimal(str(text))
    except InvalidOperation as error:
        raise NotAnAmount(text) from error
    exponent = value.as_tuple().exponent
    return _to_cents(value, has_separators=False, places=-exponent if isinstance(exponent, int) else 0)


def _to_cents(value: Decimal, *, has_separators: bool, places: int) -> Amount:
    """Amounts out of formulas have many decimal places; what is stored has two."""
    if places <= 2:
        return Amount(value, has_separators)
    rounded = _round_to_cents(value)
    return Amount(rounded, has_separators, is_rounded=rounded != value)


def _round_to_cents(value: Decimal) -> Decimal:
    """To the nearest cent, half a cent up; a whole amount has no decimal places."""
    rounded = value.quantize(_CENT, ROUND_HALF_UP)
    return rounded.to_integral_value() if rounded == rounded.to_integral_value() else rounded.normalize()


def _join(whole: str, fraction: str = "") -> Decimal:
    digits = re.sub(r"[^0-9-]", "", whole)
    return Decimal(f"{digits}.{fraction}" if fraction else digits)
