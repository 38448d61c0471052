"""The desk: what waits for the person who is signed in, and for others."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from portal.models import db
from portal.web import guard, queues
from portal.web.guard import needs
from portal.web.queues import Asked

bp = Blueprint("desk", __name__, url_prefix="/staff")


@bp.get("/")
@needs("author")
def show() -> str:
    board = queues.board(db.session(), guard.current(), Asked.parse(request.args))
    return render_template("staff/desk.html", board=board)
