"""The pseudo-language: English between brackets, a third longer, with accents, written from right to left."""

import re

import pytest

from portal.config import Settings
from portal.errors import ConfigurationError
from portal.i18n.catalogues import catalogue, gettext, name_in, ngettext
from portal.i18n.current import current_language, using
from portal.i18n.isolation import isolated
from portal.i18n.languages import DEFAULT_CODES, LANGUAGES, SOURCE, language_of
from portal.i18n.pseudo import lengthened
from portal.i18n.untranslated import Untranslated

PRODUCTION = {"PORTAL_ENV": "production", "SECRET_KEY": "5e8a1c9b03f7d264" * 4, "PORTAL_URL": "https://example.org"}


# What is written from right to left: between an override and its end, each beside a mark that counts as a letter.
MIRRORED = re.compile("\u200f\u202e([^\u202c]*)\u202c\u200f")
ISOLATED = re.compile("\u2068([^\u2069]*)\u2069")


def read(text):
    """The text without the characters that nobody sees, and without accents."""
    plain = str.maketrans("ÅÉÎÖÛÝÇÑŠåéîöûýçñš", "AEIOUYCNSaeiouycns", "\u200f\u202e\u202c\u2068\u2069")
    return text.translate(plain)


@pytest.mark.parametrize("message", ["Save", "Search the list.", "x" * 900])
def test_a_message_is_a_third_longer(message):
    found = read(lengthened(message))
    assert found.startswith(f"⟦{message} ")
    assert found.endswith("⟧")
    assert len(message) * 4 // 3 - 1 <= len(found) - 3 <= len(message) * 4 // 3 + 2


@pytest.mark.parametrize(
    ("message", "words", "kept"),
    [
        ("See %(name)s now", ["Šéé ", " ñöw", " öñ"], ["⟦", "%(name)s", "", "⟧"]),
        ("See <a href='%(url)s'>it</a>", ["Šéé ", "ît", " öñ"], ["⟦", "<a href='%(url)s'>", "</a>", "⟧"]),
        ("Type <code>none</code> &amp; go", ["Týpé ", " gö", " öñé"], ["⟦", "<code>none</code> &amp;", "", "⟧"]),
        ("Such as LM.0024, 50 %%", ["Šûçh åš ", " öñé"], ["⟦", "LM.0024, 50 %%", "⟧"]),
    ],
)
def test_words_are_mirrored_and_everything_else_stays(message, words, kept):
    found = lengthened(message)
    assert MIRRORED.findall(found) == words
    assert MIRRORED.split(found)[::2] == kept


@pytest.mark.parametrize("message", ["%(start)s–%(end)s", "100 %%", ""])
def test_a_message_without_words_stays(message):
    assert lengthened(message) == message


def test_words_are_mirrored_once():
    once = lengthened("All projects")
    assert MIRRORED.findall(lengthened(f"{once}, by theme")) == [*MIRRORED.findall(once), "⟧, bý thémé", " öñé"]


def test_an_arrow_between_two_values_turns_around():
    assert lengthened("%(before)s → %(after)s") == "%(before)s ← %(after)s"


@pytest.mark.parametrize("locale", ["en", "fr", "es"])
def test_a_language_from_left_to_right_has_no_marks(locale):
    assert not ISOLATED.search(catalogue(locale).ugettext("USD %(amount)s million"))


def test_values_in_a_mirrored_message_stand_apart():
    found = catalogue("en@rtl").ungettext("one", "%(count)s of <a href='%(url)s'>%(all)s</a>", 2)
    assert ISOLATED.findall(found) == ["%(count)s", "%(all)s"]
    assert "<a href='%(url)s'>" in found


def test_a_value_with_a_line_to_itself_is_left_alone():
    """A mail program that makes a link of an address would take the mark for a part of it."""
    assert ISOLATED.findall(isolated("Use it:\n\n%(url)s\n\nfor %(days)s days")) == ["%(days)s"]


def test_a_message_that_is_not_translated_stays_one():
    assert isinstance(isolated(Untranslated("Save %(what)s")), Untranslated)


def test_a_term_without_a_name_in_a_language_has_the_english_one():
    names = {"en": "Georgia", "fr": "Géorgie"}
    assert [name_in(names, locale) for locale in ("en", "fr", "es")] == ["Georgia", "Géorgie", "Georgia"]
    assert name_in({}, "fr", "Georgia") == "Georgia"
    assert [type(name_in(names, locale)) for locale in ("en", "fr", "es")] == [str, str, Untranslated]
    assert read(name_in(names, "en@rtl")) == "⟦Georgia on⟧"


def test_it_is_spoken_like_any_other():
    with using("qps-rtl"):
        assert current_language().direction == "rtl"
        assert read(gettext("Save %(what)s", what="all")) == "⟦Save all o⟧"
        assert read(ngettext("one", "%(num)s of them", 2)) == "⟦2 of them on⟧"
    assert current_language() == SOURCE


def test_each_catalogue_is_made_once():
    assert catalogue("fr") is catalogue("fr")


def test_an_unknown_code_is_the_source():
    assert [language_of(code) for code in ("", "de", "fr-CA")] == [SOURCE] * 3


def test_settings_name_the_languages_english_first():
    assert Settings.from_environment({"SECRET_KEY": "x"}).languages == DEFAULT_CODES == ("en", "fr", "es")
    found = Settings.from_environment({"SECRET_KEY": "x", "PORTAL_LANGUAGES": " en, es,qps-rtl ,es"})
    assert found.languages == ("en", "es", "qps-rtl")
    assert Settings.from_environment({**PRODUCTION, "PORTAL_LANGUAGES": "en"}).languages == ("en",)


@pytest.mark.parametrize(
    ("text", "stage", "says"),
    [
        ("en,de", {}, "'de'"),
        ("fr,en", {}, "begin with en"),
        (",", {}, "begin with en"),
        ("en,qps-rtl", PRODUCTION, "qps-rtl"),
    ],
)
def test_other_lists_are_refused_with_what_to_do(text, stage, says):
    with pytest.raises(ConfigurationError, match="PORTAL_LANGUAGES") as refused:
        Settings.from_environment({"SECRET_KEY": "x", **stage, "PORTAL_LANGUAGES": text})
    assert says in str(refused.value)


def test_only_the_pseudo_language_has_no_readers():
    assert [code for code, language in LANGUAGES.items() if not language.is_public] == ["qps-rtl"]
