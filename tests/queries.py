"""Searches as tests write them: the query string of an address."""

from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from portal.search.query.filters import Filters


def filters_of(query):
    """The filters of "country=KEN&q=boats"; a parameter without a value is left out."""
    return Filters.parse(MultiDict(parse_qsl(query)))
