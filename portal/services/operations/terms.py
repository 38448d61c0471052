"""Terms of the lists: how many records have each, and how to rename, merge and remove one.

Each change is one bulk audit event, renews the search documents of the records concerned, and touches the catalogue.
The caller commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from portal.errors import InvalidTermChange, NotFound
from portal.models import Catalogue, Project, ProjectCountry, ProjectTag, Revision, Term
from portal.models.draft import CODE_FIELDS, TERM_FIELDS
from portal.models.term import FORMER_CODES
from portal.search.fulltext import text_index
from portal.search.shares import WHOLE, merged_shares
from portal.services.audit import recording
from portal.services.integrity import row_checksums
from portal.services.records.country_shares import rename_state
from portal.services.records.values import fingerprint
from portal.text.folding import fold
from portal.vocabulary.term_lists import form_language
from portal.vocabulary.workflow import EDITABLE_STATES, OPEN_STATES

_PROJECT_COLUMNS: dict[str, InstrumentedAttribute[int | None]] = {
    "status": Project.status_id,
    "type": Project.type_id,
    "coverage": Project.coverage_id,
    "region": Project.region_id,
}
_LINKS: dict[str, type[ProjectCountry | ProjectTag]] = {"country": ProjectCountry, "sdg": ProjectTag, "gcm": ProjectTag}

_MAX_SUBJECT_LENGTH = 64  # of an audit event; a code may be longer, and the event has it in full


@dataclass(frozen=True)
class TermUse:
    """A term, with the number of records, narrower terms and open drafts that have it."""

    term: Term
    records: int
    narrower: int
    drafts: int

    @property
    def is_used(self) -> bool:
        return bool(self.records or self.narrower or self.drafts)

    def __str__(self) -> str:
        parts = count_of(self.records, "record"), count_of(self.drafts, "open draft")
        return f"{', '.join(parts)} and {count_of(self.narrower, 'narrower term')}"


def count_of(number: int, noun: str) -> str:
    """The number with its noun in English, as the command line prints it."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def list_terms(session: Session, facet: str) -> list[TermUse]:
    """The terms of a facet, in the order of their list."""
    terms = list(session.execute(select(Term).where(Term.facet == facet).order_by(Term.position, Term.id)).scalars())
    record_counts = _record_counts(session, facet)
    counted = select(Term.parent_id, func.count()).where(Term.parent_id.is_not(None)).group_by(Term.parent_id)
    narrower: dict[int | None, int] = dict(session.execute(counted).all())
    drafts = [_codes(revision, facet) for revision in _open_revisions(session)]
    return [
        TermUse(
            term,
            record_counts.get(term.id, 0),
            narrower.get(term.id, 0),
            # A revision that waits keeps the code of a term that was merged into this one.
            sum(not codes.isdisjoint((term.code, *_former_codes(term))) for codes in drafts),
        )
        for term in terms
    ]


def get_term(session: Session, facet: str, code: str) -> Term:
    """The term with this code in any case; raises NotFound."""
    matches = select(Term).where(Term.facet == facet, func.lower(Term.code) == code.lower())
    # The same code in the case that was asked for comes first.
    exact_first = matches.order_by(Term.code != code, Term.id).limit(1)
    if (term := session.execute(exact_first).scalar_one_or_none()) is None:
        raise NotFound(f"There is no term {code} in the list {facet}. Run portal terms list {facet} to see its codes.")
    return term


def rename(session: Session, term: Term, name: str, *, language: str = "en") -> int:
    """Give a term another name in one language; its former name becomes an alias. Returns the number of records.

    The code stays, so that addresses do. Raises InvalidTermChange if another term of the list has this spelling.
    """
    name = " ".join(name.split())
    if not fold(name):
        raise InvalidTermChange("The new name is empty. Enter a name.")
    for other in session.execute(select(Term).where(Term.facet == term.facet, Term.id != term.id)).scalars():
        if fold(name) in map(fold, _spellings(other)):
            raise InvalidTermChange(
                f"{name!r} is a spelling of {other.name} ({other.code}) already. To make one term of both, run "
                f"portal terms merge {term.facet} {term.code} {other.code}."
            )
    before = term.names.get(language, "")
    former = [before] if before and fold(before) != fold(name) else []
    recording.begin_bulk(session)
    term.aliases = [alias for alias in dict.fromkeys([*term.aliases, *former]) if fold(alias) != fold(name)]
    term.names = term.names | {language: name}
    if language == "en":
        # The phrase is the former name inside a sentence; without one, sentences take the name.
        term.name, term.phrase = name, ""
    # Neither are its other forms those of the new name.
    term.extra = {key: value for key, value in term.extra.items() if form_language(key) != language}
    after = {"list": term.facet, "code": term.code, "language": language, "from": before, "to": name}
    return _finish(session, "rename term", term.code, after, _project_ids(session, term))


def merge(session: Session, term: Term, into: Term) -> int:
    """Put all that has `term` under `into`, which takes over its spellings; returns the number of records.

    Its code goes on working in addresses of the directory and in revisions that nobody may edit now: they are published
    as they were approved. Drafts follow. The version of the records stays, so no open work is out of date.
    Raises InvalidTermChange for a term that is merged into itself.
    """
    if term.id == into.id:
        raise InvalidTermChange(f"{term.name} ({term.code}) cannot be merged into itself. Name two terms.")
    facet, project_ids = term.facet, _project_ids(session, term)
    recording.begin_bulk(session)
    _move_projects(session, term, into)
    if into.parent_id == term.id:
        into.parent_id = term.parent_id
        session.flush()
    session.execute(update(Term).where(Term.parent_id == term.id).values(parent_id=into.id))
    for revision in _open_revisions(session):
        if revision.state in EDITABLE_STATES:
            _replace_code(revision, term, into)
    known = set(map(fold, _spellings(into)))
    into.aliases = [*into.aliases, *(text for text in dict.fromkeys(_spellings(term)) if fold(text) not in known)]
    into.extra = into.extra | {FORMER_CODES: [*_former_codes(into), term.code, *_former_codes(term)]}
    after = {"list": facet, "from": term.code, "to": into.code, "name": term.name}
    session.flush()
    session.execute(delete(Term).where(Term.id == term.id))
    if facet == "country":
        _renew_fingerprints(session, project_ids)
    return _finish(session, "merge terms", into.code, after, project_ids)


def remove(session: Session, term: Term) -> None:
    """Delete a term that nothing has; raises InvalidTermChange."""
    use = next(use for use in list_terms(session, term.facet) if use.term.id == term.id)
    if use.is_used:
        raise InvalidTermChange(
            f"{term.name} ({term.code}) is used by {use}. Merge it into another term: "
            f"portal terms merge {term.facet} {term.code} CODE."
        )
    recording.begin_bulk(session)
    after = {"list": term.facet, "code": term.code, "name": term.name}
    session.execute(delete(Term).where(Term.id == term.id))
    _finish(session, "remove term", term.code, after, [])


def _finish(session: Session, verb: str, code: str, after: dict[str, str], project_ids: Sequence[int]) -> int:
    session.flush()
    # The terms of the session may have been changed by statements of their own.
    session.expire_all()
    text_index.repair(session, project_ids)
    row_checksums.store(session, project_ids)
    recording.record_bulk(
        session, verb, "term", code[:_MAX_SUBJECT_LENGTH], after={**after, "records": len(project_ids)}
    )
    Catalogue.touch(session, None)
    return len(project_ids)


def _record_counts(session: Session, facet: str) -> dict[int, int]:
    """The number of records by term id; those of a theme are the records of its types."""
    query: Select[Any, Any]
    if facet in _LINKS:
        column: InstrumentedAttribute[Any] = _LINKS[facet].term_id
        query = select(column, func.count()).group_by(column)
    elif facet in _PROJECT_COLUMNS:
        column = _PROJECT_COLUMNS[facet]
        query = select(column, func.count()).group_by(column)
    else:
        query = select(Term.parent_id, func.count()).join(Project, Project.type_id == Term.id).group_by(Term.parent_id)
    return {term_id: count for term_id, count in session.execute(query) if term_id is not None}


def _project_ids(session: Session, term: Term) -> list[int]:
    """The records that have the term or a narrower one, whose names are in their search documents."""
    ids = [term.id, *session.execute(select(Term.id).where(Term.parent_id == term.id)).scalars()]
    having: list[ColumnElement[bool]] = [column.in_(ids) for column in _PROJECT_COLUMNS.values()]
    query = select(Project.id).where(having[0] | having[1] | having[2] | having[3])
    found = set(session.execute(query).scalars())
    for links in (ProjectCountry, ProjectTag):
        found |= set(session.execute(select(links.project_id).where(links.term_id.in_(ids))).scalars())
    return sorted(found)


def _move_projects(session: Session, term: Term, into: Term) -> None:
    if term.facet in _PROJECT_COLUMNS:
        column = _PROJECT_COLUMNS[term.facet]
        session.execute(update(Project).where(column == term.id).values({column: into.id}))
    elif term.facet in _LINKS:
        links = _LINKS[term.facet]
        has_both = select(links.project_id).where(links.term_id == into.id)
        if links is ProjectCountry:
            # A country that was a benefiting member state under either term is one.
            eligible = select(ProjectCountry.project_id).where(
                ProjectCountry.term_id == term.id, ProjectCountry.is_eligible
            )
            raised = ProjectCountry.project_id.in_(eligible), ProjectCountry.term_id == into.id
            session.execute(update(ProjectCountry).where(*raised).values(is_eligible=True))
            _make_room(session, term, into)
            _add_shares(session, term, into)
        session.execute(delete(links).where(links.term_id == term.id, links.project_id.in_(has_both)))
        session.execute(update(links).where(links.term_id == term.id).values(term_id=into.id))


def _make_room(session: Session, term: Term, into: Term) -> None:
    """Where the stated shares of both are together above 100 per cent, all shares of the project become smaller."""
    one, other = aliased(ProjectCountry), aliased(ProjectCountry)
    both = select(one.project_id).join(other, one.project_id == other.project_id)
    above = both.where(one.term_id == term.id, other.term_id == into.id, one.share + other.share > WHOLE)
    for project_id in session.execute(above).scalars().all():
        of_project = ProjectCountry.project_id == project_id, ProjectCountry.share.is_not(None)
        links = session.execute(select(ProjectCountry.term_id, ProjectCountry.share).where(*of_project))
        shares = {term_id: share for term_id, share in links if share is not None}
        # The merged share stands in one of the two rows, the other adds nothing to it.
        for term_id, share in (merged_shares(shares, term.id, into.id) | {term.id: 0}).items():
            changed = update(ProjectCountry).where(*of_project, ProjectCountry.term_id == term_id)
            session.execute(changed.values(share=share).execution_options(synchronize_session=False))


def _add_shares(session: Session, term: Term, into: Term) -> None:
    """Projects that have both terms give the remaining one the shares of both."""
    merged = aliased(ProjectCountry)
    is_merged = merged.project_id == ProjectCountry.project_id, merged.term_id == term.id, merged.share.is_not(None)
    share = select(merged.share).where(*is_merged).correlate(ProjectCountry).scalar_subquery()
    has_share = exists().where(*is_merged).correlate(ProjectCountry)
    total = func.coalesce(ProjectCountry.share, 0) + share
    added = update(ProjectCountry).where(ProjectCountry.term_id == into.id, has_share).values(share=total)
    session.execute(added.execution_options(synchronize_session=False))


def _renew_fingerprints(session: Session, project_ids: Sequence[int]) -> None:
    """Records without a Projects ID are found again by their countries, too. Their addresses stay."""
    session.expire_all()
    for project_id in project_ids:
        project = session.get_one(Project, project_id)
        if project.reference:
            continue
        links = select(ProjectCountry.term_id).where(
            ProjectCountry.project_id == project_id, ProjectCountry.is_eligible
        )
        start, end = (str(date) if date else None for date in (project.start, project.end))
        countries = list(session.execute(links).scalars())
        renewed = fingerprint(project.title, start, end, project.year, countries, project.source_url)
        # A statement: the version of the model would make open work on the record out of date.
        session.execute(update(Project).where(Project.id == project_id).values(fingerprint=renewed))


def _open_revisions(session: Session) -> list[Revision]:
    return list(session.execute(select(Revision).where(Revision.state.in_(OPEN_STATES))).scalars())


def _fields_of(facet: str) -> list[str]:
    return [name for name, of in (TERM_FIELDS | CODE_FIELDS).items() if of == facet]


def _codes(revision: Revision, facet: str) -> set[str]:
    """The codes of a facet that a draft has."""
    values = [getattr(revision.draft, name) for name in _fields_of(facet)]
    return {code for value in values for code in ((value,) if isinstance(value, str) else value)}


def _replace_code(revision: Revision, term: Term, into: Term) -> None:
    draft = revision.draft
    changes: dict[str, str | tuple[str, ...]] = {}
    for name in _fields_of(term.facet):
        value = getattr(draft, name)
        if value == term.code:
            changes[name] = into.code
        elif not isinstance(value, str) and term.code in value:
            changes[name] = tuple(dict.fromkeys(into.code if code == term.code else code for code in value))
    if term.facet == "country" and draft.country_shares:
        changes["country_shares"] = rename_state(draft.country_shares, term.code, into.code)
    if changes:
        revision.payload = draft.replace(**changes).as_json()


def _spellings(term: Term) -> list[str]:
    return [term.name, *term.names.values(), *term.aliases, term.code]


def _former_codes(term: Term) -> list[str]:
    return list(term.extra.get(FORMER_CODES, ()))
