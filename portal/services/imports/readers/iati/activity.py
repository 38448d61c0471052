"""An IATI activity as the cells of a row: what of it a record can hold, and a count of everything else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from portal.services.imports.readers.iati.budget import total_budget
from portal.services.imports.readers.iati.element import XML_LANGUAGE, Element
from portal.services.imports.readers.iati.places import recipients_of, region_name
from portal.services.imports.readers.iati.texts import chosen_text, whole_description
from portal.services.imports.readers.not_held import NotHeld
from portal.services.imports.readers.source_lines import within_limit
from portal.services.records.field_values import OptionalTerm
from portal.vocabulary import iati
from portal.vocabulary.columns import SEPARATOR

# iso-date is an xsd:date, which may have a zone.
_ZONED_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})")
_PRIMA_ID = re.compile(r"[A-Z]{2}[0-9]{2}P[0-9]{4}")
_WEB_ADDRESS = re.compile(r"https?://\S+")
# Types of activity-date: what happened before what was planned.
_STARTS, _ENDS = ("2", "1"), ("4", "3")


class ActivityReader:
    """Turns the activities of one file into cells of `columns`, and counts what a record has no place for.

    `prefix` is the identifier of the organisation whose activities are known by what stands behind it: of
    XM-DAC-47066-LM.0024 the Projects ID is LM.0024. The identifiers of other publishers stay whole.
    """

    columns: tuple[str, ...] = (
        "project_id", "title", "title_language", "summary", "language", "start_date", "end_date", "status", "coverage",
        "benefiting_member_states", "country_shares", "region", "project_type", "sdg", "budget_usd", "prima_id",
        "source_url",
    )  # fmt: skip
    _read_parts = frozenset((
        "iati-identifier", "title", "description", "other-identifier", "activity-status", "activity-date",
        "activity-scope", "recipient-country", "recipient-region", "sector", "tag", "budget", "document-link",
    ))  # fmt: skip

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._not_held = NotHeld("elements")

    def reads(self, name: str) -> bool:
        """Whether this child of an activity is read."""
        return name in self._read_parts

    def count(self, name: str, number: int = 1) -> None:
        """Count elements that a record has no place for; those of other namespaces are "address name"."""
        address, _, plain = name.rpartition(" ")
        self._not_held.count(f"{plain} of {address}" if address else plain, number)

    def notes(self) -> Sequence[str]:
        return self._not_held.notes()

    def cells(self, activity: Element) -> list[str]:
        """The cells of `columns`."""
        values = self.values(activity)
        return [within_limit(values[column]) for column in self.columns]

    def values(self, activity: Element) -> dict[str, str]:
        """The cells by column."""
        language = activity.get(XML_LANGUAGE)
        title = chosen_text(activity.first("title"), language)
        summary = whole_description(activity.all("description"), language)
        self._not_held.count("narrative in another language", title.others + summary.others)
        recipients = recipients_of(activity.all("recipient-country"), self._not_held)
        return {
            "project_id": without_prefix(activity.first_text("iati-identifier"), self._prefix),
            "title": title.text,
            "title_language": title.language if title.text else "",
            "summary": summary.text,
            "language": summary.language if summary.text else "",
            "start_date": self._date(activity, _STARTS),
            "end_date": self._date(activity, _ENDS),
            "status": status_of(activity),
            "coverage": self._coverage(activity),
            "benefiting_member_states": recipients.countries,
            "country_shares": recipients.shares,
            "region": region_name(activity.all("recipient-region"), self._not_held, is_stated=not recipients.countries),
            "project_type": self._type(activity, language),
            "sdg": self._goals(activity),
            "budget_usd": total_budget(activity.all("budget"), activity.get("default-currency"), self._not_held),
            "prima_id": self._prima_id(activity),
            "source_url": self._source(activity),
        }

    def _date(self, activity: Element, kinds: tuple[str, str]) -> str:
        dates = [date for kind in kinds for date in activity.all("activity-date") if date.get("type") == kind]
        self.count("activity-date", len(dates) - 1)
        stated = next((day for date in dates if (day := date.get("iso-date"))), "")
        zoned = _ZONED_DATE.fullmatch(stated)
        return zoned[1] if zoned else stated

    def _coverage(self, activity: Element) -> str:
        scope = activity.first("activity-scope")
        coverage = iati.COVERAGES.get(scope.get("code"), "") if scope else ""
        self.count("activity-scope", int(scope is not None and not coverage))
        return OptionalTerm(coverage)

    def _type(self, activity: Element, language: str) -> str:
        """The sector with the largest share in the publisher's own vocabulary."""
        sectors = [sector for sector in activity.all("sector") if sector.get("vocabulary") not in iati.SDG_SECTORS]
        for vocabulary in iati.OWN_VOCABULARIES:
            own = [sector for sector in sectors if sector.get("vocabulary") == vocabulary]
            # Of equal shares, the first.
            for sector in sorted(own, key=lambda sector: -_share(sector)):
                if text := chosen_text(sector, language).text:
                    self.count("sector", len(sectors) - 1)
                    return OptionalTerm(text)
        self.count("sector", len(sectors))
        return OptionalTerm("")

    def _goals(self, activity: Element) -> str:
        """Goals and targets of the 2030 Agenda."""
        tags = list(activity.all("tag"))
        goals = [tag for tag in tags if tag.get("vocabulary") in iati.SDG_TAGS]
        self.count("tag", len(tags) - len(goals))
        goals += (sector for sector in activity.all("sector") if sector.get("vocabulary") in iati.SDG_SECTORS)
        return OptionalTerm(SEPARATOR.join(dict.fromkeys(goal.get("code") for goal in goals if goal.get("code"))))

    def _prima_id(self, activity: Element) -> str:
        identifiers = list(activity.all("other-identifier"))
        numbers = [number.get("ref") for number in identifiers if number.get("type") == iati.OWN_NUMBER]
        prima_ids = [number for number in numbers if _PRIMA_ID.fullmatch(number)]
        self.count("other-identifier", len(identifiers) - bool(prima_ids))
        return prima_ids[0] if prima_ids else ""

    def _source(self, activity: Element) -> str:
        links = list(activity.all("document-link"))
        pages = web_pages(links)
        self.count("document-link", len(links) - bool(pages))
        return pages[0] if pages else ""


def without_prefix(identifier: str, prefix: str) -> str:
    """The number of an activity behind the identifier of its organisation; any other identifier as it is."""
    return identifier.removeprefix(f"{prefix}-") if prefix else identifier


def status_of(activity: Element) -> str:
    """The status in words; an unknown code as it is, so that it is reported."""
    status = activity.first("activity-status")
    code = status.get("code") if status else ""
    return iati.STATUSES.get(code, code)


def web_pages(links: Sequence[Element]) -> list[str]:
    """The addresses of the pages about an activity."""
    return [
        link.get("url")
        for link in links
        if _WEB_ADDRESS.fullmatch(link.get("url"))
        and any(category.get("code") == iati.WEB_PAGE for category in link.all("category"))
    ]


def _share(sector: Element) -> float:
    try:
        return float(sector.get("percentage") or 0)
    except ValueError:
        return 0
