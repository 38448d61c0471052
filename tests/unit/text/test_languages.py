"""Languages by code and by name."""

import pytest

from portal.text.languages import primary_language, read_language


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
