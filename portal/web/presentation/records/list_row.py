"""A project as a row of a list: what the macro `result` prints of it. A new row is a piece, filled in.

The parts that many projects share, such as a badge or the names of some countries, are printed by macros and kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any

from flask import Flask, current_app
from jinja2.environment import TemplateModule
from jinja2.filters import do_truncate
from markupsafe import Markup, escape

from portal.search.read_models.project import ProjectView
from portal.search.read_models.terms import TermView
from portal.web.presentation import formatting, markdown, urls
from portal.web.presentation.i18n import current_locale
from portal.web.presentation.languages import ShownText, shown_summary, shown_title
from portal.web.presentation.pieces import Nest, Place, Printer, Shape, Values

_SUMMARY_CHARACTERS = 260
_MAX_CACHED_PARTS = 4_096
_TEXTS = ("url", "places", "theme", "reference", "status", "budget", "years", "coverage")
_OPTIONAL = ("summary", "theme", "reference", "budget", "coverage")


@dataclass(frozen=True, slots=True)
class ListRow:
    """What a row shows; in a piece its values are holes, and the flags and languages are the shape."""

    title: ShownText
    summary: ShownText
    url: object
    places: object
    theme: object
    reference: object
    status: object
    budget: object
    years: object
    coverage: object
    has_summary: bool
    has_theme: bool
    has_reference: bool
    has_budget: bool
    has_coverage: bool


class Parts:
    """The parts of rows that macros print, each kept by what decides it and the language."""

    def __init__(self, app: Flask) -> None:
        @cache
        def macros(locale: str) -> TemplateModule:
            return app.jinja_env.get_template("macros/ui.html").make_module({"locale": locale})

        def part(locale: str, name: str, value: object) -> Markup:
            return Markup(getattr(macros(locale), name)(value))  # noqa: S704 # the macro escapes its values

        @lru_cache(_MAX_CACHED_PARTS)
        def status(locale: str, term: TermView | None) -> Markup:
            return part(locale, "status", term)

        @lru_cache(_MAX_CACHED_PARTS)
        def places(locale: str, countries: tuple[TermView, ...]) -> Markup:
            return part(locale, "places", SimpleNamespace(countries=countries))

        @lru_cache(_MAX_CACHED_PARTS)
        def years(locale: str, start: int | None, end: int | None, year: int | None) -> Markup:
            bounds = {name: value and SimpleNamespace(year=value) for name, value in (("start", start), ("end", end))}
            return part(locale, "years", SimpleNamespace(year=year, **bounds))

        @lru_cache(_MAX_CACHED_PARTS)
        def label(_locale: str, term: TermView | None) -> Markup:
            return escape(formatting.label(term))

        self.jinja = app.jinja_env
        self.status, self.places, self.years, self.label = status, places, years, label

    def content(self, project: ProjectView, url: str) -> tuple[Shape, Values, Nest]:
        """What the piece of a row is filled with."""
        title, summary = shown_title(project), shown_summary(project)
        values = self.values(project, title, summary, url)
        flags = tuple([bool(values[name]) for name in _OPTIONAL])

        def nest(place: Place) -> dict[str, Any]:
            return {"row": _row(title, summary, {name: place(name) for name in values}, flags)}

        # Without the texts of both, which are values.
        return {"flags": flags, "shown_title": title[1:], "shown_summary": summary[1:]}, values, nest

    def values(self, project: ProjectView, title: ShownText, summary: ShownText, url: str) -> dict[str, object]:
        """The texts of a row by name; "" for what is not stated."""
        locale, start, end, budget = current_locale(), project.start, project.end, project.budget
        return {
            "url": url,
            "title": title.text,
            "summary": do_truncate(self.jinja, markdown.plain_text(summary.text), _SUMMARY_CHARACTERS),
            "places": self.places(locale, project.countries),
            "theme": self.label(locale, project.theme or project.type),
            "reference": project.reference,
            "status": self.status(locale, project.status),
            "budget": formatting.usd(budget) if budget is not None else "",
            "years": self.years(locale, start and start.year, end and end.year, project.year),
            "coverage": self.label(locale, project.coverage),
        }


def print_rows(printer: Printer, projects: Sequence[ProjectView]) -> list[Markup]:
    """The rows of projects."""
    parts: Parts = current_app.extensions["row_parts"]
    addresses = urls.project_urls([project.slug for project in projects])
    return printer.fill_each("public/_list_row.html", map(parts.content, projects, addresses))


def list_row(project: ProjectView | ListRow) -> ListRow:
    """The row of a project for the macro; one that is made already stays as it is."""
    if isinstance(project, ListRow):
        return project
    parts: Parts = current_app.extensions["row_parts"]
    title, summary, (url,) = shown_title(project), shown_summary(project), urls.project_urls([project.slug])
    values = parts.values(project, title, summary, url)
    return _row(title, summary, values, [bool(values[name]) for name in _OPTIONAL])


def _row(title: ShownText, summary: ShownText, values: Mapping[str, Any], flags: Iterable[bool]) -> ListRow:
    return ListRow(
        title=title._replace(text=values["title"]),
        summary=summary._replace(text=values["summary"]),
        **{name: values[name] for name in _TEXTS},
        **{f"has_{name}": flag for name, flag in zip(_OPTIONAL, flags, strict=True)},
    )
