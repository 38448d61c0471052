"""The desk as data: revisions in queues by whose turn it is, and one queue as a page of rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.database.orm import now
from portal.models import Account, Revision
from portal.services.editorial import revisions, workflow
from portal.services.editorial.revisions import Desk
from portal.services.editorial.workflow import Action
from portal.services.records import published
from portal.vocabulary.workflow import PUBLISHED_STATES, State
from portal.web.presentation import field_labels
from portal.web.presentation.i18n import gettext, ngettext
from portal.web.review import comparison, event_text

PAGE_SIZE = 20
SORTS = ("oldest", "newest")
# In tab order. Without a `queue` parameter the first queue that is not empty is shown.
REVIEWER_QUEUES = ("review", "publish", "others", "returned", "drafts", "done")
AUTHOR_QUEUES = ("returned", "drafts", "others", "done")


@dataclass(frozen=True)
class DeskQuery:
    """The queue, its sort order and the page; invalid values fall back to the defaults."""

    queue: str = ""
    sort: str = SORTS[0]
    page: int = 1

    @classmethod
    def parse(cls, args: MultiDict[str, str]) -> DeskQuery:
        page = args.get("page", "1")
        return cls(
            queue=args.get("queue", "") if args.get("queue") in REVIEWER_QUEUES else "",
            sort=args.get("sort", "") if args.get("sort") in SORTS else SORTS[0],
            page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
        )


@dataclass(frozen=True)
class QueueTab:
    name: str
    label: str
    count: int
    url: str


@dataclass(frozen=True)
class DeskRow:
    """One revision: its author, its holder, how long it has been waiting, its due date and its next action."""

    revision: Revision
    title: str
    reference: str
    change_summary: str
    waiting_since: datetime
    waiting_text: str
    is_overdue: bool
    badge: str
    badge_kind: str
    holder: str
    is_mine: bool
    button_text: str
    can_publish: bool


@dataclass(frozen=True)
class DeskPage:
    """The desk of one account; `advice` is shown if the queue is empty."""

    intro: str
    tabs: tuple[QueueTab, ...]
    queue: str
    queue_label: str
    rows: tuple[DeskRow, ...]
    advice: str
    sort: str
    sort_url: str
    previous_url: str
    next_url: str
    page: int
    pages: int
    allows_bulk_publish: bool
    overdue: int
    is_schedule_stuck: bool


def build_page(session: Session, account: Account, query: DeskQuery) -> DeskPage:
    """The tabs of an account, and one of its queues in full."""
    revisions_by_queue = queues(revisions.load_desk(session, account), account)
    names = REVIEWER_QUEUES if account.is_reviewer else AUTHOR_QUEUES
    queue = (
        query.queue if query.queue in names else next((name for name in names if revisions_by_queue[name]), names[0])
    )
    ordered = sorted(
        revisions_by_queue[queue], key=waiting_since, reverse=(queue == "done") != (query.sort == "newest")
    )
    pages = max(1, -(-len(ordered) // PAGE_SIZE))
    page = min(query.page, pages)
    rows = tuple(
        desk_row(session, revision, account) for revision in ordered[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    )
    labels = queue_names(account)

    def url(**changes: Any) -> str:
        parameters: dict[str, Any] = {"queue": queue, "sort": query.sort, "page": 1} | changes
        return url_for("desk.show_desk", **{k: v for k, v in parameters.items() if (k, v) not in _DEFAULTS})

    overdue = [
        revision
        for name in ("review", "publish")
        if name in names
        for revision in revisions_by_queue[name]
        if revisions.is_overdue(revision)
    ]
    return DeskPage(
        intro=intro(revisions_by_queue, account),
        tabs=tuple(QueueTab(name, labels[name], len(revisions_by_queue[name]), url(queue=name)) for name in names),
        queue=queue,
        queue_label=labels[queue],
        rows=rows,
        advice="" if rows else empty_queue_advice(queue, account),
        sort=query.sort,
        sort_url=url(sort="oldest" if query.sort == "newest" else "newest"),
        previous_url=url(page=page - 1) if page > 1 else "",
        next_url=url(page=page + 1) if page < pages else "",
        page=page,
        pages=pages,
        allows_bulk_publish=sum(row.can_publish for row in rows) > 1,
        overdue=len(overdue),
        is_schedule_stuck=any(revision.state == State.SCHEDULED for revision in overdue),
    )


_DEFAULTS = {("sort", SORTS[0]), ("page", 1)}


def queues(desk: Desk, account: Account) -> dict[str, list[Revision]]:
    """Each revision in exactly one queue."""
    returned = [revision for revision in desk.mine if revision.state == State.RETURNED]
    drafts = [revision for revision in desk.mine if revision.state == State.DRAFT]
    review_actions = {Action.CLAIM, Action.APPROVE, Action.RETURN}
    submitted = {revision.id: revision for revision in (*desk.with_me, *desk.waiting, *desk.with_others)}
    to_review = [
        revision
        for revision in submitted.values()
        if account.is_reviewer
        and revision.claimed_by_id in (None, account.id)
        and review_actions & set(workflow.allowed_actions(revision, account))
    ]
    to_publish = [
        revision for revision in desk.approved if Action.PUBLISH in workflow.allowed_actions(revision, account)
    ]
    own_ids = {revision.id for revision in (*to_review, *to_publish)}
    others = [revision for revision in (*submitted.values(), *desk.approved) if revision.id not in own_ids]
    return {
        "review": to_review,
        "publish": to_publish,
        "others": others,
        "returned": returned,
        "drafts": drafts,
        "done": list(desk.decided),
    }


def queue_names(account: Account) -> dict[str, str]:
    return {
        "review": gettext("Waiting for me"),
        "publish": gettext("To publish"),
        "others": gettext("Waiting for others") if account.is_reviewer else gettext("With the reviewers"),
        "returned": gettext("Returned to me"),
        "drafts": gettext("My drafts"),
        "done": gettext("Recently decided"),
    }


def empty_queue_advice(queue: str, account: Account) -> str:
    """The text shown in place of an empty queue."""
    return {
        "review": gettext("Nothing is waiting for your decision. New submissions appear here, oldest first."),
        "publish": gettext(
            "No approved revisions are waiting to be published. Revisions appear here once they are approved."
        ),
        "others": gettext("Nothing is with other people now. Revisions that you submit appear here."),
        "returned": gettext(
            "Nothing has been returned to you. Returned changes appear here with the reviewer’s reasons."
        ),
        "drafts": gettext("You have no drafts. Choose “New project”, or open a record and change it."),
        "done": gettext("Nothing has been published or withdrawn yet."),
    }[queue]


def intro(queues_by_name: dict[str, list[Revision]], account: Account) -> str:
    """What is waiting for the account, in one or two sentences."""
    waiting = queues_by_name["review"] if account.is_reviewer else queues_by_name["returned"]
    if not waiting:
        if account.is_reviewer:
            return gettext("Nothing is waiting for your decision.")
        return gettext("Nothing is waiting for you.")
    oldest = age_text(min(map(waiting_since, waiting)))
    if account.is_reviewer:
        first = ngettext(
            "One record is waiting for your decision.", "%(num)s records are waiting for your decision.", len(waiting)
        )
    else:
        first = ngettext("One change was returned to you.", "%(num)s changes were returned to you.", len(waiting))
    return gettext("%(first)s The oldest has been waiting for %(age)s.", first=first, age=oldest)


def desk_row(session: Session, revision: Revision, account: Account) -> DeskRow:
    actions = workflow.allowed_actions(revision, account)
    is_decided = revision.state in PUBLISHED_STATES
    badge, kind = event_text.badge(revision)
    number = revision.draft.number or (revision.project.reference if revision.project else "")
    return DeskRow(
        revision=revision,
        title=field_labels.display_title(revision.draft),
        reference=number or "",
        change_summary=""
        if is_decided
        else comparison.summary(published.published_draft(session, revision), revision.draft),
        waiting_since=waiting_since(revision),
        waiting_text=age_text(waiting_since(revision)),
        is_overdue=revisions.is_overdue(revision),
        badge=badge,
        badge_kind=kind,
        holder=holder(revision, account),
        is_mine=revision.claimed_by_id == account.id,
        button_text=button_text(actions),
        can_publish=Action.PUBLISH in actions,
    )


def holder(revision: Revision, account: Account) -> str:
    """The name of the person who holds the revision now, "" for nobody."""
    if revision.state == State.IN_REVIEW and revision.claimed_by:
        return gettext("you") if revision.claimed_by_id == account.id else revision.claimed_by.name
    if revision.state in (State.DRAFT, State.RETURNED):
        return gettext("you") if revision.author_id == account.id else revision.author.name
    return ""


def button_text(actions: tuple[Action, ...]) -> str:
    """The label of the button in a row."""
    if Action.SAVE in actions and Action.SUBMIT in actions:
        return gettext("Continue editing")
    if Action.PUBLISH in actions:
        return gettext("Publish")
    if {Action.CLAIM, Action.RETURN, Action.APPROVE} & set(actions):
        return gettext("Review")
    return gettext("Open")


def waiting_since(revision: Revision) -> datetime:
    """When a revision entered its current stage; a claimed one has been waiting since its submission."""
    moments = {
        State.SUBMITTED: revision.submitted_at,
        State.IN_REVIEW: revision.submitted_at,
        State.RETURNED: revision.decided_at,
        State.APPROVED: revision.decided_at,
        State.SCHEDULED: revision.decided_at,
        State.PUBLISHED: revision.published_at,
        State.SUPERSEDED: revision.published_at,
        State.WITHDRAWN: revision.published_at,
    }
    return moments.get(State(revision.state)) or revision.saved_at


def age_text(moment: datetime) -> str:
    """The age in minutes, hours or days."""
    age = max(now() - moment, timedelta())
    if age < timedelta(hours=1):
        return ngettext("one minute", "%(num)s minutes", max(1, int(age.total_seconds()) // 60))
    if age < timedelta(days=2):
        return ngettext("one hour", "%(num)s hours", int(age.total_seconds()) // 3600)
    return ngettext("one day", "%(num)s days", age.days)
