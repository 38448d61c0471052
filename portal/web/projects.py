"""The directory of projects, the page of one project, its history, and what stands where one was withdrawn."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.errors import Missing
from portal.models import db
from portal.search import Filters, directory, find
from portal.services import history, live
from portal.web import changes, citing, error_pages, panel, results
from portal.web.kept import here, shared
from portal.web.rendering import render, wants_fragment

bp = Blueprint("projects", __name__, url_prefix="/projects")


@bp.get("/", endpoint="directory")
@shared(lambda: results.identity(Filters.parse(request.args)))
def show_directory() -> Response:
    found = find(Filters.parse(request.args))
    response = render(
        "projects/directory.html",
        "projects/_fragment.html",
        found=found,
        facets=panel.facets(found),
        results=results.of(found),
    )
    response.status_code = 404 if found.is_past_the_end else 200
    if wants_fragment():
        # Typing replaces the address, a choice adds one to go back from. Not on Back: it has its address already.
        header = "HX-Replace-Url" if request.headers.get("HX-Source") == "input#q" else "HX-Push-Url"
        response.headers[header] = results.address(found.filters)
    return response


@bp.get("/<key>", endpoint="project")
@shared(here)
def show_project(key: str) -> Response | str:
    address = directory.locate(key)
    if not address.is_current:
        return redirect(url_for(".project", key=address.key), 301)
    project = directory.project(address.project_id)
    return render_template(
        "projects/project.html",
        project=project,
        related=directory.related(project),
        citation=citing.citation(project),
        linked_data=citing.linked_data(project),
    )


@bp.get("/<key>/history", endpoint="history")
@shared(here)
def show_history(key: str) -> Response | str:
    address = directory.locate(key)
    if not address.is_current:
        return redirect(url_for(".history", key=address.key), 301)
    told = history.public(db.session(), live.project(db.session(), address.key))
    return render_template(
        "projects/history.html",
        project=directory.project(address.project_id),
        entries=changes.entries(directory.current().terms, told),
    )


@bp.errorhandler(Missing)
def show_withdrawn(_: Missing) -> Response:
    """An address that was public once says when and why it no longer is; any other is simply not there."""
    try:
        notice = live.withdrawn(db.session(), str((request.view_args or {}).get("key", "")))
    except Missing:
        return error_pages.page(404)
    return make_response(render_template("projects/withdrawn.html", notice=notice), 410)
