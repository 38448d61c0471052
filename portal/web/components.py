"""The page /_components, in development only: every macro of templates/macros/ and each variant of a CSS component.

The examples are invented. A new macro needs an example in templates/components.html; a test fails without one.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from flask import Blueprint, render_template
from wtforms import (
    BooleanField,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Optional

from portal.config import ROOT
from portal.models import PartialDate
from portal.search.read_models.project import ProjectView
from portal.search.read_models.sums import Sums
from portal.search.read_models.terms import Terms, TermView
from portal.services.editorial.diff import TextSegment, diff_text
from portal.services.records.rules import RuleWarning
from portal.web.declarations import one_address, public
from portal.web.presentation.charts.columns import Point, column_chart
from portal.web.presentation.charts.dumbbell import dumbbells
from portal.web.public import download_menu
from portal.web.public.data.figure import Bar, Cell, Multiple, SharePair, heading_cell, table_of
from portal.web.public.places.world_map import WorldMap, build_map
from portal.web.review.comparison import ComparedField
from portal.web.review.field_decisions import FieldReviewBadge

bp = Blueprint("components", __name__)

_ICON = re.compile(r'<symbol id="([\w-]+)"')
_COUNTRIES = tuple(
    TermView(number, "country", name[:3].upper(), name)
    for number, name in enumerate(("Kenya", "Uganda", "Rwanda", "Burundi", "Malawi"), start=1)
)
_ACTIVE, _COMPLETED, _PLANNED = (
    TermView(number, "status", name.lower(), name)
    for number, name in enumerate(("Active", "Completed", "Planned"), start=11)
)
_THEMES = tuple(
    TermView(number, "theme", name.lower(), name)
    for number, name in enumerate(("Labour migration", "Migration and health", "Return and reintegration"), start=21)
)
_TYPE = TermView(31, "type", "labour-mobility", "Labour mobility", parent=_THEMES[0])
_NATIONAL = TermView(41, "coverage", "national", "National")

_COMPLETE = ProjectView(
    id=1,
    slug="LM.0001",
    reference="LM.0001",
    prima_id="",
    title="A labour migration policy for Kenya",
    title_language="en",
    summary="The ministry writes its first labour migration policy and trains forty officers to apply it.",
    language="en",
    start=PartialDate(2021, 3),
    end=PartialDate(2023, 2),
    year=2020,
    budget=Decimal(150_000),
    status=_ACTIVE,
    type=_TYPE,
    coverage=_NATIONAL,
    region=None,
    countries=_COUNTRIES[:1],
    shares=None,
    other_countries=(),
    tags=(),
    funding_line="",
    source_url="",
    changed_at=datetime(2026, 1, 1, tzinfo=UTC),
    published_at=None,
)
_FRENCH = replace(
    _COMPLETE,
    title="Renforcer la gestion des frontières",
    title_language="fr",
    end=PartialDate(2021, 12),
    budget=Decimal("64240.50"),
    status=_COMPLETED,
    countries=_COUNTRIES,
)
_BARE = replace(
    _COMPLETE,
    reference="",
    title="A record that states little",
    summary="",
    start=None,
    end=None,
    year=None,
    budget=None,
    status=None,
    type=None,
    coverage=None,
    countries=(),
)
PROJECTS = (_COMPLETE, _FRENCH, replace(_BARE, end=PartialDate(2019)), replace(_BARE, year=2018), _BARE)

WARNINGS = (
    RuleWarning(
        field="budget",
        is_error=False,
        reason="The budget is above the limit of the funding line.",
        advice="Check the amount.",
        source="Guidelines of the Fund",
        source_url="https://projects.example.org/guidelines",
        source_date="2024-08",
    ),
    RuleWarning(
        field="budget",
        is_error=True,
        reason="The budget is negative.",
        advice="Enter an amount above zero.",
        source="A project costs money",
        source_url="",
        source_date="",
    ),
)
_PIECES = diff_text("A policy for Kenya and Uganda", "A labour migration policy for Kenya")
FIELDS = (
    ComparedField(
        field="title",
        name="Title",
        before=tuple(piece for piece in _PIECES if piece.kind != "added"),
        after=tuple(piece for piece in _PIECES if piece.kind != "removed"),
        is_changed=True,
        rule_warnings=(),
    ),
    ComparedField("budget", "Budget", (), (TextSegment("added", "USD 900,000"),), True, WARNINGS),
)
FOLDED_FIELD = replace(FIELDS[0], field="summary", name="Summary")
UNCHANGED_FIELDS = (
    ComparedField("coverage", "Coverage", (), (TextSegment("same", "National"),), False, ()),
    ComparedField("year", "Year of allocation", (), (TextSegment("same", "2020"),), False, WARNINGS[:1]),
)
REVIEW_BADGES = (
    FieldReviewBadge("Accepted", "active", "Grace, 3 Mar 2026", "", True, True),
    FieldReviewBadge("Returned, not changed since", "bad", "Grace, 3 Mar 2026", "Name the ministry.", False, True),
    FieldReviewBadge("Changed since it was returned", "warn", "Grace, 3 Mar 2026", "Name the ministry.", False, False),
)
_POINTS = tuple(
    Point(str(year), value, str(value), f"{year}: {value} projects", f"/projects/?year={year}" if value else "")
    for year, value in zip(range(2016, 2025), (2, 0, 5, 4, 9, 7, 12, 11, 3), strict=True)
)
_CHART = column_chart(_POINTS, str)
CHARTS = {
    "columns": _CHART,
    "multiples": tuple(
        Multiple(name, f"/projects/?region={name.lower()}", name, column_chart(points, str, height=116, maximum=12))
        for name, points in (("Africa", _POINTS), ("Europe", _POINTS[::-1]))
    ),
    "bars": tuple(
        Bar(term.name, value, width, str(value), f"{term.name}: {value} projects", url)
        for term, value, width, url in zip(_THEMES, (9, 6, 1), (100, 66.7, 11.1), ("/projects/", "", ""), strict=True)
    ),
    "dumbbells": tuple(
        SharePair(name, marks, "43 / 41", f"{name}: 43 % and 41 %", "/projects/")
        for name, marks in zip(("Africa", "Europe"), dumbbells([(43, 41), (10, 12)])[0], strict=True)
    ),
    "twin": table_of(
        ["Year", "Projects"],
        [[heading_cell(point.name, point.url), Cell(point.text, point.text)] for point in _POINTS],
    ),
}
CHOICES = {"national": "National", "regional": "Regional", "global": "Global"}


class SampleForm(Form):
    """One field for each macro of macros/forms.html."""

    title = StringField("Title", [DataRequired("Enter the title of the project.")])
    code = StringField("Projects ID", [Optional()])
    year = IntegerField("Year of allocation", [DataRequired("Enter the year of allocation.")])
    budget = StringField("Budget", [DataRequired("Enter the budget in US dollars.")])
    start = StringField("Start date", [DataRequired("Enter the year, month or day on which the project started.")])
    summary = TextAreaField("Summary", [DataRequired("Enter a summary.")])
    status = SelectField("Status", [DataRequired("Select a status.")], choices={"": "Select one", **CHOICES})
    coverage = RadioField("Coverage", [DataRequired("Select the coverage.")], choices=CHOICES)
    regions = SelectMultipleField("Regions", [DataRequired("Select at least one region.")], choices=CHOICES)
    agreed = BooleanField("I have checked the amounts", [DataRequired("Confirm that you checked the amounts.")])


def filled_form() -> SampleForm:
    """A form without errors."""
    values = {"title": _COMPLETE.title, "year": 2020, "budget": "150000", "start": "2021-03", "coverage": "national"}
    return SampleForm(prefix="filled-", data=values | {"regions": ["regional"], "agreed": True})


def invalid_form() -> SampleForm:
    """A form in which each required field has an error."""
    form = SampleForm(prefix="invalid-")
    form.validate()
    return form


def example_map() -> WorldMap:
    """A map on which each has another number of projects, one is selected, and two have no place."""
    counts = {term.code: number**2 for number, term in enumerate(_COUNTRIES, start=1)}
    terms = Terms({term.id: term for term in _COUNTRIES})
    return build_map(counts, terms, lambda _: "#main", selected=frozenset({_COUNTRIES[0].code}), is_world=False)


@bp.get("/_components")
@public
@one_address
def show_components() -> str:
    icons = _ICON.findall((ROOT / "static" / "img" / "icons.svg").read_text(encoding="utf-8"))
    totals = zip(_THEMES, (9_000_000, 4_000_000, 1_500_000), strict=True)
    return render_template(
        "components.html",
        icons=icons,
        statuses=(_ACTIVE, _COMPLETED, _PLANNED, None),
        projects=PROJECTS,
        strip_parts=[(theme, Sums(12, cents, 0, 3, 2010, 2024)) for theme, cents in totals],
        forms_shown=(filled_form(), invalid_form()),
        fields=FIELDS,
        folded_field=FOLDED_FIELD,
        unchanged_fields=UNCHANGED_FIELDS,
        review_badges=REVIEW_BADGES,
        warnings=WARNINGS,
        charts_shown=CHARTS,
        downloads=download_menu.project_links(PROJECTS[0].slug),
        map=example_map(),
    )
