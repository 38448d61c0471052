"""Rows of lists: what is kept of them follows the terms that they show."""

import pytest

from portal.models import Term
from portal.services.operations import terms
from tests.factories import import_records

ROW = {
    "title": "One",
    "project_type": "Labour Migration",
    "status": "Active",
    "coverage": "National",
    "benefiting_member_states": "Ghana",
}


@pytest.mark.parametrize(
    ("facet", "code"),
    [("status", "active"), ("coverage", "national"), ("theme", "labour-migration"), ("country", "GHA")],
)
def test_a_row_shows_the_name_that_a_term_has_in_the_language_of_the_page_now(session, client, facet, code):
    import_records(session, [ROW])
    row = list_of(client).partition('<li class="result">')[2]
    assert "Nouveau nom" not in row
    term = terms.get_term(session(), "type" if facet == "theme" else facet, code)
    shown = session.get(Term, term.parent_id) if facet == "theme" else term
    terms.rename(session(), shown, "Nouveau nom", language="fr")
    session.commit()
    assert "Nouveau nom" in list_of(client).partition('<li class="result">')[2].partition("</li>")[0]


def list_of(client):
    return client.get("/fr/projects/").get_data(as_text=True)
