"""Caches of what was read or computed from a snapshot; they live as long as the snapshot they belong to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from pyroaring import BitMap

from portal.search.index.axis import FacetPlaces, facet_places
from portal.search.index.facet_index import FacetCounts
from portal.search.index.snapshot import Snapshot
from portal.search.query.filters import Filters
from portal.search.read_models.project import ProjectView
from portal.search.read_models.sums import Sums
from portal.vocabulary.facets import TABLE_FACETS

MAX_CACHED_TEXTS = 256
MAX_CACHED_PROJECTS = 4_096
MAX_CACHED_AGGREGATES = 256
MAX_CACHED_FIGURES = 64
MAX_CACHED_STATISTICS = 64
# Up to 125 kB each at a million projects.
MAX_CACHED_RANGES = 16
# A full cache drops one in so many of its entries.
_DROPPED_AT_ONCE = 16
CacheKey = TypeVar("CacheKey")
CacheValue = TypeVar("CacheValue")


class TextHits(NamedTuple):
    """The rows that contain a text.

    `tiers` are the rows to list first: of the country that has this name, with the whole words in title or
    identifiers, and with the beginnings of words there.
    """

    rows: BitMap
    tiers: tuple[BitMap, ...]


@dataclass(frozen=True)
class SnapshotCaches:
    """Write with `remember` or `put_bounded` only; all threads share them.

    Nothing in them may refer to the snapshot itself, or it is never freed.

    `text_hits` maps a search text to the rows that contain it, `projects` a database id to its project, and
    `aggregates` the criteria of a search to its sums and facet counts, which sorting and paging do not change. `places`
    maps a facet to the values of all projects. `figures` maps criteria to what search.figures counts of them,
    `statistics` what search.aggregates counts, by facet and region. `ranges` maps criteria with amounts to their rows.
    """

    text_hits: dict[str, TextHits] = field(default_factory=dict)
    projects: dict[int, ProjectView] = field(default_factory=dict)
    aggregates: dict[Filters, tuple[Sums, FacetCounts]] = field(default_factory=dict)
    places: dict[str, FacetPlaces] = field(default_factory=dict)
    figures: dict[Filters, Any] = field(default_factory=dict)
    statistics: dict[tuple[str, str], Any] = field(default_factory=dict)
    ranges: dict[Filters, BitMap] = field(default_factory=dict)


_caches: WeakKeyDictionary[Snapshot, SnapshotCaches] = WeakKeyDictionary()


def caches_for(snapshot: Snapshot) -> SnapshotCaches:
    """The caches of a snapshot, empty at its first use."""
    # A request may still work on the previous snapshot, so each has its own caches.
    caches = _caches.get(snapshot)
    return caches if caches is not None else _caches.setdefault(snapshot, SnapshotCaches())


def keep_unchanged_projects(old: Snapshot, newer: Snapshot) -> None:
    """Give a patched snapshot the projects that were read for the one before it, if they read the same in both."""
    if newer.changed_ids is not None and newer.terms is old.terms:
        inherited = caches_for(old).projects.copy()
        for project_id in newer.changed_ids:
            inherited.pop(project_id, None)
        caches_for(newer).projects.update(inherited)


def keep_all(old: Snapshot, same: Snapshot) -> None:
    """Give a snapshot what was read and computed for another one of the same state.

    Their rows may differ: a process numbers new ones in the order in which it hears of changes.
    """
    inherited = caches_for(old)
    has_same_rows = old.index.all_rows == same.index.all_rows and np.array_equal(
        old.index.row_columns.ids, same.index.row_columns.ids
    )
    _caches[same] = inherited if has_same_rows else replace(inherited, text_hits={}, places={}, ranges={})


def put_bounded(cache: dict[CacheKey, CacheValue], key: CacheKey, value: CacheValue, limit: int) -> CacheValue:
    """Add a value, and at the limit drop the oldest entries; returns what another thread has added meanwhile."""
    while (size := len(cache)) >= limit:
        # Several at once: to find the oldest, a dict passes over all that were dropped before it. Another thread may
        # change it meanwhile.
        with suppress(RuntimeError):
            for oldest in list(islice(cache, size - limit + 1 + limit // _DROPPED_AT_ONCE)):
                cache.pop(oldest, None)
    return cache.setdefault(key, value)


def remember(
    cache: dict[CacheKey, CacheValue], key: CacheKey, limit: int, make: Callable[[], CacheValue]
) -> CacheValue:
    """The value of a key, made at its first use; None is no value."""
    value = cache.get(key)
    return put_bounded(cache, key, make(), limit) if value is None else value


def places_of(snapshot: Snapshot, facet: str) -> FacetPlaces:
    """The values that all projects have of a facet; "" is that of no facet."""
    cache = caches_for(snapshot).places
    return remember(cache, facet, len(TABLE_FACETS) + 1, lambda: facet_places(snapshot.index, facet))
