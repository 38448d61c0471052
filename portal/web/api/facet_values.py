"""Facets and terms as JSON: the values of each facet with their names and counts, and the terms of a list."""

from __future__ import annotations

from typing import Any

from portal.search.index.facet_index import FacetCounts
from portal.search.index.snapshot import Snapshot
from portal.search.query.filters import Filters
from portal.search.read_models.terms import Terms, TermView
from portal.vocabulary.facets import FACETS, NOT_STATED, TERM_FACETS
from portal.web.api.addresses import api_url
from portal.web.api.parameters import former_codes
from portal.web.presentation import filter_text, i18n

_LAST = 10**9


def facets_as_json(terms: Terms, filters: Filters, counts: FacetCounts) -> dict[str, Any]:
    """The values of each facet that some project of the selection has, in the order of their list; years newest first.

    A count is the number of projects if the facet's own selected values are replaced by this one.
    """
    return {facet: facet_as_json(terms, filters, facet, counts.get(facet, {})) for facet in FACETS}


def facet_as_json(terms: Terms, filters: Filters, facet: str, counts: dict[str, int]) -> dict[str, Any]:
    shown = {value: count for value, count in counts.items() if count or (facet, value) in filters.selected}
    return {
        "label": filter_text.facet_names()[facet],
        "terms": api_url("terms", facet=facet) if facet in TERM_FACETS else None,
        "values": [
            {"value": value, "name": filter_text.value_label(terms, facet, value), "count": count}
            for value, count in sorted(shown.items(), key=lambda item: _place(terms, facet, item[0]))
        ],
    }


def _place(terms: Terms, facet: str, value: str) -> tuple[bool, int]:
    term = terms.get(facet, value)
    is_year = facet == "year" and value != NOT_STATED
    return value == NOT_STATED, -int(value) if is_year else term.id if term else _LAST


def terms_as_json(snapshot: Snapshot, facet: str) -> list[dict[str, Any]]:
    """All terms of a facet in the order of their list, each with its names, other spellings and number of projects."""
    rows, former = snapshot.index.bitmaps[facet], former_codes(snapshot.terms, facet)
    return [
        {
            "code": term.code,
            "name": _name(term),
            "names": dict(term.names) or {i18n.SOURCE.code: term.name},
            "other_names": list(term.aliases),
            "parent": term.parent.code if term.parent else None,
            "former_codes": [code for code, present in former.items() if present == term.code],
            "projects": len(rows.get(term.code, ())),
        }
        for term in snapshot.terms.in_facet(facet)
    ]


def _name(term: TermView) -> str:
    return term.names.get(i18n.current_locale()) or term.name
