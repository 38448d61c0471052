"""Terms that a file brings along become terms of the database."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.models import Term
from portal.services.intake.glossary import BroughtTerm
from portal.vocabulary import folded


def store_terms(session: Session, terms: Iterable[BroughtTerm]) -> dict[int, int]:
    """Store them in their order; return the id that each has got, by the id it came with.

    A term that somebody else added since the glossary was made is taken as it is.
    """
    return {term.id: _same(session, term) or _added(session, term) for term in terms}


def _same(session: Session, term: BroughtTerm) -> int | None:
    found = session.execute(select(Term.id, Term.name).where(Term.facet == term.facet, Term.code == term.code)).first()
    return found.id if found and folded(found.name) == folded(term.name) else None


def _added(session: Session, term: BroughtTerm) -> int:
    code, number = term.code, 1
    while session.execute(select(Term.id).where(Term.facet == term.facet, Term.code == code)).first():
        number += 1
        code = f"{term.code}-{number}"
    row = {"facet": term.facet, "code": code, "name": term.name, "names": {"en": term.name}, "position": term.position}
    added: int = session.execute(insert(Term).values(**row).returning(Term.id)).scalar_one()
    return added
