"""The desk: the review queues of the signed-in account."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from portal.database.orm import db
from portal.services.accounts import administrator_requests
from portal.services.mail import outbox
from portal.web.declarations import require_role
from portal.web.review import desk_page
from portal.web.review.desk_page import DeskQuery
from portal.web.review.translations import lists
from portal.web.security import access

bp = Blueprint("desk", __name__, url_prefix="/staff")


@bp.get("/")
@require_role("author")
def show_desk() -> str:
    session, account = db.session(), access.signed_in_account()
    page = desk_page.build_page(session, account, DeskQuery.parse(request.args))
    is_administrator = account.is_administrator
    return render_template(
        "review/desk.html",
        desk=page,
        translations=lists.desk_sentence(lists.count_all(session)),
        requests=administrator_requests.open_requests(session) if is_administrator else (),
        new_administrators=administrator_requests.recently_made(session) if is_administrator else (),
        failed_mails=outbox.pending_summary(session).failed if is_administrator else 0,
    )
