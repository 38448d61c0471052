"""Words in memory against a plain loop over documents, and against what the database finds."""

from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from portal.models import Project
from portal.search.fulltext import text_index
from portal.search.fulltext.documents import TextDocument, load_documents
from portal.search.fulltext.tokenizer import parse_query, tokenise
from portal.search.index.build import build_index
from portal.search.index.snapshot import CatalogueVersion, load_snapshot
from portal.search.read_models.terms import Terms
from portal.search.words import postings, word_index
from portal.search.words.build import collect, words_of
from portal.search.words.changed_documents import ChangedDocument
from portal.search.words.postings import Postings, checksum
from portal.search.words.word_index import WordIndex
from portal.search.words.word_store import made_here
from tests.loops import not_empty
from tests.unit.search.fulltext.test_text_index import SPELLINGS, TEXTS, holds
from tests.unit.search.index.test_facet_index import CODES, Plain, columns

IDS = (1, 4, 7)
COLUMNS = st.tuples(TEXTS, TEXTS, TEXTS, TEXTS)
NOTHING = np.empty(0, dtype=np.uint32)
WORDS = st.lists(SPELLINGS, min_size=1, max_size=2).map(" ".join) | TEXTS


def index_of(ids):
    facts = dict.fromkeys(CODES, frozenset())
    return build_index(columns([Plain(number, str(number), 0, 0, 0, -1, facts) for number in ids]))


def postings_of(*batches):
    others = dict.fromkeys((postings.IDENTIFIERS, postings.OTHER_COUNTRIES, postings.OTHER_COUNTRY_IDS), NOTHING)
    return Postings.of_sections(collect(batches) | others)


def document_of(number, texts):
    title, identifiers, body, _ = texts
    return TextDocument(number, title=title, number=identifiers, body=body, term_names="")


def changed_of(number, texts):
    title, identifiers, body, names = texts
    return ChangedDocument.from_document(
        TextDocument(number, title=title, number=identifiers, body=body, term_names=names)
    )


@given(TEXTS)
def test_a_text_has_the_words_that_the_tokeniser_finds(given_text):
    assert [word.decode() for word in words_of(given_text)] == tokenise(given_text)


@given(
    st.tuples(COLUMNS, COLUMNS, COLUMNS),
    st.dictionaries(st.sampled_from(IDS[1:]), st.none() | COLUMNS),
    WORDS,
)
def test_hits_agree_with_a_plain_loop(texts, changes, query):
    documents = [document_of(number, text) for number, text in zip(IDS, texts, strict=True)]
    changed = {number: text and changed_of(number, text) for number, text in changes.items()}
    # What has no document any more is not in the index of projects either.
    index = index_of([number for number in IDS if changes.get(number, ()) is not None])
    words = WordIndex(postings_of(documents[:1], documents[1:]), CatalogueVersion(), changed)
    hits = words.match(index, Terms({}), query)
    if any(len(phrase.tokens) > 1 for phrase in parse_query(query)):
        assert hits is None
        return
    now = {number: [*text[:3], ""] for number, text in zip(IDS, texts, strict=True)} | changes
    now = {number: text for number, text in now.items() if text is not None}
    assert ids_of(index, hits.all) == [number for number, text in now.items() if holds(text, query)]
    assert ids_of(index, hits.title_matches) == [number for number, text in now.items() if holds(text[:2], query)]
    whole = [phrase.tokens[0] for phrase in parse_query(query)]
    assert ids_of(index, hits.whole_word_matches) == [
        number for number, text in now.items() if whole and set(whole) <= {*tokenise(text[0]), *tokenise(text[1])}
    ]


def ids_of(index, rows):
    return sorted(index.ids_of(list(rows)))


@given(st.sets(st.text(st.sampled_from("abя"), min_size=1, max_size=18), min_size=1), st.data())
def test_words_are_found_whole_and_by_their_beginning(words, data):
    found = postings_of([document_of(1, (" ".join(sorted(words)), "", "", ""))])
    known = sorted(word.decode() for word in {*chain(*map(words_of, words))})
    wanted = data.draw(st.sampled_from(known)) + data.draw(st.sampled_from(["", "", "a", "b"]))
    beginning = wanted[: data.draw(st.integers(1, len(wanted)))]
    assert span(found.find(wanted, is_prefix=False)) == [place for place, word in enumerate(known) if word == wanted]
    assert span(found.find(beginning, is_prefix=True)) == [
        place for place, word in enumerate(known) if word.startswith(beginning)
    ]


def span(found):
    return list(range(found.first, found.last))


@pytest.mark.usefixtures("sample")
def test_every_word_finds_in_memory_what_it_finds_in_the_database(session):
    snapshot = load_snapshot(session())
    words, index = made_here(session()), snapshot.index
    ids = [number for (number,) in session.query(Project.id)]
    documents = load_documents(session(), ids)
    every = {w for d in documents for text in (d.title, d.body, d.term_names) for w in tokenise(text)}
    asked = [
        f"{word[: len(word) - place % 3] or word}{' afr' * (place % 5 == 0)}"
        for place, word in enumerate(sorted(every)[::15])
    ]
    for text in not_empty(asked):
        hits = words.match(index, snapshot.terms, text)
        found = text_index.match(session(), text)
        assert (hits.all, hits.title_matches, hits.whole_word_matches) == (
            index.rows_of(found.all),
            index.rows_of(found.title_matches),
            index.rows_of(found.whole_word_matches),
        ), text


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize("typed", ["LM.0024", "lm.0024", "labour migration", '"capacity building"'])
def test_the_database_is_asked_for_identifiers_and_phrases(session, typed):
    snapshot = load_snapshot(session())
    hits = made_here(session()).match(snapshot.index, snapshot.terms, typed)
    assert (hits is None) == (typed != "labour migration")


@pytest.mark.usefixtures("sample")
def test_the_database_is_asked_for_the_address_of_a_project(session):
    session.query(Project).filter_by(reference="LM.0024").update({"slug": "Georgia", "slug_folded": "georgia"})
    snapshot = load_snapshot(session())
    assert made_here(session()).match(snapshot.index, snapshot.terms, "GEORGIA") is None


def test_the_database_is_asked_for_what_names_a_changed_project():
    words = WordIndex(postings_of(), CatalogueVersion(), {}, frozenset({checksum("ab1")}))
    assert words.match(index_of([]), Terms({}), "AB1") is None
    assert words.match(index_of([]), Terms({}), "AB2").all == BitMap()


def test_the_database_is_asked_for_beginnings_of_very_many_words(monkeypatch):
    words = WordIndex(postings_of([document_of(1, ("aa ab ac", "", "", ""))]), CatalogueVersion())
    monkeypatch.setattr(word_index, "_MAX_ENTRIES", 2)
    assert words.match(index_of([1]), Terms({}), "a*") is None
    assert len(words.match(index_of([1]), Terms({}), "aa").all) == 1
