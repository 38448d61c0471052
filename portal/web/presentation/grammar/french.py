"""French: « Projets régionaux achevés au Ghana ou aux Comores ».

Where the forms « au Kenya, du Kenya » do not follow from `phrase_fr`, a term has them as `in_fr` and `of_fr`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from portal.i18n.joining import joined
from portal.search.read_models.terms import TermView
from portal.vocabulary.bands import Band
from portal.web.presentation import formatting
from portal.web.presentation.grammar.romance import FacetWords, GrammarWords, RomanceGrammar, RomanceSentence

_VOWEL = re.compile("[aeiouyàâäéèêëîïôöùûüœæ]", re.IGNORECASE)
_AFTER_IN = (("le ", "au "), ("les ", "aux "), ("la ", "en "), ("l’", "en "))
_AFTER_OF = (("le ", "du "), ("les ", "des "), ("la ", "de la "), ("l’", "de l’"))

WORDS = GrammarWords(
    either="ou",
    both="et",
    all_projects="Tous les projets",
    project="projet",
    projects="projets",
    none="Aucun",
    status_quoted="de statut {}",
    coverage_quoted="de couverture {}",
    theme="sur {}",
    type="du type {}",
    region_quoted="dans la région {}",
    country_quoted="dans le pays {}",
    benefit="au profit {}",
    together="à la fois {}",
    running="en cours le {}",
    years="avec une allocation en {}",
    years_between="avec une allocation de {} à {}",
    years_from="avec une allocation à partir de {}",
    years_to="avec une allocation jusqu’en {}",
    length="d’une durée {}",
    budget="avec un budget {}",
    budget_between="avec un budget de {} à {}\u00a0USD",
    budget_from="avec un budget d’au moins {}\u00a0USD",
    budget_to="avec un budget d’au plus {}\u00a0USD",
    by="par",
    facets={
        "region": FacetWords("région", "sans région indiquée", "dont la région est {values} {word} n’est pas indiquée"),
        "country": FacetWords(
            "État Membre",
            "sans État Membre indiqué",
            "dont l’État Membre bénéficiaire est {values} {word} n’est pas indiqué",
        ),
        "status": FacetWords("statut", "sans statut indiqué", "dont le statut est {values} {word} n’est pas indiqué"),
        "coverage": FacetWords(
            "couverture", "sans couverture indiquée", "dont la couverture est {values} {word} n’est pas indiquée"
        ),
        "theme": FacetWords("thème", "sans thème indiqué", "dont le thème est {values} {word} n’est pas indiqué"),
        "type": FacetWords("type de projet", "sans type indiqué", "dont le type est {values} {word} n’est pas indiqué"),
        "year": FacetWords("année d’allocation", "sans année d’allocation indiquée"),
        "length": FacetWords("durée en années civiles", "sans date de début ou de fin indiquée"),
        "budget": FacetWords("budget en USD", "sans budget indiqué"),
        "sdg": FacetWords(
            "objectif de développement durable",
            "sans objectif de développement durable indiqué",
            "dont l’objectif de développement durable est {values} {word} n’est pas indiqué",
        ),
        "gcm": FacetWords(
            "objectif du Pacte mondial",
            "sans objectif du Pacte mondial indiqué",
            "dont l’objectif du Pacte mondial est {values} {word} n’est pas indiqué",
        ),
    },
)


class French(RomanceGrammar):
    locale = "fr"
    words = WORDS
    feminine = frozenset({"coverage"})

    def joined(self, phrases: Iterable[str], word: str) -> str:
        return joined(phrases, word)

    def quoted(self, text: str) -> str:
        return f"«\u00a0{text}\u00a0»"

    def inside(self, term: TermView) -> str:
        if form := self.form(term, "in"):
            return form
        if quoted := self.place_quoted(term):
            return quoted
        return _contracted(self.definite(term), _AFTER_IN, "à ")

    def genitive(self, term: TermView) -> str:
        name = self.definite(term)
        return self.form(term, "of") or _contracted(name, _AFTER_OF, "d’" if _VOWEL.match(name) else "de ")

    def length(self, band: Band) -> str:
        if band.high is None:
            return f"de {band.low} années civiles ou plus"
        return "d’une année civile" if band.low == 1 else f"de {band.low} années civiles"

    def budget_band(self, band: Band) -> str:
        low = formatting.number(band.low)
        if band.high is None:
            return f"{low}\u00a0USD ou plus"
        return f"{low} à moins de {formatting.number(band.high)}\u00a0USD"


def _contracted(name: str, contractions: Iterable[tuple[str, str]], otherwise: str) -> str:
    """A name with its article after a preposition; `otherwise` is the preposition before a name without an article."""
    for article, preposition in contractions:
        if name.startswith(article):
            return preposition + name.removeprefix(article)
    return otherwise + name


FRENCH = French()


class FrenchSentence(RomanceSentence):
    grammar = FRENCH

    def goal(self, code: str) -> str:
        return f"la cible {code}" if "." in code else f"le {code}"

    def serving(self) -> str:
        goals, targets, objectives = self.served()
        served = [
            *([f"à l’ODD {joined(goals, 'ou')}"] if goals else []),
            *([f"à la cible {joined(targets, 'ou')}"] if targets else []),
        ]
        phrases = [joined(served, "ou")] if served else []
        if objectives:
            phrases.append(f"à l’objectif {joined(objectives, 'ou')} du Pacte mondial")
        return f"contribuant {joined(phrases, 'et')}" if phrases else ""

    def mentioning(self, quoted: str) -> str:
        return f"mentionnant {quoted}"
