"""The words of a real database: made by a process beside, mapped, and followed through the journal."""

import time

import pytest

from portal.cli.database import SAMPLE_FILE
from portal.database.orm import db, now
from portal.models import Catalogue, Project
from portal.search import Filters, directory
from portal.search.index import refresh
from portal.search.index.current import current_snapshot
from portal.search.index.storage.shared_files import SharedFiles
from portal.search.words import files, word_store
from portal.search.words.files import WordFiles, make
from portal.services.audit import recording
from portal.services.imports import Report, import_file
from tests.loops import not_empty

PATIENCE = 60


@pytest.fixture(scope="module")
def portal(new_app, new_database):
    """A portal of its own with the sample records."""
    app = new_app(new_database())
    with app.app_context():
        import_file(db.session(), SAMPLE_FILE, report=Report())
        db.session.commit()
        db.session.remove()
    return app


@pytest.fixture
def store(portal, tmp_path, monkeypatch):
    """The words of the portal, none at first; a catalogue of its size counts as a large one."""
    monkeypatch.setattr(word_store, "_MAX_SMALL_CATALOGUE", 0)
    monkeypatch.setattr(word_store, "_SECONDS_BETWEEN_LOOKS", 0)
    with portal.app_context():
        engine = db.engine.engine
        monkeypatch.setattr(refresh.store_for(engine), "files", SharedFiles(tmp_path))
        monkeypatch.setitem(word_store._stores, engine, store := word_store.WordStore())
        yield store
        if store.process:
            store.process.terminate()
            store.process.wait()
        db.session.remove()


def address():
    return db.engine.url.render_as_string(hide_password=False)


def found(text):
    words = word_store.words_at(current_snapshot().catalogue_version)
    hits = words.match(current_snapshot().index, current_snapshot().terms, text)
    return current_snapshot().index.ids_of(list(hits.all))


def change(number, **values):
    """Change a record as if somebody had published it."""
    project = db.session.query(Project).filter_by(reference=number).one()
    for name, value in values.items():
        setattr(project, name, value)
    db.session.flush()
    recording.record(db.session(), "published", "project", project.id)
    Catalogue.touch(db.session(), [project.id])
    db.session.commit()
    return project.id


def test_a_process_beside_makes_the_file(store, monkeypatch):
    # Another test may just have changed a record.
    monkeypatch.setattr(word_store, "_QUIET_SECONDS", -1)
    word_store.keep_words_ready()
    assert store.index is None
    assert store.process.poll() is None
    deadline = time.monotonic() + PATIENCE
    while store.index is None and time.monotonic() < deadline:
        time.sleep(0.05)
        word_store.keep_words_ready()
    assert found("ghana")
    assert store.process.wait(PATIENCE) == 0


def test_a_file_is_mapped_and_followed(store, tmp_path):
    make(tmp_path, address())
    word_store.keep_words_ready()
    assert store.process is None
    before = found("georgian")
    number = change("LM.0024", title="Zebra crossings", summary="")
    assert word_store.words_at(current_snapshot().catalogue_version) is None
    word_store.keep_words_ready()
    assert found("zebra") == [number]
    assert found("zeb") == [number]
    assert number in before
    assert number not in found("georgian")
    hits, _ = directory.text_hits(current_snapshot(), Filters(text="zebra"))
    assert current_snapshot().index.ids_of(list(hits)) == [number]
    change("LM.0024", published_at=None)
    word_store.keep_words_ready()
    assert found("zebra") == []
    change("LM.0024", published_at=now())


def test_what_changed_too_much_is_made_anew(store, tmp_path, monkeypatch):
    make(tmp_path, address())
    monkeypatch.setattr(word_store, "_MAX_CHANGED", 0)
    change("LM.0024", summary="Anew")
    word_store.keep_words_ready()
    assert store.index is None
    # It has just changed, and may go on changing.
    assert store.process is None
    make(tmp_path, address())
    word_store.keep_words_ready()
    assert found("anew")


def test_a_damaged_file_and_one_of_other_code_are_left_alone(store, tmp_path, monkeypatch):
    make(tmp_path, address())
    (path,) = (tmp_path / "words").glob("*.words")
    whole = path.read_bytes()
    path.write_bytes(whole[:-200] + bytes(200))
    assert WordFiles(tmp_path).newest() is None
    path.write_bytes(whole)
    assert WordFiles(tmp_path).newest()
    monkeypatch.setattr(files, "code_digest", lambda: "0" * 64)
    assert WordFiles(tmp_path).newest() is None


def test_one_process_makes_it_and_old_files_go(store, tmp_path):
    with WordFiles(tmp_path).lock():
        assert WordFiles(tmp_path).start_making(address()) is None
        make(tmp_path, address())
    assert not list((tmp_path / "words").glob("*.words"))
    for text in not_empty(["One", "Two", "Three"]):
        change("LM.0024", summary=text)
        make(tmp_path, address())
    assert len(list((tmp_path / "words").glob("*.words"))) == 2
