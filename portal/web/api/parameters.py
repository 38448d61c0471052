"""The parameters of the API as data: what strict reading, the OpenAPI document and the page of the API go by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.exports.columns import COLUMNS
from portal.models.term import FORMER_CODES
from portal.search.query.parameters import MAX_PAGE
from portal.search.query.table_options import TableOptions
from portal.search.read_models.terms import Terms
from portal.vocabulary.bands import BANDS
from portal.vocabulary.facets import (
    DEFAULT_PAGE_SIZE,
    FACETS,
    MAX_BUDGET,
    MAX_PAGE_SIZE,
    MAX_SEARCH_BEGINNINGS,
    MAX_SEARCH_TEXT_LENGTH,
    MAX_SEARCH_WORDS,
    MAX_VALUES_PER_FACET,
    MAX_YEAR,
    MEASURES,
    MIN_YEAR,
    NOT_STATED,
    SORTS,
    TABLE_FACETS,
    TERM_FACETS,
)
from portal.vocabulary.term_lists import alpha3_by_alpha2
from portal.web.http.languages import choice
from portal.web.presentation import filter_text
from portal.web.presentation.i18n import N_, SOURCE, gettext

Schema = dict[str, Any]


@dataclass(frozen=True)
class Parameter:
    """One parameter of a query string; `schema` makes the JSON Schema of one value from the terms of the portal.

    `description` is a message id. `allows_repeats`: it may be given several times.
    """

    name: str
    description: str
    schema: Callable[[Terms], Schema]
    allows_repeats: bool = False

    def known_values(self, terms: Terms) -> list[str]:
        """All values, if they can be listed; [] for a number or a text."""
        schema = self.schema(terms)
        return [str(value) for part in (schema, *schema.get("anyOf", ())) for value in part.get("enum", ())]

    @property
    def text(self) -> str:
        return gettext(self.description)


def _constant(schema: Schema) -> Callable[[Terms], Schema]:
    return lambda _: schema


def _facet_schema(facet: str) -> Callable[[Terms], Schema]:
    if facet == "year":
        year = {"type": "integer", "minimum": MIN_YEAR, "maximum": MAX_YEAR}
        return _constant({"anyOf": [year, {"type": "string", "enum": [NOT_STATED]}]})
    if facet in BANDS:
        return _constant({"type": "string", "enum": [*(band.code for band in BANDS[facet]), NOT_STATED]})
    return lambda terms: {"type": "string", "enum": [*facet_codes(terms, facet), NOT_STATED]}


def facet_codes(terms: Terms, facet: str) -> list[str]:
    """The codes of a facet in the order of its list; countries in alpha-3, then in alpha-2."""
    codes = [term.code for term in terms.in_facet(facet)]
    if facet == "country":
        codes += [alpha2 for alpha2, alpha3 in alpha3_by_alpha2().items() if terms.get(facet, alpha3)]
    return codes


def former_codes(terms: Terms, facet: str) -> dict[str, str]:
    """The present code for each former one of a facet: they are still understood."""
    return {code: term.code for term in terms.in_facet(facet) for code in term.extra.get(FORMER_CODES, ())}


def _facet_parameter(facet: str) -> Parameter:
    descriptions = {
        "region": N_("IDF region"),
        "country": N_("Benefiting member state: ISO 3166-1 alpha-3, or alpha-2"),
        "status": N_("Project status"),
        "coverage": N_("Coverage"),
        "theme": N_("Theme: a group of project types"),
        "type": N_("Project type"),
        "year": N_("Year of allocation"),
        "length": N_("Calendar years from start to end, both included; 10- for ten or more"),
        "budget": N_("Band of the budget in whole US dollars, from its first amount to under its second"),
        "sdg": N_("Sustainable Development Goal (8) or target (8.8)"),
        "gcm": N_("Objective of the Global Compact for Migration"),
    }
    return Parameter(facet, descriptions[facet], _facet_schema(facet), allows_repeats=True)


_YEAR = {"type": "integer", "minimum": MIN_YEAR, "maximum": MAX_YEAR}
_BUDGET = {"type": "integer", "minimum": 0, "maximum": MAX_BUDGET}

FILTERS = (
    Parameter(
        "q", N_("Words that must all occur; \"a phrase\"; word* for longer words; a complete Projects ID"),
        _constant({"type": "string", "maxLength": MAX_SEARCH_TEXT_LENGTH}),
    ),
    *map(_facet_parameter, FACETS),
    Parameter(
        "country_match", N_("Whether any or all of the countries must benefit"),
        _constant({"type": "string", "enum": ["any", "all"], "default": "any"}),
    ),
    Parameter("year_from", N_("First year of allocation"), _constant(_YEAR)),
    Parameter("year_to", N_("Last year of allocation"), _constant(_YEAR)),
    Parameter("budget_min", N_("Lowest budget in whole US dollars"), _constant(_BUDGET)),
    Parameter("budget_max", N_("Highest budget in whole US dollars"), _constant(_BUDGET)),
    Parameter(
        "on", N_("A day on which projects run, from the first day of a start to the last day of an end"),
        _constant({"type": "string", "format": "date"}),
    ),
)  # fmt: skip
FIELDS = Parameter(
    "fields", N_("The fields of a project to return, in this order; all of them if it is left out"),
    _constant({"type": "string", "enum": [column.name for column in COLUMNS]}), allows_repeats=True,
)  # fmt: skip
PAGING = (
    Parameter(
        "sort", N_("Order; relevance is the default with q, else newest, and without q the same as newest"),
        _constant({"type": "string", "enum": list(SORTS)}),
    ),
    Parameter(
        "page", N_("Number of the page, from 1; a page past the last one is 404"),
        _constant({"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 1}),
    ),
    Parameter(
        "per_page", N_("Projects on a page"),
        _constant({"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": DEFAULT_PAGE_SIZE}),
    ),
    Parameter(
        "cursor", N_("next_cursor of an earlier answer: the projects that follow, even if records changed since"),
        _constant({"type": "string", "format": "cursor"}),
    ),
    FIELDS,
    Parameter(
        "facets", N_("0 leaves out the counts of facet values"),
        _constant({"type": "integer", "enum": [0, 1], "default": 1}),
    ),
)  # fmt: skip
LIST_PARAMETERS = (*FILTERS, *PAGING)
TABLE = (
    Parameter(
        "by", N_("The facet of the rows"),
        _constant({"type": "string", "enum": list(TABLE_FACETS), "default": TableOptions.by}),
    ),
    Parameter(
        "across", N_("The facet of the columns, another one, or none"),
        _constant({"type": "string", "enum": [NOT_STATED, *TABLE_FACETS], "default": NOT_STATED}),
    ),
    Parameter(
        "measure", N_("The number of projects, their full value, or their value shared among member states"),
        _constant({"type": "string", "enum": list(MEASURES), "default": TableOptions.measure}),
    ),
)  # fmt: skip
TABLE_PARAMETERS = (*TABLE, *FILTERS)
LANGUAGE = Parameter(
    "lang", N_("Language of sentences, notes and names, at every address but that of the description"),
    lambda _: {"type": "string", "enum": language_codes(), "default": SOURCE.code},
)  # fmt: skip


def language_codes() -> list[str]:
    """The languages that an answer may be in."""
    return [language.code for language in choice.public_languages()]


def requirement(parameter: Parameter, terms: Terms) -> str:
    """What a parameter takes, as a sentence for whoever gave something else."""
    name, schema = parameter.name, parameter.schema(terms)
    if name == "q":
        return gettext(
            "The text has at most %(limit)s characters and %(words)s words, %(beginnings)s of them beginnings (word*).",
            limit=MAX_SEARCH_TEXT_LENGTH,
            words=MAX_SEARCH_WORDS,
            beginnings=MAX_SEARCH_BEGINNINGS,
        )
    if name == "cursor":
        return gettext("The cursor is not one of this portal: take next_cursor of an answer unchanged.")
    if "minimum" in schema:
        low, high = schema["minimum"], schema["maximum"]
        return gettext("%(name)s is a whole number from %(low)s to %(high)s.", name=name, low=low, high=high)
    if name == "year":
        return gettext("year is a year from %(low)s to %(high)s, or none.", low=MIN_YEAR, high=MAX_YEAR)
    if name in TERM_FACETS:
        label = filter_text.facet_names()[name]
        return gettext("%(name)s takes the codes of the list “%(label)s”, or none.", name=name, label=label)
    if schema.get("format") == "date":
        return gettext("%(name)s is a day, such as 2024-06-30.", name=name)
    if parameter is FIELDS:
        return gettext("fields takes the names of fields of a project.")
    return gettext("%(name)s is one of %(values)s.", name=name, values=", ".join(parameter.known_values(terms)))


def repeat_limit(parameter: Parameter) -> int:
    """How often a parameter may be given."""
    if not parameter.allows_repeats:
        return 1
    return len(COLUMNS) if parameter is FIELDS else MAX_VALUES_PER_FACET
