"""Stores the terms that an import file adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.models import Term
from portal.services.records.spellings import NewTerm
from portal.text.folding import fold

# Facet and code of the stored and the new terms, with their id and folded name.
TermsByCode = dict[tuple[str, str], tuple[int, str]]


def store_terms(session: Session, terms: Sequence[NewTerm]) -> dict[int, int]:
    """Store new terms in their order; return the stored id of each by its temporary id.

    A term that another transaction has added since the term lookup was built is used as it is.
    """
    if not terms:
        return {}
    by_code = _load_terms(session, {term.facet for term in terms})
    ids: dict[int, int] = {}
    rows: list[dict[str, object]] = []
    added: list[NewTerm] = []
    for term in terms:
        existing = by_code.get((term.facet, term.code))
        if existing and existing[1] == fold(term.name):
            ids[term.id] = existing[0]
            continue
        code = _free_code(term, by_code)
        by_code[term.facet, code] = (term.id, fold(term.name))
        names = {"en": term.name}
        rows.append({"facet": term.facet, "code": code, "name": term.name, "names": names, "position": term.position})
        added.append(term)
    if rows:
        stored = session.connection().execute(insert(Term).returning(Term.id, sort_by_parameter_order=True), rows)
        ids |= {term.id: term_id for term, term_id in zip(added, stored.scalars(), strict=True)}
    return ids


def _load_terms(session: Session, facets: set[str]) -> TermsByCode:
    rows = session.execute(select(Term.facet, Term.code, Term.id, Term.name).where(Term.facet.in_(facets)))
    return {(facet, code): (term_id, fold(name)) for facet, code, term_id, name in rows}


def _free_code(term: NewTerm, by_code: Mapping[tuple[str, str], object]) -> str:
    """The code of a term, numbered if another term has it."""
    code, number = term.code, 1
    while (term.facet, code) in by_code:
        number += 1
        code = f"{term.code}-{number}"
    return code
