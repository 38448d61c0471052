"""What PostgreSQL is asked for; test_text_index runs the queries there."""

from portal.search.fulltext.postgresql_tsvector import Tsvector, tsvector_literal
from portal.search.fulltext.tokenizer import Phrase


def test_phrases_must_all_occur_and_their_words_follow_each_other():
    phrases = [Phrase(("labour", "migration"), False), Phrase(("gha",), True)]
    assert Tsvector.match_parameters(phrases) == {
        "whole": "'labour' <-> 'migration' & 'gha'",
        "all": "'labour' <-> 'migration' & 'gha':*",
    }


def test_no_phrase_reaches_from_one_column_into_the_next():
    assert tsvector_literal(["labour", "law"], ["law"]) == "'labour':1 'law':2,13"


def test_no_answer_holds_no_id():
    assert Tsvector.decode_ids(None).tolist() == []
