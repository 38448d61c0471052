"""Countries and region of an IATI activity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from portal.search.shares import WHOLE, share_text, split
from portal.services.imports.readers.iati.element import Element
from portal.services.imports.readers.not_held import NotHeld
from portal.services.records.field_values import OptionalTerm
from portal.vocabulary import iati
from portal.vocabulary.columns import SEPARATOR
from portal.vocabulary.term_lists import alpha3_by_alpha2

_ALL = Decimal(100)
# What is beyond these is no percentage of anybody.
_LEAST, _MOST = Decimal("0.00001"), Decimal(1_000_000)
_LARGEST_WEIGHT = 100_000_000


class Recipients(NamedTuple):
    """The cells of countries (ISO 3166-1 alpha-3 codes) and of their shares, "" for equal ones."""

    countries: str
    shares: str


def recipients_of(elements: Iterable[Element], not_held: NotHeld) -> Recipients:
    """Each country once; a code that no country has stays as it is, so that it is reported.

    Percentages that are no shares, or are rounded to two decimals, are counted as not held.
    """
    shares: dict[str, list[str]] = {}
    for element in elements:
        if code := element.get("code").upper():
            shares.setdefault(alpha3(code), []).append(element.get("percentage"))
    countries = SEPARATOR.join(shares)
    percentages = [_total(texts) for texts in shares.values()]
    stated = [share for share in percentages if share is not None]
    if len(stated) < len(percentages) or not any(stated):
        not_held.count("recipient-country/@percentage", sum(share != _ALL for share in stated))
        return Recipients(countries, "")
    inexact = sum(share * 100 % 1 != 0 or share > _ALL for share in stated)
    not_held.count("recipient-country/@percentage", inexact)
    return Recipients(countries, _unequal(_hundredths(stated)))


def alpha3(alpha2: str) -> str:
    """The alpha-3 code of a country, so that NA is Namibia; any other text as it is."""
    return alpha3_by_alpha2().get(alpha2, alpha2)


def region_name(elements: Iterable[Element], not_held: NotHeld, *, is_stated: bool) -> str:
    """The region of the Fund in which the regions of the DAC lie.

    With countries (not `is_stated`), regions are where the rest of the money goes: they say nothing of the activity as
    a whole.
    """
    regions = list(elements)
    names = {
        iati.REGIONS.get(region.get("code"), "")
        for region in regions
        if region.get("vocabulary") in ("", iati.DAC_REGIONS)
    }
    if is_stated and len(names) == 1 and (name := names.pop()):
        not_held.count("recipient-region", len(regions) - 1)
        return OptionalTerm(name)
    not_held.count("recipient-region", len(regions))
    return OptionalTerm("")


def _hundredths(percentages: Sequence[Decimal]) -> list[int]:
    """The shares with two decimals. They total 100 if the source's do, or if a record cannot hold those."""
    rounded = [round(share * 100) for share in percentages]
    if sum(percentages) != _ALL and max(rounded) <= WHOLE and any(rounded):
        return rounded
    # Weights of so many digits that their products fit into 64 bits.
    return split(WHOLE, [round(share * _LARGEST_WEIGHT / max(_ALL, *percentages)) for share in percentages])


def _unequal(hundredths: Sequence[int]) -> str:
    """The shares as a cell; "" for those that a record without shares has."""
    is_equal = list(hundredths) == split(WHOLE, [1] * len(hundredths))
    return "" if is_equal else SEPARATOR.join(map(share_text, hundredths))


def _total(stated: Sequence[str]) -> Decimal | None:
    """The percentage of a country, None if it is not stated, or no percentage that could be meant."""
    try:
        total = sum(map(Decimal, filter(None, stated)), Decimal())
        return total if any(stated) and (total == 0 or _LEAST <= total <= _MOST) else None
    except InvalidOperation:
        return None
