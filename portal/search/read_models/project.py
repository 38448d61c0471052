"""ProjectView: one published project as a read-only value, for lists and its page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import repeat
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal_column,
    select,
)
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.sql.functions import coalesce

from portal.database.prepared import PreparedSelect
from portal.database.public_reader import RECORD_TRANSLATION
from portal.models import Catalogue, PartialDate, Project, ProjectCountry, ProjectTag
from portal.search.read_models.terms import Terms, TermView
from portal.search.shares import rebased

# Prepared once: building a statement takes longer than running it. So statements have places for so many ids or a
# multiple of them, and these signs stand in their text.
_PLACES = 20
_COLON, _MINUS, _SPACE, _NOTHING = (literal_column(f"'{sign}'", String) for sign in (":", "-", " ", ""))
_PROJECT, _COUNTRY, _TAG = Project.__table__.c, ProjectCountry.__table__.c, ProjectTag.__table__.c
_CATALOGUE, _TRANSLATION = Catalogue.__table__.c, RECORD_TRANSLATION.c
# What a project states itself, under the names of ProjectView.
_STATED = {
    "id": _PROJECT.id,
    "slug": _PROJECT.slug,
    "reference": coalesce(_PROJECT.reference, _NOTHING),
    "prima_id": coalesce(_PROJECT.prima_id, _NOTHING),
    **{name: _PROJECT[name] for name in ("title", "title_language", "summary", "language")},
    **{name: _PROJECT[name] for name in ("start", "end", "year", "budget")},
    **{name: _PROJECT[name] for name in ("funding_line", "source_url", "changed_at", "published_at")},
}
_TERMS = {name: _PROJECT[f"{name}_id"] for name in ("status", "type", "coverage", "region")}


def _as_text(column: ColumnElement[int]) -> ColumnElement[str]:
    return cast(column, String)


# Links as texts, since statements of their own would take as long as that of the projects: countries as "12:3333" with
# a share, "12:" without one and "12-" for one that is not eligible; tags as "12".
_COUNTRY_TEXT = (
    _as_text(_COUNTRY.term_id)
    + case((_COUNTRY.is_eligible, _COLON), else_=_MINUS)
    + coalesce(_as_text(_COUNTRY.share), _NOTHING)
)
_COUNTRIES = select(func.string_agg(_COUNTRY_TEXT, _SPACE)).where(_COUNTRY.project_id == _PROJECT.id)
_TAGS = select(func.string_agg(_as_text(_TAG.term_id), _SPACE)).where(_TAG.project_id == _PROJECT.id)
# The state that a statement reads in, without a statement of its own either.
_STATE = select(_CATALOGUE.version).scalar_subquery(), select(_CATALOGUE.stamp).scalar_subquery()
_SELECT_PROJECTS = select(
    *_STATED.values(),
    *_TERMS.values(),
    _COUNTRIES.scalar_subquery(),
    _TAGS.scalar_subquery(),
    exists().where(_TRANSLATION.project_id == _PROJECT.id),
    *_STATE,
).where(_PROJECT.published_at.is_not(None))
# What stands in a row first, and where the last five do.
_COLUMNS = (*_STATED, *_TERMS)
_COUNTRY_TEXTS, _TAG_TEXT, _HAS_TRANSLATIONS, _VERSION, _STAMP = -5, -4, -3, -2, -1
_SELECT_TRANSLATIONS = select(RECORD_TRANSLATION, *_STATE)


class TranslatedText(NamedTuple):
    """A title or summary in another language; `is_outdated` if its source has changed since it was made."""

    text: str
    is_machine: bool
    is_outdated: bool


@dataclass(frozen=True, eq=False)
class ProjectView:
    """A published project with its terms; what is not stated is None, "" or (). `budget` is in US dollars.

    `shares` are those of `countries` in their order, as the source states them, in hundredths of a per cent; None for
    equal shares. `translations` are by name ("title_fr"). Two values are equal only if they are the same object.
    """

    id: int
    slug: str
    reference: str
    prima_id: str
    title: str
    title_language: str
    summary: str
    language: str
    start: PartialDate | None
    end: PartialDate | None
    year: int | None
    budget: Decimal | None
    status: TermView | None
    type: TermView | None
    coverage: TermView | None
    region: TermView | None
    countries: tuple[TermView, ...]
    shares: tuple[int, ...] | None
    other_countries: tuple[TermView, ...]
    tags: tuple[TermView, ...]
    funding_line: str
    source_url: str
    changed_at: datetime
    published_at: datetime | None
    translations: Mapping[str, TranslatedText] = field(default_factory=dict)

    @property
    def theme(self) -> TermView | None:
        return self.type.parent if self.type else None

    @property
    def counted_shares(self) -> tuple[int, ...] | None:
        """The shares in proportion, so that they total 100 per cent; None for equal ones."""
        return tuple(rebased(self.shares)) if self.shares else None


def load_project_views(
    connection: Connection, terms: Terms, ids: Sequence[int]
) -> tuple[tuple[ProjectView, ...], tuple[int, str] | None]:
    """The published projects with these database ids, in their order, and the catalogue version they were read in.

    Ids that are not published are left out. The version is its number and stamp; None if it was not the same one all
    the time, or if there are no projects.
    """
    if not ids:
        return (), None
    # Without the ORM, which takes as long as the database.
    rows = _rows(connection, _SELECT_PROJECTS, _PROJECT.id, ids)
    version = _state_of(rows)
    translations: dict[int, dict[str, TranslatedText]] = {}
    if translated := [row[0] for row in rows if row[_HAS_TRANSLATIONS]]:
        translations, version_after = load_translations(connection, translated)
        # Those may be of a newer state.
        version = version if version == version_after else None
    projects = {row[0]: build_project_view(row, terms, translations.get(row[0], {})) for row in rows}
    return tuple(projects[project_id] for project_id in ids if project_id in projects), version


def load_translations(
    connection: Connection, ids: Sequence[int]
) -> tuple[dict[int, dict[str, TranslatedText]], tuple[int, str] | None]:
    """The translations of published projects by project and name, and the catalogue version they were read in."""
    found: dict[int, dict[str, TranslatedText]] = defaultdict(dict)
    rows = _rows(connection, _SELECT_TRANSLATIONS, _TRANSLATION.project_id, ids)
    for project_id, name, language, text, is_machine, is_outdated, _, _ in rows:
        found[project_id][f"{name}_{language}"] = TranslatedText(text, is_machine, is_outdated)
    return found, _state_of(rows)


def _state_of(rows: Sequence[Sequence[Any]]) -> tuple[int, str] | None:
    return (rows[0][_VERSION], rows[0][_STAMP]) if rows and rows[0][_STAMP] is not None else None


def _rows(
    connection: Connection, statement: Select[Any], column: ColumnElement[int], ids: Sequence[int]
) -> Sequence[Sequence[Any]]:
    """The rows of the statement with one of the ids in the column."""
    places = 1 if len(ids) == 1 else -(-len(ids) // _PLACES) * _PLACES
    filled = [*ids, *repeat(ids[-1], places - len(ids))]
    prepared = _prepared(statement, column, places, connection.dialect)
    return prepared.rows(connection, dict(zip(_names(places), filled, strict=True)))


@lru_cache(maxsize=64)
def _prepared(statement: Select[Any], column: ColumnElement[int], places: int, dialect: Dialect) -> PreparedSelect:
    names = [bindparam(name, type_=Integer) for name in _names(places)]
    return PreparedSelect(statement.where(column.in_(names)), dialect)


@lru_cache(maxsize=64)
def _names(places: int) -> tuple[str, ...]:
    return tuple(f"id_{number}" for number in range(places))


def build_project_view(row: Sequence[Any], terms: Terms, translations: Mapping[str, TranslatedText]) -> ProjectView:
    """A project from a row of _SELECT_PROJECTS and its terms."""
    by_id, view, tags = terms.by_id, object.__new__(ProjectView), row[_TAG_TEXT]
    # As its __init__ does, which takes several times as long.
    values = view.__dict__
    values.update(zip(_COLUMNS, row, strict=False))
    for name in _TERMS:
        values[name] = by_id(values[name])
    values["countries"], values["shares"], values["other_countries"] = read_countries(terms, row[_COUNTRY_TEXTS] or "")
    values["tags"] = sort_terms([tag for number in tags.split() if (tag := by_id(int(number)))]) if tags else ()
    values["translations"] = translations
    return view


def read_countries(
    terms: Terms, text: str
) -> tuple[tuple[TermView, ...], tuple[int, ...] | None, tuple[TermView, ...]]:
    """The countries of a _COUNTRY_TEXT: eligible ones, their shares, None for equal ones, and the others."""
    if text.endswith(":") and " " not in text:
        # Most projects have one.
        country = terms.by_id(int(text[:-1]))
        return ((country,) if country else ()), None, ()
    eligible: list[TermView] = []
    others: list[TermView] = []
    shares: dict[int, int] = {}
    for link in text.split():
        is_eligible = ":" in link
        number, _, share = link.partition(":" if is_eligible else "-")
        if country := terms.by_id(int(number)):
            (eligible if is_eligible else others).append(country)
        if share:
            shares[int(number)] = int(share)
    ordered = sort_terms(eligible)
    return ordered, ordered_shares(ordered, shares), sort_terms(others)


def ordered_shares(countries: Iterable[TermView], shares: Mapping[int, int]) -> tuple[int, ...] | None:
    """The shares of these countries in their order, from shares by term id; None for equal ones."""
    ordered = tuple(shares[country.id] for country in countries if country.id in shares)
    return ordered or None


def sort_terms(terms: list[TermView]) -> tuple[TermView, ...]:
    return tuple(sorted(terms, key=lambda term: term.id)) if len(terms) > 1 else tuple(terms)
