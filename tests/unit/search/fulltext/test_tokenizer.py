"""How the typed text is split into phrases."""

import pytest

from portal.search.fulltext.tokenizer import Phrase, parse_query


@pytest.mark.parametrize(
    ("typed", "phrases"),
    [
        # One letter begins too many words to mean their beginning.
        ("m", [Phrase(("m",), False)]),
        ("mi", [Phrase(("mi",), True)]),
        ("m*", [Phrase(("m",), True)]),
        ("labour mi", [Phrase(("labour",), False), Phrase(("mi",), True)]),
        ('"labour mi"', [Phrase(("labour", "mi"), False)]),
        ("LM.00", [Phrase(("lm", "00"), True)]),
    ],
)
def test_the_last_word_is_a_beginning(typed, phrases):
    assert parse_query(typed) == phrases
