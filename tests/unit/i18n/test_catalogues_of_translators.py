"""The catalogues of portal/translations: complete, with the placeholders and tags of the English, and well set.

A prose page is also checked as a whole against its English: portal/translations/pages.csv says when.
"""

import csv
import hashlib
import io
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from babel.messages.checkers import checkers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from jinja2.ext import babel_extract

from portal.web.presentation.navigation import PAGES
from tests.loops import not_empty

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "portal" / "translations"
LANGUAGES = sorted(path.parts[-3] for path in FOLDER.glob("*/LC_MESSAGES/messages.po"))
PLURAL_FORMS = {"fr": (2, "(n > 1)"), "es": (2, "(n != 1)")}

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|\{\w+\}")
TAG = re.compile(r"<[^>]*>")
CODE = re.compile(r"<code>.*?</code>")
# A text that people type as it stands, separators of a list included.
TYPED = re.compile(r"Kenya 60; Uganda 40|title_fr; summary_fr|portal:\w+|/ & \| \w+ \?")

# A source of prose pages with its name, and the sources that a page lists.
SOURCE = re.compile(r"^  '(\w+)': \('[^']*', _\('([^']*)'\)", re.MULTILINE)
LISTED = re.compile(r"sources\.items\(\[([^\]]*)\]\)")

# Placeholders of names of people.
PEOPLE = "name|author|former|asker|candidate|maker|holder|reviewer|editor|who|by"

# What is wrong in a text without its tags, code and placeholders.
WRONG_SETTING = {
    "fr": {
        "no narrow space before ; ! ?": re.compile(r"(?<!\u202f)[;!?](?!\w)"),
        "no space before a colon": re.compile(r"(?<![\u00a0\d])(?<!\bhttp)(?<!\bhttps):"),
        "no space inside guillemets": re.compile("«(?!\u00a0)|(?<!\u00a0)»"),
        "English quotes": re.compile("[“”]"),
        "a plain space before a percent sign": re.compile(" %"),
    },
    "es": {
        "a question without its opening mark": re.compile(r"^[^¿]*\?"),
        "an exclamation without its opening mark": re.compile(r"^[^¡]*!"),
        "a space before a mark": re.compile(r"\s[:;!?]"),
    },
}


def catalogue(language):
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file)


def pairs(message):
    """(English, translation) of each form; those beyond the second form are compared with the plural."""
    ids, strings = forms(message.id), forms(message.string)
    return [(ids[min(place, len(ids) - 1)], string) for place, string in enumerate(strings)]


def forms(text):
    return text if isinstance(text, (tuple, list)) else (text,)


def bare(text):
    """The text without what is not prose; a placeholder becomes a letter."""
    for pattern, instead in ((TYPED, ""), (CODE, "x"), (TAG, ""), (re.compile(r"%\(\w+\)[a-z]"), "x")):
        text = pattern.sub(instead, text)
    return text.replace("%%", "%")


def messages(language):
    return not_empty(message for message in catalogue(language) if message.id)


def differing(language, pattern):
    """The English of each translation that does not have the same matches as often."""
    return [
        (english, translation)
        for message in not_empty(messages(language))
        for english, translation in pairs(message)
        if Counter(pattern.findall(english)) != Counter(pattern.findall(translation))
    ]


def test_there_is_a_catalogue_to_check():
    assert LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated_in_every_form(language):
    found = catalogue(language)
    assert not found.fuzzy
    assert (found.num_plurals, found.plural_expr) == PLURAL_FORMS[language]
    lacking = [
        message.id
        for message in messages(language)
        if message.fuzzy
        or not all(forms(message.string))
        or len(forms(message.string)) != (found.num_plurals if message.pluralizable else 1)
    ]
    assert lacking == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_and_tags_are_those_of_the_english(language):
    assert differing(language, PLACEHOLDER) == []
    assert differing(language, TAG) == []
    found = catalogue(language)
    for message in messages(language):
        for check in checkers:
            check(found, message)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_begins_or_ends_with_a_plain_space_or_doubles_one(language):
    strings = not_empty(string for message in messages(language) for string in forms(message.string))
    assert [string for string in strings if string != string.strip(" \n") or "  " in string] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_prose_is_set_as_the_language_wants_it(language):
    rules = {"a typewriter apostrophe or quote": re.compile("'"), **WRONG_SETTING[language]}
    wrong = [
        (rule, string)
        for message in messages(language)
        for string in forms(message.string)
        for rule, pattern in rules.items()
        if pattern.search(bare(string))
    ]
    assert wrong == []


def test_no_french_word_that_elides_stands_before_the_name_of_a_person():
    elided = re.compile(rf"\b(?:de|que|lorsque|puisque|le|la|je|ne|se) (?:<\w+>)*%\((?:{PEOPLE})\)s", re.IGNORECASE)
    assert elided.search("Le compte de %(name)s")
    assert not elided.search("Le compte est à %(name)s")
    assert [string for message in messages("fr") for string in forms(message.string) if elided.search(string)] == []


def test_no_spanish_or_stands_before_an_amount():
    """It is "u" before 8 and 11, which a message cannot know."""
    found = [string for message in messages("es") for string in forms(message.string) if re.search(r" o %\(", string)]
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_compiles_and_gives_its_translations_back(language):
    found, file = catalogue(language), io.BytesIO()
    write_mo(file, found)
    file.seek(0)
    compiled = Translations(file)
    for message in not_empty(messages(language)):
        if message.pluralizable:
            answers = {compiled.ungettext(*message.id, number) for number in range(30)}
            assert answers <= set(message.string)
        elif message.context:
            assert compiled.upgettext(message.context, message.id) == message.string
        else:
            assert compiled.ugettext(message.id) == message.string


# ----- Prose pages


def english_of(page):
    """A digest of the English of a page of templates/pages: its title and description, its messages in their order, and
    the names of its sources.
    """
    (about,) = (prose_page for prose_page in PAGES if prose_page.template == f"pages/{page}")
    with (ROOT / "templates" / "pages" / page).open("rb") as file:
        found = babel_extract(file, ("_", "gettext", "ngettext"), (), {"silent": "false"})
        texts = [text for _, _, message, _ in found for text in forms(message) if text]
    texts = [about.title, about.description, *not_empty(texts), *sources_of(page)]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def sources_of(page):
    """The English names of the sources that a page lists."""
    folder = ROOT / "templates" / "pages"
    known = dict(SOURCE.findall((folder / "_sources.html").read_text(encoding="utf-8")))
    listed = LISTED.findall((folder / page).read_text(encoding="utf-8"))
    return [known[key] for keys in listed for key in re.findall(r"'(\w+)'", keys)]


def page_names():
    return sorted(path.name for path in (ROOT / "templates" / "pages").glob("[!_]*.html"))


def checked_pages():
    """The rows of pages.csv by language and page."""
    with (FOLDER / "pages.csv").open(encoding="utf-8", newline="") as file:
        return {(row["language"], row["page"]): row for row in csv.DictReader(file)}


@pytest.mark.parametrize("language", sorted({language for language, _ in checked_pages()}))
def test_every_prose_page_was_checked_against_the_english_it_has_now(language):
    rows = checked_pages()
    assert {page for checked, page in rows if checked == language} == set(page_names())
    outdated = {
        page: f"compare the {language} text with the English, then write the day and {english_of(page)}"
        for page in not_empty(page_names())
        if rows[language, page]["english"] != english_of(page)
    }
    assert outdated == {}
    assert all(date.fromisoformat(row["checked"]) for row in not_empty(rows.values()))


def test_the_names_of_sources_belong_to_their_pages():
    assert sources_of("review_and_selection.html") == [
        "Project review and selection, former site, no date", "How to apply, former site, no date",
    ]  # fmt: skip
    assert sources_of("privacy.html") == []


def test_a_page_has_another_digest_when_its_english_changes():
    digests = [english_of(page) for page in page_names()]
    assert len(set(digests)) == len(digests)
