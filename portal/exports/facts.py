"""The facts of a record in words, for formats that people read: feeds and calendars."""

from __future__ import annotations

from portal.exports.getters import term_name
from portal.exports.record import Record
from portal.i18n.catalogues import gettext
from portal.i18n.numbers import dollars
from portal.text.collation import collation_key


def facts(record: Record, language: str) -> list[tuple[str, str]]:
    """Pairs of name and value, in the order of a project's page; what is not stated says so."""
    not_stated = gettext("Not stated")
    return [
        (gettext("Benefiting member states"), state_names(record, language) or not_stated),
        (gettext("Years"), period(record) or not_stated),
        (gettext("Year of allocation"), str(record.year or not_stated)),
        (gettext("Budget"), dollars(record.budget) if record.budget is not None else not_stated),
        (gettext("Project status"), term_name(record.status, language) if record.status else not_stated),
        (gettext("Project type"), term_name(record.type, language) if record.type else not_stated),
        (gettext("Projects ID"), record.reference or not_stated),
    ]


def state_names(record: Record, language: str) -> str:
    """The benefiting states in the order of their names."""
    names = [term_name(country, language) for country in record.countries]
    return ", ".join(sorted(names, key=lambda name: collation_key(name, language)))


def period(record: Record) -> str:
    """When a project starts and ends, as precisely as its record says: "2008 to 2009-05"; "" if it states neither."""
    if record.start and record.end:
        return gettext("%(start)s to %(end)s", start=record.start, end=record.end)
    if record.start:
        return gettext("from %(start)s", start=record.start)
    return gettext("to %(end)s", end=record.end) if record.end else ""
