"""Selections that Excel cannot hold."""

from tests.factories import import_records


def test_a_text_longer_than_a_cell_is_refused_and_csv_offered(client, session):
    import_records(session, [{"project_id": "LM.0301", "title": "Long", "summary": "word " * 6_600}])
    answer = client.get("/projects.xlsx?region=none")
    assert answer.status_code == 413
    assert "The summary of LM.0301 has more than 32,767 characters" in answer.text
    assert 'href="/projects.csv?region=none"' in answer.text


def test_the_file_is_made_without_the_long_column(client, session):
    import_records(session, [{"project_id": "LM.0301", "title": "Long", "summary": "word " * 6_600}])
    assert client.get("/projects.xlsx?columns=title").status_code == 200


def test_rare_characters_count_twice_as_in_excel(client, session):
    import_records(session, [{"title": "Rare", "summary": "𝄞" * 16_500}])
    assert client.get("/projects.xlsx").status_code == 413


def test_more_rows_than_a_sheet_has_are_refused(client, session, monkeypatch):
    import_records(session, [{"title": "One"}, {"title": "Two"}])
    monkeypatch.setattr("portal.exports.workbook.limits.MAX_ROWS", 3)
    answer = client.get("/projects.xlsx")
    assert answer.status_code == 413
    assert "The list has 2 projects" in answer.text
