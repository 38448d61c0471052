"""A project as a row of a list: what the macro `result` prints of it. A new row is a piece, filled in.

The parts that many projects share, such as a badge or the names of some countries, are printed by macros and kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from portal.web.presentation.pieces import Place, Printer

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
            return Markup(escape(formatting.label(term)))  # noqa: S704 # escaped here

        self.status, self.places, self.years, self.label = status, places, years, label


def print_row(printer: Printer, project: ProjectView) -> Markup:
    """The row of a project."""
    title, summary = shown_title(project), shown_summary(project)
    values = _values(project, title, summary)
    flags = tuple([bool(values[name]) for name in _OPTIONAL])

    def nest(place: Place) -> dict[str, Any]:
        return {"row": _row(title, summary, {name: place(name) for name in values}, flags)}

    # Without the texts of both, which are values.
    shape = {"flags": flags, "shown_title": title[1:], "shown_summary": summary[1:]}
    return printer.fill("public/_list_row.html", shape, values, nest=nest)


def list_row(project: ProjectView | ListRow) -> ListRow:
    """The row of a project for the macro; one that is made already stays as it is."""
    if isinstance(project, ListRow):
        return project
    title, summary = shown_title(project), shown_summary(project)
    values = _values(project, title, summary)
    return _row(title, summary, values, [bool(values[name]) for name in _OPTIONAL])


def _row(title: ShownText, summary: ShownText, values: Mapping[str, Any], flags: Iterable[bool]) -> ListRow:
    return ListRow(
        title=title._replace(text=values["title"]),
        summary=summary._replace(text=values["summary"]),
        **{name: values[name] for name in _TEXTS},
        **{f"has_{name}": flag for name, flag in zip(_OPTIONAL, flags, strict=True)},
    )


def _values(project: ProjectView, title: ShownText, summary: ShownText) -> dict[str, object]:
    """The texts of a row by name; "" for what is not stated."""
    parts: Parts = current_app.extensions["row_parts"]
    locale, start, end = current_locale(), project.start, project.end
    return {
        "url": urls.project_url(project.slug),
        "title": title.text,
        "summary": do_truncate(current_app.jinja_env, markdown.plain_text(summary.text), _SUMMARY_CHARACTERS),
        "places": parts.places(locale, project.countries),
        "theme": parts.label(locale, project.theme or project.type),
        "reference": project.reference,
        "status": parts.status(locale, project.status),
        "budget": formatting.usd(project.budget) if project.budget is not None else "",
        "years": parts.years(locale, start and start.year, end and end.year, project.year),
        "coverage": parts.label(locale, project.coverage),
    }
