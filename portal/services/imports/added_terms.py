"""Terms that a file brings along become terms of the database."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.models import Term
from portal.services.records.spellings import NewTerm
from portal.text.folding import fold


def store_terms(session: Session, terms: Sequence[NewTerm]) -> dict[int, int]:
    """Store them in their order; return the id that each has got, by the id it came with.

    A term that somebody else added since the glossary was made is taken as it is.
    """
    if not terms:
        return {}
    facets = {term.facet for term in terms}
    stored = session.execute(select(Term.facet, Term.code, Term.id, Term.name).where(Term.facet.in_(facets)))
    taken = {(facet, code): (term_id, fold(name)) for facet, code, term_id, name in stored}
    ids: dict[int, int] = {}
    rows: list[dict[str, object]] = []
    fresh: list[NewTerm] = []
    for term in terms:
        there = taken.get((term.facet, term.code))
        if there and there[1] == fold(term.name):
            ids[term.id] = there[0]
            continue
        code, number = term.code, 1
        while (term.facet, code) in taken:
            number += 1
            code = f"{term.code}-{number}"
        taken[term.facet, code] = (term.id, fold(term.name))
        names = {"en": term.name}
        rows.append({"facet": term.facet, "code": code, "name": term.name, "names": names, "position": term.position})
        fresh.append(term)
    if rows:
        added = session.connection().execute(insert(Term).returning(Term.id, sort_by_parameter_order=True), rows)
        ids |= {term.id: term_id for term, term_id in zip(fresh, added.scalars(), strict=True)}
    return ids
