"""The home page."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, render_template

from portal.search import Filters, aggregates, directory, find, projects
from portal.web.declarations import public
from portal.web.http.conditional_get import cacheable, path_key
from portal.web.public import results

bp = Blueprint("overview", __name__)


@bp.get("/")
@public
@cacheable(path_key)
def home() -> str:
    result = find(Filters(), may_miss=True)
    return render_template(
        "public/home.html",
        result=result,
        value_notes=results.value_notes(result.filters, result.sums),
        active=directory.count_matches(Filters(selected=frozenset({("status", "active")}))),
        themes=aggregates.sums_by_term("theme"),
        regions=aggregates.sums_by_term("region"),
        latest=projects.newest_projects(3),
        today=datetime.now(UTC),
    )
