"""Bulk confirmation of proposed tags: adds one tag to many published records, and takes such a run back.

Each record gets an audit event of its own, of which its history tells; one more event tells of the run. Everything
happens in the caller's transaction and becomes public when it commits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from portal.database.orm import now
from portal.errors import Forbidden, InvalidTransition, NotFound
from portal.i18n.catalogues import N_, gettext
from portal.i18n.stored_sentences import StoredSentence
from portal.models import Account, AuditEvent, Catalogue, Project, ProjectTag, Revision, Term
from portal.models.term import FORMER_CODES
from portal.search.fulltext import text_index
from portal.services.audit import recording
from portal.services.editorial import publication
from portal.services.editorial.notices import overtaken
from portal.services.integrity import row_checksums
from portal.vocabulary.tag_rules import TagRule, rules_by_name
from portal.vocabulary.workflow import OPEN_STATES

MAX_RECORDS = 200
RUN_KIND = "tag rule"

# Why a scheduled revision of a record with another tag came back.
TAG_CHANGED = StoredSentence(
    N_("The tag %(tag)s was changed first, so this scheduled revision no longer fits the record. It was not published.")
)


class RunVerb(StrEnum):
    """What a run did; the verb of its audit event."""

    CONFIRM = "confirm tags"
    TAKE_BACK = "take back tags"


class Skipped(StrEnum):
    """Why a run left a record as it was."""

    NOT_PUBLIC = "not public"
    TAGGED = "tagged"
    NOT_TAGGED = "not tagged"
    OTHER_TYPE = "other type"


@dataclass(frozen=True)
class TagRun:
    """What one run did: `changed` are the ids of the records that it changed, `skipped` say why of the others."""

    event: AuditEvent
    rule: TagRule
    verb: RunVerb
    changed: tuple[int, ...]
    skipped: dict[int, Skipped]


def confirm(session: Session, rule: TagRule, project_ids: Collection[int], *, by: Account) -> TagRun:
    """Add the tag of a rule to these records; it is stated and public then.

    Skips records that are not public, state it already or no longer have the project type of the rule. Raises
    Forbidden, NotFound for a rule whose terms the portal no longer has, and InvalidTransition for none or too many
    records.
    """
    tag, project_type = _get_term(session, rule.facet, rule.code), _get_term(session, "type", rule.project_type)
    projects = _lock(session, project_ids, by)
    tagged = _tagged(session, tag, project_ids)
    skipped: dict[int, Skipped] = dict.fromkeys(set(project_ids) - {each.id for each in projects}, Skipped.NOT_PUBLIC)
    changed = []
    for project in projects:
        if project.published_at is None:
            skipped[project.id] = Skipped.NOT_PUBLIC
        elif project.id in tagged:
            skipped[project.id] = Skipped.TAGGED
        elif project.type_id != project_type.id:
            skipped[project.id] = Skipped.OTHER_TYPE
        else:
            changed.append(project)
    return _run(session, rule, RunVerb.CONFIRM, tag, changed, skipped, by)


def take_back(session: Session, run: TagRun, *, by: Account) -> TagRun:
    """Remove the tag from the records that a run gave it to; records that are not public or lost it stay as they are.

    Raises Forbidden, and InvalidTransition for a run that took tags back itself.
    """
    check_can_take_back(run)
    tag = _get_term(session, run.rule.facet, run.rule.code)
    projects = _lock(session, run.changed, by)
    tagged = _tagged(session, tag, run.changed)
    skipped: dict[int, Skipped] = dict.fromkeys(set(run.changed) - {each.id for each in projects}, Skipped.NOT_PUBLIC)
    changed = []
    for project in projects:
        if project.published_at is None:
            skipped[project.id] = Skipped.NOT_PUBLIC
        elif project.id not in tagged:
            skipped[project.id] = Skipped.NOT_TAGGED
        else:
            changed.append(project)
    return _run(session, run.rule, RunVerb.TAKE_BACK, tag, changed, skipped, by)


def check_can_take_back(run: TagRun) -> None:
    """Raise InvalidTransition unless the run gave records a tag."""
    if run.verb != RunVerb.CONFIRM or not run.changed:
        raise InvalidTransition(gettext("This run gave no record a tag, so there is nothing to take back."))


def get_run(session: Session, event_id: int) -> TagRun:
    """A run by the id of its audit event; raises NotFound."""
    event = session.get(AuditEvent, event_id)
    rule = rules_by_name().get(event.subject_id) if event is not None and event.subject_kind == RUN_KIND else None
    if event is None or rule is None:
        raise NotFound(gettext("There is no confirmation %(number)s.", number=event_id))
    after = event.after or {}
    skipped = {int(project_id): Skipped(why) for project_id, why in after["skipped"].items()}
    return TagRun(event, rule, RunVerb(event.verb), tuple(after["changed"]), skipped)


def count_open_changes(session: Session, project_ids: Collection[int]) -> int:
    """How many of these records have an open change by somebody."""
    query = select(func.count(Revision.project_id.distinct()))
    is_open = Revision.project_id.in_(project_ids), Revision.state.in_(OPEN_STATES)
    return session.execute(query.where(*is_open)).scalar_one()


def check_selection(project_ids: Collection[int]) -> None:
    """Raise InvalidTransition for no record, or for more than one run changes."""
    if not 0 < len(project_ids) <= MAX_RECORDS:
        raise InvalidTransition(gettext("Select 1 to %(most)s records of the list, then go on.", most=MAX_RECORDS))


def _lock(session: Session, project_ids: Collection[int], by: Account) -> Sequence[Project]:
    if by.is_disabled or not by.is_reviewer:
        raise Forbidden(gettext("Only reviewers can confirm tags."))
    check_selection(project_ids)
    query = select(Project).where(Project.id.in_(project_ids)).order_by(Project.id).with_for_update()
    return session.execute(query.execution_options(populate_existing=True)).scalars().all()


def _tagged(session: Session, tag: Term, project_ids: Collection[int]) -> set[int]:
    tagged = ProjectTag.term_id == tag.id, ProjectTag.project_id.in_(project_ids)
    return set(session.execute(select(ProjectTag.project_id).where(*tagged)).scalars())


def _run(
    session: Session,
    rule: TagRule,
    verb: RunVerb,
    tag: Term,
    projects: Sequence[Project],
    skipped: dict[int, Skipped],
    by: Account,
) -> TagRun:
    """Change the records, and record it."""
    before = _codes(session, rule.facet, projects)
    for project in projects:
        _change(session, project, tag, verb)
    after = _codes(session, rule.facet, projects)
    for project in projects:
        facet = rule.facet
        recording.record(
            session, "change", "project", project.id,
            before={facet: before.get(project.id, [])}, after={facet: after.get(project.id, [])}, by=by,
        )  # fmt: skip
        publication.invalidate_scheduled(session, project, TAG_CHANGED.english(tag=f"{tag.code} {tag.name}"), by)
    ids = [project.id for project in projects]
    outcome = {"changed": ids, "skipped": {str(project_id): str(why) for project_id, why in skipped.items()}}
    event = recording.record(session, verb, RUN_KIND, rule.name, after=outcome, by=by)
    if ids:
        overtaken.tell_of_tags(session, event, ids, by)
        text_index.repair(session, ids)
        row_checksums.store(session, ids)
        Catalogue.touch(session, ids)
    return TagRun(event, rule, verb, tuple(ids), skipped)


def _change(session: Session, project: Project, tag: Term, verb: RunVerb) -> None:
    project.changed_at = now()
    # A change of links alone must increase the version of the record too.
    flag_modified(project, "changed_at")
    session.flush()
    if verb == RunVerb.CONFIRM:
        session.execute(insert(ProjectTag).values(project_id=project.id, term_id=tag.id))
    else:
        session.execute(delete(ProjectTag).where(ProjectTag.project_id == project.id, ProjectTag.term_id == tag.id))


def _codes(session: Session, facet: str, projects: Sequence[Project]) -> dict[int, list[str]]:
    """The codes of a facet that each record states, in the order of their list."""
    query = select(ProjectTag.project_id, Term.code).join(Term, Term.id == ProjectTag.term_id)
    is_shown = Term.facet == facet, ProjectTag.project_id.in_([project.id for project in projects])
    codes: dict[int, list[str]] = {}
    for project_id, code in session.execute(query.where(*is_shown).order_by(Term.position, Term.code)):
        codes.setdefault(project_id, []).append(code)
    return codes


def _get_term(session: Session, facet: str, code: str) -> Term:
    """The term with this code, or the one that it was merged into; raises NotFound."""
    terms = session.execute(select(Term).where(Term.facet == facet)).scalars().all()
    for term in terms:
        if code == term.code or code in term.extra.get(FORMER_CODES, ()):
            return term
    raise NotFound(gettext("The list %(list)s no longer has %(code)s.", list=facet, code=code))
