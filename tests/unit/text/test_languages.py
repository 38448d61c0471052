"""Languages by code and by name."""

import pytest
from babel import Locale

from portal.text.languages import is_language_code, primary_language, read_language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("French", "fr"), ("Français", "fr"), ("francais", "fr"), ("francés", "fr"), ("FR", "fr"), ("fr-FR", "fr"),
        ("fra", "fr"), ("fre", "fr"), ("en_GB", "en-GB"), ("en-US", "en-US"), ("eng", "en"), ("ENGLISH", "en"),
        ("Español", "es"), ("Spanish", "es"), ("العربية", "ar"), ("русский", "ru"), ("português", "pt"),
        ("pt-BR", "pt-BR"), ("zh_hans", "zh-Hans"), ("es-419", "es-419"), ("Anglais", "en"), ("inglés", "en"),
        ("N/A", ""), ("n.a.", ""), ("-", ""), ("–", ""), ("und", ""), ("", ""), ("Not stated", ""), ("NA", ""),
        ("Klingonese", None), ("e", None), ("English, French", None), ("fr-", None), ("xx", None), ("1", None),
    ],
)  # fmt: skip
def test_a_language_is_read_by_code_and_name(text, code):
    assert read_language(text) == code


def test_the_language_of_a_code_is_its_first_part():
    assert [primary_language(code) for code in ("en-GB", "fr", "", "und")] == ["en", "fr", "", ""]


NAMES = sorted(name for locale in ("en", "fr", "es") for name in Locale(locale).languages.values())


def test_a_code_is_read_before_a_name_of_another_language():
    assert [read_language(text) for text in ("ga", "Ga", "yi", "Yi", "Irish")] == ["ga", "gaa", "yi", "ii", "ga"]


def test_every_code_that_a_name_gives_is_a_code_of_records():
    codes = {code for name in NAMES if (code := read_language(name))}
    assert len(codes) > 200
    assert {code for code in codes if not is_language_code(code)} == set()


# Where these stand in a table, nothing is stated: "NA" is rarely Nauruan.
UNSTATED = {"na", "nd", "und"}


def test_every_code_but_those_for_nothing_is_read_as_itself():
    codes = {code for name in NAMES if (code := read_language(name))}
    assert {code for code in codes if read_language(code) != code} == UNSTATED


@pytest.mark.parametrize("text", ["fr", "sr-Latn", "es-419", "en-GB", "na", "und", "tw"])
def test_codes_as_records_state_them_are_codes(text):
    assert is_language_code(text)


@pytest.mark.parametrize("text", ["", "FR", "fr-fr", "sr_Latn", "French", "xx", "zh-Hans-CN", "Ga"])
def test_other_spellings_are_no_codes(text):
    assert not is_language_code(text)
