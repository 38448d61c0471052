import pytest
from lxml import etree

from portal.exports.iati.code_lists import CODE_LISTS, code_list
from portal.search.read_models.terms import Terms
from portal.vocabulary.term_lists import read_term_list
from tests.iati.records import own_term, term
from tests.iati.rules import schema

XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def terms_of(facet):
    """The terms of a list under numbers of their own, as a database has them."""
    return Terms(dict(enumerate((term(facet, row.code) for row in read_term_list(facet)), start=1)))


@pytest.mark.parametrize("facet", CODE_LISTS)
def test_a_list_is_valid_by_the_schema_of_code_lists(facet):
    assert schema("codelist.xsd").validate(etree.fromstring(code_list(facet, terms_of(facet))).getroottree())


@pytest.mark.parametrize("facet", CODE_LISTS)
def test_a_list_has_all_codes_in_their_order(facet):
    listed = [
        item.findtext("code") for item in etree.fromstring(code_list(facet, terms_of(facet))).iter("codelist-item")
    ]
    assert listed == [row.code for row in read_term_list(facet)]


def test_names_stand_in_their_languages():
    names = etree.fromstring(code_list("gcm", terms_of("gcm"))).find(".//codelist-item/name")
    assert [(each.get(XML_LANGUAGE), each.text) for each in names] == [
        (None, "Data"), ("fr", "Données"), ("es", "Datos")
    ]  # fmt: skip


def test_a_name_with_special_characters_is_read_back():
    terms = Terms({1: own_term("type", "a-b", "A & B <C>")})
    assert etree.fromstring(code_list("type", terms)).findtext(".//codelist-item/name/narrative") == "A & B <C>"
