"""A text is stored the same whether an author types it or a file brings it."""

import pytest

from portal.models import Project, Revision
from tests.factories import COMPLETE, Office, import_records
from tests.staff_clients import Colleague

LINES = {"title": "title", "number": "project_id", "prima_id": "prima_id"}


@pytest.fixture
def stored(app, session):
    """stored(text) is what a form and what a file stores for a text, by field."""
    author = Colleague(app, session, Office(session()).author)

    def stored(text):
        fields = {**LINES, "summary": "summary"}
        response = author.act("/staff/projects/new", **COMPLETE.replace(**dict.fromkeys(fields, text)).as_json())
        assert response.status_code == 303
        import_records(session, [dict.fromkeys(fields.values(), text)])
        draft, project = session().query(Revision).one().draft, session().query(Project).one()
        typed = {field: getattr(draft, field) for field in fields}
        imported = {field: getattr(project, "reference" if field == "number" else field) for field in fields}
        return typed, imported

    return stored


@pytest.mark.parametrize("character", ["\u202e", "\u200b", "\u2066", "\ufeff", "\x07"], ids=ascii)
def test_invisible_characters_are_removed(stored, character):
    typed, imported = stored(f"{character}Sa{character}lt{character}")
    assert typed == imported
    assert set(typed.values()) == {"Salt"}


@pytest.mark.parametrize("spaces", [" \xa0 ", "\t"], ids=ascii)
def test_spaces_in_a_line_collapse(stored, spaces):
    typed, imported = stored(f"{spaces}Sa{spaces}lt{spaces}")
    assert [(typed[field], imported[field]) for field in LINES] == [("Sa lt", "Sa lt")] * len(LINES)
