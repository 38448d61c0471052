"""Pages that show live figures: home, where we work."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, render_template

from portal.search import Filters, aggregates, directory, find, projects
from portal.search.query.table_options import TableOptions
from portal.web.declarations import public
from portal.web.http.conditional_get import cacheable, path_key
from portal.web.presentation import table_urls

bp = Blueprint("overview", __name__)


@bp.get("/")
@public
@cacheable(path_key)
def home() -> str:
    return render_template(
        "public/home.html",
        result=find(Filters()),
        active=directory.count_matches(Filters(selected=frozenset({("status", "active")}))),
        themes=aggregates.sums_by_term("theme"),
        regions=aggregates.sums_by_term("region"),
        latest=projects.newest_projects(3),
        today=datetime.now(UTC),
    )


@bp.get("/where-we-work/")
@public
@cacheable(path_key)
def where_we_work() -> str:
    return render_template(
        "public/where_we_work.html",
        result=find(Filters()),
        regions=aggregates.sums_by_term("region"),
        countries=list(aggregates.country_stats()),
        table_url=table_urls.table_path(Filters(), TableOptions(across="year", measure="shared")),
    )
