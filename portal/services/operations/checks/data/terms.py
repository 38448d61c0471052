"""The terms of the lists: what refers to one that is gone, and which of them nothing has any more."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from portal.models import Project, ProjectCountry, ProjectTag, Revision, Term
from portal.models.draft import CODE_FIELDS, TERM_FIELDS
from portal.models.term import FORMER_CODES
from portal.services.operations import terms
from portal.services.operations.checks.finding import Finding, Surroundings, ok, problem, warning
from portal.vocabulary.facets import TERM_FACETS
from portal.vocabulary.term_lists import read_term_list
from portal.vocabulary.workflow import OPEN_STATES

_MAX_LISTED = 5
_REFERENCES = (
    Project.status_id, Project.type_id, Project.coverage_id, Project.region_id, ProjectCountry.term_id,
    ProjectTag.term_id,
)  # fmt: skip


def check(surroundings: Surroundings) -> Iterator[Finding]:
    session = surroundings.session
    if lost := _lost_references(session):
        yield problem(
            f"References of records or terms to a term that is gone: {lost}.",
            "Restore a backup from before (docs/deploying.md, 6): somebody deleted terms by hand.",
        )
    if unknown := _unknown_codes(session):
        shown = ", ".join(f"{label}: {facet} {code}" for label, facet, code in unknown[:_MAX_LISTED])
        yield warning(
            f"Values of open drafts that are in no list: {len(unknown)} ({shown}).",
            "Their authors choose another value, or portal terms merge puts a term where it was.",
        )
    unused = [f"{facet} {use.term.code}" for facet in TERM_FACETS for use in _unused(session, facet)]
    if unused:
        more = " …" if len(unused) > _MAX_LISTED else ""
        yield warning(
            f"Added terms that no record, draft or other term has: {len(unused)} "
            f"({', '.join(unused[:_MAX_LISTED])}{more}).",
            "Run portal terms remove LIST CODE, or leave them for records to come.",
        )
    if not lost and not unknown:
        yield ok("Every value of records and drafts is in its list.")


def _unused(session: Session, facet: str) -> list[terms.TermUse]:
    """Terms that an operator or an import added and nothing has; those that came with the portal may wait."""
    bundled = {row.code for row in read_term_list(facet)}
    return [use for use in terms.list_terms(session, facet) if not use.is_used and use.term.code not in bundled]


def _unknown_codes(session: Session) -> list[tuple[str, str, str]]:
    """(label of the revision, facet, code) of what open drafts have and no list knows."""
    known = set()
    for facet, code, extra in session.execute(select(Term.facet, Term.code, Term.extra)):
        known |= {(facet, each) for each in (code, *extra.get(FORMER_CODES, ()))}
    unknown = []
    for revision in session.execute(select(Revision).where(Revision.state.in_(OPEN_STATES))).scalars():
        for name, facet in (TERM_FIELDS | CODE_FIELDS).items():
            value = getattr(revision.draft, name)
            codes = (value,) if isinstance(value, str) else value
            unknown += [(revision.label, facet, code) for code in codes if code and (facet, code) not in known]
    return unknown


def _lost_references(session: Session) -> int:
    parent = aliased(Term)
    lost = select(func.count()).select_from(Term).where(
        Term.parent_id.is_not(None), ~exists().where(parent.id == Term.parent_id)
    )  # fmt: skip
    total = session.execute(lost).scalar_one()
    for column in _REFERENCES:
        missing = select(func.count()).select_from(column.class_).where(
            column.is_not(None), ~exists().where(Term.id == column)
        )  # fmt: skip
        total += session.execute(missing).scalar_one()
    return total
