"""What a project counts for by its status, as a stated rule: portal/terms/status_rules.csv.

Every published project counts, whatever its status, so that each number leads to the projects behind it. What was not
carried out is said beside the totals that contain it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from portal.i18n.catalogues import gettext, pgettext
from portal.vocabulary.term_lists import TERM_LISTS_DIR

# What is said beside totals, in this order.
PLANNED, CANCELLED = "planned", "cancelled"


@dataclass(frozen=True)
class StatusRule:
    """`status` is a code, `counts_as` "carried-out", PLANNED or CANCELLED; `english` says why, in sentences."""

    status: str
    counts_as: str
    english: str

    @property
    def name(self) -> str:
        """The status in the language that is spoken; the words of IATI and of other languages are the same in all."""
        return pgettext("status", self.status.capitalize())

    @property
    def reason(self) -> str:
        """Why, in the language that is spoken."""
        return gettext(self.english)


@cache
def status_rules() -> tuple[StatusRule, ...]:
    """All rules, in the order of their file. Any other status, and none, counts as carried out."""
    with (TERM_LISTS_DIR / "status_rules.csv").open(encoding="utf-8", newline="") as file:
        return tuple(StatusRule(row["status"], row["counts_as"], row["reason"]) for row in csv.DictReader(file))


@cache
def statuses_that_count_as(what: str) -> tuple[str, ...]:
    """The codes of the statuses with this rule."""
    return tuple(rule.status for rule in status_rules() if rule.counts_as == what)
