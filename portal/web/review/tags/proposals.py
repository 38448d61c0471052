"""Proposed tags at the desk: lists by rule, bulk confirmation, its result, and taking it back."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from sqlalchemy.orm import Session

from portal.database.orm import db
from portal.errors import PortalError
from portal.models import Account
from portal.services.accounts import sessions
from portal.services.editorial import tag_confirmation
from portal.services.editorial.tag_confirmation import MAX_RECORDS
from portal.web.declarations import accepts, require_role
from portal.web.http.responses import ViewResponse
from portal.web.http.url_converters import RUN_ID
from portal.web.presentation import formatting
from portal.web.presentation.i18n import gettext, ngettext
from portal.web.review.actions import TRANSITION_FIELDS
from portal.web.review.confirmation import Confirmation, render_confirmation
from portal.web.review.tags import lists, results
from portal.web.review.tags.lists import RuleRow
from portal.web.security import access, idempotency

bp = Blueprint("tag_proposals", __name__, url_prefix="/staff/tag-proposals")


@bp.get("/", endpoint="rules")
@require_role("reviewer")
def show_rules() -> str:
    return render_template("review/tag_rules.html", rules=lists.list_rules(request.args))


@bp.get("/<rule>")
@require_role("reviewer")
def rule(rule: str) -> str:
    return render_template("review/tag_rule.html", rule=lists.show_rule(rule, request.args), most=MAX_RECORDS)


@bp.get("/<rule>/confirm")
@require_role("reviewer")
def ask_confirm(rule: str) -> ViewResponse:
    return show_confirmation(rule, selected_ids(rule))


@bp.post("/<rule>/confirm")
@require_role("reviewer")
@accepts(*TRANSITION_FIELDS, "project")
def confirm(rule: str) -> ViewResponse:
    """Tag the selected records, in one transaction. Requires a recent authentication."""
    sessions.require_recent_authentication(access.auth_session())
    row, project_ids = lists.get_rule(rule), selected_ids(rule)

    def act(session: Session, account: Account) -> str:
        run = tag_confirmation.confirm(session, row.rule, project_ids, by=account)
        return url_for(".run", run_id=run.event.id)

    return idempotency.run_once(
        act,
        lambda error, status: show_confirmation(rule, project_ids, error=error, status=status),
        gettext("The tags are confirmed. Everyone can see them now."),
    )


@bp.get(f"/runs/{RUN_ID}")
@require_role("reviewer")
def run(run_id: int) -> str:
    return render_template("review/tag_run.html", run=results.build_page(db.session(), run_id))


@bp.get(f"/runs/{RUN_ID}/take-back")
@require_role("reviewer")
def ask_take_back(run_id: int) -> ViewResponse:
    return show_take_back(run_id)


@bp.post(f"/runs/{RUN_ID}/take-back")
@require_role("reviewer")
@accepts(*TRANSITION_FIELDS)
def take_back(run_id: int) -> ViewResponse:
    """Remove the tags that a run gave. Requires a recent authentication."""
    sessions.require_recent_authentication(access.auth_session())

    def act(session: Session, account: Account) -> str:
        taken_back = tag_confirmation.take_back(session, tag_confirmation.get_run(session, run_id), by=account)
        return url_for(".run", run_id=taken_back.event.id)

    return idempotency.run_once(
        act,
        lambda error, status: show_take_back(run_id, error=error, status=status),
        gettext("The tags are taken back. The records state them no longer."),
    )


def selected_ids(rule: str) -> tuple[int, ...]:
    """The selected records, or with `all` the newest of the rule; raises InvalidTransition for none or too many."""
    if request.method == "GET" and request.args.get("all") == "yes":
        project_ids = tuple(lists.ids_of_rule(lists.get_rule(rule).rule, 0, MAX_RECORDS))
    else:
        texts = dict.fromkeys(request.values.getlist("project"))
        project_ids = tuple(int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 10)
    tag_confirmation.check_selection(project_ids)
    return project_ids


def show_confirmation(
    rule: str, project_ids: tuple[int, ...], *, error: PortalError | None = None, status: int = 200
) -> ViewResponse:
    row = lists.get_rule(rule)
    confirmation = Confirmation(
        heading=ngettext("Confirm a tag for one record", "Confirm a tag for %(num)s records", len(project_ids)),
        subject=lists.tag_name(row.tag),
        consequences=_consequences(row, project_ids),
        action_url=url_for(".confirm", rule=rule),
        button_text=ngettext("Tag this record", "Tag all %(num)s records", len(project_ids)),
        back_url=url_for(".rule", rule=rule),
        project_ids=project_ids,
        page_url=url_for(".rule", rule=rule),
        menu_key="tags",
    )
    return render_confirmation(confirmation, error=error, status=status)


def _consequences(row: RuleRow, project_ids: tuple[int, ...]) -> tuple[str, ...]:
    count = len(project_ids)
    sentences = [
        row.rule.reason,
        ngettext(
            "One record gets the tag %(tag)s. It is stated and public then: on its page, in filters, counts and files.",
            "%(num)s records get the tag %(tag)s. It is stated and public then: on their pages, in filters, counts and "
            "files.",
            count, tag=lists.tag_name(row.tag),
        ),
        gettext("The history of each record says so. You can take the tags back from the page that follows."),
    ]  # fmt: skip
    if row.count > count == MAX_RECORDS:
        rest = formatting.number(row.count - count)
        sentences.append(
            gettext("These are the newest %(count)s; %(rest)s more remain in the list.", count=count, rest=rest)
        )
    if open_changes := tag_confirmation.count_open_changes(db.session(), project_ids):
        sentences.append(
            ngettext(
                "One of them has an open change. Its author is asked to compare it with the record before it is "
                "published.",
                "%(num)s of them have an open change. Its author is asked to compare it with the record before it is "
                "published.",
                open_changes,
            )
        )
    return tuple(sentences)


def show_take_back(run_id: int, *, error: PortalError | None = None, status: int = 200) -> ViewResponse:
    taken = tag_confirmation.get_run(db.session(), run_id)
    if error is None:
        tag_confirmation.check_can_take_back(taken)
    count, row = len(taken.changed), lists.get_rule(taken.rule.name)
    confirmation = Confirmation(
        heading=ngettext("Take a tag back from one record", "Take a tag back from %(num)s records", count),
        subject=lists.tag_name(row.tag),
        consequences=(
            ngettext("The record states it no longer.", "The records state it no longer.", count),
            gettext("It is suggested again, and the history of each record says that the tag was removed."),
            gettext("Records that are no longer public, or that lost the tag meanwhile, stay as they are."),
        ),
        action_url=url_for(".take_back", run_id=run_id),
        button_text=gettext("Take the tags back"),
        back_url=url_for(".run", run_id=run_id),
        is_dangerous=True,
        menu_key="tags",
    )
    return render_confirmation(confirmation, error=error, status=status)
