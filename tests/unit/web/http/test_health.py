"""Health checks, and what a visitor sees when the database is gone."""

import pytest
from sqlalchemy import text

from portal.app import create_app
from portal.cli.database import migrate_database
from portal.config import Settings
from portal.database.orm import db
from portal.models import TrialWrite
from portal.web.http import health
from portal.web.http.headers import HEADERS
from tests.factories import import_records, let_go

SECRET = "0123456789abcdef" * 4


@pytest.fixture
def portal_on(tmp_path):
    """portal_on(content) is an application whose database file holds these bytes, or is missing."""
    made = []

    def make(content=None, folder="there"):
        file = tmp_path / folder / "portal.db"
        if content is not None:
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(content)
        app = create_app(Settings(database_url=f"sqlite:///{file}", secret_key=SECRET))
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            let_go()


BROKEN = {
    "the folder is missing": None,
    "the file is empty": b"",
    "the file is no database": b"not a database, " * 512,
}


@pytest.fixture(params=BROKEN.values(), ids=BROKEN)
def broken(portal_on, request):
    """A visitor of a portal whose database is not there."""
    return portal_on(request.param).test_client()


def test_a_living_process_says_ok(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "ok", "text/plain")


def test_a_living_process_says_ok_without_a_database(broken):
    assert broken.get("/healthz").status_code == 200


def test_being_alive_touches_no_database(portal_on):
    app = portal_on()
    app.test_client().get("/healthz")
    with app.app_context():
        assert db.engine.pool.checkedin() == 0


def test_a_portal_that_can_serve_is_ready(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"database": "ok", "index": "ok", "migrations": "ok"})


def test_a_portal_without_its_database_is_not_ready(broken):
    answer = broken.get("/readyz")
    assert answer.status_code == 503
    assert set(answer.json) == {"database", "migrations", "index"}
    assert answer.json["index"] != "ok"


def test_missing_migrations_are_named_with_the_remedy(portal_on):
    answer = portal_on(b"").test_client().get("/readyz")
    assert answer.json["database"] == "ok"
    assert answer.json["migrations"] == "The database has no tables of the portal yet: run portal migrate."


def test_an_index_that_cannot_be_built_is_named(portal_on):
    app = portal_on(b"")
    with app.app_context():
        migrate_database()
        db.session.remove()
        with db.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE catalogue")
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["database"], answer.json["migrations"]) == (503, "ok", "ok")
    assert answer.json["index"].startswith("The index cannot be built")


def test_not_ready_says_nothing_of_files_and_statements(broken, tmp_path):
    text = broken.get("/readyz").text
    assert [word for word in (str(tmp_path), "SELECT", "sqlite", "Error") if word in text] == []


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_health_is_never_kept_and_carries_the_headers(client, address):
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "no-store"
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_prose_pages_need_no_database(broken):
    assert broken.get("/contact/").status_code == 200


def test_without_a_database_the_directory_is_an_error_page(broken):
    answer = broken.get("/projects/")
    # A file that is no database at all is no passing trouble.
    assert answer.status_code in (500, 503)
    assert answer.mimetype == "text/html"
    assert "Sorry, there is a problem with the service" in answer.text


def test_without_a_database_an_unknown_address_is_still_a_page(broken):
    answer = broken.get("/no-such-page/")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")


@pytest.fixture
def bare(portal_on, tmp_path):
    """A visitor of a portal whose templates are gone."""
    app = portal_on()
    app.template_folder = str(tmp_path)
    return app.test_client()


def test_without_the_error_template_plain_words_carry_the_code(bare):
    answer = bare.get("/")
    assert (answer.status_code, answer.mimetype) == (503, "text/plain")
    assert answer.headers["X-Request-Id"] in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_without_the_error_template_a_missing_page_is_still_a_404(bare):
    assert bare.get("/no-such-page/").status_code == 404


def test_an_empty_text_index_is_not_ready(client, session):
    import_records(session, [{"title": "A project"}])
    session.execute(text("DELETE FROM project_text"))
    session.commit()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["index"] == (
        "The text index has 0 documents for 1 projects, so searches miss some: run portal index rebuild."
    )


def test_each_check_writes_something_else(session):
    found = []
    for _ in range(2):
        assert health.costly_states() == ("ok", "ok")
        session.expire_all()
        found.append(session.get(TrialWrite, 1).filling)
    assert found[0] != found[1]
