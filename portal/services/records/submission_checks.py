"""What a draft lacks before it can be submitted: all of it at once; and the draft as a proposal once it lacks nothing.

The same checks as for a row of an import (services.records.validation), so that a form and a file cannot disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.errors import Fault, Incomplete
from portal.models import Project, ProjectDraft, Term
from portal.models.draft import CODE_FIELDS, TERM_FIELDS
from portal.services.records import published
from portal.services.records.spellings import Glossary
from portal.services.records.validation import Row, budget, check
from portal.services.records.values import Proposal, key_of_number
from portal.text import cleaning, markdown

TITLE_MOST, SUMMARY_MOST, URL_MOST, CODES_MOST = 300, 20_000, 2_000, 250
# A field that is asked for on submission, and what to do about it.
REQUIRED = {
    "title": "Give the project a title.",
    "summary": "Say in a few sentences what the project does and for whom.",
    "status": "Choose the status.",
    "project_type": "Choose the project type.",
    "coverage": "Choose national, regional, multi-regional or global.",
    "region": "Choose the region.",
    "year": "Give the year of allocation, with four digits.",
    "countries": "Name at least one benefiting member state.",
    "budget": "Give the budget in US dollars.",
}
_COLUMN_OF = {
    "number": "project_id",
    "start": "start_date",
    "end": "end_date",
    "budget": "budget_usd",
    "countries": "benefiting_member_states",
}
_FIELD_OF = {column: field for field, column in _COLUMN_OF.items()}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
FUNDING_LINES = ("Line 1", "Line 2")


UNCHANGED = Fault(
    "note", "Nothing differs from the public record.", "Change something before you submit it, or discard this draft."
)


def cleaned(draft: ProjectDraft) -> ProjectDraft:
    """The draft without what is unseen or stands twice, an amount as a record states it; nothing that makes sense is
    lost.
    """
    changes: dict[str, object] = {}
    for field in fields(draft):
        value = getattr(draft, field.name)
        if isinstance(value, tuple):
            changes[field.name] = tuple(dict.fromkeys(filter(None, map(cleaning.line, value))))
        else:
            changes[field.name] = _summary(value) if field.name == "summary" else cleaning.line(value)
    return draft.but(**changes | {"budget": _amount(draft.budget)})


def _amount(text: str) -> str:
    """An amount in one spelling ("64240.00"), so that another one is no change; what is no amount as it was typed."""
    cents = budget(Row(0, {_COLUMN_OF["budget"]: text}))
    return cleaning.line(text) if cents is None else str(Decimal(cents).scaleb(-2))


def _summary(text: str) -> str:
    # What is too long to be submitted is only kept: looking for HTML in half a million characters takes too long.
    return markdown.markdown(text) if len(text) <= SUMMARY_MOST else cleaning.paragraphs(text)


def faults(session: Session, draft: ProjectDraft, *, project_id: int | None = None) -> tuple[Fault, ...]:
    """All that keeps this draft from being submitted, in the order of the fields; `project_id` is what it changes."""
    return _examined(session, draft, project_id)[0]


def proposal(session: Session, draft: ProjectDraft, *, project_id: int | None = None) -> Proposal:
    """The draft in the values of the database; raises Incomplete with all faults."""
    found, result = _examined(session, draft, project_id)
    if found or result is None:
        raise Incomplete(found)
    return result


def _examined(
    session: Session, draft: ProjectDraft, project_id: int | None
) -> tuple[tuple[Fault, ...], Proposal | None]:
    terms = list(session.execute(select(Term)).scalars())
    row = Row(0, {_COLUMN_OF.get(name, name): _cell(getattr(draft, name)) for name in ProjectDraft.field_names()})
    result = check(row, Glossary(terms, adds=False))
    found = [
        Fault(_FIELD_OF.get(finding.column, finding.column), f"{finding.reason}.", f"{finding.advice}.")
        for finding in row.findings
        if finding.kind == "refused"
    ]
    found += _lacking(draft, {fault.field for fault in found})
    found += _unlisted(session, draft, terms, {fault.field for fault in found}, project_id)
    found += _too_long(draft)
    if result and (other := _holder(session, draft.number, project_id)):
        found.append(
            Fault(
                "number",
                f"The Projects ID {draft.number} belongs to another project.",
                f"Correct it, or change {other} instead.",
            )
        )
    order = ProjectDraft.field_names()
    # Paragraphs of Markdown need their blank lines, which a cell of a table has not got.
    summed = result._replace(summary=draft.summary) if result else None
    return tuple(sorted(found, key=lambda fault: order.index(fault.field))), summed


def _cell(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ";".join(value)


def _lacking(draft: ProjectDraft, known: set[str]) -> list[Fault]:
    worldwide = draft.coverage == "global"
    return [
        Fault(field, "This is missing.", advice)
        for field, advice in REQUIRED.items()
        if not getattr(draft, field) and field not in known and not (field == "countries" and worldwide)
    ]


def _too_long(draft: ProjectDraft) -> list[Fault]:
    limits = {"title": TITLE_MOST, "summary": SUMMARY_MOST, "source_url": URL_MOST}
    found = [
        Fault(field, f"The text is longer than {most:,} characters.", "Shorten it.")
        for field, most in limits.items()
        if len(getattr(draft, field)) > most
    ]
    found += [
        Fault(field, "This is not a language code.", "Choose a language from the list.")
        for field in ("title_language", "language")
        if not _LANGUAGE.fullmatch(getattr(draft, field))
    ]
    found += [
        Fault(field, f"More than {CODES_MOST} are named.", "Take some out.")
        for field in ("countries", "other_countries", "sdg", "gcm")
        if len(getattr(draft, field)) > CODES_MOST
    ]
    return found


def _unlisted(
    session: Session, draft: ProjectDraft, terms: Iterable[Term], known: set[str], project_id: int | None
) -> list[Fault]:
    """What is in no list. A file may name a term as it likes; a form offers codes, and sends nothing else by itself."""
    codes: dict[str, set[str]] = {}
    for term in terms:
        codes.setdefault(term.facet, set()).add(term.code)
    lists = {name: codes.get(facet, set()) for name, facet in (TERM_FIELDS | CODE_FIELDS).items()}
    lists["funding_line"] = set(FUNDING_LINES)
    odd = {name: _stated(draft, name) - listed for name, listed in lists.items() if name not in known}
    if any(odd.values()) and project_id is not None:
        held = published.draft_of(session, session.get_one(Project, project_id))
        odd = {name: codes - _stated(held, name) for name, codes in odd.items()}
    return [
        Fault(name, f"{', '.join(sorted(codes))} is not in the list.", "Choose from the list.")
        for name, codes in odd.items()
        if codes
    ]


def _stated(draft: ProjectDraft, name: str) -> set[str]:
    value = getattr(draft, name)
    return set(filter(None, (value,) if isinstance(value, str) else value))


def _holder(session: Session, number: str, project_id: int | None) -> str:
    """The key of another project that has this Projects ID, in capital letters or small ones as an import reads it."""
    if not number:
        return ""
    is_alike = or_(Project.number == number, Project.key_folded == key_of_number(number).casefold())
    found = session.execute(select(Project.key, Project.number).where(is_alike, Project.id != (project_id or 0)))
    return next((key for key, held in found if held and held.casefold() == number.casefold()), "")
