"""Pages made of live numbers: home, where we work, data and research, 2030 Agenda."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, render_template

from portal.search import Filters, directory, find, measures
from portal.vocabulary import eligible_states
from portal.web.kept import here, shared

bp = Blueprint("overview", __name__)


@bp.get("/")
@shared(here)
def home() -> str:
    return render_template(
        "home.html",
        found=find(Filters()),
        active=directory.total(Filters(picks=frozenset({("status", "active")}))),
        themes=measures.sums_of("theme"),
        regions=measures.sums_of("region"),
        latest=directory.latest(3),
        today=datetime.now(UTC),
    )


@bp.get("/where-we-work/")
@shared(here)
def where() -> str:
    return render_template(
        "where.html",
        found=find(Filters()),
        regions=measures.sums_of("region"),
        places=list(measures.places()),
    )


@bp.get("/data-and-research/")
@shared(here)
def data() -> str:
    return render_template(
        "data.html",
        found=find(Filters()),
        complete=measures.complete(),
        not_stated=measures.not_stated(),
        years=measures.sums_by_year(),
        themes=measures.sums_of("theme"),
        shares=measures.shares(eligible_states()),
        today=datetime.now(UTC),
    )


@bp.get("/2030-agenda/")
@shared(here)
def agenda() -> str:
    return render_template("agenda.html", goals=measures.aims("sdg"), objectives=measures.aims("gcm"))
