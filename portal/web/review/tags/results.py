"""The page of a run: which records it changed, and why it left others as they were."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Project
from portal.services.editorial import tag_confirmation
from portal.services.editorial.tag_confirmation import RunVerb, Skipped, TagRun
from portal.web.presentation.i18n import gettext
from portal.web.review import event_text
from portal.web.review.tags import lists
from portal.web.review.tags.lists import RuleRow


@dataclass(frozen=True)
class RecordLine:
    """One record of a run; `why` says why it was left as it was, "" for a changed one."""

    title: str
    url: str
    why: str
    title_language: str = ""


@dataclass(frozen=True)
class RunPage:
    """`take_back_url` is empty for a run that gave no record a tag."""

    run: TagRun
    row: RuleRow
    changed: tuple[RecordLine, ...]
    skipped: tuple[RecordLine, ...]
    take_back_url: str
    by: str

    @property
    def has_confirmed(self) -> bool:
        return self.run.verb == RunVerb.CONFIRM


def build_page(session: Session, run_id: int) -> RunPage:
    """The page of a run by the id of its audit event; raises NotFound."""
    run = tag_confirmation.get_run(session, run_id)
    ids = [*run.changed, *run.skipped]
    query = select(Project.id, Project.title, Project.title_language, Project.slug).where(Project.id.in_(ids))
    known = {row.id: row for row in session.execute(query)}

    def line(project_id: int, why: str = "") -> RecordLine:
        if project_id not in known:
            return RecordLine(gettext("A record that is no longer there"), "", why)
        project = known[project_id]
        url = url_for("records.record", slug=project.slug)
        return RecordLine(project.title, url, why, project.title_language)

    reasons = {
        Skipped.NOT_PUBLIC: gettext("It is not public."),
        Skipped.TAGGED: gettext("It has the tag already."),
        Skipped.NOT_TAGGED: gettext("It had lost the tag meanwhile."),
        Skipped.OTHER_TYPE: gettext("It has another project type now."),
    }
    is_undoable = run.verb == RunVerb.CONFIRM and run.changed
    return RunPage(
        run=run,
        row=lists.get_rule(run.rule.name),
        changed=tuple(line(project_id) for project_id in run.changed),
        skipped=tuple(line(project_id, reasons[why]) for project_id, why in run.skipped.items()),
        take_back_url=url_for("tag_proposals.ask_take_back", run_id=run_id) if is_undoable else "",
        by=event_text.actor_name(run.event.actor),
    )
