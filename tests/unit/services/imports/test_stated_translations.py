"""Translations in files: what a row says of them, what it leaves alone, and what holds it back."""

import csv

import pytest
from sqlalchemy import text as sql

from portal.models import Project
from portal.services.audit import recording
from portal.services.imports import Report, import_file
from portal.services.imports.runs.undo import undo_run
from portal.services.integrity import row_check
from portal.services.records.translations import translation_rows
from tests.factories import COLUMNS

LANGUAGES = ("title_fr", "summary_fr", "title_es", "machine_translations", "outdated_translations")
ROW = {
    "project_id": "T.1", "title": "Boats", "title_language": "en", "summary": "About boats.", "language": "en",
    "title_fr": "Bateaux", "summary_fr": "Des bateaux.", "title_es": "Barcos", "machine_translations": "title_es",
}  # fmt: skip


@pytest.fixture
def take(session, tmp_path):
    """take(row, columns) imports one row with these columns beside the others; the report."""

    def run(row, columns=LANGUAGES, **rules):
        path, report = tmp_path / "in.csv", Report()
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*COLUMNS, *columns], restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerow(row)
        import_file(session(), path, report=report, **rules)
        session.commit()
        return report

    return run


@pytest.fixture
def translations(session):
    """The stored translations by name, as text, whether a machine made it, and the source."""

    def read():
        found = translation_rows.of_project(session(), session.query(Project).one().id)
        return {one.name: (one.text, bool(one.is_machine), one.source_text) for one in found}

    return read


def test_a_row_adds_a_record_in_three_languages_and_repeats_to_no_change(take, translations):
    assert take(ROW).added == 1
    assert translations() == {
        "summary_fr": ("Des bateaux.", False, "About boats."),
        "title_es": ("Barcos", True, "Boats"),
        "title_fr": ("Bateaux", False, "Boats"),
    }
    report = take(ROW)
    assert (report.unchanged, report.changed) == (1, 0), report.summary()


def test_columns_that_a_file_lacks_say_nothing(take, translations):
    take(ROW)
    assert take(ROW | {"title": "Big boats"}, columns=()).changed == 1
    assert translations()["title_fr"] == ("Bateaux", False, "Boats")
    assert translations()["title_es"] == ("Barcos", True, "Boats")


def test_a_new_text_is_of_the_present_source_and_by_people_unless_the_file_says_so(take, translations):
    take(ROW)
    take(ROW | {"title": "Big boats", "title_es": "Barcos grandes", "machine_translations": ""})
    assert translations()["title_es"] == ("Barcos grandes", False, "Big boats")
    assert translations()["title_fr"] == ("Bateaux", False, "Boats")


def test_a_file_that_no_longer_calls_a_translation_older_confirms_it(take, translations):
    take(ROW)
    take(ROW | {"title": "Big boats"})
    old = ROW | {"title": "Big boats", "outdated_translations": "title_fr; title_es"}
    assert take(old).unchanged == 1
    assert take(old | {"outdated_translations": "title_es"}).changed == 1
    assert translations()["title_fr"] == ("Bateaux", False, "Big boats")
    assert translations()["title_es"] == ("Barcos", True, "Boats")


def test_a_file_can_call_a_translation_older(take, translations):
    take(ROW | {"outdated_translations": "title_fr"})
    assert translations()["title_fr"] == ("Bateaux", False, None)
    assert take(ROW | {"outdated_translations": "title_fr"}).unchanged == 1


def test_an_emptied_translation_is_held_back(take, translations):
    take(ROW)
    report = take(ROW | {"title_fr": ""})
    assert report.refused == 1
    assert "title_fr: The row empties a public field: T.1 states Bateaux" in report.summary()
    assert take(ROW | {"title_fr": ""}, allow_emptying=True).changed == 1
    assert "title_fr" not in translations()


def test_a_source_in_the_language_of_a_translation_is_held_back_too(take, translations):
    take(ROW)
    french = ROW | {"title": "Bateaux", "title_language": "fr"}
    assert take(french, columns=()).refused == 1
    assert take(french, columns=(), allow_emptying=True).changed == 1
    assert sorted(translations()) == ["summary_fr", "title_es"]


def test_undoing_a_run_brings_the_former_translations_back(session, take, translations):
    take(ROW)
    before = translations()
    run_id = take(
        ROW | {"title": "Big boats", "title_fr": "Grands bateaux", "title_es": ""}, allow_emptying=True
    ).run_id
    assert undo_run(session(), run_id).restored == 1
    session.commit()
    assert translations() == before


def test_an_import_without_the_columns_keeps_the_words_of_translations_in_search(take, client):
    take(ROW)
    take(ROW | {"summary": "Of boats."}, columns=())
    for word in ("Bateaux", "barcos", "boats"):
        assert "T.1" in client.get(f"/projects.csv?q={word}").text, word
    assert "T.1" not in client.get("/projects.csv?q=filets").text


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE project_translation SET text = 'Autre' WHERE field = 'title' AND language = 'fr'",
        "UPDATE project_translation SET source_text = 'Other' WHERE language = 'es'",
        "DELETE FROM project_translation WHERE language = 'es'",
    ],
)
def test_a_translation_changed_with_sql_alone_is_damage(session, take, statement):
    take(ROW)
    assert row_check.check(session()).damaged == []
    session.execute(sql(statement))
    recording.record_bulk(session(), "test", "project", "all", after={})
    assert len(row_check.check(session()).damaged) == 1
