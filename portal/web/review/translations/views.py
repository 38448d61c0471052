"""The page of records that lack a translation."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from portal.database.orm import db
from portal.web.declarations import require_role
from portal.web.review.translations import lists

bp = Blueprint("translations", __name__, url_prefix="/staff/translations")


@bp.get("/")
@require_role("author")
def list_lacking() -> str:
    return render_template("review/translations.html", page=lists.build_page(db.session(), request.args))
