"""Goals, targets and Compact objectives: the projects that state one, and those that a rule proposes one for.

The two are counted apart: a project that states a term is never among those it is proposed for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyroaring import BitMap

from portal.search.index.current import current_snapshot, load_projects
from portal.search.index.snapshot import Snapshot
from portal.search.read_models.project import ProjectView
from portal.search.read_models.sums import Sums
from portal.search.read_models.terms import Terms, TermView
from portal.vocabulary import tag_rules
from portal.vocabulary.tag_rules import TagRule

FACETS = ("sdg", "gcm")


@dataclass(frozen=True)
class ProposedTag:
    """A term that a rule proposes for a project, and why."""

    term: TermView
    reason: str


@dataclass(frozen=True)
class GoalStats:
    """The projects that state a Goal, target or objective, and the number of those it is proposed for.

    A Goal is stated by projects that state one of its targets, too. `targets` are those of a Goal that have projects
    of either kind.
    """

    term: TermView
    stated: Sums
    proposed: int
    targets: tuple[GoalStats, ...] = ()

    @property
    def aim(self) -> str:
        return aim_name(self.term)

    @property
    def has_projects(self) -> bool:
        return bool(self.stated.projects or self.proposed)


def aim_name(term: TermView) -> str:
    """What addresses call a Goal, target or objective, such as sdg-10.7."""
    return f"{term.facet}-{term.code}"


def find_aim(terms: Terms, name: str) -> TermView | None:
    """The term that addresses call so."""
    facet, _, code = name.partition("-")
    return terms.get(facet, code) if facet in FACETS else None


def goal_stats(facet: str) -> list[GoalStats]:
    """Statistics of all Goals (facet "sdg") or objectives (facet "gcm"), in the order of the list."""
    snapshot = current_snapshot()
    terms = list(snapshot.terms.in_facet(facet))
    found = []
    for goal in (term for term in terms if term.parent is None):
        targets = [_stats(snapshot, term) for term in terms if term.parent == goal]
        found.append(_stats(snapshot, goal, tuple(target for target in targets if target.has_projects)))
    return found


def _stats(snapshot: Snapshot, term: TermView, targets: tuple[GoalStats, ...] = ()) -> GoalStats:
    stated = snapshot.index.sums(stated_rows(snapshot, term))
    return GoalStats(term, stated, len(proposed_rows(snapshot, term)), targets)


def stated_rows(snapshot: Snapshot, term: TermView) -> BitMap:
    """The rows that state the term, or a target of it."""
    return snapshot.index.bitmaps[term.facet].get(term.code, BitMap())


def proposed_rows(snapshot: Snapshot, term: TermView) -> BitMap:
    """The rows that the term, or a target of it, is proposed for, without those that state it."""
    rows = [rule_rows(snapshot, rule) for rule in _rules_of(snapshot.terms, term)]
    return BitMap.union(BitMap(), *rows) - stated_rows(snapshot, term)


def rule_rows(snapshot: Snapshot, rule: TagRule) -> BitMap:
    """The rows that a rule proposes its term for."""
    term, project_type = rule_terms(snapshot.terms, rule)
    if term is None or project_type is None:
        return BitMap()
    return snapshot.index.bitmaps["type"].get(project_type.code, BitMap()) - stated_rows(snapshot, term)


def rule_terms(terms: Terms, rule: TagRule) -> tuple[TermView | None, TermView | None]:
    """The term that a rule proposes, and its project type; None for one that the portal no longer has."""
    return terms.get(rule.facet, rule.code), terms.get("type", rule.project_type)


def _rules_of(terms: Terms, term: TermView) -> Iterator[TagRule]:
    """The rules that propose the term or a target of it."""
    for rule in tag_rules.tag_rules():
        proposed = terms.get(rule.facet, rule.code)
        if proposed is not None and term in (proposed, proposed.parent):
            yield rule


def proposals(project: ProjectView, terms: Terms) -> tuple[ProposedTag, ...]:
    """What the rules propose for a project, without what it states; one reason for each term, the first one."""
    found: dict[int, ProposedTag] = {}
    for rule in tag_rules.tag_rules():
        term, project_type = rule_terms(terms, rule)
        if term and project_type and project.type == project_type and term not in project.tags:
            found.setdefault(term.id, ProposedTag(term, rule.reason))
    return tuple(found.values())


@dataclass(frozen=True)
class ProposedProjects:
    """One page of the projects that a term is proposed for, newest first, each with the reasons."""

    term: TermView
    total: int
    projects: tuple[tuple[ProjectView, tuple[ProposedTag, ...]], ...]


def proposed_projects(term: TermView, first: int, count: int) -> ProposedProjects:
    """Up to `count` projects from the `first`-th (from 0) that the term, or a target of it, is proposed for."""
    snapshot = current_snapshot()
    rows = proposed_rows(snapshot, term)
    projects = load_projects(snapshot, snapshot.index.page(rows, "newest", first, count), may_miss=True)
    return ProposedProjects(term, len(rows), tuple((each, _reasons(each, term, snapshot.terms)) for each in projects))


def _reasons(project: ProjectView, term: TermView, terms: Terms) -> tuple[ProposedTag, ...]:
    """The proposals of a project that are about the term, or about a target of it."""
    return tuple(each for each in proposals(project, terms) if term in (each.term, each.term.parent))
