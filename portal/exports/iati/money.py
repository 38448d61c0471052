"""Money: the budget of a record as a commitment of the year of allocation, and as a budget if it spans a year or less.

A budget of IATI must not span more than a year, and nothing says how much of a longer one falls in each year. The total
of any activity is what its commitments add up to, so the whole budget is one outgoing commitment.
"""

from __future__ import annotations

from datetime import date

from portal.exports.columns import amount_text
from portal.exports.iati.dates import Period, precision_note
from portal.exports.iati.narratives import narrative
from portal.exports.iati.omissions import Omit, Reason
from portal.exports.iati.organisations import FUND, Organisation
from portal.exports.record import Record
from portal.text.xml_text import attribute


def money(record: Record, period: Period, today: date, omit: Omit) -> tuple[str, str]:
    """The elements budget and transaction, each "" if there is none."""
    allocated = date(record.year, 1, 1) if record.year else None
    if record.budget is None:
        if allocated:
            omit("year", Reason.YEAR)
        return "", ""
    is_past = allocated is not None and allocated <= today
    commitment = _commitment(record, allocated) if allocated and is_past else ""
    budget = _budget(record, period, allocated if is_past else None)
    if not commitment and allocated:
        omit("year", Reason.YEAR)
    if not commitment and not budget:
        omit("budget_usd", Reason.BUDGET)
    return budget, commitment


def _budget(record: Record, period: Period, allocated: date | None) -> str:
    """An original, committed budget of the whole period, valued when it was allocated or, at the latest, stated."""
    if record.budget is None or period.start is None or period.end is None or not period.is_at_most_a_year:
        return ""
    value_date = allocated or min(period.start, record.changed_at.date())
    return (
        f'  <budget type="1" status="2"><period-start iso-date="{period.start.isoformat()}"/>'
        f'<period-end iso-date="{period.end.isoformat()}"/>'
        f'<value value-date="{value_date.isoformat()}">{amount_text(record.budget)}</value></budget>\n'
    )


def _commitment(record: Record, allocated: date) -> str:
    if record.budget is None:
        return ""
    day = allocated.isoformat()
    return (
        f'  <transaction><transaction-type code="2"/><transaction-date iso-date="{day}"/>'
        f'<value value-date="{day}">{amount_text(record.budget)}</value>'
        f"<description>{narrative(f'Allocated budget. {precision_note(str(allocated.year))}', 'en')}</description>"
        f"{organisation('provider-org', FUND)}</transaction>\n"
    )


def organisation(element: str, who: Organisation, attributes: str = "", language: str = "en") -> str:
    """An element that names an organisation; `attributes` are further ones, with a space before each."""
    return (
        f'<{element} ref="{attribute(who.ref)}" type="{attribute(who.type)}"{attributes}>'
        f"{narrative(who.name, language)}</{element}>"
    )
