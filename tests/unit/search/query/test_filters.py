"""What a query string means, also when it means nothing."""

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from portal.search.query.filters import Filters
from portal.search.query.parameters import InvalidParameter
from portal.vocabulary.facets import FACETS, MAX_VALUES_PER_FACET


def asked(query: str) -> Filters:
    return Filters.parse(MultiDict(parse_qsl(query, keep_blank_values=True)))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=clean+water",
        "country=GHA&country=TGO",
        "region=africa&country=GHA&country=TGO&status=completed&coverage=regional",
        "q=dam&sort=title&page=3",
        "year_from=2018&year_to=2022&budget_min=0&view=table&per_page=50",
        "country=GHA&country=TGO&country_match=all",
        "status=none",
    ],
)
def test_canonical_addresses_survive_a_round_trip(query):
    assert str(asked(query)) == query


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("status=completed&region=africa", "region=africa&status=completed"),
        ("country=tg&country=gha", "country=GHA&country=TGO"),
        ("q=&sort=newest&year_from=&country_match=any&page=1&per_page=20&view=list", ""),
        ("q=dam&sort=relevance", "q=dam"),
        ("sort=relevance", ""),
        ("status=Active&status=active", "status=active"),
        ("utm_source=x&foo=1&page=2", "page=2"),
        ("page=1&page=2", ""),
        ("budget_min=50,000", "budget_min=50000"),
        ("q=++a%00b++", "q=a+b"),
    ],
)
def test_every_spelling_has_one_canonical_address(query, canonical):
    assert str(asked(query)) == canonical
    assert asked(query).invalid_parameters == ()


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=1e3", "page"),
        ("page=0x10", "page"),
        ("page=%D9%A3", "page"),
        ("per_page=1000000", "per_page"),
        ("per_page=zero", "per_page"),
        ("sort=password", "sort"),
        ("sort=title;drop", "sort"),
        ("view=sideways", "view"),
        ("year_from=2025-02-30", "year_from"),
        ("year_to=99999999999999999999", "year_to"),
        ("budget_min=NaN", "budget_min"),
        ("budget_min=1e309", "budget_min"),
        ("budget_max=1.000,00", "budget_max"),
        ("budget_max=-0", "budget_max"),
        ("budget=lots", "budget"),
        ("year=soon", "year"),
        ("country_match=some", "country_match"),
        ("q=" + "a" * 10_000, "q"),
        ("status=" + "x" * 500, "status"),
    ],
)
def test_nonsense_is_named_and_not_used(query, name):
    filters = asked(query)
    assert [odd.name for odd in filters.invalid_parameters] == [name]
    assert next(iter(filters.parts())).invalid == filters.invalid_parameters[0]


@pytest.mark.parametrize("digits", [20, 30, 31, 40])
def test_a_page_beyond_any_list_is_kept_as_a_page(digits):
    assert asked("page=" + "9" * digits).page == 10**9


def test_each_invalid_parameter_can_be_removed_alone():
    filters = asked("page=x&sort=y&region=africa")
    remaining = [
        [invalid.name for invalid in part.remaining.invalid_parameters] for part in filters.parts() if part.invalid
    ]
    assert sorted(remaining) == [["page"], ["sort"]]


@pytest.mark.parametrize(
    ("query", "is_empty", "count"),
    [
        ("", True, 0),
        ("sort=title&page=2&view=table&per_page=50&all=type", True, 0),
        ("q=dam", False, 1),
        ("region=africa", False, 1),
        ("region=africa&region=europe", False, 1),
        ("q=dam&region=africa&status=active", False, 3),
        ("year_to=2020", False, 1),
        ("budget_min=0&budget_max=5&region=africa", False, 3),
    ],
)
def test_what_narrows_the_list_is_counted(query, is_empty, count):
    assert asked(query).is_empty is is_empty
    assert asked(query).active_filter_count == count


def test_order_page_and_view_are_no_criteria():
    shown = asked("q=dam&region=africa&sort=title&page=3&view=table&per_page=50&all=type&colour=red&year=x")
    assert shown.criteria == asked("q=dam&region=africa")


def test_too_many_choices_in_all_are_cut_and_said():
    types, years = [f"type=t{number}" for number in range(45)], [f"year={year}" for year in range(2000, 2030)]
    filters = asked("&".join([*types, *years, "sdg=8"]))
    assert (len(filters.values("type")), len(filters.values("year")), filters.values("sdg")) == (45, 15, ())
    assert filters.invalid_parameters == (
        InvalidParameter("year", "30", "too many choices"),
        InvalidParameter("sdg", "1", "too many choices"),
    )


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        (" ".join(f"{letter}*" for letter in "abcdefg"), "a* b* c* d* e*"),
        ("a* b* c* water d* e* f* supply", "a* b* c* water d* e* supply"),
        (" ".join(["it"] * 50), " ".join(["it"] * 40)),
    ],
)
def test_a_text_of_too_many_words_is_cut_and_said(stated, kept):
    filters = asked(urlencode({"q": stated}))
    assert filters.text == kept
    assert [odd.reason for odd in filters.invalid_parameters] == ["too many words"]


def test_a_long_title_is_searched_for_whole():
    title = " ".join(["aide", "à", "la"] * 13)
    assert (asked(urlencode({"q": title})).text, asked(urlencode({"q": title})).invalid_parameters) == (title, ())


def test_too_many_values_of_one_facet_are_cut_and_said():
    filters = asked("&".join(f"type=t{number}" for number in range(200)))
    assert len(filters.selected) == MAX_VALUES_PER_FACET
    assert filters.invalid_parameters == (InvalidParameter("type", "200", "too many values"),)


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("country=GHA&country_match=all&view=table&all=type", "country=GHA"),
        ("country=GHA&country=TGO&country_match=all", "country=GHA&country=TGO&country_match=all"),
        ("country_match=all", ""),
        ("q=dam&sort=title&page=2", "q=dam&sort=title&page=2"),
    ],
)
def test_canonical_drops_what_changes_nothing(query, canonical):
    assert str(asked(query).canonical) == canonical


@given(
    st.lists(st.tuples(st.sampled_from([*FACETS, "q", "sort", "page", "per_page", "year_to", "budget_min"]), st.text()))
)
def test_no_input_is_too_strange(pairs):
    filters = Filters.parse(MultiDict(pairs))
    assert Filters.parse(MultiDict(list(filters.query_pairs()))) == filters.replace(
        page=filters.page, invalid_parameters=()
    )
    assert str(filters).isascii()


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("sort=password", "not understood"),
        ("view=sideways", "not understood"),
        ("country_match=some", "not understood"),
        ("budget=lots", "no band of budget"),
        ("page=0", "out of range"),
        ("page=x", "not a number"),
    ],
)
def test_a_value_that_is_not_understood_has_a_reason(query, reason):
    (invalid,) = asked(query).invalid_parameters
    assert (f"{invalid.name}={invalid.value}", invalid.reason) == (query, reason)
