"""The directory of projects and the page of one project."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WSGIResponse

from portal.search import Filters, directory, find
from portal.web import citing, panel, results
from portal.web.kept import here, shared
from portal.web.rendering import render, wants_fragment

bp = Blueprint("projects", __name__, url_prefix="/projects")


@bp.get("/", endpoint="directory")
@shared(lambda: results.identity(Filters.parse(request.args)))
def show_directory() -> WSGIResponse:
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
def show_project(key: str) -> WSGIResponse | str:
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
