"""The JSON Schemas of the answers of the API; those of a project come from the columns of the exports."""

from __future__ import annotations

from typing import Any

from portal.exports.columns import COLUMNS, Column
from portal.vocabulary.facets import FACETS, MEASURES, SORTS, TABLE_FACETS, TERM_FACETS

Schema = dict[str, Any]

_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}
_YEAR = {"type": ["integer", "null"]}
_LINK = {"type": "string", "format": "uri"}
_MAYBE_LINK = {"type": ["string", "null"], "format": "uri"}
_MOMENT = {"type": ["string", "null"], "format": "date-time"}
# A column is null where a record does not state it; a list is then empty.
_KINDS: dict[str, Schema] = {
    "text": {"type": ["string", "null"]},
    "amount": {"type": ["number", "null"], "minimum": 0},
    "integer": {"type": ["integer", "null"]},
    "date": {"type": ["string", "null"], "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"},
    "url": {"type": ["string", "null"]},
    "list": {"type": "array", "items": _TEXT},
}


def reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def schemas() -> dict[str, Schema]:
    """All schemas by name."""
    return {
        "ProjectList": _project_list(),
        "OneProject": _object(item=reference("Project"), links=_links("self", "alternate"), **_origin()),
        "FacetCounts": _object(
            facets=_object_of_facets(), **_totals(), links=_links("self", "projects", "alternate"), **_origin()
        ),
        "Table": _table(),
        "TermList": _object(
            facet={"type": "string", "enum": list(TERM_FACETS)},
            label=_TEXT,
            terms={"type": "array", "items": reference("Term")},
            links=_links("self", "facets"),
            records_changed=_MOMENT,
        ),
        "Project": _project(),
        "Facet": _facet(),
        "Term": _term(),
        "Sums": _sums(),
        "Licence": _object(name=_TEXT, url=_MAYBE_LINK),
        "Problem": _problem(),
    }


def _object(**properties: Schema) -> Schema:
    """An object that has all of these properties; later versions may add others."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def _project() -> Schema:
    """A project; `fields` chooses what it has, so that nothing is required."""
    return {"type": "object", "properties": {column.name: column_schema(column) for column in COLUMNS}}


def column_schema(column: Column) -> Schema:
    # Addresses that others wrote are as the record states them.
    form = {"format": "uri"} if column.kind == "url" and column.is_safe else {}
    return {"title": column.label, **_KINDS[column.kind], **form, "description": column.description}


def _project_list() -> Schema:
    return _object(
        items={"type": "array", "items": reference("Project")},
        **_totals(),
        page={"type": ["integer", "null"], "minimum": 1, "description": "Null after a cursor."},
        pages={"type": "integer", "minimum": 1},
        per_page={"type": "integer", "minimum": 1},
        sort={"type": "string", "enum": list(SORTS)},
        next_cursor={"type": ["string", "null"], "description": "Null on the last page."},
        facets={"anyOf": [_object_of_facets(), {"type": "null"}], "description": "Null with facets=0."},
        links=_links("self", "next", "prev", "first", "last", "alternate"),
        **_origin(),
    )


def _object_of_facets() -> Schema:
    return _object(**{facet: reference("Facet") for facet in FACETS})


def _facet() -> Schema:
    value = _object(value=_TEXT, name=_TEXT, count=_COUNT)
    return _object(
        label=_TEXT,
        terms=_MAYBE_LINK,
        values={
            "type": "array",
            "items": value,
            "description": "count is the number of projects if the selected values of this facet are replaced by this "
            "one; with country_match=all, if it is added.",
        },
    )


def _table() -> Schema:
    amount = {"type": ["number", "null"], "description": "Null where no project states a budget."}
    heading = _object(value=_TEXT, label=_TEXT, total=amount)
    row = _object(value=_TEXT, label=_TEXT, total=amount)
    cells = {"type": "array", "items": amount, "description": "Parallel to columns; left out without across."}
    row["properties"]["cells"] = cells
    return _object(
        by={"type": "string", "enum": list(TABLE_FACETS)},
        across={"type": ["string", "null"], "enum": [*TABLE_FACETS, None]},
        measure={
            "type": "string",
            "enum": list(MEASURES),
            "description": "What the numbers are; full where shared was asked for without member states.",
        },
        unit={"type": "string", "enum": ["projects", "USD"]},
        rows={"type": "array", "items": row},
        columns={"type": "array", "items": heading, "description": "Empty without across."},
        table_total=amount,
        **_totals(),
        links=_links("self", "projects", "alternate"),
        **_origin(),
    )


def _term() -> Schema:
    return _object(
        code=_TEXT,
        name=_TEXT,
        names={"type": "object", "additionalProperties": _TEXT, "description": "By language."},
        other_names={"type": "array", "items": _TEXT},
        parent={"type": ["string", "null"], "description": "Code of the broader term."},
        former_codes={"type": "array", "items": _TEXT, "description": "Still understood in filters."},
        projects=_COUNT,
    )


def _sums() -> Schema:
    return _object(
        projects=_COUNT,
        full_value_usd={
            "type": ["number", "null"],
            "description": "Sum of the budgets in US dollars; null if none is stated.",
        },
        shared_value_usd={
            "type": ["number", "null"],
            "description": "What the member states of the search receive of it; null without any.",
        },
        without_budget=_COUNT,
        member_states=_COUNT,
        first_year=_YEAR,
        last_year=_YEAR,
        planned=_part("Projects that had not begun; they are in the totals."),
        cancelled=_part("Projects that were given up; they are in the totals."),
    )


def _part(description: str) -> Schema:
    full_value = {"type": ["number", "null"], "description": "Sum of their budgets; null if none is stated."}
    return _object(projects=_COUNT, full_value_usd=full_value) | {"description": description}


def _totals() -> dict[str, Schema]:
    return {
        "total": _COUNT,
        "sums": reference("Sums"),
        "query": {"type": "string", "description": "The search as a sentence."},
        "notes": {"type": "array", "items": _TEXT, "description": "What to know of this answer, such as samples."},
    }


def _origin() -> dict[str, Schema]:
    return {"publisher": _TEXT, "licence": reference("Licence"), "records_changed": _MOMENT}


def _links(*names: str) -> Schema:
    always = {"self", "first", "alternate", "projects", "facets"}
    return _object(**{name: _LINK if name in always else _MAYBE_LINK for name in names})


def _problem() -> Schema:
    """RFC 9457; a member that does not fit the problem is left out."""
    error = _object(name=_TEXT, value=_TEXT, detail=_TEXT, known={"type": "array", "items": _TEXT})
    return {
        "type": "object",
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": _TEXT,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": _TEXT,
            "errors": {"type": "array", "items": error, "description": "What was not understood, and what is known."},
            "known": {"type": "array", "items": _TEXT},
            "last_page": {"type": "integer", "minimum": 1},
            "withdrawn": {"type": "string", "format": "date-time"},
            "request_id": _TEXT,
        },
        "required": ["type", "title", "status", "detail"],
    }
