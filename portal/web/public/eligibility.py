"""The dated list of eligible member states for the eligibility page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial

from portal.i18n.catalogues import name_in
from portal.text.collation import collation_key
from portal.vocabulary.term_lists import eligible_regions, eligible_states, read_term_list


@dataclass(frozen=True)
class ListedRegion:
    """One region of the Line 2 list: `states` and `share` (per cent) as published, `names` as far as they are known.

    `is_printed` is False if the number was derived from the published total.
    """

    name: str
    states: int
    share: int
    is_printed: bool
    names: tuple[str, ...]


@cache
def line_2(language: str) -> tuple[ListedRegion, ...]:
    """The Line 2 list of August 2024 in its own order, with country names in this language, sorted."""
    regions = {row.code: name_in(row.names, language) for row in read_term_list("region")}
    countries = {row.code: name_in(row.names, language) for row in read_term_list("country")}
    known, key = eligible_states(), partial(collation_key, language=language)
    return tuple(
        ListedRegion(
            name=regions[row["region"]],
            states=int(row["states"]),
            share=int(row["share"]),
            is_printed=row["basis"] == "published",
            names=tuple(sorted((countries[code] for code in known[row["region"]][1]), key=key)),
        )
        for row in eligible_regions()
    )
