"""JSON Lines as our own exports write them, our own JSON, and 360Giving."""

import gzip
import json
import lzma

import pytest

from portal.errors import UnreadableFile
from portal.services.imports.header import REQUIRED_COLUMNS
from portal.services.imports.readers.table import open_table

RECORD = dict.fromkeys(REQUIRED_COLUMNS) | {"project_id": "XX.1", "title": "A title"}


@pytest.fixture
def read(tmp_path):
    """read(bytes or objects…) is the rows of a file, and what is said of it."""

    def read(*content):
        path = tmp_path / "in.data"
        is_raw = isinstance(content[0], bytes)
        path.write_bytes(content[0] if is_raw else b"".join(json.dumps(line).encode() + b"\n" for line in content))
        with open_table(path) as table:
            rows = list(table.rows)
            return rows, [*table.notes, *table.closing_notes()]

    return read


def values(rows):
    return [{name: text for name, text in row.values.items() if text} for row in rows]


def test_each_line_is_a_row_with_the_number_of_the_line(read):
    rows, _ = read(RECORD, RECORD | {"title": "Other"})
    assert [(row.number, row.values["title"]) for row in rows] == [(1, "A title"), (2, "Other")]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress, lambda text: b"\xef\xbb\xbf" + text])
def test_the_content_decides_and_not_the_name(read, pack):
    rows, _ = read(pack(json.dumps(RECORD).encode() + b"\n\n"))
    assert values(rows) == [{"number": "XX.1", "title": "A title"}]


def test_numbers_lists_and_nothing_are_read_as_text(read):
    rows, _ = read(
        RECORD | {"budget_usd": 64240.5, "year": 2008, "benefiting_member_states": ["Ghana", "Togo"], "summary": None}
    )
    assert values(rows) == [
        {"number": "XX.1", "title": "A title", "budget": "64240.5", "year": "2008", "countries": "Ghana; Togo"}
    ]


def test_half_of_a_surrogate_pair_is_a_damaged_character(read):
    rows, _ = read(json.dumps(RECORD | {"title": "a\ud800b"}).encode())
    assert rows[0].values["title"] == "a\ufffdb"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "refused row 2: The line is no JSON object. Correct the line."),
        (b"[1]", "refused row 2: The line is no JSON object. Correct the line."),
        (b'{"title": "\xe9"}', "refused row 2: The line is no JSON object. Correct the line."),
        (b'{"title": "x"}', "refused row 2: The object has other keys than the first one."),
        (
            json.dumps(RECORD | {"title": {"en": "x"}}).encode(),
            "refused row 2, title: The value is neither text nor a number nor a list of them.",
        ),
        (
            json.dumps(RECORD | {"summary": "x" * 131_073}).encode(),
            "refused row 2, summary: The text is longer than 131,072 characters. Shorten the text.",
        ),
    ],
)
def test_a_line_that_cannot_be_used_is_refused_and_the_others_are_read(read, line, said):
    first = json.dumps(RECORD).encode()
    rows, _ = read(first + b"\n" + line + b"\n" + first + b"\n")
    assert [row.number for row in rows if row.issue is None] == [1, 3]
    assert str(rows[1].issue).startswith(said)


def test_keys_that_are_no_columns_are_named(read):
    with pytest.raises(UnreadableFile, match="the header has unknown columns 'colour'"):
        read(RECORD | {"colour": "red"})


def test_our_own_json_is_read_too(read):
    rows, _ = read(json.dumps({"title": "All", "total": 1, "items": [RECORD]}).encode())
    assert values(rows) == [{"number": "XX.1", "title": "A title"}]


def test_a_cut_compressed_file_says_where(read):
    with pytest.raises(UnreadableFile, match="cut off or damaged after line"):
        read(gzip.compress(json.dumps(RECORD).encode() + b"\n", mtime=0)[:-9])


GRANT = {
    "id": "360G-x-1",
    "title": "A grant",
    "description": "What for.",
    "currency": "USD",
    "amountAwarded": 15000.5,
    "awardDate": "2015-06-10T00:00:00+00:00",
    "plannedDates": [{"startDate": "2015-07-01T00:00:00+00:00", "endDate": "2016-06", "duration": 12}],
    "beneficiaryLocation": [{"countryCode": "KE"}, {"countryCode": "NA"}, {"countryCode": "KE"}, {"name": "Leeds"}],
    "classifications": [{"title": "Labour Migration"}, {"title": "Other"}],
    "dataSource": "https://example.org/list",
    "recipientOrganization": [{"id": "GB-1"}],
}


def grants(*found):
    return json.dumps({"version": "1.1", "grants": found}, indent=1).encode()


def test_a_grant_is_a_row(read):
    rows, notes = read(grants(GRANT))
    assert values(rows) == [
        {
            "number": "360G-x-1", "title": "A grant", "summary": "What for.", "budget": "15000.5", "year": "2015",
            "start": "2015-07-01T00:00:00+00:00", "end": "2016-06", "countries": "KEN; NAM",
            "project_type": "Labour Migration", "source_url": "https://example.org/list",
        }
    ]  # fmt: skip
    assert notes == [
        "A record has no place for these keys: beneficiaryLocation (1), classifications (1), "
        "plannedDates/duration (1), recipientOrganization (1)"
    ]


def test_pounds_are_not_converted_and_counted(read):
    rows, notes = read(grants(GRANT | {"currency": "GBP"}, GRANT | {"currency": "GBP"}))
    assert [row.values["budget"] for row in rows] == ["", ""]
    assert "Amounts in other currencies than US dollars are not converted: GBP (2)" in notes


def test_a_country_code_that_is_none_is_left_to_the_checks_of_the_row(read):
    rows, _ = read(grants(GRANT | {"beneficiaryLocation": [{"countryCode": "zz"}, {"countryCode": "KEN"}]}))
    assert rows[0].values["countries"] == "ZZ; KEN"


@pytest.mark.parametrize(("date", "year"), [("05/06/2014", "2014"), ("2014", "2014"), ("soon", "soon"), (None, "")])
def test_the_year_of_an_award_is_read_where_it_is_certain(read, date, year):
    rows, _ = read(grants(GRANT | {"awardDate": date}))
    assert rows[0].values["year"] == year


@pytest.mark.parametrize("odd", [{}, {"id": 5, "title": ["x"], "plannedDates": "soon", "beneficiaryLocation": [1]}])
def test_a_grant_of_another_shape_breaks_nothing(read, odd):
    rows, _ = read(grants(odd, GRANT))
    assert rows[1].values["title"] == "A grant"


def test_a_file_without_grants_says_so(read):
    with pytest.raises(UnreadableFile, match="no rows; the list is empty"):
        read(grants())
