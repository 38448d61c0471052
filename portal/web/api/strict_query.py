"""ApiQuery: a query string read strictly.

Strictness is not a second parser: `Filters` reads what the pages read, and whatever was given and does not come back
out of it was not understood.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from portal.errors import PortalError
from portal.exports.columns import COLUMNS, Column, columns_by_name
from portal.search.query.cursor import Cursor, InvalidCursor
from portal.search.query.filters import Filters
from portal.search.query.parameters import shorten
from portal.search.query.table_options import TableOptions
from portal.search.read_models.terms import Terms
from portal.text.cleaning import clean_query_value
from portal.vocabulary.facets import FACETS, MAX_SEARCH_TEXT_LENGTH, MAX_VALUES, NOT_STATED, TERM_FACETS
from portal.vocabulary.term_lists import alpha3_by_alpha2
from portal.web.api.parameters import LANGUAGE, Parameter, language_codes, repeat_limit, requirement
from portal.web.presentation.i18n import gettext

_MAX_REPORTED, _MAX_SHOWN_LENGTH = 20, 80
_FACET_COUNTS = ("1", "0")


@dataclass(frozen=True)
class QueryError:
    """A parameter that was not understood: why, and the values or names that are known."""

    name: str
    value: str
    detail: str
    known: tuple[str, ...] = ()


class InvalidQuery(PortalError):
    """A query string of which something was not understood; `errors` holds all of it."""

    def __init__(self, errors: Sequence[QueryError]) -> None:
        super().__init__(" ".join(dict.fromkeys(error.detail for error in errors)))
        self.errors = tuple(errors)


@dataclass(frozen=True)
class ApiQuery:
    """Everything that a request of the API asks. `columns` are all fields unless some were chosen."""

    filters: Filters
    columns: tuple[Column, ...] = COLUMNS
    chose_fields: bool = False
    has_facets: bool = True
    cursor: Cursor | None = None
    table: TableOptions = field(default_factory=TableOptions)

    def query_pairs(self, filters: Filters, cursor: Cursor | None = None) -> Iterator[tuple[str, str]]:
        """The parameters in a fixed order, for other filters or another cursor too; defaults are left out."""
        yield from filters.canonical.query_pairs()
        if cursor:
            yield "cursor", str(cursor)
        if self.chose_fields:
            yield from (("fields", column.name) for column in self.columns)
        if not self.has_facets:
            yield "facets", "0"


def read_query(args: MultiDict[str, str], allowed: Sequence[Parameter], terms: Terms) -> ApiQuery:
    """Read a query string that may have only these parameters. Raises InvalidQuery."""
    filters, table = Filters.parse(args), TableOptions.parse(args)
    errors = [*_unknown_names(args, allowed)]
    for parameter in allowed:
        errors += _misread(parameter, args.getlist(parameter.name), filters, table, terms)
    if errors:
        raise InvalidQuery(errors[:_MAX_REPORTED])
    token, fields = args.get("cursor", ""), args.getlist("fields")
    return ApiQuery(
        filters=filters,
        columns=tuple(columns_by_name()[name] for name in dict.fromkeys(fields)) if fields else COLUMNS,
        chose_fields=bool(fields),
        has_facets=args.get("facets", _FACET_COUNTS[0]) == _FACET_COUNTS[0],
        cursor=Cursor.parse(token) if token else None,
        table=table,
    )


def _unknown_names(args: MultiDict[str, str], allowed: Sequence[Parameter]) -> Iterator[QueryError]:
    known = tuple(parameter.name for parameter in allowed)
    for name in args:
        if name not in known:
            shown = shorten(name, _MAX_SHOWN_LENGTH)
            detail = gettext("There is no parameter “%(name)s” here.", name=shown)
            yield QueryError(shown, shorten(args[name], _MAX_SHOWN_LENGTH), detail, known)


def _misread(
    parameter: Parameter, values: list[str], filters: Filters, table: TableOptions, terms: Terms
) -> Iterator[QueryError]:
    """The values of a parameter that were not understood."""
    name, limit = parameter.name, repeat_limit(parameter)
    if len(values) > limit:
        detail = gettext("%(name)s is given %(count)s times.", name=name, count=len(values))
        advice = gettext("It may be given once.") if limit == 1 else gettext("At most %(limit)s.", limit=limit)
        yield QueryError(name, shorten(values[-1], _MAX_SHOWN_LENGTH), f"{detail} {advice}")
        return
    if any(invalid.name == name and invalid.reason == "too many choices" for invalid in filters.invalid_parameters):
        detail = gettext("A search has at most %(limit)s choices in all.", limit=MAX_VALUES)
        yield QueryError(name, shorten(values[-1], _MAX_SHOWN_LENGTH), detail)
        return
    for value in values:
        if not _is_understood(filters, table, terms, name, value):
            shown, known = shorten(value, _MAX_SHOWN_LENGTH), tuple(parameter.known_values(terms))
            yield QueryError(name, shown, requirement(parameter, terms), known)


def _is_understood(filters: Filters, table: TableOptions, terms: Terms, name: str, value: str) -> bool:
    """Whether a value that was given is one that came out of the parsers, or an option of the API."""
    if name == "q":
        return clean_query_value(value) == filters.text and len(value) <= MAX_SEARCH_TEXT_LENGTH
    if name in FACETS:
        code = alpha3_by_alpha2().get(value, value) if name == "country" else value
        is_known = name not in TERM_FACETS or code == NOT_STATED or terms.get(name, code) is not None
        return (name, code) in filters.selected and is_known
    if name in ("fields", "facets", "cursor", LANGUAGE.name):
        return _is_option(name, value)
    return (name, value) in {*filters.query_pairs(), *table.query_pairs(), *_spelt_out_defaults(filters, table)}


def _spelt_out_defaults(filters: Filters, table: TableOptions) -> Iterator[tuple[str, str]]:
    """What a query string leaves out, because it is so anyway."""
    yield "country_match", "all" if filters.match_all_countries else "any"
    yield "sort", filters.effective_sort
    if not filters.text:
        yield "sort", "relevance"
    yield "page", str(filters.page)
    yield "per_page", str(filters.per_page)
    yield "across", table.across or NOT_STATED
    yield "measure", table.measure


def _is_option(name: str, value: str) -> bool:
    if name == "fields":
        return value in columns_by_name()
    if name == "facets":
        return value in _FACET_COUNTS
    if name == LANGUAGE.name:
        return value in language_codes()
    try:
        Cursor.parse(value)
    except InvalidCursor:
        return False
    return True
