"""The public record of a project as a draft, which a change starts from and is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database.public_reader import WITHDRAWN_ADDRESS
from portal.errors import NotFound
from portal.i18n.catalogues import gettext
from portal.i18n.quoting import quoted
from portal.models import AuditEvent, Project, ProjectCountry, ProjectDraft, ProjectTag, Revision, Term
from portal.services.records.country_shares import named_shares
from portal.services.records.translations import translation_rows
from portal.text.folding import trim_punctuation
from portal.vocabulary.translations import TRANSLATIONS


def get_project_by_slug(session: Session, slug: str) -> Project:
    """The project with this slug in any case, public or withdrawn; raises NotFound."""
    project = session.execute(select(Project).where(Project.slug_folded == fold_slug(slug))).scalar_one_or_none()
    if project is None:
        raise NotFound(gettext("There is no project %(name)s.", name=quoted(slug)))
    return project


def fold_slug(slug: str) -> str:
    """A slug in the form that is stored for lookups. PostgreSQL rejects NUL; no slug contains the slash instead."""
    return slug.casefold().replace("\0", "/")


def draft_from_project(session: Session, project: Project) -> ProjectDraft:
    """The current values of a record as a draft; codes in the order of their lists."""
    ids = [project.status_id, project.type_id, project.coverage_id, project.region_id]
    codes = {term.id: term.code for term in session.execute(select(Term).where(Term.id.in_(ids))).scalars()}
    countries = session.execute(
        select(Term.code, ProjectCountry.is_eligible, ProjectCountry.share)
        .join(ProjectCountry, ProjectCountry.term_id == Term.id)
        .where(ProjectCountry.project_id == project.id)
        .order_by(Term.position, Term.code)
    ).all()
    tags = session.execute(
        select(Term.facet, Term.code)
        .join(ProjectTag, ProjectTag.term_id == Term.id)
        .where(ProjectTag.project_id == project.id)
        .order_by(Term.position, Term.code)
    ).all()
    draft = ProjectDraft(
        title=project.title,
        number=project.reference or "",
        prima_id=project.prima_id or "",
        title_language=project.title_language,
        summary=project.summary,
        language=project.language,
        start=str(project.start or ""),
        end=str(project.end or ""),
        year=str(project.year or ""),
        budget="" if project.budget is None else str(project.budget),
        status=codes.get(project.status_id or 0, ""),
        project_type=codes.get(project.type_id or 0, ""),
        coverage=codes.get(project.coverage_id or 0, ""),
        region=codes.get(project.region_id or 0, ""),
        countries=tuple(code for code, is_eligible, _ in countries if is_eligible),
        country_shares=named_shares({code: share for code, is_eligible, share in countries if is_eligible}),
        other_countries=tuple(code for code, is_eligible, _ in countries if not is_eligible),
        sdg=tuple(code for facet, code in tags if facet == "sdg"),
        gcm=tuple(code for facet, code in tags if facet == "gcm"),
        funding_line=project.funding_line,
        source_url=project.source_url,
    )
    return _with_translations(session, project, draft)


def _with_translations(session: Session, project: Project, draft: ProjectDraft) -> ProjectDraft:
    known = {one.name: one for one in translation_rows.of_project(session, project.id)}
    machine = tuple(name for name in TRANSLATIONS if name in known and known[name].is_machine)
    return draft.replace(machine_translations=machine, **{name: one.text for name, one in known.items()})


def published_draft(session: Session, revision: Revision) -> ProjectDraft | None:
    """The public record that a revision changes; None if the project is new or withdrawn."""
    project = revision.project
    return draft_from_project(session, project) if project is not None and project.published_at is not None else None


def previous_version(session: Session, revision: Revision) -> ProjectDraft | None:
    """The record that a published revision replaced; None if it was the first, or was never published."""
    query = select(AuditEvent).where(
        AuditEvent.subject_kind == "project", AuditEvent.subject_id == str(revision.project_id)
    )
    for event in session.execute(query.order_by(AuditEvent.id.desc())).scalars():
        if (event.after or {}).get("revision") == revision.id:
            return None if event.verb == "publish" else ProjectDraft.from_json(revision.payload | (event.before or {}))
    return None


@dataclass(frozen=True)
class WithdrawalNotice:
    """The content of the page of a withdrawn record; the time is in UTC, the reason one line of plain text."""

    slug: str
    withdrawn_at: datetime
    reason: str


def withdrawal_notice(session: Session, slug: str) -> WithdrawalNotice:
    """The notice of a withdrawn record at this address or former address; raise NotFound if there is none.

    As with public records, punctuation around the slug does not matter.
    """
    at = WITHDRAWN_ADDRESS.c
    for reading in dict.fromkeys((slug, trim_punctuation(slug))):
        query = select(at.slug, at.withdrawn_at, at.withdrawn_reason).where(at.slug_folded == fold_slug(reading))
        if row := session.execute(query).first():
            return WithdrawalNotice(*row)
    raise NotFound(gettext("There is no project %(name)s.", name=quoted(slug)))
