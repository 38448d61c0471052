"""Which text of a record a page shows, in which language, and how it says so."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from portal.search.read_models.project import TranslatedText
from portal.web.presentation import i18n
from portal.web.presentation.languages import cited_title, shown_summary, shown_title, texts_by_language


def record(title_language="fr", **translations):
    return SimpleNamespace(
        title="Bateaux", title_language=title_language, summary="Des bateaux.", language="fr",
        translations={name: TranslatedText(*stated) for name, stated in translations.items()},
        changed_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


BY_PEOPLE, BY_MACHINE, OLDER = ("Boats", False, False), ("Boats", True, False), ("Boats", False, True)


def test_the_language_of_the_block_is_that_of_the_page():
    assert i18n.current_locale() == "en"
    with i18n.using("es"):
        assert i18n.current_locale() == "es"
        with i18n.using("fr"):
            assert i18n.current_locale() == "fr"
        assert i18n.current_locale() == "es"
    assert i18n.current_locale() == "en"


def test_a_translation_into_the_language_of_the_page_is_shown_with_its_source_named():
    shown = shown_title(record(title_en=BY_PEOPLE))
    assert (shown.text, shown.lang, shown.mark, shown.note) == ("Boats", "", "", "Translated from French.")


def test_without_one_the_source_is_shown_with_its_language():
    shown = shown_title(record(title_es=BY_PEOPLE))
    assert (shown.text, shown.lang, shown.mark, shown.note) == ("Bateaux", "fr", "in French", "")


@pytest.mark.parametrize("code", ["fr", "fr-CA"])
def test_the_source_in_the_language_of_the_page_has_neither_mark_nor_note(code):
    with i18n.using("fr"):
        shown = shown_title(record(code, title_fr=("Une autre", False, False)))
        assert (shown.text, shown.lang, shown.mark, shown.note) == ("Bateaux", "", "", "")


@pytest.mark.parametrize(
    ("stated", "mark", "note"),
    [
        (BY_MACHINE, "machine translation", "Machine translation from French."),
        (OLDER, "translation older than its source", "Translated from French. The source has changed since."),
        (
            ("Boats", True, True), "machine translation",
            "Machine translation from French. The source has changed since.",
        ),
    ],
)  # fmt: skip
def test_a_translation_by_a_machine_or_older_than_its_source_says_so(stated, mark, note):
    shown = shown_title(record(title_en=stated))
    assert (shown.text, shown.mark, shown.note) == ("Boats", mark, note)


def test_a_source_whose_language_nobody_stated_is_not_named():
    shown = shown_title(record("", title_en=BY_MACHINE))
    assert shown.note == "Machine translation."
    assert shown_title(record("")).mark == ""


def test_title_and_summary_are_chosen_apart():
    project = record(title_en=BY_PEOPLE)
    assert (shown_title(project).text, shown_summary(project).text) == ("Boats", "Des bateaux.")


@pytest.mark.parametrize(
    ("stated", "cited"), [(BY_PEOPLE, "Boats"), (BY_MACHINE, "Bateaux"), (OLDER, "Bateaux"), (None, "Bateaux")]
)
def test_only_a_translation_by_people_that_fits_its_source_is_cited(stated, cited):
    assert cited_title(record(**({"title_en": stated} if stated else {}))).text == cited


def test_linked_data_has_no_text_that_would_need_a_mark():
    project = record(title_en=BY_MACHINE, title_es=("Barcos", False, True))
    assert texts_by_language(project, "title") == {"fr": "Bateaux"}
    project = record(title_en=BY_PEOPLE, title_es=("Barcos", False, False))
    assert texts_by_language(project, "title") == {"fr": "Bateaux", "en": "Boats", "es": "Barcos"}
    assert texts_by_language(record(""), "title") == {"": "Bateaux"}
