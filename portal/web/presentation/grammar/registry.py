"""The grammar of the page: a new language is a module here and an entry of both tables."""

from __future__ import annotations

from portal.search.query.filters import Filters
from portal.search.read_models.terms import Terms
from portal.web.presentation import i18n
from portal.web.presentation.grammar.english import ENGLISH, EnglishSentence
from portal.web.presentation.grammar.french import FRENCH, FrenchSentence
from portal.web.presentation.grammar.pseudo import PSEUDO, PseudoSentence
from portal.web.presentation.grammar.sentence import Grammar, Sentence
from portal.web.presentation.grammar.spanish import SPANISH, SpanishSentence

_GRAMMARS: dict[str, Grammar] = {"en": ENGLISH, "fr": FRENCH, "es": SPANISH, "en@rtl": PSEUDO}
_SENTENCES: dict[str, type[Sentence]] = {
    "en": EnglishSentence,
    "fr": FrenchSentence,
    "es": SpanishSentence,
    "en@rtl": PseudoSentence,
}


def current_grammar() -> Grammar:
    """The rules of the language of the page; English for a language that has none."""
    return _GRAMMARS.get(i18n.current_locale(), ENGLISH)


def sentence(filters: Filters, terms: Terms, *, has_projects: bool = True) -> str:
    """A search as a sentence in the language of the page: "Completed projects in Africa", "No project in Africa"."""
    made = _SENTENCES.get(i18n.current_locale(), EnglishSentence)
    return str(made(filters, terms, has_projects=has_projects))
