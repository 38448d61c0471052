"""Pages that show live figures: home, where we work, data and research."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, render_template

from portal.search import Filters, aggregates, directory, find, projects
from portal.search.query.table_options import TableOptions
from portal.vocabulary.term_lists import eligible_state_counts
from portal.web.declarations import public
from portal.web.http.conditional_get import cacheable, path_key
from portal.web.http.request_context import settings
from portal.web.presentation import table_urls
from portal.web.public import download_menu
from portal.web.public.dataset import Dataset

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


@bp.get("/data-and-research/")
@public
@cacheable(path_key)
def data_and_research() -> str:
    result = find(Filters())
    links = download_menu.selection_links(Filters(), result.total)
    return render_template(
        "public/data_and_research.html",
        result=result,
        downloads=links,
        linked_data=Dataset(settings(), result).linked_data(links),
        complete=aggregates.count_complete(),
        not_stated=aggregates.count_not_stated(),
        years=aggregates.sums_by_year(),
        themes=aggregates.sums_by_term("theme"),
        shares=aggregates.region_shares(eligible_state_counts()),
        today=datetime.now(UTC),
    )
