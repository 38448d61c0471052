"""A snapshot is freed once another one has taken its place, whatever was asked of it: at a million it takes 60 MB."""

import gc
import weakref

import pytest

from portal.search.index import current
from tests.factories import import_records
from tests.loops import not_empty
from tests.urls import public_addresses

pytestmark = pytest.mark.usefixtures("sample")


def test_no_public_page_keeps_an_old_snapshot(app, client, session):
    paths = [path for _, path in not_empty(public_addresses(app))]
    for path in [*paths, "/projects/?country=KEN", "/data-and-research/?q=border", "/projects/table?by=country"]:
        client.get(path)
    with app.app_context():
        old = weakref.ref(current.current_snapshot())
    import_records(session, [{"project_id": "ZZ.0001", "title": "New", "start_date": "2020"}])
    for path in ("/projects/", "/data-and-research/", "/where-we-work/"):
        client.get(path)
    gc.collect()
    assert old() is None
