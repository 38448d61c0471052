"""The rules of text cleaning, one by one: what goes, what stays, how spaces and lines collapse."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.text import cleaning
from portal.text.decoding import has_damage

INVISIBLE = {
    "NUL": "\x00",
    "bell": "\x07",
    "delete": "\x7f",
    "left-to-right embedding": "\u202a",
    "right-to-left override": "\u202e",
    "left-to-right isolate": "\u2066",
    "pop directional isolate": "\u2069",
    "zero width space": "\u200b",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "reversed byte order mark": "\ufffe",
    "noncharacter": "\uffff",
    "first surrogate": "\ud800",
    "last surrogate": "\udfff",
}
EVERY_INVISIBLE = pytest.mark.parametrize("character", INVISIBLE.values(), ids=INVISIBLE)
CLEANERS = pytest.mark.parametrize(
    "clean", [cleaning.clean_line, cleaning.clean_paragraphs, cleaning.clean_cell, cleaning.clean_cell_lines]
)
LINE_CLEANERS = pytest.mark.parametrize("clean", [cleaning.clean_line, cleaning.clean_cell, cleaning.clean_query_value])


@EVERY_INVISIBLE
def test_invisible_characters_are_removed(character):
    assert cleaning.remove_invisible(f"wa{character}ter") == "water"


@EVERY_INVISIBLE
@CLEANERS
def test_every_cleaner_removes_invisible_characters(clean, character):
    assert clean(f"wa{character}ter") == "water"


@pytest.mark.parametrize("character", ["\t", "\n", "\u200c", "\u200d", "\u200e", "\xa0", "é", "👩\u200d🔬"])
def test_other_characters_stay(character):
    assert cleaning.remove_invisible(f"a{character}b") == f"a{character}b"


@CLEANERS
def test_joiners_stay_because_persian_and_emoji_need_them(clean):
    assert clean("می\u200cخواهم 👩\u200d🔬") == "می\u200cخواهم 👩\u200d🔬"


@LINE_CLEANERS
@pytest.mark.parametrize("spaces", ["  ", "\t", "\xa0", "\u202f", " \t\xa0 "])
def test_spaces_collapse_to_one(clean, spaces):
    assert clean(f"{spaces}clean{spaces}water{spaces}") == "clean water"


@pytest.mark.parametrize("clean", [cleaning.clean_line, cleaning.clean_cell])
def test_a_line_has_no_line_ends(clean):
    assert clean("clean\nwater") == "clean water"


@CLEANERS
def test_a_clean_text_stays_as_it_is(clean):
    assert clean("Clean water, 5 %.") == "Clean water, 5 %."


@CLEANERS
def test_an_empty_text_stays_empty(clean):
    assert clean("") == clean(" \t\u200b ") == ""


@pytest.mark.parametrize("clean", [cleaning.clean_line, cleaning.clean_paragraphs])
def test_a_form_composes_characters(clean):
    assert clean("e\u0301") == "\u00e9"


@pytest.mark.parametrize("clean", [cleaning.clean_cell, cleaning.clean_cell_lines])
def test_a_file_keeps_its_composition(clean):
    assert clean("e\u0301") == "e\u0301"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("one\n\ntwo", "one\n\ntwo"),
        ("one\n\n\n\ntwo", "one\n\ntwo"),
        ("one  \n\t\ntwo", "one\n\ntwo"),
        ("- one\n  - two", "- one\n  - two"),
        ("\n\n  one\n\n", "  one"),
        ("one  two", "one  two"),
    ],
)
def test_paragraphs_keep_their_shape(text, expected):
    assert cleaning.clean_paragraphs(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("one\n\n \ntwo", "one\ntwo"),
        ("  one  two\n\tthree ", "one two\nthree"),
    ],
)
def test_lines_of_a_cell_lose_blank_lines_and_indents(text, expected):
    assert cleaning.clean_cell_lines(text) == expected


@pytest.mark.parametrize("character", ["\n", "\x00", "\x0b", "\x85", "\ud800"])
def test_in_a_query_value_control_characters_separate_words(character):
    assert cleaning.clean_query_value(f" clean{character}water ") == "clean water"


@pytest.mark.parametrize("character", ["\u00ad", "\u200b", "\u200c", "\u200d", "\u200e", "\u202e", "\ufeff"])
def test_in_a_query_value_characters_without_width_are_inside_a_word(character):
    assert cleaning.clean_query_value(f" wa{character}ter ") == "water"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\x0b", "\x0c", "\u2028", "\u2029", "_x000D_\n", "_x000B_", "_x000d_"])
def test_a_line_end_of_any_kind_never_joins_words(end):
    assert cleaning.clean_line(f"capacities{end}of") == "capacities of"
    assert cleaning.clean_cell_lines(f"capacities{end}of") == "capacities\nof"


@pytest.mark.parametrize("text", ["file_x0041_name", "_x000G_", "x000D_"])
def test_what_only_looks_like_an_escape_stays(text):
    assert cleaning.clean_line(text) == text


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("It\x92s \x93quoted\x94 \x96 and so on\x85", "It’s “quoted” – and so on…"),
        ("\x80 5 \x8cuvre", "€ 5 Œuvre"),
        ("women\u00e2\x80\x99s", "women’s"),
        ("\u00c3\x89tat", "État"),
        ("\u00e2\x80\x99 and \x92", "’ and ’"),
        ("Ã© without damage", "Ã© without damage"),
    ],
)
@CLEANERS
def test_wrongly_decoded_characters_are_read_back(clean, text, meant):
    assert clean(text) == meant
    assert not has_damage(clean(text))


@pytest.mark.parametrize("character", ["\x81", "\x8d", "\x8f", "\x90", "\x9d"])
@CLEANERS
def test_what_cannot_be_read_back_stays(clean, character):
    assert clean(f"wa{character}ter") == f"wa{character}ter"
    assert has_damage(f"wa{character}ter")


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("clean", []),
        ("two\nlines", []),
        ("a_x000D_b", ["Control characters that Excel writes as “_x000D_” were read as what they are."]),
        ("It\x92s \x93x\x92", ["Wrongly decoded characters were read back: ’“"]),
        ("wa\u200bter", ["Invisible characters were removed."]),
    ],
)
def test_repairs_are_described(text, sentences):
    assert cleaning.describe_repairs(text) == sentences


@pytest.mark.parametrize("text", ["", "water", "clean water"])
def test_a_clean_line_is_recognised(text):
    assert cleaning.is_clean_line(text)


@pytest.mark.parametrize("text", [" water", "water ", "clean  water", "clean\twater", "wa\u200bter", "clean\nwater"])
def test_a_line_that_needs_cleaning_is_recognised(text):
    assert not cleaning.is_clean_line(text)


ODD = st.text() | st.text(st.sampled_from("_x000DdA \u00a0\u2028\r\n\t\x92\x80\x81\x1fÃâ™Â\u200b"), max_size=40)


@given(ODD)
@settings(max_examples=500)
def test_repairing_a_repaired_text_changes_nothing(text):
    repaired = cleaning.repair(text)
    assert cleaning.repair(repaired) == repaired


@pytest.mark.parametrize(("text", "repaired"), [("_x00_x0000_0D_", "\n"), ("Â\x1f\x81", "\x81")])
def test_what_a_repair_uncovers_is_repaired_too(text, repaired):
    assert cleaning.repair(text) == repaired
