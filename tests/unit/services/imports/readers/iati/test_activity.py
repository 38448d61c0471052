"""What of an activity becomes a row, and what is counted as having no place there."""

import pytest

from portal.services.imports.readers.table import open_table


def value_of(read, name, elements, **options):
    """One value of an activity with these elements."""
    row, _ = read(elements, **options)
    return row.get(name, "")


def test_an_activity_is_a_row(read):
    row, notes = read(
        '<description type="1"><narrative>What it does.</narrative></description>'
        '<activity-status code="4"/><activity-date type="2" iso-date="2008-05-31"/>'
        '<activity-scope code="4"/><recipient-country code="KE" percentage="100"/>'
    )
    assert row == {
        "number": "XM-TEST-LM.0001", "title": "A title", "title_language": "en", "summary": "What it does.",
        "language": "en", "start": "2008-05-31", "status": "Completed", "coverage": "National", "countries": "KEN",
    }  # fmt: skip
    assert notes == ["A record has no place for these elements: reporting-org (1)"]


@pytest.mark.parametrize(
    ("prefix", "number"),
    [("", "XM-TEST-LM.0001"), ("XM-TEST", "LM.0001"), ("XM", "TEST-LM.0001"), ("XM-TES", "XM-TEST-LM.0001"),
     ("XM-OTHER", "XM-TEST-LM.0001")],
)  # fmt: skip
def test_only_the_own_prefix_is_cut_off(read, prefix, number):
    assert value_of(read, "number", "", iati_prefix=prefix) == number


@pytest.mark.parametrize(
    ("dates", "start", "end"),
    [
        ([("1", "2001-01-01"), ("2", "2002-02-02")], "2002-02-02", ""),
        ([("2", "2002-02-02"), ("1", "2001-01-01")], "2002-02-02", ""),
        ([("1", "2001-01-01"), ("3", "2005-05-05")], "2001-01-01", "2005-05-05"),
        ([("3", "2005-05-05"), ("4", "2006-06-06Z")], "", "2006-06-06"),
        ([("1", "2008-05-31+02:00")], "2008-05-31", ""),
        ([("1", "2008-05-31-11:00")], "2008-05-31", ""),
        ([("2", ""), ("1", "2001-01-01")], "2001-01-01", ""),
        ([("1", "31/05/2008")], "31/05/2008", ""),
    ],
)
def test_actual_dates_come_before_planned_ones_and_zones_are_cut_off(read, dates, start, end):
    row, _ = read("".join(f'<activity-date type="{kind}" iso-date="{date}"/>' for kind, date in dates))
    assert (row.get("start", ""), row.get("end", "")) == (start, end)


@pytest.mark.parametrize(
    ("code", "status"),
    [("1", "Pipeline"), ("2", "Active"), ("3", "Finalisation"), ("4", "Completed"), ("5", "Cancelled"),
     ("6", "Suspended"), ("7", "7")],
)  # fmt: skip
def test_a_status_is_read_in_words(read, code, status):
    assert value_of(read, "status", f'<activity-status code="{code}"/>') == status


@pytest.mark.parametrize(
    ("code", "coverage"),
    [("1", "Global"), ("2", "Regional"), ("3", "Multi-Regional"), ("4", "National"), ("5", "National"),
     ("8", "National"), ("9", "")],
)  # fmt: skip
def test_a_scope_is_read_as_coverage(read, code, coverage):
    assert value_of(read, "coverage", f'<activity-scope code="{code}"/>') == coverage


def country(code, share=""):
    return f'<recipient-country code="{code}"{share and f" percentage={chr(34)}{share}{chr(34)}"}/>'


@pytest.mark.parametrize(
    ("elements", "countries"),
    [
        (country("KE") + country("ug"), "KEN; UGA"),
        (country("KE", "60") + country("KE", "40"), "KEN"),
        (country("NA"), "NAM"),
        (country("XK"), "XKX"),
        (country("ZZ"), "ZZ"),
    ],
)
def test_countries_are_read_by_their_codes(read, elements, countries):
    assert value_of(read, "countries", elements) == countries


@pytest.mark.parametrize(
    ("elements", "shares"),
    [
        (country("KE", "60") + country("UG", "40.0"), "60; 40"),
        (country("KE", "33.3") + country("UG", "66.70"), "33.3; 66.7"),
        (country("KE", "25") + country("UG", "50") + country("KE", "25.0"), ""),
        (country("KE", "33.34") + country("UG", "33.33") + country("TZ", "33.33"), ""),
        (country("KE", "100"), ""),
        (country("KE") + country("UG"), ""),
        (country("KE", "100") + country("UG", "0"), "100; 0"),
        (country("KE", "60") + country("UG", "30"), "60; 30"),
        (country("KE", "50"), "50"),
        (country("KE", "60") + country("KE", "60") + country("UG", "30"), "80; 20"),
        (country("KE", "0.004") + country("UG", "0.003"), "57.14; 42.86"),
        (country("KE", "33.3333") + country("UG", "66.6667"), "33.33; 66.67"),
        (country("KE", "16.666") + country("UG", "50.5"), "16.67; 50.5"),
    ],
)
def test_shares_are_read_unless_they_are_equal(read, elements, shares):
    row, notes = read(elements)
    assert row.get("country_shares", "") == shares
    assert ("percentage" in notes[0]) == (shares in ("33.33; 66.67", "16.67; 50.5", "80; 20", "57.14; 42.86"))


@pytest.mark.parametrize(
    ("elements", "count"),
    [
        (country("KE", "60") + country("UG"), 1),
        (country("KE", "150") + country("UG", "-50"), 0),
        (country("KE", "0") + country("UG", "0"), 2),
        (country("KE", "most") + country("UG", "50"), 1),
        (country("KE", "NaN") + country("UG", "50"), 1),
    ],
)
def test_shares_that_a_record_cannot_hold_are_counted(read, elements, count):
    row, notes = read(elements)
    assert "country_shares" not in row
    assert (f"recipient-country/@percentage ({count})" in notes[0]) == bool(count)


def region(code, vocabulary="1"):
    return f'<recipient-region vocabulary="{vocabulary}" code="{code}" percentage="100"/>'


@pytest.mark.parametrize(
    ("elements", "name"),
    [
        (region("289"), "Africa"),
        (region("1031") + region("489"), "Latin America and the Caribbean"),
        (region("298") + region("589"), ""),
        (region("998"), ""),
        (region("XYZ", "99"), ""),
        (country("KE") + region("298"), ""),
    ],
)
def test_a_region_is_read_where_it_is_the_region_of_the_whole(read, elements, name):
    assert value_of(read, "region", elements) == name


def sector(code, text, vocabulary="99", share=""):
    shared = f' percentage="{share}"' if share else ""
    return f'<sector vocabulary="{vocabulary}" code="{code}"{shared}><narrative>{text}</narrative></sector>'


@pytest.mark.parametrize(
    ("elements", "name"),
    [
        (sector("LM", "Labour Migration"), "Labour Migration"),
        (sector("15190", "Migration", "1"), ""),
        (sector("01", "Movement", "98") + sector("DP", "Displaced", "99"), "Displaced"),
        (sector("01", "Movement", "98"), "Movement"),
        (sector("a", "Less", share="40") + sector("b", "More", share="60"), "More"),
        (sector("a", "First", share="50") + sector("b", "Second", share="50"), "First"),
        (sector("a", "", share="90") + sector("b", "Named", share="10"), "Named"),
        (sector("a", "Odd", share="most"), "Odd"),
    ],
)
def test_the_sector_of_the_publisher_with_the_largest_share_is_the_project_type(read, elements, name):
    assert value_of(read, "project_type", elements) == name


def test_goals_and_targets_are_read_from_tags_and_sectors(read):
    elements = (
        '<tag vocabulary="2" code="10"/><tag vocabulary="3" code="10.7"/><tag vocabulary="1" code="10"/>'
        '<sector vocabulary="7" code="8"/><sector vocabulary="8" code="10.7"/>'
    )
    row, notes = read(elements)
    assert row["sdg"] == "10; 10.7; 8"
    assert "tag (1)" in notes[0]


@pytest.mark.parametrize(("number", "prima_id"), [("RW10P0532", "RW10P0532"), ("3264", "")])
def test_an_other_identifier_of_the_form_of_prima_is_the_prima_id(read, number, prima_id):
    assert value_of(read, "prima_id", f'<other-identifier ref="{number}" type="A1"/>') == prima_id


def link(url, category):
    return f'<document-link url="{url}" format="text/html"><category code="{category}"/></document-link>'


def test_the_page_of_an_activity_is_its_source(read):
    elements = link("https://example.org/report.pdf", "A08") + link("https://example.org/page", "A12")
    row, notes = read(elements + link("ftp://example.org", "A12"))
    assert row["source_url"] == "https://example.org/page"
    assert "document-link (2)" in notes[0]


def test_what_a_record_has_no_place_for_is_counted_by_element(read):
    _, notes = read(
        "<transaction/><transaction/><result><indicator/></result><contact-info/>"
        '<x:own xmlns:x="https://example.org/ns">text</x:own>'
    )
    assert notes == [
        "A record has no place for these elements: transaction (2), contact-info (1), "
        "own of https://example.org/ns (1), reporting-org (1), result (1)"
    ]


def test_an_activity_that_states_nothing_is_a_row_without_values(read):
    assert read(whole="", attributes="")[0] == {}


def test_a_text_beyond_the_length_of_a_cell_is_refused(tmp_path):
    text = "x" * 131_073
    path = tmp_path / "in.xml"
    path.write_text(
        f'<iati-activities version="2.03"><iati-activity><title><narrative>{text}</narrative></title></iati-activity>'
        "</iati-activities>",
        encoding="utf-8",
    )
    with open_table(path) as table:
        (row,) = table.rows
    assert str(row.issue).startswith("refused row 1, title: The text is longer than 131,072 characters.")
