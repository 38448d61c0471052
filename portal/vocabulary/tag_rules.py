"""The stated rules by which Goals, targets and Compact objectives are proposed: portal/terms/tag_rules.csv.

A proposal is never a statement: it becomes one when a person of staff confirms it, or a record says so itself.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from portal.i18n.catalogues import gettext
from portal.vocabulary.term_lists import TERM_LISTS_DIR


@dataclass(frozen=True)
class TagRule:
    """Records of this project type are proposed this term: `facet` is "sdg" or "gcm", `code` the code of the term.

    `english` says why, in full sentences.
    """

    facet: str
    code: str
    project_type: str
    english: str

    @property
    def reason(self) -> str:
        """Why, in the language that is spoken."""
        return gettext(self.english)

    @property
    def name(self) -> str:
        """What addresses and forms call the rule."""
        return f"{self.facet}-{self.code}-{self.project_type}"


@cache
def tag_rules() -> tuple[TagRule, ...]:
    """All rules, in the order of their file."""
    with (TERM_LISTS_DIR / "tag_rules.csv").open(encoding="utf-8", newline="") as file:
        return tuple(TagRule(row["facet"], row["code"], row["type"], row["reason"]) for row in csv.DictReader(file))


@cache
def rules_by_name() -> dict[str, TagRule]:
    return {rule.name: rule for rule in tag_rules()}
