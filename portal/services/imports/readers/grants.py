"""Grants of 360Giving JSON as rows. Source: 360Giving Data Standard 1.4, standard.threesixtygiving.org."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from portal.services.imports.readers.not_held import NotHeld
from portal.services.imports.readers.source_lines import NO_OBJECT, NO_VALUE, within_limit
from portal.services.records.field_values import OptionalTerm
from portal.vocabulary.columns import SEPARATOR
from portal.vocabulary.term_lists import alpha3_by_alpha2

GRANT_COLUMNS = (
    "project_id",
    "title",
    "summary",
    "budget_usd",
    "year",
    "start_date",
    "end_date",
    "benefiting_member_states",
    "project_type",
    "source_url",
)
# Keys of a grant that become the columns, in their order.
_TEXT_KEYS = ("id", "title", "description")
_READ_KEYS = frozenset(
    (*_TEXT_KEYS, "amountAwarded", "currency", "awardDate", "plannedDates", "beneficiaryLocation", "classifications")
)
_WEB_ADDRESS = re.compile(r"https?://\S+")
# The standard wants the first; in the second the day and the month may be either, the year is certain.
_ISO_YEAR, _LAST_YEAR = re.compile(r"([0-9]{4})(?:-|$)"), re.compile(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-]([0-9]{4})(?!\d)")


class GrantReader:
    """Turns grants into cells, and counts what a record has no place for."""

    def __init__(self) -> None:
        self._not_held = NotHeld("keys")

    def notes(self) -> Sequence[str]:
        return self._not_held.notes()

    def cells(self, grant: Any) -> list[str]:
        """The cells of GRANT_COLUMNS."""
        if not isinstance(grant, dict):
            return [NO_OBJECT, *[""] * (len(GRANT_COLUMNS) - 1)]
        for key in grant.keys() - _READ_KEYS - {"dataSource"}:
            self._not_held.count(key)
        start, end = self._dates(grant)
        return [
            *(_text(grant.get(key)) for key in _TEXT_KEYS),
            self._budget(grant),
            _year(_text(grant.get("awardDate"))),
            start,
            end,
            self._countries(grant),
            self._type(grant),
            self._source(grant),
        ]

    def _budget(self, grant: Mapping[str, Any]) -> str:
        amount, currency = grant.get("amountAwarded"), _text(grant.get("currency"))
        if amount is None:
            return ""
        if currency.upper() == "USD":
            return _text(amount)
        self._not_held.count_amount(currency)
        return ""

    def _dates(self, grant: Mapping[str, Any]) -> tuple[str, str]:
        """Start and end of the first planned dates."""
        periods = _objects(grant.get("plannedDates"))
        self._not_held.count("plannedDates", len(periods) - 1)
        first = periods[0] if periods else {}
        for key in first.keys() - {"startDate", "endDate"}:
            self._not_held.count(f"plannedDates/{key}")
        return _text(first.get("startDate")), _text(first.get("endDate"))

    def _countries(self, grant: Mapping[str, Any]) -> str:
        codes: dict[str, None] = {}
        for location in _objects(grant.get("beneficiaryLocation")):
            code = _text(location.get("countryCode")).upper()
            if code:
                codes[alpha3_by_alpha2().get(code, code)] = None
            self._not_held.count("beneficiaryLocation", int(not code))
        return SEPARATOR.join(codes)

    def _type(self, grant: Mapping[str, Any]) -> str:
        """The first classification, if the list of project types has it."""
        classifications = _objects(grant.get("classifications"))
        self._not_held.count("classifications", len(classifications) - 1)
        return OptionalTerm(_text(classifications[0].get("title")) if classifications else "")

    def _source(self, grant: Mapping[str, Any]) -> str:
        address = _text(grant.get("dataSource"))
        if _WEB_ADDRESS.fullmatch(address):
            return address
        self._not_held.count("dataSource", int(bool(address)))
        return ""


def _objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; a value of another kind has none."""
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    if value is None:
        return ""
    return within_limit(value) if isinstance(value, str) else NO_VALUE


def _year(text: str) -> str:
    """The year of a date, of which nothing else is stored; other text as it is, so that it is reported."""
    found = _ISO_YEAR.match(text) or _LAST_YEAR.match(text)
    return found[1] if found else text
