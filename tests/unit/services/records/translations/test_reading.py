"""What a row or a form states in other languages: which texts are translations, and which are refused."""

import pytest

from portal.services.records.field_values import FieldValidation
from portal.services.records.translations.reading import read_translations, source_from_translations
from portal.services.records.values import Translation

SOURCES = ("Boats", "About boats.")
ROW = {"title": "Boats", "title_language": "en", "summary": "About boats.", "language": "English"}


def read(**changes):
    project = FieldValidation(ROW | changes)
    return read_translations(project, *SOURCES), [str(finding.reason) for finding in project.findings]


def test_texts_in_other_languages_are_translations_of_the_present_source():
    found, reasons = read(title_fr=" Bateaux ", summary_es="Sobre barcos.", machine_translations="SUMMARY_ES")
    assert found == (
        Translation("summary_es", "Sobre barcos.", True, "About boats."),
        Translation("title_fr", "Bateaux", False, "Boats"),
    )
    assert reasons == []


def test_a_file_can_say_that_a_translation_is_older():
    found, _ = read(title_fr="Bateaux", outdated_translations="title_fr")
    assert found == (Translation("title_fr", "Bateaux", False, None),)


@pytest.mark.parametrize("stated", ["title_de", "French", "title"])
def test_an_unknown_name_is_refused_with_the_known_ones(stated):
    project = FieldValidation(ROW | {"title_fr": "Bateaux", "machine_translations": stated})
    read_translations(project, *SOURCES)
    assert project.is_refused
    assert project.findings[0].advice.startswith("Use the names of their columns: title_en, summary_en, title_fr")


@pytest.mark.parametrize("code", ["fr", "French", "fr-CA"])
def test_another_text_in_the_language_of_the_source_is_refused(code):
    found, reasons = read(title_language=code, title_fr="Bateaux")
    assert found == ()
    assert reasons == ["The source is in French already, and this is another text"]


def test_the_source_repeated_in_the_column_of_its_language_is_no_translation():
    assert read(title_en="Boats") == ((), [])


def test_a_translation_without_a_source_is_refused():
    project = FieldValidation({"title": "Boats", "summary_fr": "Des bateaux."})
    assert read_translations(project, "Boats", "") == ()
    assert project.findings[0].reason == "The summary is empty, so this translates nothing"


def test_the_column_of_its_language_can_hold_the_source():
    project = FieldValidation({"title": "", "title_language": "French", "title_fr": "Bateaux", "title_en": "Boats"})
    assert source_from_translations(project, "title") == "Bateaux"
    assert read_translations(project, "Bateaux", "") == (Translation("title_en", "Boats", False, "Bateaux"),)


@pytest.mark.parametrize("stated", ["", "und", "pt"])
def test_without_a_language_of_the_portal_no_column_holds_the_source(stated):
    assert source_from_translations(FieldValidation({"title_language": stated, "title_fr": "Bateaux"}), "title") == ""
