"""Places: shares of the benefiting states, or the region where no state is known, and other countries as locations."""

from __future__ import annotations

from portal.exports.iati import codes
from portal.exports.iati.narratives import narrative
from portal.exports.iati.omissions import Omit, Reason
from portal.exports.record import Record
from portal.search.shares import rebased
from portal.text.xml_text import attribute

# RegionVocabulary: 1 is the list of the DAC, 99 that of this portal.
_DAC, _OWN = "1", "99"


def recipients(record: Record, vocabulary_uri: str, omit: Omit) -> str:
    """The elements recipient-country or recipient-region, whose percentages total 100."""
    if record.countries:
        if record.region:
            omit("region", Reason.REGION)
        return _countries(record, omit)
    if record.region:
        return _region(record, vocabulary_uri)
    omit("benefiting_member_states", Reason.NO_PLACE)
    return ""


def _countries(record: Record, omit: Omit) -> str:
    country_codes = [codes.country_code(country) for country in record.countries]
    if not all(country_codes):
        omit("benefiting_member_states", Reason.COUNTRY_CODE)
        return ""
    return "".join(
        f'  <recipient-country code="{attribute(code)}" percentage="{share // 100}.{share % 100:02}"/>\n'
        for code, share in zip(country_codes, rebased(record.weights), strict=True)
    )


def _region(record: Record, vocabulary_uri: str) -> str:
    if record.region is None:
        return ""
    if code := codes.code_of(record.region):
        return f'  <recipient-region vocabulary="{_DAC}" code="{code}" percentage="100"/>\n'
    return (
        f'  <recipient-region vocabulary="{_OWN}" vocabulary-uri="{attribute(vocabulary_uri)}" '
        f'code="{attribute(record.region.code)}" percentage="100">{narrative(record.region.name, "en")}'
        "</recipient-region>\n"
    )


def locations(record: Record, omit: Omit) -> str:
    """The countries that were not eligible and benefited too: where people live for whom the project was meant."""
    elements = ""
    for country in record.other_countries:
        if code := codes.country_code(country):
            elements += (
                f'  <location ref="{attribute(code)}"><location-reach code="2"/>'
                f"<name>{narrative(country.name, 'en')}</name>"
                f'<administrative vocabulary="A4" code="{attribute(code)}"/></location>\n'
            )
        else:
            omit("other_countries", Reason.OTHER_COUNTRY_CODE)
    return elements
