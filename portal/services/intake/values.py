"""Single values of an import file: text, dates, years, money, addresses. No rows, no terms, no database."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from portal.models import PartialDate
from portal.vocabulary import YEAR_FIRST, YEAR_LAST, folded

BUDGET_MOST = Decimal(10**12)

# Tab and the line ends are white space, which is treated on its own.
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
# A single no-break space stays: French sets one before a colon.
_GAPS = re.compile(r"\s{2,}|[\t\n\r\v\f\x85\u2028\u2029]")
_LINE_ENDS = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
_BEFORE_WORDS = re.compile(r"^[\W_]+")
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([, \u00a0\u2009\u202f'’])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]+)?")
_NOT_DIGITS = re.compile(r"[^0-9.]")
_NEGATIVE = re.compile(r"[-\u2212(][0-9 ,.]+\)?")
_YEAR = re.compile(r"[0-9]{4}")
_LINK = re.compile(r"https?://[^\s/?#]+[^\s<>\"]*", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,4})?")
_UNSAFE = re.compile(r"[^A-Za-z0-9._~-]+")
_NAMELESS = frozenset(("", ".", ".."))


class Unfit(ValueError):
    """A value that cannot be taken: why, and what to write instead."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice


def has_controls(text: str) -> bool:
    return not text.isprintable() and bool(_CONTROLS.search(text) or _GAPS.search(text))


def one_line(text: str) -> tuple[str, str]:
    """The text without control characters and double spaces, and what was repaired ("" for nothing)."""
    text = text.strip()
    if text.isprintable() and "  " not in text:
        return text, ""
    bare = _CONTROLS.sub("", text)
    closed = _GAPS.sub(" ", bare).strip()
    return closed, _repairs(text, bare, closed, "spaces or line ends in a row were made one space")


def paragraphs(text: str) -> tuple[str, str]:
    """The text without control characters, its line ends kept, and what was repaired."""
    text = text.strip()
    if text.isprintable():
        return text, ""
    bare = _CONTROLS.sub("", text)
    # How a line ends is a matter of the program that wrote the file; nobody need be told.
    return _LINE_ENDS.sub("\n", bare).strip(), _repairs(text, bare, bare, "")


def _repairs(text: str, bare: str, closed: str, spaces: str) -> str:
    said = ["control characters were removed"] if bare != text else []
    if closed != bare:
        said.append(spaces)
    return " and ".join(said)


@lru_cache(maxsize=20_000)
def day(text: str) -> PartialDate | None:
    """YYYY, YYYY-MM or YYYY-MM-DD; None when blank; raise Unfit."""
    if not text:
        return None
    advice = "Write a year (2008), a month (2008-05) or a day (2008-05-31)"
    try:
        found = PartialDate.parse(text)
    except ValueError as why:
        raise Unfit("this is not a date that exists in the form expected", advice) from why
    if not YEAR_FIRST <= found.year <= YEAR_LAST:
        raise Unfit(f"the year is outside {YEAR_FIRST} to {YEAR_LAST}", advice)
    return found


def year(text: str) -> int | None:
    """A year of four digits; None when blank; raise Unfit."""
    if not text:
        return None
    if not _YEAR.fullmatch(text) or not YEAR_FIRST <= int(text) <= YEAR_LAST:
        raise Unfit(
            "this is not a year of four digits in the range expected",
            f"Write one year from {YEAR_FIRST} to {YEAR_LAST}, such as 2008",
        )
    return int(text)


def money(text: str) -> tuple[Decimal | None, str]:
    """US dollars, exact to the cent, and what was repaired; None when blank; raise Unfit.

    Only what has one meaning everywhere is read: 1.234,56 and 1e5 are refused, not guessed.
    """
    if not text:
        return None, ""
    repair = ""
    digits = text
    if not _PLAIN.fullmatch(text):
        if _NEGATIVE.fullmatch(text):
            raise Unfit("a budget cannot be negative", "Write the amount awarded, or leave the cell blank")
        if not _GROUPED.fullmatch(text):
            raise Unfit(
                "this is not an amount in US dollars",
                "Write digits with a point before the cents and nothing else, such as 64240.00",
            )
        digits = _NOT_DIGITS.sub("", text)
        repair = "thousands separators were removed"
    whole, _, cents = digits.partition(".")
    if len(whole.lstrip("0")) > 13 or (amount := Decimal(f"{whole}.{cents.rstrip('0') or 0}")) > BUDGET_MOST:
        raise Unfit("the amount is beyond a million million US dollars", "Check the number of digits")
    if len(cents.rstrip("0")) > 2:
        raise Unfit("the amount has parts of a cent", "Round it to two places")
    return amount.quantize(Decimal("0.01")), repair


def link(text: str) -> str:
    """A web address; raise Unfit for any other scheme, since readers will follow it."""
    if text and not _LINK.fullmatch(text):
        raise Unfit("this is not a web address", "Write the whole address, beginning with https://")
    return text


def language(text: str) -> str:
    """A language tag; raise Unfit."""
    if text and not _LANGUAGE.fullmatch(text):
        raise Unfit("this is not a language code", "Write a code such as en, fr or es")
    return text


def sort_form(title: str) -> str:
    """The title as the alphabet sees it: folded, without the quotation mark or bracket it begins with."""
    name = folded(title)
    return name if name[:1].isalnum() else _BEFORE_WORDS.sub("", name) or name


def fingerprint(
    title: str,
    start: PartialDate | None,
    end: PartialDate | None,
    year: int | None,
    countries: Iterable[str],
    source_url: str,
) -> str:
    """What tells two records without a Projects ID apart: 64 hexadecimal digits."""
    parts = (
        folded(title),
        str(start or ""),
        str(end or ""),
        str(year or ""),
        ",".join(sorted(countries)),
        source_url,
    )
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def key(number: str | None, print_: str) -> str:
    """The wished-for last part of the address: the Projects ID made safe, or a short form of the fingerprint."""
    if number and (safe := _UNSAFE.sub("-", number)) not in _NAMELESS:
        return safe
    digest = hashlib.sha256((number or print_).encode()).digest()
    return f"n-{base64.b32encode(digest)[:10].decode().lower()}"
