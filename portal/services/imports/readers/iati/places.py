"""Countries and region of an IATI activity."""

from __future__ import annotations

from collections.abc import Iterable

from portal.services.imports.readers.iati.element import Element
from portal.services.imports.readers.not_held import NotHeld
from portal.services.records.field_values import OptionalTerm
from portal.vocabulary import iati
from portal.vocabulary.term_lists import alpha3_by_alpha2


def country_codes(elements: Iterable[Element], not_held: NotHeld) -> list[str]:
    """ISO 3166-1 alpha-3 codes, each once; a code that no country has stays as it is, so that it is reported."""
    codes: dict[str, None] = {}
    for element in elements:
        if code := element.get("code").upper():
            codes[alpha3(code)] = None
        not_held.count("recipient-country/@percentage", int(_is_a_part(element)))
    return list(codes)


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


def _is_a_part(element: Element) -> bool:
    """Whether a country has less than the whole."""
    percentage = element.get("percentage")
    return bool(percentage) and percentage.rstrip("0").rstrip(".") not in ("100", "1")
