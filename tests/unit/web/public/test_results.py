"""What pages of searches share: the query string, which the key of a page and its view both need, and addresses."""

from collections import Counter
from urllib.parse import parse_qsl

import pytest
from flask import request
from markupsafe import escape
from werkzeug.datastructures import MultiDict

from portal.search.query.filters import Filters
from portal.search.query.table_options import TableOptions
from portal.vocabulary.facets import FACETS, VIEWS
from portal.web.presentation.pieces import EncodedPiece
from portal.web.public import results
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


@pytest.mark.parametrize("page", [1, 7])
@pytest.mark.parametrize("query", ["", "q=a+%26+%3Cb%3E", "per_page=50", "q=x&sort=oldest&per_page=100", "all=country"])
def test_an_address_with_a_hole_for_its_page_is_that_of_the_page(app, query, page):
    with app.test_request_context("/projects/"):
        filters = Filters.parse(MultiDict(parse_qsl(query))).replace(page=page)
        urls = [results.paged_url(filters), *results.view_urls(filters, VIEWS)]
        urls += results.expanded_urls(filters, FACETS).values()
        printed = [EncodedPiece(url.with_hole()).fill(results.page_values(page)).decode() for url in urls]
    assert printed == [str(escape(url.at(page))) for url in urls]
    assert urls[0].at(page).partition("?")[2] == str(filters)
