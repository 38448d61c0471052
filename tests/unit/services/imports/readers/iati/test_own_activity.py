"""Our own IATI files, which state beside the standard what it has no place for."""

import pytest

HEAD = '<iati-activities version="2.03" xmlns:portal="urn:idf-portal:iati:1">'
LISTS = "https://portal.example.org/iati/codelists"


@pytest.fixture
def own(read_file):
    """own(elements, attributes of portal:record) is the row of one of our activities."""

    def read(elements="", record="", title="A title"):
        rows, notes = read_file(
            f'{HEAD}<iati-activity default-currency="USD"><iati-identifier>XM-TEST-LM.0001</iati-identifier>'
            '<reporting-org ref="XM-TEST" type="40" secondary-reporter="1"/>'
            f"<title><narrative>{title}</narrative></title>{elements}<portal:record {record}/>"
            "</iati-activity></iati-activities>".encode()
        )
        assert notes == []
        return rows[0]

    return read


def test_the_identifier_loses_the_prefix_that_the_file_states(own):
    assert own()["number"] == "LM.0001"


def test_what_the_record_states_stands_above_what_the_standard_could_say(own):
    row = own(
        '<activity-date type="2" iso-date="2008-01-01"/><activity-date type="4" iso-date="2009-12-31"/>'
        "<budget><value>1</value></budget>",
        'key="LM.0001-2" start="2008" end="2009" year="2007" budget="64240.00" coverage="national" region="europe" '
        'funding-line="Line 1"',
    )
    assert row == {
        "number": "LM.0001", "title": "A title", "key": "LM.0001-2", "start": "2008", "end": "2009", "year": "2007",
        "budget": "64240.00", "coverage": "national", "region": "europe", "funding_line": "Line 1",
    }  # fmt: skip


def test_what_the_record_does_not_state_is_empty(own):
    assert own('<activity-date type="2" iso-date="2008-01-01"/>') == {"number": "LM.0001", "title": "A title"}


def test_codes_of_our_own_lists_are_read(own):
    row = own(
        f'<sector vocabulary="1" code="15190" percentage="100"/><sector vocabulary="99" '
        f'vocabulary-uri="{LISTS}/type.xml" code="labour-migration"><narrative>Labour Migration</narrative></sector>'
        f'<tag vocabulary="99" vocabulary-uri="{LISTS}/gcm.xml" code="6"/><tag vocabulary="99" code="7"/>'
        '<tag vocabulary="3" code="8.8"/><location ref="CL"><name/></location><location ref="UY"/>'
        '<other-identifier ref="any number" type="A1"/>'
    )
    assert {name: row[name] for name in row.keys() - {"number", "title"}} == {
        "project_type": "Labour Migration", "project_type_code": "labour-migration", "gcm": "6", "sdg": "8.8",
        "other_countries": "CHL; URY", "prima_id": "any number",
    }  # fmt: skip


def test_a_description_stands_for_none_where_the_record_says_so(own):
    repeated = "<description><narrative>A title</narrative></description>"
    assert "summary" not in own(repeated, 'summary="none"')
    assert own(repeated)["summary"] == "A title"


def test_a_description_keeps_the_indent_at_its_beginning(own):
    assert own("<description><narrative>  - one\n  - two</narrative></description>")["summary"] == "  - one\n  - two"


@pytest.mark.parametrize(
    ("attribute", "name", "text"),
    [("status", "status", "stalled"), ("language", "language", "en-GB"), ("source", "source_url", "http://a b"),
     ("title-language", "title_language", "sr-Latn"), ("shares", "country_shares", "60; 40")],
)  # fmt: skip
def test_what_the_standard_says_less_exactly_is_read_from_the_record(own, attribute, name, text):
    elements = '<activity-status code="2"/><description><narrative xml:lang="en">x</narrative></description>'
    assert own(elements, f'{attribute}="{text}"')[name] == text


def page(url):
    return f'<document-link url="{url}"><category code="A12"/></document-link>'


def test_the_page_of_the_project_itself_is_no_source(own):
    own_page, source = page("https://portal.example.org/projects/LM.0001"), page("https://example.org/x")
    assert own(own_page + source, 'key="LM.0001"')["source_url"] == "https://example.org/x"
    assert "source_url" not in own(own_page, 'key="LM.0001"')
