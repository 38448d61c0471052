"""Snapshot: the index of all published projects with its terms, read from the database whole or brought up to date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any, TypeVar

import numpy as np
from pyroaring import BitMap
from sqlalchemy import func, literal, select, tuple_
from sqlalchemy.orm import Session

from portal.database.statement_timeout import unlimited
from portal.models import Catalogue, Change, Project, Term
from portal.search.arrays import Ints, Whole
from portal.search.index.build import Columns, build, patch
from portal.search.index.facet_index import Counts, Index, Sums
from portal.search.query.filters import Filters
from portal.search.read_models.project import Listing, listings
from portal.search.read_models.terms import Terms

_TEXTS_KEPT = 256
_LISTINGS_KEPT = 4_096
_TALLIES_KEPT = 256
# Rows read in one go: enough to be fast, few enough to need little memory.
_BATCH = 2_000
# Beyond so many rows out of place an index is made anew.
LATE_MOST = 2_000
_FACETS = ("region", "status", "coverage", "type", "theme", "country", "sdg", "gcm")
Pairs = tuple[Ints, Whole]
Key = TypeVar("Key")
Value = TypeVar("Value")
Size = type[np.signedinteger[Any]]

_PUBLISHED = (
    "SELECT id, coalesce(year, 0), coalesce(CAST(substr(start, 1, 4) AS INTEGER), 0), "
    'coalesce(CAST(substr("end", 1, 4) AS INTEGER), 0), coalesce(budget, -1), coalesce(region_id, 0), '
    "coalesce(status_id, 0), coalesce(coverage_id, 0), coalesce(type_id, 0) "
    "FROM project WHERE published_at IS NOT NULL"
)
# An id, three years, cents, four terms.
_SIZES: list[Size] = [np.int32, np.int16, np.int16, np.int16, np.int64, np.int32, np.int32, np.int32, np.int32]
_COUNTRIES = "SELECT project_id, term_id FROM project_country WHERE is_eligible"
_TAGS = "SELECT project_id, term_id FROM project_tag"


@dataclass(frozen=True)
class State:
    """Where the catalogue stands: see models.Catalogue."""

    version: int = 0
    stamp: str = ""


@dataclass(frozen=True)
class Snapshot:
    """One state of the directory. `samples` counts sample records.

    `texts` keeps what recent texts found, `listings` the projects that were shown, by id, and `tallies` what was
    counted of recent selections: who sorts them or turns a page needs no new count.
    """

    state: State
    changed_at: datetime | None
    terms: Terms
    index: Index
    samples: int
    texts: dict[str, tuple[BitMap, BitMap]] = field(default_factory=dict, repr=False)
    listings: dict[int, Listing] = field(default_factory=dict, repr=False)
    tallies: dict[Filters, tuple[Sums, Counts]] = field(default_factory=dict, repr=False)

    def remember(self, text: str, rows: tuple[BitMap, BitMap]) -> tuple[BitMap, BitMap]:
        """Keep the rows a text found."""
        return kept(self.texts, text, rows, _TEXTS_KEPT)

    def tally(self, filters: Filters, hits: BitMap | None, selection: BitMap) -> tuple[Sums, Counts]:
        """The sums of a selection, and the counts of every facet value."""
        what = filters.selection
        if found := self.tallies.get(what):
            return found
        counted = self.index.sums(selection), self.index.counts(filters, hits, selection)
        return kept(self.tallies, what, counted, _TALLIES_KEPT)

    def shown(self, session: Session, ids: Sequence[int]) -> tuple[Listing, ...]:
        """The projects with these ids, in their order; those that are not published are left out."""
        found = {number: listing for number in ids if (listing := self.listings.get(number))}
        for listing in listings(session, self.terms, [number for number in ids if number not in found]):
            found[listing.id] = kept(self.listings, listing.id, listing, _LISTINGS_KEPT)
        return tuple(found[number] for number in ids if number in found)


def kept(store: dict[Key, Value], key: Key, value: Value, most: int) -> Value:
    """Put a value into a store, dropping the oldest beyond a bound; threads share it."""
    while len(store) >= most:
        with suppress(StopIteration, RuntimeError):
            store.pop(next(iter(store)), None)
    return store.setdefault(key, value)


def state_of(session: Session) -> State:
    """The present state of the catalogue; a database without one has none."""
    row = session.execute(select(Catalogue.version, Catalogue.stamp)).one_or_none()
    return State(*row) if row else State()


def take(session: Session) -> Snapshot:
    """Read all published projects and build their index.

    The state is read first: what others commit meanwhile may be in or not, and is in for certain after the
    next `follow`, which takes it in by the journal.
    """
    unlimited(session)
    state, changed_at = state_of(session), changed_at_of(session)
    terms = Terms.load(session)
    return Snapshot(state, changed_at, terms, build(columns(session, terms)), samples_of(session))


def follow(session: Session, old: Snapshot, most: int) -> Snapshot | None:
    """The snapshot brought up to date by the journal.

    None when more than `most` projects changed, or anything else did, or the journal does not reach back.
    """
    state, changed_at = state_of(session), changed_at_of(session)
    steps = session.execute(
        select(Change.version, Change.stamp, Change.project_ids)
        .where(Change.version >= old.state.version)
        .order_by(Change.version)
    ).all()
    if not steps or (steps[0].version, steps[0].stamp) != (old.state.version, old.state.stamp):
        return None
    if any(step.project_ids is None for step in steps[1:]):
        return None
    ids = sorted({number for step in steps[1:] for number in step.project_ids})
    if len(ids) > most or len(ids) + len(old.index.late) > LATE_MOST:
        return None
    terms = old.terms if old.terms.count == terms_in(session) else Terms.load(session)
    fresh = columns(session, terms, ids)
    index = patch(old.index, ids, fresh, followers(session, old.index, ids, fresh.ids))
    return Snapshot(state, changed_at, terms, index, samples_of(session))


def changed_at_of(session: Session) -> datetime | None:
    return session.execute(select(Catalogue.changed_at)).scalar_one_or_none()


def samples_of(session: Session) -> int:
    return session.execute(
        select(func.count()).select_from(Project).where(Project.is_sample, Project.published_at.is_not(None))
    ).scalar_one()


def terms_in(session: Session) -> int:
    return session.execute(select(func.count()).select_from(Term)).scalar_one()


def columns(session: Session, terms: Terms, only: Sequence[int] | None = None) -> Columns:
    """The published projects (or `only` those with these ids) as arrays, in the order of their titles."""
    table = read(session, _PUBLISHED, _SIZES, "id", only)
    (titled,) = read(session, "SELECT id FROM project", _SIZES[:1], "id", only, order="title_sort, id")
    at = np.full(max(int(table[0].max(initial=0)), int(titled.max(initial=0))) + 1, -1, dtype=np.int64)
    at[table[0]] = np.arange(len(table[0]))
    # What is not published stands in the order of titles too.
    titled = titled[at[titled] >= 0]
    by_title = at[titled]
    place = np.full_like(at, -1)
    place[titled] = np.arange(len(titled))
    ids, years, starts, ends, budgets, region, status, coverage, kind = (column[by_title] for column in table)
    theme_of = np.zeros(int(kind.max(initial=0)) + 1, dtype=np.int64)
    for word in terms.of("type"):
        if word.parent and word.id < len(theme_of):
            theme_of[word.id] = word.parent.id
    goals, objectives = split_tags(pairs(session, _TAGS, place, only), terms)
    return Columns(
        ids=ids,
        years=years,
        starts=starts,
        ends=ends,
        budgets=budgets,
        ones={"region": region, "status": status, "coverage": coverage, "type": kind, "theme": theme_of[kind]},
        manies={"country": pairs(session, _COUNTRIES, place, only), "sdg": goals, "gcm": objectives},
        codes={facet: {word.id: word.code for word in terms.of(facet)} for facet in _FACETS},
    )


def read(
    session: Session, statement: str, sizes: Sequence[Size], name: str, only: Sequence[int] | None, *, order: str = ""
) -> list[Whole]:
    """The columns that a statement of whole numbers gives, each in its size; `only` bounds it by the column `name`."""
    parts: list[list[Whole]] = [[np.empty(0, dtype=size)] for size in sizes]
    for batch in batches(session, statement, name, only, order):
        table = np.fromiter(chain.from_iterable(batch), dtype=np.int64, count=len(batch) * len(sizes))
        for number, size in enumerate(sizes):
            parts[number].append(table[number :: len(sizes)].astype(size))
    return [np.concatenate(part) for part in parts]


def batches(
    session: Session, statement: str, name: str, only: Sequence[int] | None, order: str
) -> Iterator[Sequence[Sequence[Any]]]:
    bound = ""
    if only is not None:
        # Whole numbers of our own journal, so that both databases read one statement without a parameter each.
        listed = ", ".join(map(str, map(int, only))) or "NULL"
        bound = f" {'AND' if ' WHERE ' in statement else 'WHERE'} {name} IN ({listed})"
    ordered = f" ORDER BY {order}" if order else ""
    # The driver's own cursor: a Python object more for each of half a million rows would double the time.
    driver = session.connection().connection
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    # PostgreSQL hands a plain cursor everything at once; a named one stays at the server.
    with closing(driver.cursor() if is_sqlite else driver.cursor("index")) as cursor:
        cursor.execute(statement + bound + ordered)
        while batch := cursor.fetchmany(_BATCH):
            yield batch


def pairs(session: Session, statement: str, place: Ints, only: Sequence[int] | None) -> Pairs:
    """(row, term id) pairs of published projects."""
    projects, terms = read(session, statement, _SIZES[:1] * 2, "project_id", only)
    known = projects < len(place)
    rows = place[projects[known]]
    return rows[rows >= 0], terms[known][rows >= 0]


def followers(session: Session, index: Index, changed: Sequence[int], ids: Whole) -> Ints:
    """For each of the projects `ids` the one that comes next by title and did not change; 0 for none."""
    project, leaving = Project.__table__.c, set(changed)

    def follower(project_id: int) -> int:
        title = session.execute(select(project.title_sort).where(project.id == project_id)).scalar_one()
        found = session.execute(
            select(project.id)
            .where(tuple_(project.title_sort, project.id) > tuple_(literal(title), literal(project_id)))
            .order_by(project.title_sort, project.id)
            .execution_options(stream_results=True, max_row_buffer=10)
        ).scalars()
        with found:
            stay = (one for one in found if one not in leaving and one < len(index.rows) and index.rows[one] >= 0)
            return next(stay, 0)

    return np.array([follower(int(one)) for one in ids], dtype=np.int64)


def split_tags(tags: Pairs, terms: Terms) -> tuple[Pairs, Pairs]:
    """Goals and Compact objectives apart; a target counts for its goal too, once."""
    rows, ids = tags
    goal_ids = {word.id: word.parent.id if word.parent else word.id for word in terms.of("sdg")}
    is_goal = np.array([int(term) in goal_ids for term in ids], dtype=bool)
    wide = np.array([goal_ids.get(int(term), 0) for term in ids], dtype=np.int64)
    both = np.concatenate([np.stack([rows, ids])[:, is_goal], np.stack([rows, wide])[:, is_goal]], axis=1)
    goals = np.unique(both, axis=1) if both.size else both
    return (goals[0], goals[1]), (rows[~is_goal], ids[~is_goal])
