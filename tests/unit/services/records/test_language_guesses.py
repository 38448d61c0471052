"""Guesses at languages are suggestions, apart from the record."""

import json

import pytest

from portal.models import LanguageGuess, Project
from portal.services.records.language_guesses import certain_guesses, make_guesses
from portal.text.language_detection import guess_language
from tests.factories import import_records

SPANISH = "Fortalecimiento de las capacidades del gobierno para la gestión de la migración laboral"
FRENCH = "Le projet renforce les capacités du ministère du travail dans la gestion des migrations."


@pytest.fixture
def project(session):
    import_records(session, [{"project_id": "T.1", "title": SPANISH, "summary": FRENCH}])
    return session.query(Project).one()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (SPANISH, "es"),
        (FRENCH, "fr"),
        ("Strengthening the capacities of the Ministry of Labour of Ghana", "en"),
        ("Fortalecimento das capacidades do governo de Angola para a migração", "pt"),
    ],
)
def test_the_language_of_a_sentence_is_guessed(text, code):
    guessed, certainty = guess_language(text)
    assert guessed == code
    assert 0.8 < certainty <= 1


@pytest.mark.parametrize("text", ["", "Un seminario en Lima", "1234567890" * 10])
def test_a_short_text_is_not_guessed(text):
    assert guess_language(text) is None


def test_a_guess_is_stored_beside_the_record(session, project):
    assert make_guesses(session(), 10) == 1
    assert certain_guesses(session(), project) == {"title_language": "es", "language": "fr"}
    assert (project.title_language, project.language) == ("", "")
    assert make_guesses(session(), 10) == 0


def test_what_is_stated_is_not_guessed(session):
    import_records(session, [{"title": SPANISH, "summary": FRENCH, "title_language": "es", "language": "fr"}])
    assert make_guesses(session(), 10) == 0


def test_a_guess_for_another_version_is_made_again(session, project):
    make_guesses(session(), 10)
    session.query(LanguageGuess).update({"version": 0})
    session.expire_all()
    assert certain_guesses(session(), project) == {}
    assert make_guesses(session(), 10) == 1


def test_an_uncertain_guess_is_no_suggestion(session, project):
    make_guesses(session(), 10)
    session.query(LanguageGuess).update({"certainty": 0.5})
    session.expire_all()
    assert certain_guesses(session(), project) == {"title_language": "es"}


def test_a_guess_is_in_no_public_page(session, project, visit):
    make_guesses(session(), 10)
    session.commit()
    page = visit("/projects/T.1")
    assert page.select("main [lang]") == []
    assert "inLanguage" not in json.loads(page.one('script[type="application/ld+json"]').to_text())


def test_the_form_suggests_it_and_states_nothing(session, project, staff, office):
    make_guesses(session(), 10)
    session.commit()
    page = staff().sign_in(office.author).visit("/staff/projects/T.1/edit")
    assert "This looks like Spanish." in page.one("#title_language-guess").to_text()
    assert "This looks like French." in page.one("#language-guess").to_text()
    chosen = [option.to_text() for option in page.select("select[name=language] option[selected]")]
    assert chosen in ([], ["Not stated"])


def test_the_command_guesses_all(app, session, project):
    answer = app.test_cli_runner().invoke(args=["guess-languages"])
    assert answer.output == "Guessed the languages of 1 records.\n"
