"""Texts in several languages: narratives of people, and what machines made beside the standard."""

import pytest

from portal.exports.iati.narratives import narrative
from portal.exports.iati.omissions import Reason
from portal.search.read_models.project import TranslatedText
from portal.vocabulary.iati import NAMESPACE
from tests.iati.records import activity_of, file_of, make_record, omitted
from tests.iati.rules import faults

XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
TRANSLATIONS = {
    "title_fr": TranslatedText("Recrutement équitable", False, True),
    "title_es": TranslatedText("Contratación & más", True, False),
    "summary_fr": TranslatedText("Forme des inspecteurs.", False, False),
}


def narratives(path, **changes):
    return [(each.get(XML_LANGUAGE), each.text) for each in activity_of(**changes).iterfind(f"{path}/narrative")]


def test_a_language_that_is_not_stated_is_left_out():
    assert narrative("Eau & santé") == "<narrative>Eau &amp; santé</narrative>"


def test_a_language_is_marked():
    assert narrative("Eau", "fr") == '<narrative xml:lang="fr">Eau</narrative>'


def test_translations_by_people_follow_the_source():
    assert narratives("title", translations=TRANSLATIONS) == [
        ("en", "Fair recruitment"), ("fr", "Recrutement équitable"),
    ]  # fmt: skip
    assert narratives("description", translations=TRANSLATIONS)[1:] == [("fr", "Forme des inspecteurs.")]


def test_a_title_in_several_languages_stands_for_a_missing_summary():
    without = {name: TRANSLATIONS[name] for name in ("title_fr", "title_es")}
    changes = {"summary": "", "language": "", "translations": without}
    assert narratives("description", **changes) == narratives("title", **changes)


def test_a_translation_by_a_machine_stands_beside_the_standard_alone():
    record = activity_of(translations=TRANSLATIONS).find(f"{{{NAMESPACE}}}record")
    (own,) = record.iterfind(f"{{{NAMESPACE}}}translation")
    assert (own.get("of"), own.get(XML_LANGUAGE), own.get("machine")) == ("title", "es", "true")
    assert own.text == "Contratación & más"
    assert record.get("outdated-translations") == "title_fr"
    assert omitted(translations=TRANSLATIONS).count(("title_es", Reason.MACHINE)) == 1


@pytest.mark.parametrize("summary", ["Trains inspectors.", ""])
def test_an_activity_in_several_languages_has_no_fault(summary):
    assert faults(file_of(make_record(translations=TRANSLATIONS, summary=summary))) == []
