"""Tables of a search: numbers lead to the projects that they count."""

import pytest
from werkzeug.datastructures import MultiDict

from portal.search import directory, pivot
from portal.search.query.filters import Filters
from portal.search.query.table_options import TableOptions
from portal.vocabulary.facets import NOT_STATED, TABLE_FACETS
from tests.factories import import_records
from tests.loops import not_empty

SEARCHES = (
    Filters(),
    Filters(text="migration"),
    Filters(selected=frozenset({("region", "africa"), ("region", "europe")})),
    Filters(selected=frozenset({("country", "KEN")})),
    Filters(selected=frozenset({("country", "KEN"), ("country", "UGA")})),
    Filters(selected=frozenset({("country", "KEN"), ("country", "UGA")}), match_all_countries=True),
    Filters(selected=frozenset({("coverage", "regional"), ("year", NOT_STATED), ("year", "2015")})),
    Filters(year_from=2015, budget_min=100_000),
)


@pytest.mark.parametrize("filters", SEARCHES, ids=str)
@pytest.mark.parametrize(
    ("by", "across"), [("country", ""), ("country", "region"), ("year", "sdg"), ("theme", "status")]
)
def test_a_link_lists_as_many_projects_as_its_number_says(sample, filters, by, across):
    table = pivot.table(filters, TableOptions(by, across)).table
    for row, value in enumerate(not_empty(table.rows)):
        for column, other in enumerate(not_empty(table.columns)):
            narrowed = pivot.narrowed(filters, by, value)
            if narrowed and across:
                narrowed = pivot.narrowed(narrowed, across, other)
            if narrowed:
                assert directory.count_matches(narrowed) == table.cells.projects[row, column], (value, other)


def test_what_filters_cannot_say_has_no_link():
    both = Filters(selected=frozenset({("country", "KEN"), ("country", "UGA")}))
    assert pivot.narrowed(both, "country", "TZA") is None


def test_rows_stand_as_in_their_list_and_not_stated_last(session):
    import_records(session, [
        {"title": "One", "region": "Europe", "year": "2010"}, {"title": "Two", "region": "Africa", "year": "2001"},
        {"title": "Three"},
    ])  # fmt: skip
    table = pivot.table(Filters(), TableOptions("region", "year")).table
    assert table.rows == ("africa", "europe", NOT_STATED)
    assert table.columns == ("2001", "2010", NOT_STATED)


def test_a_record_that_changes_is_counted_anew(session, office):
    import_records(session, [{"project_id": "A.1", "title": "One", "budget_usd": "1.00",
                              "benefiting_member_states": "Kenya; Uganda"}])  # fmt: skip
    options = TableOptions("country", "", "shared")
    assert pivot.table(Filters(), options).table.row_totals.cents.tolist() == [50, 50]
    import_records_again = [{"project_id": "A.2", "title": "Two", "budget_usd": "0.99",
                             "benefiting_member_states": "Kenya; Uganda", "country_shares": "100; 0"}]  # fmt: skip
    import_records(session, import_records_again)
    assert pivot.table(Filters(), options).table.row_totals.cents.tolist() == [149, 50]


@pytest.mark.parametrize("query", ["by=country", "by=year&across=region&measure=full", "by=sdg&measure=shared"])
def test_options_survive_a_round_trip(query):
    pairs = MultiDict(part.split("=") for part in query.split("&"))
    assert dict(TableOptions.parse(pairs).query_pairs()) == pairs.to_dict()


@pytest.mark.parametrize("name", ["by", "across", "measure"])
def test_an_unknown_option_is_reported_and_never_raises(name):
    options = TableOptions.parse(MultiDict({name: "money"}))
    assert [invalid.name for invalid in options.invalid_parameters] == [name]


@pytest.mark.parametrize("facet", TABLE_FACETS)
def test_no_facet_is_counted_by_itself(facet):
    assert TableOptions.parse(MultiDict({"by": facet, "across": facet})).across == ""
