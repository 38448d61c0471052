"""What the sentences of French and Spanish share: the order of their parts, and how these agree and are quoted.

Terms bring their forms as `extra`, in columns of portal/terms/*.csv: `phrase_fr`, the name with its article (« le
Kenya »), and `adjective_fr` of statuses and coverages: masculine, its plural, feminine. A term without them, such as
one that an import added, is quoted.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from portal.search.read_models.terms import TermView
from portal.vocabulary.bands import Band
from portal.web.presentation import formatting
from portal.web.presentation.grammar import dates
from portal.web.presentation.grammar.sentence import Grammar, SelectedTerms, Sentence

SINGULAR, PLURAL, FEMININE = range(3)


@dataclass(frozen=True)
class FacetWords:
    """A facet inside sentences: `by` after the word for "by", `unstated` where no project states it.

    `whose` has the values as {values}, and the word "or" or "and" as {word}: "whose status is active or not stated".
    """

    by: str
    unstated: str
    whose: str = ""


@dataclass(frozen=True)
class GrammarWords:
    """The words of a language; the fields in braces are filled in."""

    either: str
    both: str
    all_projects: str
    project: str
    projects: str
    none: str
    status_quoted: str
    coverage_quoted: str
    theme: str
    type: str
    region_quoted: str
    country_quoted: str
    benefit: str
    together: str
    running: str
    years: str
    years_between: str
    years_from: str
    years_to: str
    length: str
    budget: str
    budget_between: str
    budget_from: str
    budget_to: str
    by: str
    facets: Mapping[str, FacetWords]


class RomanceGrammar(Grammar):
    """`locale` is the key of the forms of a term; `feminine` are the facets whose word is, of status and coverage."""

    locale: str
    words: GrammarWords
    feminine: frozenset[str]

    @abstractmethod
    def joined(self, phrases: Iterable[str], word: str) -> str:
        """a; a or b; a, b or c. Raises ValueError for no phrase."""

    @abstractmethod
    def quoted(self, text: str) -> str: ...

    @abstractmethod
    def inside(self, term: TermView) -> str:
        """In a place: « au Kenya », «en el Perú»."""

    @abstractmethod
    def genitive(self, term: TermView) -> str:
        """Of a place: « du Kenya », «del Perú»."""

    @abstractmethod
    def length(self, band: Band) -> str:
        """A length after the word for it: « de 3 années civiles »."""

    def joined_with_or(self, phrases: Iterable[str]) -> str:
        return self.joined(phrases, self.words.either)

    def joined_with_and(self, phrases: Iterable[str]) -> str:
        return self.joined(phrases, self.words.both)

    def definite(self, term: TermView) -> str:
        """A term as subject or after a preposition that does not contract: « le Kenya », « l’Afrique »."""
        # The bare name of a country is one that takes no article.
        own_name = term.names.get(self.locale) if term.facet == "country" else ""
        return self.form(term, "phrase") or own_name or self.quoted(formatting.label(term))

    def place_quoted(self, term: TermView) -> str:
        """In a place of which no form is known; "" for any other."""
        if self.form(term, "phrase") or (term.facet == "country" and term.names.get(self.locale)):
            return ""
        pattern = self.words.country_quoted if term.facet == "country" else self.words.region_quoted
        return pattern.format(self.quoted(formatting.label(term)))

    def form(self, term: TermView, name: str) -> str:
        return str(term.extra.get(f"{name}_{self.locale}", ""))

    def adjective(self, term: TermView, number: int, quoted: str = "{}") -> str:
        if forms := self.form(term, "adjective"):
            return forms.split("|")[number]
        return quoted.format(self.quoted(formatting.label(term)))

    def type_name(self, term: TermView) -> str:
        return self.quoted(self.form(term, "phrase") or formatting.label(term))

    def long_day(self, value: date) -> str:
        return dates.long_day(value, self.locale)

    def table_heading(self, subject: str, rows: str, columns: str) -> str:
        facets = [f"{self.words.by} {self.words.facets[facet].by}" for facet in (rows, columns) if facet]
        return f"{subject}, {self.joined_with_and(facets)}"


class RomanceSentence(Sentence):
    grammar: RomanceGrammar

    @property
    def all_projects(self) -> str:
        return self.grammar.words.all_projects

    def none_of(self, subject: str) -> str:
        return f"{self.grammar.words.none} {subject}"

    def parts(self) -> Iterator[str]:
        grammar, words = self.grammar, self.grammar.words
        yield self._noun()
        yield from (self._unstated(facet) for facet in ("coverage", "status"))
        yield self._clause("theme", words.theme, grammar.definite)
        yield self._clause("type", words.type, grammar.type_name)
        yield self._clause("region", "{}", grammar.inside, words.region_quoted)
        yield self._countries()
        yield from self._allocation()
        yield words.running.format(grammar.long_day(self.filters.on)) if self.filters.on else ""
        yield self._length()
        yield from self._budget()
        yield self.serving()
        yield from (self._unstated(facet) for facet in ("sdg", "gcm"))
        yield self.mentioning(grammar.quoted(self.filters.text)) if self.filters.text else ""

    @abstractmethod
    def goal(self, code: str) -> str:
        """A Goal or a target with its article, as the value of its facet: « le 8 », « la cible 8.7 »."""

    @abstractmethod
    def serving(self) -> str:
        """The Goals, targets and objectives that projects serve, "" where none are selected."""

    @abstractmethod
    def mentioning(self, quoted: str) -> str: ...

    def served(self) -> tuple[list[str], list[str], list[str]]:
        """The codes of Goals, targets and objectives that are asked for without "not stated"."""
        goals, objectives = (
            [] if chosen.has_unstated else [*(term.code for term in chosen.terms), *chosen.unknown]
            for chosen in map(self.selected, ("sdg", "gcm"))
        )
        return [code for code in goals if "." not in code], [code for code in goals if "." in code], objectives

    def _noun(self) -> str:
        """The noun with its adjectives. A comma keeps two coverages apart from the status after them."""
        words = self.grammar.words
        coverage = self._adjectives("coverage", words.coverage_quoted)
        status = self._adjectives("status", words.status_quoted)
        if status and len(self.filters.values("coverage")) > 1 and coverage:
            coverage += ","
        return " ".join(filter(None, [words.projects if self.has_projects else words.project, coverage, status]))

    def _adjectives(self, facet: str, quoted: str) -> str:
        if self.lacks(facet):
            return ""
        number = PLURAL if self.has_projects else SINGULAR
        return self._clause(facet, "{}", lambda term: self.grammar.adjective(term, number, quoted), quoted)

    def _clause(self, facet: str, pattern: str, phrase: Callable[[TermView], str], unknown: str = "{}") -> str:
        """The values of a facet in a pattern; with "not stated" among them they have a clause of another kind."""
        chosen = self.selected(facet)
        if chosen.has_unstated:
            return self._unstated(facet)
        phrases = self._phrases(chosen, phrase, unknown)
        return pattern.format(self.grammar.joined_with_or(phrases)) if phrases else ""

    def _phrases(self, chosen: SelectedTerms, phrase: Callable[[TermView], str], unknown: str = "{}") -> list[str]:
        codes = (unknown.format(self.grammar.quoted(code)) for code in chosen.unknown)
        return [*map(phrase, chosen.terms), *codes]

    def _unstated(self, facet: str) -> str:
        """The clause of a facet with "not stated": "without a status", "whose status is active or not stated"."""
        if not self.lacks(facet):
            return ""
        words, chosen = self.grammar.words.facets[facet], self.selected(facet)
        if not chosen.has_values:
            return words.unstated
        values = self.grammar.joined_with_or(self._phrases(chosen, lambda term: self._value(facet, term)))
        is_all = facet == "country" and self.are_countries_together
        return words.whose.format(values=values, word=self.grammar.words.both if is_all else self.grammar.words.either)

    def _value(self, facet: str, term: TermView) -> str:
        if facet in ("status", "coverage"):
            return self.grammar.adjective(term, FEMININE if facet in self.grammar.feminine else SINGULAR)
        if facet in ("sdg", "gcm"):
            return self.goal(term.code)
        return self.grammar.type_name(term) if facet == "type" else self.grammar.definite(term)

    def _countries(self) -> str:
        """In Kenya; after a region, for the benefit of Kenya: "in Africa, in Kenya" would read as in either."""
        words, chosen = self.grammar.words, self.selected("country")
        follows_place = self.selected("region").has_values and not self.lacks("region")
        phrase, unknown = (
            (self.grammar.genitive, "de {}") if follows_place else (self.grammar.inside, words.country_quoted)
        )
        benefit = words.benefit if follows_place else "{}"
        if not self.are_countries_together or chosen.has_unstated:
            return self._clause("country", benefit, phrase, unknown)
        phrases = self._phrases(chosen, phrase, unknown)
        return benefit.format(words.together.format(self.grammar.joined_with_and(phrases)))

    def _allocation(self) -> Iterator[str]:
        words, either = self.grammar.words, self.grammar.joined_with_or
        phrases = [words.years.format(either(self.years))] if self.years else []
        if self.lacks("year"):
            phrases.append(words.facets["year"].unstated)
        yield either(phrases) if phrases else ""
        yield _range(self.filters.year_from, self.filters.year_to,
                     words.years_between, words.years_from, words.years_to)  # fmt: skip

    def _length(self) -> str:
        words, either = self.grammar.words, self.grammar.joined_with_or
        lengths = [self.grammar.length(band) for band in self.bands("length")]
        phrases = [words.length.format(either(lengths))] if lengths else []
        if self.lacks("length"):
            phrases.append(words.facets["length"].unstated)
        return either(phrases) if phrases else ""

    def _budget(self) -> Iterator[str]:
        words, either = self.grammar.words, self.grammar.joined_with_or
        bands = [f"de {self.grammar.budget_band(band)}" for band in self.bands("budget")]
        phrases = [words.budget.format(either(bands))] if bands else []
        if self.lacks("budget"):
            phrases.append(words.facets["budget"].unstated)
        yield either(phrases) if phrases else ""
        low, high = (
            None if amount is None else formatting.number(amount)
            for amount in (self.filters.budget_min, self.filters.budget_max)
        )
        yield _range(low, high, words.budget_between, words.budget_from, words.budget_to)


def _range(low: object, high: object, between: str, start: str, end: str) -> str:
    if low is not None and high is not None:
        return between.format(low, high)
    if low is not None:
        return start.format(low)
    return end.format(high) if high is not None else ""
