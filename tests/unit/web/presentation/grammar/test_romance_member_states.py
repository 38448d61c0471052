"""The articles of all member states of the United Nations in French and Spanish, read against a table.

The table follows the usage of the United Nations: « à Sri Lanka », « aux Tuvalu », «en el Perú», «en la India».
"""

import csv
from pathlib import Path

import pytest

from portal.search.query.filters import Filters
from portal.search.read_models.terms import Terms
from portal.web.presentation import i18n
from portal.web.presentation.grammar.french import FRENCH
from portal.web.presentation.grammar.registry import sentence
from portal.web.presentation.grammar.spanish import SPANISH

with (Path(__file__).parent / "member_states.csv").open(encoding="utf-8", newline="") as file:
    STATES = {row["code"]: row for row in csv.DictReader(file)}


@pytest.fixture
def terms(session):
    return Terms.load(session())


def test_the_table_has_all_member_states(terms):
    assert len(STATES) == 193
    assert [code for code in STATES if not terms.get("country", code)] == []


@pytest.mark.parametrize(("grammar", "language"), [(FRENCH, "fr"), (SPANISH, "es")])
def test_each_state_has_its_article_and_its_contractions(terms, grammar, language):
    made = {
        code: (grammar.definite(term), grammar.inside(term), grammar.genitive(term))
        for code in STATES
        for term in [terms.get("country", code)]
    }
    wanted = {code: (row[language], row[f"in_{language}"], row[f"of_{language}"]) for code, row in STATES.items()}
    assert made == wanted


@pytest.mark.parametrize(("language", "noun"), [("fr", "Projets"), ("es", "Proyectos")])
def test_each_state_stands_so_in_the_sentence(terms, language, noun):
    with i18n.using(language):
        made = {code: sentence(Filters(selected=frozenset({("country", code)})), terms) for code in STATES}
    assert made == {code: f"{noun} {row[f'in_{language}']}" for code, row in STATES.items()}


def test_every_term_of_the_lists_has_its_names_and_forms(terms):
    """No fallback for a term of ours: each has a name in three languages, and what its sentence needs."""
    needed = {"region": "phrase", "theme": "phrase", "status": "adjective", "coverage": "adjective"}
    lacking = [
        (term.facet, term.code, language)
        for facet in ("region", "country", "status", "coverage", "theme", "type", "sdg", "gcm")
        for term in terms.in_facet(facet)
        for language in ("fr", "es")
        if not term.names.get(language) or (facet in needed and not term.extra.get(f"{needed[facet]}_{language}"))
    ]
    assert lacking == []
