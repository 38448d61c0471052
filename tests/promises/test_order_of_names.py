"""Wherever countries stand by name, they stand so in the language of the page, on either database."""

import pytest
from justhtml import JustHTML

from portal.exports import facts
from portal.search import pivot
from portal.search.directory import find
from portal.search.index.current import current_snapshot
from portal.search.query.filters import Filters
from portal.search.query.table_options import TableOptions
from portal.web.authoring.field_choices import choices_of
from portal.web.presentation import field_labels, filter_text, formatting, i18n
from portal.web.presentation.pieces import printer
from portal.web.public import facet_panel
from portal.web.public.data import eligible_states
from portal.web.public.eligibility import line_2
from portal.web.public.places import overview_page
from portal.web.public.places.options import PlacesOptions
from tests.factories import import_records
from tests.iati.records import make_record
from tests.loops import not_empty

CODES = ("CIV", "CRI", "HRV", "ARE", "ESP", "EGY", "DEU", "ZMB")
# Each language has another order: Allemagne, Germany; Émirats, United Arab Emirates; Côte d’Ivoire, Croacia.
ORDERS = {
    "en": ["CRI", "CIV", "HRV", "EGY", "DEU", "ESP", "ARE", "ZMB"],
    "fr": ["DEU", "CRI", "CIV", "HRV", "EGY", "ARE", "ESP", "ZMB"],
    "es": ["DEU", "CRI", "CIV", "HRV", "EGY", "ARE", "ESP", "ZMB"],
}


@pytest.fixture
def records(session):
    terms = current_snapshot().terms
    names = "; ".join(formatting.label(terms.get("country", code)) for code in CODES)
    import_records(session, [{"title": "One", "benefiting_member_states": names}])


@pytest.fixture(params=sorted(ORDERS))
def language(app, records, request):
    with app.test_request_context(), i18n.using(request.param):
        yield request.param


def test_in_the_panel(language):
    panel, _ = facet_panel.print_panel(printer(), find(Filters()))
    found = JustHTML(str(panel), sanitize=False).query('input[name="country"]')
    assert [box.attrs["value"] for box in found] == ORDERS[language]


def test_in_files_with_labels_in_the_language(language, client):
    prefix = i18n.current_language().prefix
    columns = "columns=country_codes&columns=country_shares"
    (_, row), (_, keyed) = (
        client.get(f"{prefix}/projects.csv?{columns}{more}").text.splitlines() for more in ("", "&header=keys")
    )
    assert row.partition(",")[0] == "; ".join(ORDERS[language])
    # Where the header is in keys, files of all languages have one order.
    assert keyed.partition(",")[0] == "; ".join(ORDERS["en"])


def test_in_feeds_and_calendars(language, client):
    names = [formatting.label(current_snapshot().terms.get("country", code)) for code in ORDERS[language]]
    assert ", ".join(names) in client.get(f"{i18n.current_language().prefix}/projects.atom").text
    assert facts.state_names(make_record(countries=shuffled()), language).split(", ") == names


def shuffled():
    """The countries in an order that is no language's."""
    return tuple(current_snapshot().terms.get("country", code) for code in sorted(CODES, reverse=True))


def test_in_values_of_fields(language):
    terms = current_snapshot().terms
    names = [formatting.label(terms.get("country", code)) for code in ORDERS[language]]
    assert list(field_labels.display_values(terms, "countries", CODES)) == names
    shares = field_labels.display_values(terms, "country_shares", tuple(f"{code} 12.5" for code in CODES))
    assert [share.rpartition(" ")[0] for share in shares] == names


def test_in_tables(language):
    counted = pivot.table(Filters(), TableOptions(), language=language)
    assert list(counted.table.rows) == ORDERS[language]
    names = [filter_text.value_label(counted.snapshot.terms, "country", code) for code in counted.table.rows]
    assert names == sorted(names, key=formatting.name_key)


def test_where_we_work(language):
    page = overview_page.build_page(PlacesOptions(sort="name"))
    assert [row.stats.term.code for row in page.rows] == ORDERS[language]
    named = [circle.circle.code for circle in page.map.circles]
    assert named == [code for code in ORDERS[language] if code in named]


def test_on_a_project(language):
    project = find(Filters()).projects[0]
    assert [term.code for term in formatting.by_label(project.countries)] == ORDERS[language]
    positions = list(range(len(project.countries)))
    in_order = formatting.along_labels(positions, project.countries)
    assert [project.countries[place].code for place in in_order] == ORDERS[language]


def test_in_forms(language):
    labels = [choice.label for choice in choices_of("countries", current_snapshot().terms).values()]
    assert labels == sorted(not_empty(labels), key=formatting.name_key)
    assert labels.index(formatting.label(current_snapshot().terms.get("country", "CIV"))) > 20


def test_in_the_lists_of_eligible_states(language):
    for region in not_empty(line_2(language)):
        assert list(region.names) == sorted(region.names, key=formatting.name_key)
    for region in not_empty(eligible_states.build_page().regions):
        names = [heading.text for heading, *_ in region.table.rows]
        assert names == sorted(names, key=formatting.name_key)
        assert list(region.none_yet) == sorted(region.none_yet, key=formatting.name_key)
