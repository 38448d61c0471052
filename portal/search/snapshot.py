"""Snapshot: the index of all published projects with its terms, read from the database in one go."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from pyroaring import BitMap
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from portal.models import Catalogue
from portal.search.index import Columns, Index
from portal.search.terms import Terms

_TEXTS_KEPT = 64


@dataclass(frozen=True)
class Snapshot:
    """One state of the directory. `texts` keeps the rows found by recent texts; `samples` counts sample records."""

    stamp: str
    changed_at: datetime | None
    terms: Terms
    index: Index
    samples: int
    texts: dict[str, BitMap] = field(default_factory=dict, repr=False)

    def remember(self, text: str, rows: BitMap) -> BitMap:
        """Keep the rows a text found, dropping the oldest beyond a bound."""
        while len(self.texts) >= _TEXTS_KEPT:
            self.texts.pop(next(iter(self.texts)), None)
        return self.texts.setdefault(text, rows)


def stamp_of(session: Session) -> str:
    """The present stamp of the catalogue; "" for a database without one."""
    return session.query(Catalogue.stamp).scalar() or ""


def take(session: Session) -> Snapshot:
    """Read all published projects and build their index."""
    catalogue = session.get(Catalogue, 1, populate_existing=True)
    terms = Terms.load(session)
    return Snapshot(
        stamp=catalogue.stamp if catalogue else "",
        changed_at=catalogue.changed_at if catalogue else None,
        terms=terms,
        index=Index.of(columns(session, terms)),
        samples=session.execute(
            sql("SELECT count(*) FROM project WHERE is_sample AND published_at IS NOT NULL")
        ).scalar_one(),
    )


def columns(session: Session, terms: Terms) -> Columns:
    """The published projects as arrays, rows in the order of their titles."""
    rows = session.execute(
        sql(
            "SELECT id, coalesce(year, 0), coalesce(substr(start, 1, 4), '0'), coalesce(substr(\"end\", 1, 4), '0'), "
            "coalesce(budget, -1), coalesce(region_id, 0), coalesce(status_id, 0), coalesce(coverage_id, 0), "
            "coalesce(type_id, 0) FROM project WHERE published_at IS NOT NULL ORDER BY title_sort, id"
        )
    ).all()
    table = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(len(rows), 9).T
    ids, years, starts, ends, budgets, region, status, coverage, kind = table
    theme_of = {word.id: word.parent.id for word in terms.of("type") if word.parent}
    theme = np.array([theme_of.get(int(term), 0) for term in kind], dtype=np.int64)
    place = np.full(int(ids.max(initial=0)) + 1, -1, dtype=np.int64)
    place[ids] = np.arange(len(ids))
    tags = pairs(session, "SELECT project_id, term_id FROM project_tag", place)
    goals, objectives = split_tags(tags, terms)
    eligible = "SELECT project_id, term_id FROM project_country WHERE is_eligible"
    return Columns(
        ids=ids,
        years=years,
        starts=starts,
        ends=ends,
        budgets=budgets,
        titles=np.arange(len(ids), dtype=np.int64),
        ones={"region": region, "status": status, "coverage": coverage, "type": kind, "theme": theme},
        manies={"country": pairs(session, eligible, place), "sdg": goals, "gcm": objectives},
        codes={facet: {word.id: word.code for word in terms.of(facet)} for facet in _FACETS},
    )


_FACETS = ("region", "status", "coverage", "type", "theme", "country", "sdg", "gcm")
Pairs = tuple[np.ndarray, np.ndarray]


def pairs(session: Session, statement: str, place: np.ndarray) -> Pairs:
    """(row, term id) pairs of published projects."""
    found = session.execute(sql(statement)).all()
    table = np.array([tuple(row) for row in found], dtype=np.int64).reshape(len(found), 2)
    table = table[table[:, 0] < len(place)]
    rows = place[table[:, 0]]
    return rows[rows >= 0], table[rows >= 0, 1]


def split_tags(tags: Pairs, terms: Terms) -> tuple[Pairs, Pairs]:
    """Goals and Compact objectives apart; a target counts for its goal too, once."""
    rows, ids = tags
    goal_ids = {word.id: word.parent.id if word.parent else word.id for word in terms.of("sdg")}
    is_goal = np.array([int(term) in goal_ids for term in ids], dtype=bool)
    wide = np.array([goal_ids.get(int(term), 0) for term in ids], dtype=np.int64)
    both = np.concatenate([np.stack([rows, ids])[:, is_goal], np.stack([rows, wide])[:, is_goal]], axis=1)
    goals = np.unique(both, axis=1) if both.size else both
    return (goals[0], goals[1]), (rows[~is_goal], ids[~is_goal])
