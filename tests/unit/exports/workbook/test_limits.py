"""Selections that Excel cannot hold."""

import pytest

from portal.exports.columns import default_columns
from portal.exports.options import ExportOptions
from portal.exports.selection import reading, select_all
from portal.exports.spooled_export import ExportInterrupted
from portal.exports.workbook import limits
from portal.search import Filters
from portal.vocabulary.translations import TRANSLATIONS
from portal.web.presentation import export_text
from tests.factories import import_records

LONG = "word " * 6_600
# The languages of its texts are not stated, so that it may have translations into all of them.
ROW = {"project_id": "LM.0302", "title": "Short", "summary": "Short too."}


@pytest.fixture
def translated(session):
    """translated(name, text) adds a record with this translation ("title_fr")."""
    return lambda name, text: import_records(session, [ROW | {name: text}])


def test_a_text_longer_than_a_cell_is_refused_and_csv_offered(client, session):
    import_records(session, [{"project_id": "LM.0301", "title": "Long", "summary": LONG}])
    answer = client.get("/projects.xlsx?region=none")
    assert answer.status_code == 413
    assert "The column &#39;Summary&#39; of LM.0301 has more than 32,767 characters" in answer.text
    assert 'href="/projects.csv?region=none"' in answer.text


@pytest.mark.parametrize("name", TRANSLATIONS)
def test_a_translation_longer_than_a_cell_is_refused(client, translated, name):
    translated(name, LONG)
    answer = client.get("/projects.xlsx")
    assert answer.status_code == 413
    assert f"of {ROW['project_id']} has more than 32,767 characters" in answer.text
    assert client.get("/projects.xlsx?columns=title&columns=summary").status_code == 200


def test_a_translation_that_fits_is_no_reason(client, translated):
    translated("summary_fr", "mot " * 6_000)
    assert client.get("/projects.xlsx").status_code == 200


def test_the_file_is_made_without_the_long_column(client, session):
    import_records(session, [{"project_id": "LM.0301", "title": "Long", "summary": LONG}])
    assert client.get("/projects.xlsx?columns=title").status_code == 200


def test_the_workbook_of_a_state_is_refused_too_and_its_csv_offered(client, session):
    import_records(session, [{"title": "Long", "summary": LONG, "benefiting_member_states": "Kenya"}])
    answer = client.get("/where-we-work/KEN.xlsx")
    assert answer.status_code == 413
    assert 'href="/projects.csv?country=KEN"' in answer.text


def test_rare_characters_count_twice_as_in_excel(client, session):
    import_records(session, [{"title": "Rare", "summary": "𝄞" * 16_500}])
    assert client.get("/projects.xlsx").status_code == 413


def test_characters_of_several_bytes_count_once(client, session):
    import_records(session, [{"title": "Many bytes", "summary": "移" * 32_000}])
    assert client.get("/projects.xlsx").status_code == 200


def test_more_rows_than_a_sheet_has_are_refused(client, session, monkeypatch):
    import_records(session, [{"title": "One"}, {"title": "Two"}])
    monkeypatch.setattr("portal.exports.workbook.limits.MAX_ROWS", 3)
    answer = client.get("/projects.xlsx")
    assert answer.status_code == 413
    assert "The list has 2 projects" in answer.text


@pytest.fixture
def six_records(session):
    import_records(session, [{"title": f"Number {number}", "summary": "Words. " * 100} for number in range(6)])


def test_a_sheet_that_needs_a_larger_archive_is_refused(client, six_records, monkeypatch):
    monkeypatch.setattr(limits, "_FEW_ROWS", 3)
    monkeypatch.setattr(limits, "_SAMPLE_ROWS", 3)
    monkeypatch.setattr(limits, "MAX_SHEET_BYTES", 4_000)
    answer = client.get("/projects.xlsx")
    assert answer.status_code == 413
    assert "a sheet of more than 2 GB" in answer.text
    assert client.get("/projects.xlsx?columns=title").status_code == 200


def test_a_sheet_that_becomes_too_large_ends_early(client, six_records, monkeypatch):
    monkeypatch.setattr("portal.exports.formats.xlsx_file.MAX_SHEET_BYTES", 4_000)
    with pytest.raises(ExportInterrupted, match="larger than"):
        client.get("/projects.xlsx")


def test_nothing_is_looked_for_once_the_client_has_gone(app, session, six_records):
    selection = select_all(Filters())
    with app.test_request_context(), reading() as connection:
        document = export_text.selection_document(app.extensions["settings"], selection, "/projects.xlsx")
        options = ExportOptions(default_columns())
        with pytest.raises(ExportInterrupted):
            limits.check(selection, document, connection, options, lambda: False)
