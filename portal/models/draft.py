"""ProjectDraft: the complete proposed content of a project, as typed. A value without access to the database."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

# Fields that hold one code of a facet, and fields that hold several; each with its facet.
TERM_FIELDS = {"status": "status", "project_type": "type", "coverage": "coverage", "region": "region"}
CODE_FIELDS = {"countries": "country", "other_countries": "country", "sdg": "sdg", "gcm": "gcm"}


@dataclass(frozen=True)
class ProjectDraft:
    """Any field may be empty ("" or ()), and values are not validated before the draft is submitted.

    Terms are codes, countries ISO 3166-1 alpha-3 codes; `country_shares` are percentages of the member states
    ("KEN 60"), () for equal shares. `start` and `end` are partial dates ("2008-05"), `year` four digits, `budget` US
    dollars as a decimal number ("64240.00"). `summary` is plain Markdown. Languages are BCP 47 codes, "" where none is
    stated.

    `title` and `summary` are the source; `title_fr` is its French translation. `machine_translations` names those that
    a machine made ("title_fr"), `confirmed_translations` those that fit the source as it is now, although it changed.
    """

    title: str = ""
    number: str = ""
    prima_id: str = ""
    title_language: str = ""
    summary: str = ""
    language: str = ""
    start: str = ""
    end: str = ""
    year: str = ""
    budget: str = ""
    status: str = ""
    project_type: str = ""
    coverage: str = ""
    region: str = ""
    countries: tuple[str, ...] = ()
    country_shares: tuple[str, ...] = ()
    other_countries: tuple[str, ...] = ()
    sdg: tuple[str, ...] = ()
    gcm: tuple[str, ...] = ()
    funding_line: str = ""
    source_url: str = ""
    title_en: str = ""
    summary_en: str = ""
    title_fr: str = ""
    summary_fr: str = ""
    title_es: str = ""
    summary_es: str = ""
    machine_translations: tuple[str, ...] = ()
    confirmed_translations: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read the result of `as_json`, also of an earlier version: ignores unknown fields, missing ones are empty."""
        known = {field.name for field in fields(cls)}
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in stored.items() if name in known
        }
        return cls(**values)

    def as_json(self) -> dict[str, Any]:
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    def replace(self, **changes: Any) -> Self:
        """A copy with these changes."""
        return replace(self, **changes)

    @classmethod
    def field_names(cls) -> tuple[str, ...]:
        """All fields, in the order of the form."""
        return tuple(field.name for field in fields(cls))
