"""Translations in the form: beside their source, with what changed in it since."""

import pytest

from portal.services.audit import recording
from portal.services.records.translations import translation_rows
from portal.vocabulary.workflow import State
from portal.web.presentation import i18n
from tests.factories import COMPLETE
from tests.form_data import filled
from tests.http_clients import place
from tests.pages import Page, words

TRANSLATED = COMPLETE.replace(number="T.1", title_fr="Recrutement équitable", summary_fr="Formation.")
EDIT = "/staff/projects/T.1/edit"


@pytest.fixture
def project(office):
    return office.revision(State.PUBLISHED, TRANSLATED).project


@pytest.fixture
def submitted(author, project):
    """submitted(**changes) fills in the form of the record and sends it; the plain answer."""
    return lambda **changes: author.post(EDIT, filled(author.visit(EDIT), **changes))


def panel(page, name):
    return page.one(f"#translation-{name}")


def test_the_source_stands_beside_each_field_but_that_of_its_own_language(project, author):
    page = author.visit(EDIT)
    assert page.one("#title_fr").attrs["lang"] == "fr"
    assert words(page.one("#title_fr-source")) == "The source, in English"
    assert COMPLETE.title in words(panel(page, "title_es"))
    assert page.select("#title_en, #summary_en") == []
    assert page.select("[name=confirmed_translations][type=checkbox]") == []


def test_a_form_in_a_new_language_of_its_source_shows_what_has_to_be_emptied(submitted):
    page = Page(submitted(action="submit", title_language="fr"), status=422)
    assert "The source is in French already" in words(page.one("#title_fr-error"))
    assert words(page.one("#title_fr")) == TRANSLATED.title_fr


def test_what_changed_in_the_source_stands_beside_an_older_translation(office, project, author):
    office.publish_change(project, title="Fair Recruitment in the Horn of Africa")
    page = author.visit(EDIT)
    text = words(panel(page, "title_fr").query(".notice")[0])
    assert "This translation is older than its source." in text
    assert "[added: of Africa]" in text.replace("[added:  ", "[added: ")
    assert panel(page, "summary_fr").query(".notice") == []


def test_ticks_confirm_a_translation_and_say_that_a_machine_made_it(office, session, project, author, submitted):
    office.publish_change(project, title="Fairer Recruitment")
    boxes = {"confirmed_translations": ["", "title_fr"], "machine_translations": ["", "title_fr"]}
    form = author.visit(place(submitted(**boxes)))
    assert [box.attrs["value"] for box in form.select("[name=machine_translations][checked]")] == ["title_fr"]
    assert [box.attrs["value"] for box in form.select("[name=confirmed_translations][checked]")] == ["title_fr"]
    before = {one.name: one.source_text for one in translation_rows.of_project(session(), project.id)}
    assert before["title_fr"] == COMPLETE.title


def test_the_preview_shows_a_translation_as_it_will_be(office, session, author, submitted):
    address = place(submitted(title="Another title", action="preview"))
    office.author.language = "fr"
    recording.record(session(), "choose language", "account", office.author.id)
    session.commit()
    page = author.visit(address)
    with i18n.using("fr"):
        said = i18n.gettext("The source has changed since.")
    assert words(page.one("h1")) == TRANSLATED.title_fr
    assert said in words(page.one(".project-head"))


def test_a_reviewer_sees_which_translations_the_change_makes_older(office, project, staff):
    revision = office.change(project, title="Another title")
    page = staff().sign_in(office.reviewer).visit(f"/staff/revisions/{revision.id}")
    assert words(page.one("#aged-translations")).startswith(
        "Older than their source with this change: Title in French."
    )
