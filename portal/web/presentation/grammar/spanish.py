"""Spanish: «Proyectos regionales finalizados en Ghana o en las Comoras»."""

from __future__ import annotations

from collections.abc import Iterable

from portal.i18n.joining import joined_in_spanish
from portal.search.read_models.terms import TermView
from portal.vocabulary.bands import Band
from portal.web.presentation import formatting
from portal.web.presentation.grammar.romance import FacetWords, GrammarWords, RomanceGrammar, RomanceSentence

WORDS = GrammarWords(
    either="o",
    both="y",
    all_projects="Todos los proyectos",
    project="proyecto",
    projects="proyectos",
    none="Ningún",
    status_quoted="con la situación {}",
    coverage_quoted="con la cobertura {}",
    theme="sobre {}",
    type="del tipo {}",
    region_quoted="en la región {}",
    country_quoted="en el país {}",
    benefit="en beneficio {}",
    together="a la vez {}",
    running="en ejecución el {}",
    years="con asignación en {}",
    years_between="con asignación de {} a {}",
    years_from="con asignación a partir de {}",
    years_to="con asignación hasta {}",
    length="con una duración {}",
    budget="con un presupuesto {}",
    budget_between="con un presupuesto de {} a {}\u00a0USD",
    budget_from="con un presupuesto de al menos {}\u00a0USD",
    budget_to="con un presupuesto de {}\u00a0USD como máximo",
    by="por",
    facets={
        "region": FacetWords("región", "sin región indicada", "cuya región es {values} {word} no consta"),
        "country": FacetWords(
            "Estado Miembro",
            "sin Estado Miembro indicado",
            "cuyo Estado Miembro beneficiario es {values} {word} no consta",
        ),
        "status": FacetWords("situación", "sin situación indicada", "cuya situación es {values} {word} no consta"),
        "coverage": FacetWords("cobertura", "sin cobertura indicada", "cuya cobertura es {values} {word} no consta"),
        "theme": FacetWords("tema", "sin tema indicado", "cuyo tema es {values} {word} no consta"),
        "type": FacetWords("tipo de proyecto", "sin tipo indicado", "cuyo tipo es {values} {word} no consta"),
        "year": FacetWords("año de asignación", "sin año de asignación indicado"),
        "length": FacetWords("duración en años civiles", "sin fecha de inicio o de fin indicada"),
        "budget": FacetWords("presupuesto en USD", "sin presupuesto indicado"),
        "sdg": FacetWords(
            "Objetivo de Desarrollo Sostenible",
            "sin Objetivo de Desarrollo Sostenible indicado",
            "cuyo Objetivo de Desarrollo Sostenible es {values} {word} no consta",
        ),
        "gcm": FacetWords(
            "objetivo del Pacto Mundial",
            "sin objetivo del Pacto Mundial indicado",
            "cuyo objetivo del Pacto Mundial es {values} {word} no consta",
        ),
    },
)


class Spanish(RomanceGrammar):
    locale = "es"
    words = WORDS
    feminine = frozenset({"coverage", "status"})

    def joined(self, phrases: Iterable[str], word: str) -> str:
        return joined_in_spanish(phrases, word)

    def quoted(self, text: str) -> str:
        return f"«{text}»"

    def inside(self, term: TermView) -> str:
        return self.place_quoted(term) or f"en {self.definite(term)}"

    def genitive(self, term: TermView) -> str:
        name = self.definite(term)
        # The article of El Salvador is part of its name and does not contract.
        return f"del {name.removeprefix('el ')}" if name.startswith("el ") else f"de {name}"

    def length(self, band: Band) -> str:
        if band.high is None:
            return f"de {band.low} años civiles o más"
        return "de un año civil" if band.low == 1 else f"de {band.low} años civiles"

    def budget_band(self, band: Band) -> str:
        low = formatting.number(band.low)
        if band.high is None:
            return f"{low}\u00a0USD o más"
        return f"{low} a menos de {formatting.number(band.high)}\u00a0USD"


SPANISH = Spanish()


class SpanishSentence(RomanceSentence):
    grammar = SPANISH

    def goal(self, code: str) -> str:
        return f"la meta {code}" if "." in code else f"el {code}"

    def serving(self) -> str:
        goals, targets, objectives = self.served()
        served = [
            *([f"al ODS {joined_in_spanish(goals, 'o')}"] if goals else []),
            *([f"a la meta {joined_in_spanish(targets, 'o')}"] if targets else []),
        ]
        phrases = [joined_in_spanish(served, "o")] if served else []
        if objectives:
            phrases.append(f"al objetivo {joined_in_spanish(objectives, 'o')} del Pacto Mundial")
        verb = "contribuyen" if self.has_projects else "contribuya"
        return f"que {verb} {joined_in_spanish(phrases, 'y')}" if phrases else ""

    def mentioning(self, quoted: str) -> str:
        return f"que {'mencionan' if self.has_projects else 'mencione'} {quoted}"
