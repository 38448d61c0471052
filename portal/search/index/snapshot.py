"""Snapshot: the index of all published projects with its terms, loaded from the database or updated by the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.database.statement_timeout import disable_timeout
from portal.models import Catalogue, CatalogueChange, Project, Term
from portal.search.arrays import Int64Array, IntegerArray
from portal.search.columns import IntegerType, RowsById, read_integer_columns, read_links
from portal.search.index.build import ProjectColumns, build_index, patch_index, rows_of_known_ids
from portal.search.index.facet_index import FacetIndex
from portal.search.index.storage.array_file import Section
from portal.search.read_models.terms import Terms
from portal.search.title_places import TITLE_ORDER, TitlePlace, count_until, read_places

# With more appended rows than this, the index is rebuilt instead of patched.
MAX_APPENDED_ROWS = 2_000
_MAX_TRIES = 3
_INDEXED_FACETS = ("region", "status", "coverage", "type", "theme", "country", "sdg", "gcm")
RowTermPairs = tuple[Int64Array, IntegerArray]

_INDEX_PROJECTS_SQL = (
    "SELECT id, coalesce(year, 0), "
    # Days as whole numbers, 20240630. Of a year or a month, the start is its first day; an end is after all days in it.
    "coalesce(CAST(replace(substr(start || '-01-01', 1, 10), '-', '') AS INTEGER), 0), "
    "coalesce(CAST(replace(substr(\"end\" || '-99-99', 1, 10), '-', '') AS INTEGER), 0), "
    "coalesce(budget, -1), coalesce(region_id, 0), "
    "coalesce(status_id, 0), coalesce(coverage_id, 0), coalesce(type_id, 0) "
    "FROM project WHERE published_at IS NOT NULL"
)
# An id, a year, two days, cents, four term ids.
_COLUMN_TYPES: list[IntegerType] = [
    np.int32,
    np.int16,
    np.int32,
    np.int32,
    np.int64,
    np.int32,
    np.int32,
    np.int32,
    np.int32,
]
_INDEX_COUNTRIES_SQL = "SELECT project_id, term_id, coalesce(share, -1) FROM project_country WHERE is_eligible"
_INDEX_TAGS_SQL = "SELECT project_id, term_id FROM project_tag"


@dataclass(frozen=True)
class CatalogueVersion:
    """A version of the catalogue: see models.Catalogue."""

    version: int = 0
    stamp: str = ""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One version of the directory; two snapshots are equal only if they are the same object.

    `changed_at` is when the catalogue last changed (UTC); `sample_count` counts the published sample records.
    `changed_ids` are the projects that differ from the snapshot that this one was made from; None if it was built anew.
    `sections` are what else belongs to this state and is stored with it, by a name such as text/postings:
    one-dimensional arrays and bytes. `is_stored`: all arrays lie in a file that the processes of this machine share
    (see storage).
    """

    catalogue_version: CatalogueVersion
    changed_at: datetime | None
    terms: Terms
    index: FacetIndex
    sample_count: int
    changed_ids: frozenset[int] | None = None
    sections: Mapping[str, Section] = field(default_factory=dict)
    is_stored: bool = False


@dataclass(frozen=True)
class Changes:
    """The ids of the projects that changed until `version`; None if other things did too, or that is not known."""

    version: CatalogueVersion
    changed_at: datetime | None
    ids: frozenset[int] | None


# Built once: building it takes as long as running it.
_SELECT_VERSION = select(Catalogue.__table__.c.version, Catalogue.__table__.c.stamp)


def read_catalogue_version(session: Session) -> CatalogueVersion:
    """The current version; CatalogueVersion() if the database has no catalogue yet."""
    # Without the ORM, which takes as long again.
    row = session.connection().execute(_SELECT_VERSION).one_or_none()
    return CatalogueVersion(*row) if row else CatalogueVersion()


def load_snapshot(session: Session) -> Snapshot:
    """Read all published projects and build their index.

    The version is read first: a change committed meanwhile may be missing from the index, and the next
    `apply_journal` adds it.
    """
    disable_timeout(session)
    version, changed_at = read_catalogue_version(session), read_changed_at(session)
    terms = Terms.load(session)
    index = build_index(read_project_columns(session, terms))
    return Snapshot(version, changed_at, terms, index, count_samples(session))


def read_changes(session: Session, since: CatalogueVersion) -> Changes:
    """The version now, and what changed since another one."""
    version, changed_at = read_catalogue_version(session), read_changed_at(session)
    steps = session.execute(
        select(CatalogueChange.version, CatalogueChange.stamp, CatalogueChange.project_ids)
        .where(CatalogueChange.version >= since.version)
        .order_by(CatalogueChange.version)
    ).all()
    if not steps or (steps[0].version, steps[0].stamp) != (since.version, since.stamp):
        return Changes(version, changed_at, None)
    if any(step.project_ids is None for step in steps[1:]):
        return Changes(version, changed_at, None)
    ids = frozenset(project_id for step in steps[1:] for project_id in step.project_ids)
    return Changes(version, changed_at, ids)


def apply_journal(session: Session, old: Snapshot, limit: int) -> Snapshot | None:
    """The snapshot updated by the journal of changes; the same one if there are none.

    None if more than `limit` projects changed, if anything else changed, or if the journal does not reach back to
    the version of `old`.
    """
    for _ in range(_MAX_TRIES):
        changes = read_changes(session, old.catalogue_version)
        if changes.version == old.catalogue_version:
            return old
        if changes.ids is None or len(changes.ids) > min(limit, MAX_APPENDED_ROWS - len(old.index.appended)):
            return None
        terms = current_terms(session, old.terms)
        index = _patched(session, old.index, terms, sorted(changes.ids))
        # On PostgreSQL, a project that has got another title since would mislead the search for neighbours.
        if read_catalogue_version(session) == changes.version:
            break
    return Snapshot(changes.version, changes.changed_at, terms, index, count_samples(session), changes.ids)


def rehearse(session: Session, snapshot: Snapshot) -> None:
    """Do what a small change takes, with a project that has not changed, and forget the result.

    The first time it takes twice as long as later.
    """
    ids = snapshot.index.page(snapshot.index.all_rows, "newest", 0, 1)
    read_changes(session, snapshot.catalogue_version)
    count_samples(session)
    # The room for more rows is left to changes.
    index = replace(snapshot.index, row_columns=replace(snapshot.index.row_columns, room=None))
    _patched(session, index, current_terms(session, snapshot.terms), ids)


def _patched(session: Session, index: FacetIndex, terms: Terms, ids: Sequence[int]) -> FacetIndex:
    """The index with these projects as the tables have them now."""
    columns = read_project_columns(session, terms, ids)
    return patch_index(index, ids, columns, find_successors(session, index, ids, columns.ids))


def current_terms(session: Session, known: Terms) -> Terms:
    """The terms after a change that is not one of terms: those known, unless it added some."""
    return known if known.count == count_terms(session) else Terms.load(session)


def read_changed_at(session: Session) -> datetime | None:
    return session.execute(select(Catalogue.changed_at)).scalar_one_or_none()


def count_samples(session: Session) -> int:
    return session.execute(
        select(func.count()).select_from(Project).where(Project.is_sample, Project.published_at.is_not(None))
    ).scalar_one()


def count_terms(session: Session) -> int:
    return session.execute(select(func.count()).select_from(Term)).scalar_one()


def read_project_columns(session: Session, terms: Terms, only_ids: Sequence[int] | None = None) -> ProjectColumns:
    """The published projects, or only those with these ids, as arrays in title order."""
    columns = read_integer_columns(session, _INDEX_PROJECTS_SQL, _COLUMN_TYPES, "id", only_ids, order=TITLE_ORDER)
    ids, years, starts, ends, budgets, region, status, coverage, project_type = columns
    rows_by_id = RowsById(ids)
    country_rows, countries, shares = read_links(session, _INDEX_COUNTRIES_SQL, rows_by_id, only_ids, 3)
    tag_rows, tags = read_links(session, _INDEX_TAGS_SQL, rows_by_id, only_ids, 2)
    goals, objectives = split_tags((tag_rows, tags), terms)
    return ProjectColumns(
        ids=ids,
        years=years,
        starts=starts,
        ends=ends,
        budgets=budgets,
        single_valued={
            "region": region,
            "status": status,
            "coverage": coverage,
            "type": project_type,
            "theme": themes_of(project_type, terms),
        },
        multi_valued={
            "country": (country_rows, countries),
            "sdg": goals,
            "gcm": objectives,
        },
        country_shares=shares,
        codes={facet: {term.id: term.code for term in terms.in_facet(facet)} for facet in _INDEXED_FACETS},
    )


def themes_of(project_types: IntegerArray, terms: Terms) -> Int64Array:
    """The term ids of the themes of these project types, 0 for none."""
    theme_by_type = np.zeros(int(project_types.max(initial=0)) + 1, dtype=np.int64)
    for term in terms.in_facet("type"):
        if term.parent and term.id < len(theme_by_type):
            theme_by_type[term.id] = term.parent.id
    themes: Int64Array = theme_by_type[project_types]
    return themes


def find_successors(session: Session, index: FacetIndex, changed_ids: Sequence[int], ids: IntegerArray) -> Int64Array:
    """The database id of the next unchanged project by title for each of `ids`; 0 for none."""
    ids_by_row, by_title = index.row_columns.ids, index.orders["title"]
    changed = sorted(by_title.positions_of(rows_of_known_ids(index, changed_ids)))

    def unchanged(at: int) -> int:
        """The database id of one of those that are unchanged, by its place among them."""
        # Without making a list of a million that leaves out a few.
        for position in changed:
            if position > at:
                break
            at += 1
        return int(ids_by_row[by_title.rows[at]])

    count = len(by_title.rows) - len(changed)
    known, nowhere = read_places(session, ids.tolist()), TitlePlace("", "", "")
    # A project that has gone since it was read stands anywhere, until the next change takes it out.
    places = [known.get(project_id, nowhere) for project_id in ids.tolist()]
    positions = count_until(session, places, count, unchanged)
    return np.array([unchanged(at) if at < count else 0 for at in positions], dtype=np.int64)


def split_tags(tags: RowTermPairs, terms: Terms) -> tuple[RowTermPairs, RowTermPairs]:
    """Pairs of goals and pairs of Compact objectives; a target counts for its goal too, once per row."""
    rows, ids = tags
    goal_by_term = {term.id: term.parent.id if term.parent else term.id for term in terms.in_facet("sdg")}
    is_goal = np.array([int(term_id) in goal_by_term for term_id in ids], dtype=bool)
    goal_ids = np.array([goal_by_term.get(int(term_id), 0) for term_id in ids], dtype=np.int64)
    pairs = np.concatenate([np.stack([rows, ids])[:, is_goal], np.stack([rows, goal_ids])[:, is_goal]], axis=1)
    goals = np.unique(pairs, axis=1) if pairs.size else pairs
    return (goals[0], goals[1]), (rows[~is_goal], ids[~is_goal])
