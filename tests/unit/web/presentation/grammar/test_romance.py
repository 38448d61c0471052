"""Searches as sentences in French and Spanish; English ones are in ../test_search_text.py."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.search.query.filters import Filters
from portal.search.read_models.terms import Terms, TermView
from portal.vocabulary.bands import BUDGET_BANDS, LENGTH_BANDS
from portal.vocabulary.facets import FACETS, NOT_STATED
from portal.vocabulary.term_lists import read_term_list
from portal.web.presentation import i18n
from portal.web.presentation.grammar.registry import current_grammar, sentence
from tests.queries import filters_of
from tests.unit.web.presentation.grammar.test_romance_member_states import STATES

NBSP, NARROW = "\u00a0", "\u202f"
_LISTS = ("theme", "type", "status", "coverage", "region", "country", "sdg", "gcm")


def _shipped_terms():
    rows = [row for facet in _LISTS for row in read_term_list(facet)]
    terms = [
        TermView(
            number,
            row.facet,
            row.code,
            row.names["en"],
            row.names,
            row.aliases,
            row.phrase or row.names["en"],
            row.extra,
        )
        for number, row in enumerate(rows, 1)
    ]
    # What an import adds has an English name alone.
    terms.append(TermView(len(terms) + 1, "status", "on-hold", "On hold", {"en": "On hold"}, phrase="On hold"))
    terms.append(TermView(len(terms) + 1, "region", "pacific", "Pacific", {"en": "Pacific"}, phrase="Pacific"))
    return Terms({term.id: term for term in terms})


TERMS = _shipped_terms()
_VALUES = {
    **{facet: [term.code for term in TERMS.in_facet(facet)] for facet in _LISTS},
    "year": ["2008", "2018", "2019"],
    "budget": [band.code for band in BUDGET_BANDS],
    "length": [band.code for band in LENGTH_BANDS],
}
_PAIRS = st.sampled_from(FACETS).flatmap(
    lambda facet: st.tuples(st.just(facet), st.sampled_from([*_VALUES[facet], NOT_STATED, "zz"]))
)
_BUDGETS = st.none() | st.integers(0, 10**9)
_YEARS = st.none() | st.integers(1990, 2030)
_FILTERS = st.builds(
    Filters,
    text=st.sampled_from(["", "agua", "Îles", "hijos"]),
    selected=st.frozensets(_PAIRS, max_size=9),
    match_all_countries=st.booleans(),
    year_from=_YEARS,
    year_to=_YEARS,
    budget_min=_BUDGETS,
    budget_max=_BUDGETS,
    on=st.none() | st.dates(date(2000, 1, 1), date(2030, 12, 31)),
)


def said(query, language, *, has_projects=True):
    with i18n.using(language):
        return sentence(filters_of(query), TERMS, has_projects=has_projects)


@pytest.mark.parametrize(
    ("query", "french", "spanish"),
    [
        ("", "Tous les projets", "Todos los proyectos"),
        (
            "status=completed&coverage=regional&region=africa",
            "Projets régionaux achevés en Afrique",
            "Proyectos regionales finalizados en África",
        ),
        (
            "status=completed&status=active&coverage=national&coverage=global",
            "Projets nationaux ou mondiaux, actifs ou achevés",
            "Proyectos nacionales o mundiales, activos o finalizados",
        ),
        ("status=on-hold", "Projets de statut «~On hold~»", "Proyectos con la situación «On hold»"),
        ("coverage=zz", "Projets de couverture «~zz~»", "Proyectos con la cobertura «zz»"),
        (
            "status=active&status=none",
            "Projets dont le statut est actif ou n’est pas indiqué",
            "Proyectos cuya situación es activa o no consta",
        ),
        ("coverage=none", "Projets sans couverture indiquée", "Proyectos sin cobertura indicada"),
        (
            "coverage=national&coverage=none&status=active",
            "Projets actifs dont la couverture est nationale ou n’est pas indiquée",
            "Proyectos activos cuya cobertura es nacional o no consta",
        ),
        (
            "country=KEN&country=GEO&country=COM",
            "Projets aux Comores, en Géorgie ou au Kenya",
            "Proyectos en las Comoras, en Georgia o en Kenya",
        ),
        (
            "country=HTI&country=PER&country_match=all",
            "Projets à la fois en Haïti et au Pérou",
            "Proyectos a la vez en Haití y en el Perú",
        ),
        (
            "country=HTI&country=PER&region=latin-america-and-the-caribbean",
            "Projets en Amérique latine et dans les Caraïbes au profit d’Haïti ou du Pérou",
            "Proyectos en América Latina y el Caribe en beneficio de Haití o del Perú",
        ),
        ("country=ZZZ", "Projets dans le pays «~ZZZ~»", "Proyectos en el país «ZZZ»"),
        (
            "country=none&country=GHA",
            "Projets dont l’État Membre bénéficiaire est le Ghana ou n’est pas indiqué",
            "Proyectos cuyo Estado Miembro beneficiario es Ghana o no consta",
        ),
        ("region=pacific", "Projets dans la région «~Pacific~»", "Proyectos en la región «Pacific»"),
        ("region=global", "Projets dans le monde entier", "Proyectos en todo el mundo"),
        (
            "theme=labour-migration&theme=borders-and-identity",
            "Projets sur la migration de main-d’œuvre ou les frontières et l’identité",
            "Proyectos sobre la migración laboral o las fronteras y la identidad",
        ),
        (
            "type=labour-migration&type=none",
            "Projets dont le type est «~Migration de main-d’œuvre~» ou n’est pas indiqué",
            "Proyectos cuyo tipo es «Migración laboral» o no consta",
        ),
        (
            "year=2018&year=none&year_from=2008",
            "Projets avec une allocation en 2018 ou sans année d’allocation indiquée avec une allocation à partir de "
            "2008",
            "Proyectos con asignación en 2018 o sin año de asignación indicado con asignación a partir de 2008",
        ),
        (
            "year_from=2018&year_to=2020",
            "Projets avec une allocation de 2018 à 2020",
            "Proyectos con asignación de 2018 a 2020",
        ),
        ("year_to=2020", "Projets avec une allocation jusqu’en 2020", "Proyectos con asignación hasta 2020"),
        ("on=2024-01-01", "Projets en cours le 1er janvier 2024", "Proyectos en ejecución el 1 de enero de 2024"),
        ("on=2024-08-02", "Projets en cours le 2 août 2024", "Proyectos en ejecución el 2 de agosto de 2024"),
        (
            "length=1&length=3&length=10-&length=none",
            "Projets d’une durée d’une année civile, de 3 années civiles ou de 10 années civiles ou plus ou sans date "
            "de début ou de fin indiquée",
            "Proyectos con una duración de un año civil, de 3 años civiles o de 10 años civiles o más o sin fecha de "
            "inicio o de fin indicada",
        ),
        (
            "budget=50000-100000&budget=10000000-&budget=none",
            "Projets avec un budget de 50_000 à moins de 100_000~USD ou de 10_000_000~USD ou plus ou sans budget "
            "indiqué",
            "Proyectos con un presupuesto de 50.000 a menos de 100.000~USD o de 10.000.000~USD o más o sin presupuesto "
            "indicado",
        ),
        (
            "budget_min=5000&budget_max=9000",
            "Projets avec un budget de 5_000 à 9_000~USD",
            "Proyectos con un presupuesto de 5.000 a 9.000~USD",
        ),
        (
            "budget_min=5000",
            "Projets avec un budget d’au moins 5_000~USD",
            "Proyectos con un presupuesto de al menos 5.000~USD",
        ),
        (
            "budget_max=5000",
            "Projets avec un budget d’au plus 5_000~USD",
            "Proyectos con un presupuesto de 5.000~USD como máximo",
        ),
        (
            "sdg=1&sdg=8&sdg=8.7&gcm=7&gcm=8",
            "Projets contribuant à l’ODD 1 ou 8 ou à la cible 8.7 et à l’objectif 7 ou 8 du Pacte mondial",
            "Proyectos que contribuyen al ODS 1 u 8 o a la meta 8.7 y al objetivo 7 u 8 del Pacto Mundial",
        ),
        (
            "sdg=8&sdg=none&gcm=none",
            "Projets dont l’objectif de développement durable est le 8 ou n’est pas indiqué sans objectif du Pacte "
            "mondial indiqué",
            "Proyectos cuyo Objetivo de Desarrollo Sostenible es el 8 o no consta sin objetivo del Pacto Mundial "
            "indicado",
        ),
        ("q=agua", "Projets mentionnant «~agua~»", "Proyectos que mencionan «agua»"),
    ],
)  # fmt: skip
def test_sentences(query, french, spanish):
    assert said(query, "fr") == french.replace("~", NBSP).replace("_", NARROW)
    assert said(query, "es") == spanish.replace("~", NBSP)


@pytest.mark.parametrize(
    ("query", "french", "spanish"),
    [
        ("coverage=national&status=active", "Aucun projet national actif", "Ningún proyecto nacional activo"),
        ("status=on-hold&status=active", "Aucun projet actif ou de statut «~On hold~»",
         "Ningún proyecto activo o con la situación «On hold»"),
        ("gcm=5&q=agua", "Aucun projet contribuant à l’objectif 5 du Pacte mondial mentionnant «~agua~»",
         "Ningún proyecto que contribuya al objetivo 5 del Pacto Mundial que mencione «agua»"),
    ],
)  # fmt: skip
def test_nothing_found_is_said_in_the_singular(query, french, spanish):
    assert said(query, "fr", has_projects=False) == french.replace("~", NBSP)
    assert said(query, "es", has_projects=False) == spanish


@pytest.mark.parametrize(
    ("language", "heading", "by_one"),
    [
        ("en", "All projects, by member state and year of allocation", "All projects, by Budget in USD"),
        ("fr", "Tous les projets, par État Membre et par année d’allocation", "Tous les projets, par budget en USD"),
        ("es", "Todos los proyectos, por Estado Miembro y por año de asignación",
         "Todos los proyectos, por presupuesto en USD"),
    ],
)  # fmt: skip
def test_the_heading_of_a_table(language, heading, by_one):
    with i18n.using(language):
        subject, grammar = sentence(Filters(), TERMS), current_grammar()
        assert grammar.table_heading(subject, "country", "year") == heading
        assert grammar.table_heading(subject, "budget", "") == by_one


# What no sentence says, by language: articles that have to contract, elisions and the "y" and "o" of Spanish.
_WRONG = {
    "en": r"\bor or\b",
    "fr": r"\b(?:à|de) (?:le|les) |\b(?:de|le|la) [aeéêiîoôuÉÎA]|\bd’[bcdfgjklmnpqrstvwxz]",
    "es": r"\b(?:de|a) el |\by «?h?[iíIÍ](?![aeou])| o «?(?:h?[oóOÓ]|8|11\b)",
}
_ALLOWED = {"fr": r"de (?:\d|« )", "es": r"$^", "en": r"$^"}


@pytest.mark.parametrize("language", ["en", "fr", "es"])
@given(filters=_FILTERS, has_projects=st.booleans())
def test_any_sentence_is_whole(language, filters, has_projects):
    with i18n.using(language):
        text = sentence(filters, TERMS, has_projects=has_projects)
    assert text == " ".join(text.split(" ")).strip(), text
    assert "  " not in text, text
    assert not re.search(r"[%{}|]|None|_(?:fr|es)", text), text
    assert text[0].isupper(), text
    assert text.count("«") == text.count("»"), text
    # Quoted names and words are as they were given.
    unquoted = re.sub("«[^»]*»", "«»", text)
    wrong = [found[0] for found in re.finditer(_WRONG[language], unquoted)]
    assert [part for part in wrong if not re.match(_ALLOWED[language], part)] == [], text


@pytest.mark.parametrize("language", ["fr", "es"])
@given(codes=st.frozensets(st.sampled_from(sorted(STATES)), min_size=1, max_size=5), together=st.booleans(),
       region=st.sampled_from(["", "africa", "middle-east"]))  # fmt: skip
def test_states_have_the_right_article_in_any_company(language, codes, together, region):
    selected = {("country", code) for code in codes} | ({("region", region)} if region else set())
    filters = Filters(selected=frozenset(selected), match_all_countries=together)
    with i18n.using(language):
        text = sentence(filters, TERMS)
    form = "of" if region else "in"
    phrases = [STATES[code][f"{form}_{language}"] for code in codes]
    rest = text
    for phrase in sorted(phrases, key=len, reverse=True):
        assert phrase in rest, text
        rest = rest.replace(phrase, "", 1)
    assert rest.count(",") == max(len(codes) - 2, 0), text
