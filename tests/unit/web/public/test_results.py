"""What pages of searches share: the query string, which the key of a page and its view both need."""

from collections import Counter

import pytest
from flask import request

from portal.search.query.filters import Filters
from portal.search.query.table_options import TableOptions
from portal.web.public.places.options import PlacesOptions


@pytest.fixture
def parsed(monkeypatch):
    """How often each class has read the query string of the request."""
    counts = Counter()

    def counting(kind):
        parse = kind.parse

        def parse_and_count(args, *others):
            counts[kind] += args is request.args
            return parse(args, *others)

        return staticmethod(parse_and_count)

    for kind in (Filters, TableOptions, PlacesOptions):
        monkeypatch.setattr(kind, "parse", counting(kind))
    return counts


@pytest.mark.parametrize(
    ("address", "kinds"),
    [
        ("/projects/?country=KEN", {Filters}),
        ("/projects.csv?country=KEN", {Filters}),
        ("/projects/table?by=region&country=KEN", {Filters, TableOptions}),
        ("/projects/table.csv?by=region&country=KEN", {Filters, TableOptions}),
        ("/data-and-research/?country=KEN", {Filters}),
        ("/where-we-work/?sort=name", {PlacesOptions}),
        ("/where-we-work/map?country=KEN", {Filters}),
        ("/embed/projects?country=KEN", {Filters}),
    ],
)
def test_a_query_string_is_read_once(client, sample, parsed, address, kinds):
    assert client.get(address, buffered=True).status_code == 200
    assert parsed == dict.fromkeys(kinds, 1)
