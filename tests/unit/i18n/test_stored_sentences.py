"""Stored sentences, quotation marks, lists and numbers in the language that is spoken."""

import ast
from decimal import Decimal

import pytest

from portal.config import ROOT, Settings
from portal.errors import Forbidden
from portal.i18n import stored_sentences
from portal.i18n.catalogues import english_of, gettext
from portal.i18n.current import using
from portal.i18n.numbers import dollars, grouped, joined_with_and, joined_with_or
from portal.i18n.quoting import quoted
from portal.services.editorial.handover import ACCOUNT_DISABLED
from portal.services.editorial.publication import PUBLISHED_FIRST
from portal.services.mail import smtp
from portal.vocabulary import audit
from portal.vocabulary.columns import LABELS, label_of, names_by_label
from portal.vocabulary.status_rules import status_rules
from portal.vocabulary.tag_rules import tag_rules
from portal.vocabulary.workflow import SAMPLE_WITHDRAWAL_REASON
from tests.loops import not_empty


def test_what_is_stored_is_english_and_read_in_every_language():
    with using("fr"):
        sentence = ACCOUNT_DISABLED.english(name="Zoë (x.y)")
        assert stored_sentences.say(sentence) == "Le compte «\u00a0Zoë (x.y)\u00a0» a été désactivé."
    assert sentence == stored_sentences.say(sentence) == "The account of Zoë (x.y) was disabled."
    with using("es"):
        assert stored_sentences.say(SAMPLE_WITHDRAWAL_REASON) == "Era una muestra."
        assert stored_sentences.say(PUBLISHED_FIRST.english(revision="R-7")).startswith("R-7 se publicó antes")
        assert stored_sentences.say(smtp.describe_failure(TimeoutError())).startswith(
            "El servidor no responde: TimeoutError."
        )


@pytest.mark.parametrize("text", ["", "The account was closed.", "So: The account of Ann was disabled.", "a%(b)sc"])
def test_what_people_wrote_stays_as_it_is(text):
    with using("fr"):
        assert stored_sentences.say(text) == text


def test_a_refusal_is_told_in_one_language_and_logged_in_english():
    with using("fr"):
        text = gettext("There is no project %(name)s.", name=gettext("unknown"))
        assert (text, Forbidden(text).english) == ("Il n’y a pas de projet inconnue.", "There is no project unknown.")
    assert english_of(gettext("unknown")) == Forbidden("unknown").english == "unknown"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ("'a'", "64,240", "USD 64,240.50", "1, 2 and 3", "a or b", "IOM Development Fund")),
        ("fr", ("«\xa0a\xa0»", "64\u202f240", "64\u202f240,50\xa0USD", "1, 2 et 3", "a ou b",
                "Fonds de l’OIM pour le développement")),
        ("es", ("«a»", "64.240", "64.240,50\xa0USD", "1, 2 y 3", "a o b", "Fondo de la OIM para el Desarrollo")),
    ],
)  # fmt: skip
def test_values_in_sentences(language, expected):
    with using(language):
        said = (
            quoted("a"), grouped(Decimal(64240)), dollars(6_424_050), joined_with_and(["1", "2", "3"]),
            joined_with_or(["a", "b"]), Settings(database_url="", secret_key="").full_name,
        )  # fmt: skip
    assert said == expected


def test_a_header_is_read_back_in_every_language():
    for language in ("en", "fr", "es"):
        with using(language):
            labels = {name: label_of(name) for name in not_empty(LABELS)}
        assert {name: names_by_label()[label.casefold().strip()] for name, label in plain(labels)} == {
            name: name for name, _ in plain(labels)
        }


def plain(labels):
    """Labels that folding leaves as they are, but for case."""
    return not_empty([(name, label) for name, label in labels.items() if label.isascii()])


def verbs_in(tree):
    """The verbs that a module hands to `record` or `record_bulk` as they stand."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("record", "record_bulk"):
            yield from (tuple(getattr(part, "value", None) for part in node.args[1:3]),)


def test_every_deed_of_the_audit_log_has_a_name_in_every_language():
    found = [
        pair
        for path in (ROOT / "portal").rglob("*.py")
        for pair in verbs_in(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert {verb for verb, _ in not_empty(found) if isinstance(verb, str)} <= audit.VERBS
    assert {kind for _, kind in found if isinstance(kind, str)} <= audit.KINDS
    with using("es"):
        assert (audit.verb_name("sign in"), audit.verb_name("gone")) == ("inicio de sesión", "gone")
        assert (audit.kind_name("revision"), audit.actor_name("the portal")) == ("versión", "el portal")


def test_what_rules_say_is_translated():
    with using("fr"):
        assert {rule.reason == rule.english for rule in not_empty(tag_rules())} == {False}
        assert {rule.reason == rule.english for rule in not_empty(status_rules())} == {False}
