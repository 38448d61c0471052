"""The page of the API, for people who write programs: addresses, parameters, examples, errors and limits."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template

from portal.exports.columns import COLUMNS
from portal.search.index.current import current_snapshot
from portal.search.read_models.terms import Terms
from portal.vocabulary.facets import TERM_FACETS
from portal.web.api import addresses
from portal.web.api.openapi import OPERATIONS
from portal.web.api.parameters import LANGUAGE, LIST_PARAMETERS, TABLE, Parameter, requirement
from portal.web.declarations import one_address, public
from portal.web.http.conditional_get import cacheable, path_key
from portal.web.http.request_context import settings
from portal.web.presentation.i18n import N_, gettext

bp = Blueprint("api_guide", __name__)

# With more values than this, a link to their list stands in place of them.
_MAX_LISTED = 10
# Parts of the page of their own say what these take.
_EXPLAINED = ("fields", "cursor")
# What may be chosen of a file (exports.options): name, message and values, none where they are keys of columns.
_FILE_OPTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("columns", N_("A column, by its key; repeat it for each one, in the order of the file"), ()),
    ("header", N_("First row of Excel and CSV: in words, or in keys"), ("labels", "keys")),
    ("bom", N_("Byte-order mark of CSV, by which Excel knows UTF-8"), ("1", "0")),
    ("hxl", N_("A row of HXL hashtags below the first row of Excel and CSV"), ("0", "1")),
    ("excel", N_("CSV with semicolons and decimal commas, which a French Excel opens"), ("fr",)),
)
_EXAMPLES = (
    (N_("Completed projects in Kenya, the largest first"), "projects", "status=completed&country=KEN&sort=-budget"),
    (N_("Titles and budgets alone"), "projects", "fields=title&fields=budget_usd&facets=0"),
    (N_("What was funded from 2015 on, as counts of every facet"), "facets", "year_from=2015"),
    (N_("Full value by region and year"), "table", "by=region&across=year&measure=full"),
)


@dataclass(frozen=True)
class ParameterRow:
    """A parameter in the table; `values` are all that there are if they are few, `terms_url` the list of many."""

    name: str
    description: str
    values: tuple[str, ...]
    rule: str
    terms_url: str
    allows_repeats: bool


@bp.get("/api/", endpoint="page")
@public
@one_address
@cacheable(path_key)
def show_guide() -> str:
    terms = current_snapshot().terms
    return render_template(
        "api/guide.html",
        operations=[(operation, gettext(operation.summary)) for operation in OPERATIONS],
        parameters=[parameter_row(parameter, terms) for parameter in (*LIST_PARAMETERS, *TABLE, LANGUAGE)],
        columns=COLUMNS,
        file_options=[(name, gettext(meaning), values) for name, meaning, values in _FILE_OPTIONS],
        examples=[(gettext(title), f"{addresses.api_url(name)}?{query}") for title, name, query in _EXAMPLES],
        description_url=addresses.api_url("description"),
        limit=settings().api_limit,
    )


def parameter_row(parameter: Parameter, terms: Terms) -> ParameterRow:
    # Years are a range, beside which "not stated" is one more value.
    values = [] if parameter.name == "year" else parameter.known_values(terms)
    terms_url = addresses.api_url("terms", facet=parameter.name) if parameter.name in TERM_FACETS else ""
    is_elsewhere = bool(terms_url) or parameter.name in _EXPLAINED
    is_listed = bool(values) and (len(values) <= _MAX_LISTED or not is_elsewhere)
    has_rule = not values and parameter.name not in _EXPLAINED
    return ParameterRow(
        name=parameter.name,
        description=parameter.text,
        values=tuple(values) if is_listed else (),
        rule=requirement(parameter, terms) if has_rule else "",
        terms_url="" if is_listed else terms_url,
        allows_repeats=parameter.allows_repeats,
    )
