"""The page before an account is disabled or loses its role: what becomes of its open work."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, make_response, render_template, url_for
from sqlalchemy.orm import Session

from portal.database.orm import db
from portal.models import Account, Revision
from portal.services.editorial import handover, revisions
from portal.vocabulary.workflow import Role, role_name, state_name
from portal.web.admin import second_administrator
from portal.web.presentation import field_labels
from portal.web.presentation.i18n import gettext, ngettext
from portal.web.security import access


@dataclass(frozen=True)
class WorkItem:
    """One open revision; `url` is "" for a draft that the administrator may not open."""

    label: str
    title: str
    title_language: str
    state: str
    is_overdue: bool
    url: str
    hand_over_url: str


@dataclass(frozen=True)
class Work:
    """The reviews that an account holds, and its own open revisions."""

    reviews: tuple[WorkItem, ...]
    own: tuple[WorkItem, ...]


@dataclass(frozen=True)
class AccountChangePage:
    """A confirmation page; `role` is the new role, "" when the account is disabled."""

    heading: str
    name: str
    consequences: tuple[str, ...]
    work: Work
    action_url: str
    button_text: str
    back_url: str
    role: str = ""
    is_dangerous: bool = False


def build_work(session: Session, account: Account) -> Work:
    """The open work of an account as the signed-in administrator may open it."""
    work = handover.open_work(session, account)
    numbers = [revision.id for revision in (*work.reviews, *work.own)]
    visible = revisions.visible_ids(session, numbers, access.signed_in_account())

    def item(revision: Revision) -> WorkItem:
        is_visible = revision.id in visible
        return WorkItem(
            label=revision.label,
            title=field_labels.display_title(revision.draft),
            title_language=field_labels.title_language(revision.draft),
            state=state_name(revision.state),
            is_overdue=revisions.is_overdue(revision),
            url=url_for("review.revision", revision_id=revision.id) if is_visible else "",
            hand_over_url=url_for("handover.confirm", revision_id=revision.id),
        )

    return Work(tuple(map(item, work.reviews)), tuple(map(item, work.own)))


def confirm_disable(account: Account) -> Response:
    work = build_work(db.session(), account)
    return _render(
        AccountChangePage(
            heading=gettext("Disable the account of %(name)s", name=account.name),
            name=account.name,
            consequences=(
                gettext("%(name)s is signed out at once and cannot sign in again.", name=account.name),
                *_returned_reviews(work),
                *_work_without_author(work),
                gettext("What the person did stays in the history. You can enable the account again."),
            ),
            work=work,
            action_url=url_for("accounts.disable", account_id=account.id),
            button_text=gettext("Disable account"),
            back_url=url_for("accounts.show_account", account_id=account.id),
            is_dangerous=True,
        )
    )


def confirm_role(account: Account, role: Role) -> Response:
    work, name = build_work(db.session(), account), role_name(role)
    return _render(
        AccountChangePage(
            heading=gettext("Change the role of %(name)s to %(role)s", name=account.name, role=name),
            name=account.name,
            consequences=(
                gettext("%(name)s is signed out at once and signs in again.", name=account.name),
                *(_returned_reviews(work) if role == Role.AUTHOR else ()),
                *_new_administrator(role),
                gettext("You may be asked for your password and code first."),
            ),
            work=work,
            action_url=url_for("accounts.change_role", account_id=account.id),
            button_text=gettext("Change role"),
            back_url=url_for("accounts.show_account", account_id=account.id),
            role=role,
        )
    )


def _new_administrator(role: Role) -> tuple[str, ...]:
    if role != Role.ADMINISTRATOR:
        return ()
    told = gettext("All administrators get a notice.")
    if not second_administrator.is_second_needed(role):
        return (told,)
    return (gettext("Nothing changes until another administrator has confirmed it, within 7 days."), told)


def _returned_reviews(work: Work) -> tuple[str, ...]:
    if not work.reviews:
        return ()
    return (
        ngettext(
            "One review goes back to the queue with its field decisions and its due date.",
            "%(num)s reviews go back to the queue with their field decisions and due dates.",
            len(work.reviews),
        ),
    )


def _work_without_author(work: Work) -> tuple[str, ...]:
    if not work.own:
        return ()
    return (
        ngettext(
            "One revision of their own stays open. Only administrators can then hand it over to another author.",
            "%(num)s revisions of their own stay open. Only administrators can then hand them over to other authors.",
            len(work.own),
        ),
    )


def _render(page: AccountChangePage) -> Response:
    return make_response(render_template("admin/account_change.html", page=page))
