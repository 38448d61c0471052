"""The dated list of eligible member states, as the page on eligibility prints it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from portal.text.folding import fold
from portal.vocabulary.term_lists import TERM_LISTS_DIR, read_term_list


@dataclass(frozen=True)
class EligibleRegion:
    """One region of the Line 2 list: `states` and `share` (per cent) as printed, `names` as far as they are known.

    `is_printed` is False where the number was worked out from the printed total.
    """

    name: str
    states: int
    share: int
    is_printed: bool
    names: tuple[str, ...]


@cache
def line_2(language: str) -> tuple[EligibleRegion, ...]:
    """The Line 2 list of August 2024 in the order of the list, names in this language and its alphabet."""
    regions = {row.code: row.names[language] for row in read_term_list("region")}
    countries = {row.code: row.names[language] for row in read_term_list("country")}
    listed: dict[str, list[str]] = {}
    for row in _rows("eligibility"):
        listed.setdefault(row["region"], []).append(countries[row["country"]])
    return tuple(
        EligibleRegion(
            name=regions[row["region"]],
            states=int(row["states"]),
            share=int(row["share"]),
            is_printed=row["basis"] == "published",
            names=tuple(sorted(listed.get(row["region"], ()), key=fold)),
        )
        for row in _rows("eligibility_regions")
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (TERM_LISTS_DIR / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
