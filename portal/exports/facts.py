"""The facts of a record in words, for formats that people read: feeds and calendars."""

from __future__ import annotations

from portal.exports.columns import amount_text
from portal.exports.getters import term_name
from portal.exports.record import Record

_NOT_STATED = "Not stated"


def facts(record: Record, language: str) -> list[tuple[str, str]]:
    """Pairs of name and value, in the order of a project's page; what is not stated says so."""
    states = ", ".join(term_name(country, language) for country in record.countries)
    return [
        ("Benefiting member states", states or _NOT_STATED),
        ("Years", period(record) or _NOT_STATED),
        ("Year of allocation", str(record.year or _NOT_STATED)),
        ("Budget", dollars(record.budget) if record.budget is not None else _NOT_STATED),
        ("Project status", term_name(record.status, language) if record.status else _NOT_STATED),
        ("Project type", term_name(record.type, language) if record.type else _NOT_STATED),
        ("Projects ID", record.reference or _NOT_STATED),
    ]


def period(record: Record) -> str:
    """When a project starts and ends, as precisely as its record says: "2008 to 2009-05"; "" if it states neither."""
    if record.start and record.end:
        return f"{record.start} to {record.end}"
    if record.start:
        return f"from {record.start}"
    return f"to {record.end}" if record.end else ""


def dollars(cents: int) -> str:
    """US dollars: 6424000 -> "USD 64,240.00"."""
    whole, _, rest = amount_text(cents).partition(".")
    return f"USD {int(whole):,}.{rest}"
