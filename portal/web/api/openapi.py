"""The OpenAPI 3.1 document, made from the parameters, the columns of the exports and the terms of the portal.

Within v1 fields and parameters are only added: docs/openapi-v1.json is the last released document, and a test compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.search.read_models.terms import Terms
from portal.vocabulary.facets import TERM_FACETS
from portal.web.api.parameters import (
    FIELDS,
    FILTERS,
    LANGUAGE,
    LIST_PARAMETERS,
    TABLE_PARAMETERS,
    Parameter,
    repeat_limit,
)
from portal.web.api.schemas import Schema, reference, schemas
from portal.web.http import problems
from portal.web.http.request_context import settings
from portal.web.presentation.i18n import N_, gettext

VERSION = "1.0.0"
_KEY_EXAMPLE = "LM.0024"


@dataclass(frozen=True)
class Operation:
    """One address; `summary` is a message id, `answer` the name of its schema, `path_parameter` a part of the path."""

    path: str
    name: str
    summary: str
    answer: str
    parameters: tuple[Parameter, ...] = ()
    path_parameter: str = ""
    errors: tuple[int, ...] = (400,)


OPERATIONS = (
    Operation(
        "/api/v1/projects", "listProjects",
        N_("The projects of a search, a page at a time, with its totals and the counts of all facets"),
        "ProjectList", (*LIST_PARAMETERS, LANGUAGE), errors=(400, 404),
    ),
    Operation(
        "/api/v1/projects/{key}", "getProject", N_("One project, by the last part of its address"), "OneProject",
        (FIELDS, LANGUAGE), "key", errors=(400, 404, 410),
    ),
    Operation(
        "/api/v1/facets", "listFacets", N_("The totals and counts of a search, without its projects"), "FacetCounts",
        (*FILTERS, LANGUAGE),
    ),
    Operation(
        "/api/v1/table", "getTable", N_("A table of a search by one facet or two: projects, full or shared value"),
        "Table", (*TABLE_PARAMETERS, LANGUAGE), errors=(400, 404),
    ),
    Operation(
        "/api/v1/terms/{facet}", "listTerms", N_("All terms of a facet, with their names and former codes"), "TermList",
        (LANGUAGE,), path_parameter="facet", errors=(400, 404),
    ),
)  # fmt: skip

_ERRORS = {
    400: N_("Something in the query was not understood"),
    404: N_("There is nothing at this address"),
    405: N_("Only GET, HEAD and OPTIONS are possible"),
    410: N_("The record was withdrawn; detail says why"),
    429: N_("Too many requests in this minute"),
    503: N_("The service is not available for the moment"),
}


def document(terms: Terms) -> dict[str, Any]:
    """The whole document."""
    site = settings()
    info: dict[str, Any] = {
        "title": gettext("%(site)s: projects", site=site.full_name),
        "version": VERSION,
        "description": gettext(
            "Published projects, read only. Within v1 fields and parameters are only added. Errors are problem details "
            "(RFC 9457)."
        ),
    }
    return {
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": "/"}],
        "externalDocs": {"url": problems.API_ROOT},
        "paths": {operation.path: {"get": _operation(operation, terms)} for operation in OPERATIONS},
        "components": {"schemas": schemas(), "headers": _headers()},
    }


def _operation(operation: Operation, terms: Terms) -> Schema:
    parameters = [_path_parameter(operation.path_parameter)] if operation.path_parameter else []
    parameters += [_query_parameter(parameter, terms) for parameter in operation.parameters]
    return {
        "operationId": operation.name,
        "summary": gettext(operation.summary),
        "parameters": parameters,
        "responses": _responses(operation),
    }


def _path_parameter(name: str) -> Schema:
    described = {
        "key": (gettext("Case does not matter; former keys redirect"), {"type": "string", "minLength": 1}),
        "facet": (gettext("Name of a facet"), {"type": "string", "enum": list(TERM_FACETS)}),
    }
    description, schema = described[name]
    parameter = {"name": name, "in": "path", "required": True, "description": description, "schema": schema}
    return parameter | ({"example": _KEY_EXAMPLE} if name == "key" else {})


def _query_parameter(parameter: Parameter, terms: Terms) -> Schema:
    schema = parameter.schema(terms)
    if parameter.allows_repeats:
        schema = {"type": "array", "items": schema, "maxItems": repeat_limit(parameter)}
    described = {"name": parameter.name, "in": "query", "description": parameter.text, "schema": schema}
    return described | ({"style": "form", "explode": True} if parameter.allows_repeats else {})


def _responses(operation: Operation) -> Schema:
    found: Schema = {
        "description": gettext("Found"),
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in ("ETag", "RateLimit")},
        "content": {"application/json": {"schema": reference(operation.answer)}},
    }
    responses: Schema = {"200": found, "304": {"description": gettext("Unchanged since the ETag of If-None-Match")}}
    if operation.path_parameter == "key":
        responses["301"] = {"description": gettext("The project has another key now")}
    responses |= {str(status): _error(status) for status in sorted({*operation.errors, 405, 429, 503})}
    return dict(sorted(responses.items()))


def _error(status: int) -> Schema:
    response: Schema = {
        "description": gettext(_ERRORS[status]),
        "content": {problems.MEDIA_TYPE: {"schema": reference("Problem")}},
    }
    if status in (429, 503):
        response["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    return response


def _headers() -> Schema:
    return {
        "ETag": {"description": gettext("Changes with the records"), "schema": {"type": "string"}},
        "RateLimit": {
            "description": gettext("What the client may still send in this minute"),
            "schema": {"type": "string"},
        },
        "Retry-After": {
            "description": gettext("Seconds to wait"),
            "schema": {"type": "integer", "minimum": 1},
        },
    }
