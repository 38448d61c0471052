"""The text index, whichever database it lives in, against a slow, obvious loop over words."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.cli.database import SAMPLE_FILE
from portal.models import Project
from portal.search.fulltext import text_index
from portal.search.fulltext.documents import TextDocument, load_documents
from portal.search.fulltext.postgresql_tsvector import MAX_TSVECTOR_BYTES, tsvector_literal
from portal.search.fulltext.tokenizer import MAX_TOKEN_LENGTH, Phrase, normalise_text, parse_query, tokenise
from portal.services.editorial import publication
from portal.services.imports import Report, import_file
from tests.factories import import_records
from tests.loops import not_empty

SPELLINGS = st.sampled_from([
    "road", "Road", "ROADS", "roadway", "ro", "école", "e\u0301cole", "ECOLE", "Straße", "STRASSE", "Σύνορα", "ΣΥΝΟΡΑ",
    "миграция", "Ёлка", "елка", "№5", "m²", "LM.0024", "lm", "0024", "a_b", "l’été", "移民", "Ꭰꭰ", "AND",
    "\U0001e900\U0001e901", "हिन्दी", "½", "\u00ad", "x" * 70, "x" * 64, "NEAR(", "-", "*",
    "'", '"', "\\", ":", "&", "|", "!", "<->",
])  # fmt: skip
TEXTS = st.lists(SPELLINGS | st.text(max_size=6), max_size=6).map(" ".join).map(lambda text: text.replace("\0", ""))


def occurs(phrase: Phrase, found: list[str]) -> bool:
    """One phrase, one column, spelt out."""
    size = len(phrase.tokens)
    for first in range(len(found) - size + 1):
        *heads, last = zip(phrase.tokens, found[first : first + size], strict=True)
        if all(one == other for one, other in heads):
            wanted, here = last
            if here == wanted or (phrase.is_prefix and here.startswith(wanted)):
                return True
    return False


def holds(columns: list[str], query: str) -> bool:
    wanted = parse_query(query)
    return bool(wanted) and all(any(occurs(phrase, tokenise(column)) for column in columns) for phrase in wanted)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS), min_size=3, max_size=3), TEXTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.usefixtures("sample")
def test_hits_agree_with_a_plain_loop(session, columns, query):
    # An identifier typed whole means its record, whatever the words say: that has a test of its own.
    assume(query.upper() not in set(session.execute(select(Project.reference)).scalars()))
    ids = list(session.execute(select(Project.id).order_by(Project.id)).scalars())
    text_index.remove(session(), ids[3:])
    documents = [
        TextDocument(number, title=title, number=identifiers, term_names=places, body=body)
        for number, (title, identifiers, places, body) in zip(ids, columns, strict=False)
    ]
    text_index.write(session(), documents)
    hits = text_index.match(session(), query)
    assert sorted(hits.all) == [
        d.project_id for d in documents if holds([d.title, d.number, d.term_names, d.body], query)
    ]
    assert sorted(hits.title_matches) == [d.project_id for d in documents if holds([d.title, d.number], query)]


@given(TEXTS)
def test_a_database_that_splits_ascii_alone_sees_the_same_words(given_text):
    ascii_apart = "".join(c if c.isalnum() or not c.isascii() else " " for c in normalise_text(given_text))
    # As FTS5 does, which knows the capitals of ASCII alone.
    assert ascii_apart.encode().lower().decode().split(" ") == ascii_apart.lower().split(" ")
    assert [word for word in ascii_apart.lower().split(" ") if word] == tokenise(given_text)
    assert all(len(word) <= MAX_TOKEN_LENGTH for word in tokenise(given_text))


def numbers_of(session, ids):
    chosen = select(Project.reference).where(Project.id.in_([int(number) for number in ids]))
    return set(session.execute(chosen).scalars())


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize("typed", ["LM.0024", "lm.0024", "Lm.0024"])
def test_an_identifier_typed_whole_means_that_record_alone(session, typed):
    hits = text_index.match(session(), typed)
    assert numbers_of(session, hits.all) == numbers_of(session, hits.title_matches) == {"LM.0024"}


@pytest.mark.usefixtures("sample")
def test_a_withdrawn_record_does_not_hide_the_others(session):
    session.query(Project).filter_by(reference="LM.0024").update({"published_at": None, "title": "Other"})
    assert len(text_index.match(session(), "LM.0024").all) == 1
    assert not text_index.match(session(), "LM.0024 nowhere").all.size


@pytest.mark.usefixtures("sample")
def test_strong_hits_have_the_text_in_their_title(session):
    hits = text_index.match(session(), "labour")
    titles = dict(session.query(Project.id, Project.title))
    assert {number for number in map(int, hits.all) if "labour" in tokenise(titles[number])} == set(
        map(int, hits.title_matches)
    )
    assert 0 < len(hits.title_matches) < len(hits.all)


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize("typed", ["", "?!", "…", '""', "*", "\0", "\u00ad"])
def test_a_text_without_a_word_finds_nothing(session, typed):
    assert text_index.match(session(), typed).all.size == 0


@pytest.mark.usefixtures("sample")
def test_a_check_names_what_is_missing_and_what_is_too_much(session):
    assert text_index.find_stale_documents(session()) == []
    first, second, *_ = session.execute(select(Project.id).order_by(Project.id)).scalars()
    text_index.remove(session(), [first, second])
    assert text_index.find_stale_documents(session()) == [first, second]
    text_index.repair(session(), [first, second])
    assert text_index.find_stale_documents(session()) == []


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize("act", ["nothing", "rebuild", "repair", "import"])
def test_what_is_withdrawn_has_no_document_and_gets_none(session, office, tmp_path, act):
    project = session.query(Project).filter_by(reference="LM.0024").one()
    publication.withdraw(session(), project, reason="Entered twice.", by=office.reviewer)
    if act == "rebuild":
        assert text_index.rebuild(session()) == 99
    elif act == "repair":
        text_index.repair(session(), [project.id])
    elif act == "import":
        path = tmp_path / "in.csv"
        path.write_bytes(SAMPLE_FILE.read_bytes().replace(b"Capacity-building of Georgian", b"Strength of Georgian"))
        import_file(session(), path, is_sample=True, report=Report())
        assert session.get(Project, project.id, populate_existing=True).title.startswith("Strength")
    assert text_index.find_stale_documents(session()) == []
    assert project.id not in text_index.match(session(), "georgian").all


@pytest.mark.usefixtures("sample")
def test_a_rebuild_says_how_many_documents_are_done(session):
    done = []
    text_index.rebuild(session(), done.append)
    assert done == [100]


def test_an_identifier_in_small_letters_is_found_by_capitals(session):
    import_records(session, [{"project_id": "lm.0024a", "title": "One"}, {"project_id": "B.2", "title": "LM 0024A"}])
    hits = text_index.match(session(), "LM.0024A")
    assert numbers_of(session, hits.all) == {"lm.0024a"}


@pytest.mark.usefixtures("sample")
def test_a_rebuild_finds_what_the_import_found(session):
    asked = ("ghana", "labour migration", "Afrique", "TCMMCB", "LM", '"capacity building"')
    before = [sorted(text_index.match(session(), query).all) for query in asked]
    assert text_index.rebuild(session()) == 100
    assert [sorted(text_index.match(session(), query).all) for query in asked] == before
    assert all(before)


@pytest.mark.usefixtures("sample")
def test_documents_are_made_of_what_is_stored(session):
    project = session.query(Project).filter_by(reference="LM.0024").one()
    (document,) = load_documents(session(), [project.id, 10**6])
    assert (document.title, document.body, document.number.split()[0]) == (project.title, project.summary, "LM.0024")
    assert {"Georgia", "Géorgie", "Migración"} <= set(document.term_names.split())


@pytest.mark.usefixtures("sample")
def test_a_long_text_is_found_by_its_first_words(session):
    (number, *_) = session.execute(select(Project.id)).scalars()
    body = " ".join(f"w{word} " + "\U00020000" * 60 for word in range(20_000))
    text_index.write(session(), [TextDocument(number, title="Long", number="", term_names="", body=body)])
    assert text_index.match(session(), "w1 w3000 long").all.tolist() == [number]


def test_a_vector_stays_below_what_postgresql_takes():
    found = tsvector_literal([f"{number:x}" for number in range(300_000)]).split(" ")
    assert sum(len(word.split("'")[1]) + 2 + 4 for word in found) <= MAX_TSVECTOR_BYTES
    places = [int(place) for place in tsvector_literal(["the"] * 20_000).split(":")[1].split(",")]
    assert len(places) == 255
    assert all(before < after for before, after in not_empty(pairwise(places)))


@pytest.mark.parametrize("typed", ["pr.7x", "PR.7X", "Pr.7x"])
def test_a_prima_id_in_small_letters_is_found_in_any_case(session, typed):
    rows = [{"project_id": "A.1", "title": "One", "prima_id": "pr.7x"}, {"project_id": "B.2", "title": "PR 7X"}]
    import_records(session, rows)
    assert numbers_of(session, text_index.match(session(), typed).all) == {"A.1"}
