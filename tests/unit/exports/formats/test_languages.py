"""Files of records in several languages: a column for each text, and the language of the file where one has no mark."""

import orjson
import pytest

from portal.exports.document import Document
from portal.exports.formats import atom_file, grants360_file, ics_file
from portal.exports.licence import licence_named
from portal.exports.record import by_names
from portal.search.read_models.project import TranslatedText
from portal.search.read_models.sums import Sums
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE
from tests.iati.records import countries, make_record

TEXTS = {"title_fr": "Recrutement", "summary_fr": "Formation.", "title_es": "Contratación"}


@pytest.fixture
def published(office):
    office.revision(State.PUBLISHED, COMPLETE.replace(number="T.1", machine_translations=("title_es",), **TEXTS))


@pytest.mark.usefixtures("published")
def test_each_text_has_a_column_and_what_a_machine_made_is_named(file_at):
    (project,) = orjson.loads(file_at("/projects.json"))["items"]
    assert {name: project[name] for name in TEXTS} == TEXTS
    assert (project["title_en"], project["summary_es"]) == (None, None)
    assert (project["machine_translations"], project["outdated_translations"]) == (["title_es"], [])


@pytest.mark.usefixtures("published")
def test_the_api_has_the_same_columns(client):
    project = client.get("/api/v1/projects/T.1").json["item"]
    assert {name: project[name] for name in TEXTS} == TEXTS


@pytest.mark.usefixtures("published")
def test_a_grant_has_the_translations_of_people(file_at):
    (grant,) = orjson.loads(file_at("/projects.360.json"))["grants"]
    assert grant["title"] == COMPLETE.title
    assert grant["translations"] == [{"language": "fr", "title": "Recrutement", "description": "Formation."}]


def record(**translations):
    return make_record(translations={name: TranslatedText(*stated) for name, stated in translations.items()})


@pytest.mark.parametrize(
    ("stated", "title"),
    [(("Boote", False, False), "Boote"), (("Boote", True, False), ""), (("Boote", False, True), "")],
)
def test_feeds_and_calendars_have_no_translation_that_needs_a_mark(stated, title):
    text, language = record(title_fr=stated).text_in("title", "fr")
    assert (text, language) == ((title, "fr") if title else ("Fair recruitment", "en"))


def test_a_feed_in_another_language_has_the_texts_of_that_language():
    licence, sums = licence_named(""), Sums(0, 0, 0, 0, None, None)
    french = Document("IDF", "https://x.org", "", "", "", "", "", None, licence, sums, language="fr")
    one = record(title_fr=("Recrutement", False, False), summary_fr=("Formation.", False, False))
    entry = atom_file.entry(one, french, atom_file.Categories(french))
    assert '<title xml:lang="fr">Recrutement</title>' in entry
    assert "Formation." in entry
    assert any("Recrutement" in line for line in ics_file.event(one, french, "start", one.published_at.date(), []))
    assert list(grants360_file.translations(make_record())) == []


def test_shares_follow_their_states_into_the_order_of_a_language():
    one = make_record(countries=countries("CIV", "DEU", "EGY"), shares=(2_000, 3_000, 5_000))
    (french,) = by_names([one], "fr")
    assert [country.code for country in french.countries] == ["DEU", "CIV", "EGY"]
    assert french.shares == (3_000, 2_000, 5_000)
    assert by_names([one], "en") == [one]


@pytest.mark.parametrize(("stated", "name"), [("fr", "SUMMARY;LANGUAGE=fr:"), ("", "SUMMARY:"), ("und", "SUMMARY:")])
def test_a_calendar_says_the_language_of_a_title(stated, name):
    licence, sums = licence_named(""), Sums(0, 0, 0, 0, None, None)
    english = Document("IDF", "https://x.org", "", "", "", "", "", None, licence, sums)
    one = make_record(title="Bateaux", title_language=stated)
    lines = ics_file.event(one, english, "start", one.published_at.date(), [])
    assert [line for line in lines if line.startswith("SUMMARY")] == [f"{name}Starts: Bateaux"]
