"""The desk as data: revisions in queues by whose turn it is, and one queue as a page of rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.models import Account, Revision
from portal.services.editorial import revisions, workflow
from portal.services.editorial.revisions import Desk
from portal.services.editorial.workflow import Action
from portal.vocabulary.workflow import State
from portal.web.presentation.i18n import gettext, ngettext
from portal.web.review.desk_rows import (
    DeskRow,
    HandOverNotice,
    age_text,
    desk_row,
    hand_over_notices,
    waiting_since,
)

PAGE_SIZE = 20
SORTS = ("oldest", "newest")
# In tab order. Without a `queue` parameter the first queue that is not empty is shown.
REVIEWER_QUEUES = ("review", "publish", "others", "returned", "drafts", "done")
AUTHOR_QUEUES = ("returned", "drafts", "others", "done")
# For administrators, while there is anything in it.
WITHOUT_AUTHOR = "without-author"


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
            queue=args.get("queue", "") if args.get("queue") in (*REVIEWER_QUEUES, WITHOUT_AUTHOR) else "",
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
    hand_overs: tuple[HandOverNotice, ...]


def build_page(session: Session, account: Account, query: DeskQuery) -> DeskPage:
    """The tabs of an account, and one of its queues in full."""
    names = REVIEWER_QUEUES if account.is_reviewer else AUTHOR_QUEUES
    revisions_by_queue = queues(revisions.load_desk(session, account), account)
    if revisions_by_queue[WITHOUT_AUTHOR]:
        names = (*names, WITHOUT_AUTHOR)
    queue = _shown_queue(query, names, revisions_by_queue)
    ordered = _sorted_queue(revisions_by_queue[queue], queue, query.sort)
    pages = max(1, -(-len(ordered) // PAGE_SIZE))
    shown = DeskQuery(queue, query.sort, min(query.page, pages))
    on_page = ordered[(shown.page - 1) * PAGE_SIZE : shown.page * PAGE_SIZE]
    rows = tuple(desk_row(session, revision, account) for revision in on_page)
    overdue = _overdue_revisions(revisions_by_queue, names)
    return DeskPage(
        intro=intro(revisions_by_queue, account),
        tabs=_tabs(shown, names, revisions_by_queue, account),
        queue=queue,
        queue_label=queue_names(account)[queue],
        rows=rows,
        advice="" if rows else empty_queue_advice(queue, account),
        sort=shown.sort,
        sort_url=_desk_url(replace(shown, sort="oldest" if shown.sort == "newest" else "newest", page=1)),
        previous_url=_desk_url(replace(shown, page=shown.page - 1)) if shown.page > 1 else "",
        next_url=_desk_url(replace(shown, page=shown.page + 1)) if shown.page < pages else "",
        page=shown.page,
        pages=pages,
        allows_bulk_publish=sum(row.can_publish for row in rows) > 1,
        overdue=len(overdue),
        is_schedule_stuck=any(revision.state == State.SCHEDULED for revision in overdue),
        hand_overs=hand_over_notices(session, account),
    )


def _shown_queue(query: DeskQuery, names: tuple[str, ...], revisions_by_queue: dict[str, list[Revision]]) -> str:
    """The requested queue if the account has it, else the first that is not empty."""
    if query.queue in names:
        return query.queue
    return next((name for name in names if revisions_by_queue[name]), names[0])


def _sorted_queue(queued: list[Revision], queue: str, sort: str) -> list[Revision]:
    """The revisions by waiting time; decided ones in the opposite order, so that the newest decision is first."""
    return sorted(queued, key=waiting_since, reverse=(queue == "done") != (sort == "newest"))


def _overdue_revisions(revisions_by_queue: dict[str, list[Revision]], names: tuple[str, ...]) -> list[Revision]:
    """The overdue revisions that wait for this account."""
    waiting = [revisions_by_queue[name] for name in ("review", "publish") if name in names]
    return [revision for queued in waiting for revision in queued if revisions.is_overdue(revision)]


def _tabs(
    shown: DeskQuery, names: tuple[str, ...], revisions_by_queue: dict[str, list[Revision]], account: Account
) -> tuple[QueueTab, ...]:
    labels = queue_names(account)
    return tuple(
        QueueTab(name, labels[name], len(revisions_by_queue[name]), _desk_url(replace(shown, queue=name, page=1)))
        for name in names
    )


def _desk_url(query: DeskQuery) -> str:
    """The URL of a queue; leaves out the default sort order and page."""
    parameters: dict[str, Any] = {"queue": query.queue}
    if query.sort != SORTS[0]:
        parameters["sort"] = query.sort
    if query.page > 1:
        parameters["page"] = query.page
    return url_for("desk.show_desk", **parameters)


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
        and workflow.holder_id(revision) in (None, account.id)
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
        WITHOUT_AUTHOR: list(desk.without_author),
    }


def queue_names(account: Account) -> dict[str, str]:
    return {
        "review": gettext("Waiting for me"),
        "publish": gettext("To publish"),
        "others": gettext("Waiting for others") if account.is_reviewer else gettext("With the reviewers"),
        "returned": gettext("Returned to me"),
        "drafts": gettext("My drafts"),
        "done": gettext("Recently decided"),
        WITHOUT_AUTHOR: gettext("Without an author"),
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
        WITHOUT_AUTHOR: gettext("Every draft and every returned revision has an author who can edit it."),
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
