"""A record as an iati-activity: its elements in the order that the schema enforces, and what they cannot say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple
from urllib.parse import quote

from portal.exports.columns import amount_text
from portal.exports.iati import codes
from portal.exports.iati.dates import Period, activity_dates, period_of
from portal.exports.iati.money import money, organisation
from portal.exports.iati.narratives import (
    machine_translations,
    narrative,
    outdated_translations,
    translated_narratives,
)
from portal.exports.iati.omissions import WHOLE_PROJECT, Omission, Omit, Reason
from portal.exports.iati.organisations import FUND, IOM, Reporter
from portal.exports.iati.places import locations, recipients
from portal.exports.record import Record
from portal.search.shares import share_text
from portal.text.xml_text import attribute, content, has_forbidden_characters
from portal.vocabulary.columns import SEPARATOR

# The standard forbids the first four; the others would break a line or vanish.
_NOT_IN_IDENTIFIERS = re.compile("[/&|?\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_WEB_ADDRESS = re.compile(r"https?://[^\s\x00-\x20<>\"{}|\\^`\[\]]+")
# Official development assistance, standard grant, project-type interventions.
_DEFAULTS = '  <default-flow-type code="10"/>\n  <default-finance-type code="110"/>\n  <default-aid-type code="C01"/>\n'
_WEB_PAGE = "A12"
# The Fund pays, and offices of IOM carry the projects out.
_FUNDING, _IMPLEMENTING = ' role="1"', ' role="4"'
_PARTICIPANTS = (
    f"  {organisation('participating-org', FUND, _FUNDING)}\n"
    f"  {organisation('participating-org', IOM, _IMPLEMENTING)}\n"
)


@dataclass(frozen=True)
class Publication:
    """What all activities of a file share: who reports, where the portal is, and the day of the state it shows."""

    reporter: Reporter
    public_url: str
    today: date

    def code_list(self, facet: str) -> str:
        """The address of one of our own vocabularies."""
        return f"{self.public_url}/iati/codelists/{facet}.xml"

    @cached_property
    def reporting_org(self) -> str:
        is_secondary = str(int(self.reporter.is_secondary))
        attributes = f' secondary-reporter="{is_secondary}"'
        return f"  {organisation('reporting-org', self.reporter.organisation, attributes, language='')}\n"


class Expression(NamedTuple):
    """An activity as XML, "" for a record that cannot be one, and what is left out."""

    xml: str
    omissions: list[Omission]


def express(record: Record, publication: Publication) -> Expression:
    """The record as an activity."""
    omissions: list[Omission] = []

    def omit(field: str, reason: Reason) -> None:
        omissions.append(Omission(record.key, record.reference, field, reason))

    if reason := _why_left_out(record):
        omit(WHOLE_PROJECT, reason)
        return Expression("", omissions)
    period = period_of(record)
    budget, transaction = money(record, period, publication.today, omit)
    elements = (
        _identity(record, publication, omit),
        _dates(record, period, publication, omit),
        _scope(record, omit),
        recipients(record, publication.code_list("region"), omit),
        locations(record, omit),
        _sector(record, publication, omit),
        _tags(record, publication, omit),
        _DEFAULTS,
        budget,
        transaction,
        _pages(record, publication, omit),
        _own_record(record, omit),
    )
    head = f'<iati-activity default-currency="USD" last-updated-datetime="{record.changed_at:%Y-%m-%dT%H:%M:%SZ}">\n'
    return Expression(f"{head}{''.join(elements)}</iati-activity>\n", omissions)


def _why_left_out(record: Record) -> Reason | None:
    if not record.reference:
        return Reason.NO_PROJECTS_ID
    if _NOT_IN_IDENTIFIERS.search(record.reference) or record.reference != record.reference.strip():
        return Reason.IDENTIFIER
    if not record.status:
        return Reason.NO_STATUS
    if not codes.code_of(record.status):
        return Reason.STATUS
    return None if record.start or record.end else Reason.NO_DATE


def _identity(record: Record, publication: Publication, omit: Omit) -> str:
    identifier = publication.reporter.identifier(record.reference)
    other = ""
    if record.prima_id:
        owner = f'<owner-org ref="{IOM.ref}">{narrative(IOM.name, "en")}</owner-org>'
        other = f'  <other-identifier ref="{attribute(record.prima_id)}" type="A1">{owner}</other-identifier>\n'
    title = _text(record, "title", record.title_language, "title_language", omit)
    if record.summary:
        description = _text(record, "summary", record.language, "language", omit)
    else:
        omit("summary", Reason.NO_SUMMARY)
        description = title
    return (
        f"  <iati-identifier>{content(identifier)}</iati-identifier>\n"
        f"{publication.reporting_org}"
        f"  <title>{title}</title>\n"
        f"  <description>{description}</description>\n"
        f"{_PARTICIPANTS}"
        f"{other}"
    )


def _text(record: Record, field: str, language: str, language_field: str, omit: Omit) -> str:
    text = getattr(record, field)
    code = codes.language_code(language)
    if language and not code:
        omit(language_field, Reason.LANGUAGE)
    if has_forbidden_characters(text):
        omit(field, Reason.CHARACTERS)
    return narrative(text, code) + translated_narratives(record, field, omit)


def _dates(record: Record, period: Period, publication: Publication, omit: Omit) -> str:
    status = codes.code_of(record.status)
    if not period.start:
        omit("start_date", Reason.NO_START)
    if period.is_backwards:
        omit("end_date", Reason.END_BEFORE_START)
    dates = activity_dates(record, period, status, publication.today)
    return f'  <activity-status code="{status}"/>\n{dates}'


def _scope(record: Record, omit: Omit) -> str:
    if not record.coverage:
        return ""
    if code := codes.code_of(record.coverage):
        return f'  <activity-scope code="{code}"/>\n'
    omit("coverage", Reason.SCOPE)
    return ""


def _sector(record: Record, publication: Publication, omit: Omit) -> str:
    """The DAC purpose code (vocabulary 1) and the project type (99): all of the activity in each vocabulary."""
    if not record.type:
        omit("project_type", Reason.NO_TYPE)
        return f'  <sector vocabulary="1" code="{codes.NO_SECTOR}" percentage="100"/>\n'
    purpose = codes.code_of(record.type)
    dac = f'  <sector vocabulary="1" code="{purpose}" percentage="100"/>\n' if purpose else ""
    return (
        f'{dac}  <sector vocabulary="99" vocabulary-uri="{attribute(publication.code_list("type"))}" '
        f'code="{attribute(record.type.code)}" percentage="100">{narrative(record.type.name, "en")}</sector>\n'
    )


def _tags(record: Record, publication: Publication, omit: Omit) -> str:
    elements = ""
    for goal in record.sdg:
        if vocabulary := codes.sdg_vocabulary(goal.code):
            elements += f'  <tag vocabulary="{vocabulary}" code="{goal.code}"/>\n'
        else:
            omit("sdg", Reason.SDG)
    for objective in record.gcm:
        elements += (
            f'  <tag vocabulary="99" vocabulary-uri="{attribute(publication.code_list("gcm"))}" '
            f'code="{attribute(objective.code)}">{narrative(objective.name, "en")}</tag>\n'
        )
    return elements


def _pages(record: Record, publication: Publication, omit: Omit) -> str:
    elements = _page(f"{publication.public_url}/projects/{quote(record.key)}", "Page of the project")
    if not record.source_url:
        return elements
    if _WEB_ADDRESS.fullmatch(record.source_url):
        return elements + _page(record.source_url, "Source page")
    omit("source_url", Reason.SOURCE)
    return elements


def _page(address: str, title: str) -> str:
    is_pdf = address.partition("?")[0].lower().endswith(".pdf")
    file_format = "application/pdf" if is_pdf else "text/html"
    return (
        f'  <document-link url="{attribute(address)}" format="{file_format}">'
        f'<title>{narrative(title, "en")}</title><category code="{_WEB_PAGE}"/></document-link>\n'
    )


def _own_record(record: Record, omit: Omit) -> str:
    """What the record states exactly and IATI does not, for whoever reads our files back; others skip it."""
    if record.funding_line:
        omit("funding_line", Reason.FUNDING_LINE)
    stated = (
        {
            "key": record.key,
            "start": record.start,
            "end": record.end,
            "year": str(record.year or ""),
            "budget": "" if record.budget is None else amount_text(record.budget),
            "status": record.status.code if record.status else "",
            "coverage": record.coverage.code if record.coverage else "",
            "region": record.region.code if record.region else "",
            "shares": SEPARATOR.join(map(share_text, record.shares or ())),
            "funding-line": record.funding_line,
            "sample": "true" if record.is_sample else "",
            "outdated-translations": SEPARATOR.join(outdated_translations(record)),
        }
        | _names_of_own_terms(record)
        | _corrections(record)
    )
    attributes = "".join(f' {name}="{attribute(value)}"' for name, value in stated.items() if value)
    if not (translations := machine_translations(record)):
        return f"  <portal:record{attributes}/>\n"
    return f"  <portal:record{attributes}>{translations}</portal:record>\n"


def _names_of_own_terms(record: Record) -> dict[str, str]:
    """The names of terms that only this portal has: another one would make them of their codes."""
    terms = {"status": record.status, "coverage": record.coverage, "region": record.region}
    return {f"{facet}-name": term.name for facet, term in terms.items() if term and not codes.is_shipped(term)}


def _corrections(record: Record) -> dict[str, str]:
    """What the elements say less exactly than the record, or in place of it."""
    is_web_page = _WEB_ADDRESS.fullmatch(record.source_url) is not None
    return {
        "summary": "" if record.summary else "none",
        "title-language": _unless(record.title_language, codes.language_code(record.title_language)),
        "language": _unless(record.language, codes.language_code(record.language) if record.summary else ""),
        "source": "" if is_web_page else record.source_url,
    }


def _unless(stated: str, said: str) -> str:
    """What is stated, unless the standard says the same."""
    return "" if stated == said else stated
