"""How names are understood: by any spelling of one term, and never by a guess."""

import pytest

from portal.mcp.names import UnderstoodName, UnknownName, understand
from portal.search.index.current import current_snapshot
from portal.search.read_models.terms import Terms, TermView


@pytest.fixture
def terms(session):
    return current_snapshot().terms


@pytest.mark.parametrize(
    ("facet", "given", "value"),
    [
        ("country", "Kenya", "KEN"), ("country", "KEN", "KEN"), ("country", "ke", "KEN"), ("country", " kenya ", "KEN"),
        ("country", "Ivory Coast", "CIV"), ("country", "Côte d'Ivoire", "CIV"), ("country", "Costa de Marfil", "CIV"),
        ("country", "DRC", "COD"), ("country", "Turkey", "TUR"), ("country", "Niger", "NER"),
        ("country", "Nigeria", "NGA"), ("country", "not stated", "none"), ("country", "None", "none"),
        ("region", "africa", "africa"), ("region", "Asia and Oceania", "asia-and-oceania"),
        ("status", "Ongoing", "active"), ("status", "completed", "completed"),
        ("theme", "Labor migration", "labour-migration"), ("theme", "Migración laboral", "labour-migration"),
        ("sdg", "8.8", "8.8"), ("sdg", "No poverty", "1"), ("gcm", "23", "23"),
    ],
)  # fmt: skip
def test_a_name_means_its_term(terms, facet, given, value):
    understood = understand(terms, facet, given)
    assert isinstance(understood, UnderstoodName)
    assert (understood.filter, understood.given, understood.value) == (facet, given, value)
    assert understood.name


@pytest.mark.parametrize(
    ("facet", "given", "similar"),
    [
        ("country", "Keniya", "Kenya"), ("country", "Ivry Coast", "Côte d’Ivoire"), ("country", "Qwxzy", None),
        ("region", "Afrika", "Africa"), ("status", "complete", "Completed"), ("theme", "", None),
        ("country", " ", None),
    ],
)  # fmt: skip
def test_a_mistake_is_not_guessed_at_but_named(terms, facet, given, similar):
    unknown = understand(terms, facet, given)
    assert isinstance(unknown, UnknownName)
    assert unknown.given == given
    assert (similar in unknown.similar) if similar else (unknown.similar == ())


def test_a_name_of_two_terms_is_none():
    terms = Terms(
        {number: TermView(number, "theme", f"t{number}", name) for number, name in ((1, "Health"), (2, "health"))}
    )
    assert understand(terms, "theme", "HEALTH") == UnknownName("theme", "HEALTH", ("Health", "health"))
