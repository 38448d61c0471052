"""Finding terms by any spelling, and the lookup that all requests share."""

import pytest

from portal.models import Catalogue, Term
from portal.services.records import spellings
from portal.services.records.spellings import TermLookup, cached_term_lookup


@pytest.fixture
def lookup(session):
    return TermLookup.load(session())


@pytest.fixture
def accepting(session):
    return TermLookup.load(session(), accepts_new=True)


def add_type(session, code, name):
    session.add(Term(facet="type", code=code, name=name, names={"en": name}, aliases=[], extra={}, position=99))
    session.flush()


@pytest.mark.parametrize("text", ["Ghana", "GHA", "gha", "GH", "  ghana", "GHANA"])
def test_a_country_has_several_spellings(lookup, text):
    assert lookup.find("country", text.strip()).id == lookup.by_code("country", "GHA")


def test_a_spelling_of_one_language_shows_it(lookup):
    assert lookup.find("country", "Allemagne").language == "fr"
    assert lookup.find("country", "Ghana").language == ""


def test_an_unknown_spelling_suggests_the_closest_name(lookup):
    assert lookup.find("country", "Gahna") is None
    assert lookup.closest("country", "Gahna") == "Ghana"
    assert lookup.closest("country", "Atlantis-on-Sea") == ""


def test_without_permission_no_term_is_added(lookup):
    assert lookup.add("type", "Salt mining") is None
    assert lookup.take_new_terms() == []


def test_a_new_term_is_found_and_taken_once(accepting):
    term = accepting.add("type", "Salt mining")
    assert term.id == -1
    assert accepting.find("type", "SALT MINING") == term
    assert [(new.code, new.name) for new in accepting.take_new_terms()] == [("salt-mining", "Salt mining")]
    assert accepting.take_new_terms() == []


def test_a_taken_code_gets_a_number(accepting):
    names = ["Salt mining!", "Salt mining?", "None"]
    for name in names:
        accepting.add("type", name)
    assert [new.code for new in accepting.take_new_terms()] == ["salt-mining", "salt-mining-2", "none-2"]


def test_the_lookup_is_shared_while_nothing_changes(session):
    assert cached_term_lookup(session()) is cached_term_lookup(session())


def test_a_new_term_is_seen_after_a_catalogue_change(session):
    before = cached_term_lookup(session())
    assert before.find("type", "Salt mining") is None
    add_type(session(), "salt-mining", "Salt mining")
    Catalogue.touch(session(), None)
    after = cached_term_lookup(session())
    assert after.find("type", "Salt mining").name == "Salt mining"
    assert "salt-mining" in after.codes_in("type")


def test_a_renamed_term_is_seen_after_a_catalogue_change(session):
    cached_term_lookup(session())
    term = session().query(Term).filter_by(facet="country", code="GHA").one()
    term.aliases = [*term.aliases, "Gold Coast of Old"]
    session().flush()
    assert cached_term_lookup(session()).find("country", "Gold Coast of Old") is None
    Catalogue.touch(session(), None)
    assert cached_term_lookup(session()).find("country", "Gold Coast of Old").id == term.id


def test_a_new_term_is_seen_without_a_catalogue_change_too(session):
    cached_term_lookup(session())
    add_type(session(), "salt-mining", "Salt mining")
    assert cached_term_lookup(session()).by_code("type", "salt-mining")


def test_the_caches_of_a_lookup_are_bounded(lookup, monkeypatch):
    monkeypatch.setattr(spellings, "_MAX_CACHE_ENTRIES", 2)
    names = ["Ghana", "Kenya", "Togo", "Ghana"]
    assert [lookup.find("country", name).name for name in names] == names
    assert len(lookup._lookup_cache) <= 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Niger (the)", "NER"),
        ("Bahamas (The)", "BHS"),
        ("Bénin (le)", "BEN"),
        ("Angola (l’)", "AGO"),
        ("Emiratos Árabes Unidos (los)", "ARE"),
        ("Korea (the Republic of)", "KOR"),
        ("Korea (the Democratic People's Republic of)", "PRK"),
        ("Congo (the Democratic Republic of the)", "COD"),
        ("Congo (the)", "COG"),
        ("Tanzania, the United Republic of", "TZA"),
        ("Falkland Islands (the) [Malvinas]", "FLK"),
        ("Kosovo [1]", "XKX"),
        ("Kosovo*", "XKX"),
        ("State of Palestine (the) *", "PSE"),
        ("Cook Islands (the) **", "COK"),
        ("Saint Kitts & Nevis", "KNA"),
        ("St.Lucia", "LCA"),
        ("St.Vincent & Grenadines", "VCT"),
        ("St.Kitts-Nevis", "KNA"),
        ("Somalia, Fed. Rep.", "SOM"),
        ("Congo, DR", "COD"),
        ("Macao (China)", "MAC"),
        ("Kosovo (UN SCR 1244)", "XKX"),
    ],
)
def test_the_names_of_international_lists_are_known(session, text, code):
    country = cached_term_lookup(session()).find("country", text)
    assert country is not None
    assert session.get(Term, country.id).code == code


@pytest.mark.parametrize("text", ["Korea", "Republic", "(the)", "*", "Republic of China"])
def test_what_may_be_two_countries_or_none_is_not_known(session, text):
    assert cached_term_lookup(session()).find("country", text) is None


def test_the_shared_lookup_takes_in_no_term(session):
    assert cached_term_lookup(session()).add("type", "Salt mining") is None


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("salt", "salt"), ("Salt.2", "Salt.2"), ("", "salt-mining"), ("labour-migration", "salt-mining"),
        ("LABOUR-MIGRATION", "salt-mining"), ("none", "none-2"), ("two words", "salt-mining"),
        ("x" * 81, "salt-mining"),
    ],
)  # fmt: skip
def test_a_new_term_has_the_code_that_its_file_states_if_it_is_free(accepting, code, given):
    accepting.add("type", "Salt mining", code=code)
    assert [term.code for term in accepting.take_new_terms()] == [given]
