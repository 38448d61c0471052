"""The lists of tag proposals as data: the rules with their number of records, and the records of one rule."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from werkzeug.datastructures import MultiDict

from portal.errors import NotFound
from portal.i18n.quoting import quoted
from portal.search import goals
from portal.search.index import current
from portal.search.index.snapshot import Snapshot
from portal.search.query.parameters import ParameterReader, parse_page_number
from portal.search.read_models.project import ProjectView
from portal.search.read_models.terms import TermView
from portal.vocabulary.tag_rules import TagRule, rules_by_name, tag_rules
from portal.web.presentation import formatting
from portal.web.presentation.i18n import gettext

PAGE_SIZE = 20


@dataclass(frozen=True)
class RuleRow:
    """A rule with its terms, and how many records it proposes its tag for."""

    rule: TagRule
    tag: TermView
    project_type: TermView
    count: int


@dataclass(frozen=True)
class RuleList:
    """The rules with records, most records first; `goals` are the choices of the filter by name, `aim` the chosen."""

    rows: tuple[RuleRow, ...]
    goals: dict[str, TermView]
    aim: str


@dataclass(frozen=True)
class RulePage:
    """One page of the records of a rule, newest first; `first` is the number of the first of them.

    `is_all_selected` ticks every box of the page.
    """

    row: RuleRow
    projects: tuple[ProjectView, ...]
    page: int
    last_page: int
    is_all_selected: bool

    @property
    def first(self) -> int:
        return (self.page - 1) * PAGE_SIZE + 1

    def url(self, page: int, *, selects_all: bool = False) -> str:
        # None leaves a parameter out.
        return url_for(
            "tag_proposals.rule",
            rule=self.row.rule.name,
            page=page if page > 1 else None,
            selected="all" if selects_all else None,
        )


def list_rules(args: MultiDict[str, str]) -> RuleList:
    """The rules of the Goal or objective that `aim` names, such as sdg-8, or all rules; without empty ones."""
    snapshot = current.current_snapshot()
    rows = [row for rule in tag_rules() if (row := _rule_row(snapshot, rule)) and row.count]
    choices = sorted(
        {row.tag.parent or row.tag for row in rows}, key=lambda term: (goals.FACETS.index(term.facet), term.position)
    )
    names = {goals.aim_name(term): term for term in choices}
    chosen = names.get(aim := args.get("aim", ""))
    shown = [row for row in rows if chosen in (None, row.tag.parent or row.tag)]
    return RuleList(tuple(sorted(shown, key=lambda row: -row.count)), names, aim if chosen else "")


def get_rule(name: str) -> RuleRow:
    """A rule by its name; raises NotFound."""
    rule = rules_by_name().get(name)
    row = _rule_row(current.current_snapshot(), rule) if rule else None
    if row is None:
        raise NotFound(gettext("There is no rule %(name)s.", name=quoted(name)))
    return row


def show_rule(name: str, args: MultiDict[str, str]) -> RulePage:
    """One page of the records of a rule; a page after the last one shows the last. Raises NotFound."""
    row = get_rule(name)
    last_page = max(1, -(-row.count // PAGE_SIZE))
    page = min(ParameterReader(args).read("page", parse_page_number, 1), last_page)
    ids = ids_of_rule(row.rule, (page - 1) * PAGE_SIZE, PAGE_SIZE)
    projects = current.load_projects(current.current_snapshot(), ids)
    return RulePage(row, projects, page, last_page, args.get("selected") == "all")


def ids_of_rule(rule: TagRule, first: int, count: int) -> list[int]:
    """Database ids of up to `count` records of a rule from the `first`-th (from 0), newest first."""
    snapshot = current.current_snapshot()
    return snapshot.index.page(goals.rule_rows(snapshot, rule), "newest", first, count)


def _rule_row(snapshot: Snapshot, rule: TagRule) -> RuleRow | None:
    """None if the portal no longer has the tag or the type of the rule."""
    tag, project_type = goals.rule_terms(snapshot.terms, rule)
    if tag is None or project_type is None:
        return None
    return RuleRow(rule, tag, project_type, len(goals.rule_rows(snapshot, rule)))


def tag_name(tag: TermView) -> str:
    """A tag as it stands in sentences, such as "SDG target 10.7, Orderly and safe migration"."""
    if tag.facet == "gcm":
        kind = gettext("Compact objective")
    else:
        kind = gettext("SDG target") if tag.parent else gettext("SDG Goal")
    return f"{kind} {tag.code}, {formatting.label(tag)}"
