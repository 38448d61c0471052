"""The directory of projects, the page of a project, its history, and the notice of a withdrawn record."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.database.orm import db
from portal.errors import NotFound
from portal.exports.registry import split_suffix
from portal.search import find, goals, projects
from portal.search.index import current
from portal.services.audit import history as audit_history
from portal.services.records import published
from portal.web.declarations import public
from portal.web.http import error_pages
from portal.web.http.conditional_get import allow_stale_copy, cacheable, path_key
from portal.web.presentation import citation
from portal.web.presentation.templating import wants_fragment
from portal.web.public import download_menu, results
from portal.web.public.audit import history
from portal.web.public.audit.newest_checkpoint import audit_log_state, newest_checkpoint
from portal.web.public.directory import page
from portal.web.public.exports.export_request import project_file
from portal.web.public.exports.refusals import handle_refusals
from portal.web.security.search_gate import bounded_search

bp = Blueprint("projects", __name__, url_prefix="/projects")
handle_refusals(bp)


@bp.get("/", endpoint="directory")
@public
@cacheable(lambda: results.cache_key(results.asked_filters()))
@bounded_search
def show_directory() -> Response:
    result = find(results.asked_filters(), may_miss=True)
    response = page.print_page(result)
    response.status_code = 404 if result.is_past_last_page else 200
    if wants_fragment():
        # Typing replaces the history entry, a choice adds one. Not for a restored page: it has its URL already.
        header = "HX-Replace-Url" if request.headers.get("HX-Source") == "input#q" else "HX-Push-Url"
        response.headers[header] = results.directory_url(result.filters)
    return response


@bp.get("/<slug>", endpoint="project")
@public
def show_project(slug: str) -> Response:
    """The page of a project, or with a known ending after its slug the file of it."""
    return project_file(slug) or show_page(slug)


@cacheable(path_key)
def show_page(slug: str) -> Response | str:
    address = projects.locate(slug)
    if not address.is_current:
        return redirect(url_for(".project", slug=address.slug), 301)
    project = projects.get_project(address.project_id)
    return render_template(
        "public/project.html",
        project=project,
        related=projects.related_projects(project),
        proposals=goals.proposals(project, current.current_snapshot().terms),
        citation=citation.citation(project),
        linked_data=citation.linked_data(project),
        downloads=download_menu.project_links(project.slug),
    )


@bp.get("/<slug>/history", endpoint="history")
@public
@cacheable(path_key, also_of=audit_log_state)
def show_history(slug: str) -> Response | str:
    address = projects.locate(slug)
    if not address.is_current:
        return redirect(url_for(".history", slug=address.slug), 301)
    changes = audit_history.public_changes(db.session(), published.get_project_by_slug(db.session(), address.slug))
    return render_template(
        "public/history.html",
        project=projects.get_project(address.project_id),
        entries=history.entries(current.current_snapshot().terms, changes),
        checkpoint=newest_checkpoint(),
    )


@bp.errorhandler(NotFound)
def show_withdrawn(_: NotFound) -> Response:
    """410 with date and reason for a record that was public once, 404 for any other slug."""
    slug = str((request.view_args or {}).get("slug", ""))
    try:
        notice = published.withdrawal_notice(db.session(), slug)
    except NotFound:
        if not (parts := split_suffix(slug)):
            return error_pages.status_page(404)
        try:
            notice = published.withdrawal_notice(db.session(), parts[0])
        except NotFound:
            return error_pages.status_page(404)
    response = make_response(render_template("public/withdrawn.html", notice=notice), 410)
    # It takes the place of a copy of the record.
    allow_stale_copy(response)
    return response
