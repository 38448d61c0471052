"""Texts in several languages, and several descriptions."""

import pytest

ENGLISH, SPANISH = '<narrative xml:lang="en">Water</narrative>', '<narrative xml:lang="es">Agua</narrative>'


def title(texts, default):
    attributes = f'xml:lang="{default}"' if default else ""
    return {"whole": f"<iati-identifier>X-1</iati-identifier><title>{texts}</title>", "attributes": attributes}


@pytest.mark.parametrize(
    ("texts", "default", "text", "language"),
    [
        (ENGLISH + SPANISH, "en", "Water", "en"),
        (ENGLISH + SPANISH, "es", "Agua", "es"),
        (ENGLISH + SPANISH, "es-419", "Agua", "es"),
        (SPANISH + ENGLISH, "fr", "Agua", "es"),
        (SPANISH + ENGLISH, "", "Agua", "es"),
        ("<narrative>Eau</narrative>" + ENGLISH, "fr", "Eau", "fr"),
        ("<narrative>Eau</narrative>", "", "Eau", ""),
        ("<narrative>Eau</narrative>", "xx-unknown", "Eau", ""),
        ("<narrative/>" + ENGLISH, "fr", "Water", "en"),
        ("<narrative>\n\t Eau <![CDATA[& <b>]]>\n</narrative>", "fr", "Eau & <b>", "fr"),
        ("Eau", "fr", "Eau", "fr"),
        ("", "fr", "", ""),
    ],
)
def test_one_language_is_chosen_and_kept(read, texts, default, text, language):
    row, _ = read(**title(texts, default))
    assert (row.get("title", ""), row.get("title_language", "")) == (text, language)


def test_a_language_may_stand_on_the_element_around_the_text(read):
    row, _ = read(whole='<iati-identifier>X-1</iati-identifier><title xml:lang="fr"><narrative>Eau</narrative></title>')
    assert (row["title"], row["title_language"]) == ("Eau", "fr")


def test_texts_in_other_languages_are_counted(read):
    _, notes = read(**title(ENGLISH + SPANISH, "en"))
    assert notes == ["A record has no place for these elements: narrative in another language (1)"]


def test_descriptions_are_paragraphs_with_the_general_one_first(read):
    row, _ = read(
        '<description type="2"><narrative>Objectives.</narrative></description>'
        '<description type="1"><narrative>General.</narrative></description>'
        '<description type="3"><narrative>Objectives.</narrative></description>'
        "<description/>"
    )
    assert (row["summary"], row["language"]) == ("General.\n\nObjectives.", "en")
