"""Lists of words, and the two Spanish words that change before a sound like their own."""

import pytest

from portal.i18n.joining import joined, joined_in_spanish


@pytest.mark.parametrize(("phrases", "text"), [("a", "a"), ("ab", "a ou b"), ("abc", "a, b ou c")])
def test_lists(phrases, text):
    assert joined(phrases, "ou") == text


def test_an_empty_list_is_an_error():
    with pytest.raises(ValueError, match="not enough"):
        joined([], "or")


@pytest.mark.parametrize("last", ["Italia", "India", "Íñigo", "hijos", "Hispania", "«identidad»", "Irán (República)"])
def test_y_is_e_before_the_sound_i(last):
    assert joined_in_spanish(["Francia", last], "y") == f"Francia e {last}"


@pytest.mark.parametrize("last", ["Yemen", "hielo", "hierro", "ion", "Grecia", "8", "la India", "Honduras", "«hiel»"])
def test_y_stays_before_other_sounds(last):
    assert joined_in_spanish(["Francia", last], "y") == f"Francia y {last}"


@pytest.mark.parametrize(
    "last", ["Omán", "ocho", "Honduras", "«oportunidad»", "Óscar", "8", "8.7", "80", "812", "8.000", "8\u202f000", "11",
             "11.b", "11.000 USD", "8.500.000"]
)  # fmt: skip
def test_o_is_u_before_the_sound_o(last):
    assert joined_in_spanish(["siete", last], "o") == f"siete u {last}"


@pytest.mark.parametrize(
    "last", ["9", "1.100", "110", "1.1", "18", "2018", "111", "113.000", "Austria", "el Omán", "Hugo"]
)
def test_o_stays_before_other_sounds(last):
    assert joined_in_spanish(["siete", last], "o") == f"siete o {last}"
