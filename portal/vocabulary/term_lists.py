"""The term lists in portal/terms/, which `portal migrate` loads into an empty database."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.i18n.catalogues import name_in

TERM_LISTS_DIR = Path(__file__).parent.parent / "terms"
_FORM = re.compile("(?:phrase|in|of|adjective)_(fr|es)")


@dataclass(frozen=True)
class TermListRow:
    """One row of a list in portal/terms/: `names` by language; `parent` is a code of `parent_facet`, "" for none.

    `extra` holds, among others, the forms of the name inside French and Spanish sentences, such as `phrase_fr`.
    """

    facet: str
    code: str
    names: dict[str, str]
    aliases: tuple[str, ...]
    parent: str
    phrase: str
    extra: dict[str, str]

    @property
    def parent_facet(self) -> str:
        return {"type": "theme"}.get(self.facet, self.facet)

    def forms_of(self, names: Mapping[str, str]) -> dict[str, str]:
        """The forms for sentences in those languages in which a term with these names is called as here."""
        return {
            name: form
            for name, form in self.extra.items()
            if form and (language := form_language(name)) and names.get(language) == self.names[language]
        }


def form_language(name: str) -> str:
    """The language of a form in `extra`: "phrase_fr" -> "fr"; "" for anything else."""
    match = _FORM.fullmatch(name)
    return match[1] if match else ""


def read_term_list(facet: str) -> Iterator[TermListRow]:
    """Yield the terms of one facet, in the order of its file."""
    with (TERM_LISTS_DIR / f"{facet}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield TermListRow(
                facet=facet,
                code=row.pop("code"),
                names={language: row.pop(f"name_{language}") for language in ("en", "fr", "es")},
                aliases=tuple(filter(None, row.pop("aliases").split("|"))),
                parent=row.pop("parent"),
                phrase=row.pop("phrase_en"),
                extra=row,
            )


@cache
def alpha3_by_alpha2() -> dict[str, str]:
    """ISO 3166-1 alpha-3 codes by alpha-2 code, upper case."""
    return {row.extra["alpha2"]: row.code for row in read_term_list("country")}


@cache
def alpha2_by_alpha3() -> dict[str, str]:
    """ISO 3166-1 alpha-2 codes by alpha-3 code; XK for XKX, which people use for Kosovo."""
    return {alpha3: alpha2 for alpha2, alpha3 in alpha3_by_alpha2().items()}


@cache
def eligible_regions() -> tuple[dict[str, str], ...]:
    """The rows of the Line 2 list of August 2024, a region each, in its own order."""
    with (TERM_LISTS_DIR / "eligibility_regions.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def eligible_states() -> dict[str, tuple[int, tuple[str, ...]]]:
    """By region code, the number of eligible member states and the alpha-3 codes of those that are known.

    Our copy of the list is cut off in Europe and the Middle East.
    """
    known: dict[str, list[str]] = {row["region"]: [] for row in eligible_regions()}
    with (TERM_LISTS_DIR / "eligibility.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            known[row["region"]].append(row["country"])
    return {row["region"]: (int(row["states"]), tuple(known[row["region"]])) for row in eligible_regions()}


@cache
def principle_names(language: str) -> tuple[str, ...]:
    """The guiding principles of the Global Compact for Migration, in the order of the resolution."""
    return tuple(name_in(row.names, language) for row in read_term_list("gcm_principle"))
