"""Rows of searches with amounts, which are kept beside the snapshot."""

from datetime import date

import pytest

from portal.cli.database import SAMPLE_FILE
from portal.database.orm import db
from portal.search.directory import selected, text_hits
from portal.search.index.caches import caches_for
from portal.search.index.current import current_snapshot
from portal.search.query.filters import Filters
from tests.unit.search.index.test_refresh import take

AMOUNTS = {"budget_min": 50_000, "budget_max": 200_000}
COUNTRIES = frozenset({("country", "KEN"), ("country", "UGA")})
DIFFERENT = [
    {},
    {"budget_max": None},
    {"budget_min": 100_000},
    {"text": "training"},
    {"year_from": 2015},
    {"year_to": 2015},
    {"on": date(2015, 6, 1)},
    {"selected": COUNTRIES},
    {"selected": COUNTRIES, "match_all_countries": True},
]


@pytest.fixture(scope="module")
def served(new_app, new_database):
    app = new_app(new_database())
    with app.app_context():
        take(SAMPLE_FILE)
        yield current_snapshot()
        db.session.remove()


def found(snapshot, filters):
    hits, _ = text_hits(snapshot, filters) or (None, None)
    return selected(snapshot, filters, hits), snapshot.index.select(filters, hits)


def test_searches_that_differ_in_anything_have_rows_of_their_own(served):
    for _ in range(2):
        for part in DIFFERENT:
            kept, anew = found(served, Filters(**(AMOUNTS | part)))
            assert kept == anew
    assert len(caches_for(served).ranges) == len(DIFFERENT)


def test_pages_and_orders_of_a_search_share_its_rows(served):
    first, _ = found(served, Filters(**AMOUNTS))
    second, _ = found(served, Filters(**AMOUNTS, page=2, sort="title"))
    assert second is first
