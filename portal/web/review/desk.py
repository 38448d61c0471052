"""The desk: what waits for the person who is signed in, and for others."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from portal.database.orm import db
from portal.web.review import desk_page
from portal.web.review.desk_page import Asked
from portal.web.security import access
from portal.web.security.access import needs

bp = Blueprint("desk", __name__, url_prefix="/staff")


@bp.get("/")
@needs("author")
def show() -> str:
    board = desk_page.board(db.session(), access.current(), Asked.parse(request.args))
    return render_template("review/desk.html", board=board)
