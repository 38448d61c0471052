"""The desk: the review queues of the signed-in account."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from portal.database.orm import db
from portal.web.declarations import require_role
from portal.web.review import desk_page
from portal.web.review.desk_page import DeskQuery
from portal.web.security import access

bp = Blueprint("desk", __name__, url_prefix="/staff")


@bp.get("/")
@require_role("author")
def show_desk() -> str:
    page = desk_page.build_page(db.session(), access.signed_in_account(), DeskQuery.parse(request.args))
    return render_template("review/desk.html", desk=page)
