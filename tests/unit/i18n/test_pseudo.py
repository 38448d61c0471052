"""The pseudo-language: English between brackets, a third longer, mirrored."""

import pytest

from portal.config import Settings
from portal.errors import ConfigurationError
from portal.i18n.catalogues import catalogue, gettext, ngettext
from portal.i18n.current import current_language, using
from portal.i18n.languages import DEFAULT_CODES, LANGUAGES, SOURCE, language_of
from portal.i18n.pseudo import lengthened

PRODUCTION = {"PORTAL_ENV": "production", "SECRET_KEY": "0123456789abcdef" * 4, "PORTAL_URL": "https://example.org"}


@pytest.mark.parametrize("message", ["Save", "Search the %(name)s.", "See <a href='x'>%(n)s</a>", "x" * 900])
def test_a_message_is_a_third_longer_and_keeps_what_it_holds(message):
    found = lengthened(message)
    assert found.startswith(f"⟦{message} ")
    assert found.endswith("⟧")
    assert len(message) * 4 // 3 - 1 <= len(found) - 3 <= len(message) * 4 // 3 + 2


def test_it_is_spoken_like_any_other():
    with using("qps-rtl"):
        assert current_language().direction == "rtl"
        assert gettext("Save %(what)s", what="all").startswith("⟦Save all ")
        assert ngettext("one", "%(num)s of them", 2).startswith("⟦2 of them ")
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
