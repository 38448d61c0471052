"""Sums: what the projects of a selection add up to, as numbers without words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PartSums:
    """The projects of a selection whose statuses count as planned or cancelled (vocabulary.status_rules).

    `statuses` are the codes that they have; `total_cents` is their full value in US cents.
    """

    counts_as: str
    statuses: tuple[str, ...]
    projects: int
    total_cents: int
    without_budget: int

    @property
    def has_budget(self) -> bool:
        return self.without_budget < self.projects


@dataclass(frozen=True)
class Sums:
    """Totals of a selection in US cents; `without_budget` counts projects without a budget.

    `total_cents` is the full value, `shared_cents` what the member states of the search receive of it, None for a
    search without any. `not_carried_out` says which part of the totals is planned or cancelled.
    """

    projects: int
    total_cents: int
    without_budget: int
    countries: int
    first_year: int | None
    last_year: int | None
    shared_cents: int | None = None
    not_carried_out: tuple[PartSums, ...] = ()

    @property
    def has_budget(self) -> bool:
        """Whether any project states a budget; a total of nothing is not USD 0."""
        return self.without_budget < self.projects
