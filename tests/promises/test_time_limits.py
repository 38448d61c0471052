"""A statement that takes too long is stopped, on both databases, and the visitor is told so; nothing else suffers."""

import time
from random import Random

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from portal.app import PUBLIC_STATEMENT_TIMEOUT_SECONDS, STATEMENT_TIMEOUT_SECONDS, create_app
from portal.config import Settings
from portal.database.orm import READER_BIND, db
from portal.database.statement_timeout import TIMEOUT_OPTION as OPTION
from portal.database.statement_timeout import disable_timeout
from portal.web.accounts.forms import OwnNameForm
from portal.web.declarations import accepts, public, require_role
from portal.web.security import access
from tests import postgres
from tests.factories import let_go, make_account
from tests.http_clients import Browser

# Minutes of work for either database, in a few bytes.
ENDLESS = text("SELECT count(*) FROM term AS a, term AS b, term AS c, term AS d, term AS e")
COUNTING = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT count(*) FROM n"
SECONDS = 1
# A busy machine may be late.
AT_MOST = 15


@pytest.fixture(scope="module")
def limited_app(new_app, new_database):
    """An application whose statements may take a second."""
    address = new_database()
    new_app(address)
    app = create_app(
        Settings(database_url=address, secret_key="0123456789abcdef" * 4, max_staleness=0), statement_seconds=SECONDS
    )
    app.testing = True
    yield app
    with app.app_context():
        db.session.remove()
        let_go()


@pytest.fixture
def slow(limited_app, monkeypatch):
    """Two pages that ask the database for far too much: one for everybody, one for staff."""

    def ask(**_):
        return str(db.session.execute(ENDLESS).scalar_one())

    def ask_of_staff(**_):
        return ask()

    staff_view = require_role("author")(accepts(OwnNameForm)(ask_of_staff))
    monkeypatch.setitem(limited_app.view_functions, "places.where_we_work", public(ask))
    monkeypatch.setitem(limited_app.view_functions, "account_settings.rename", staff_view)


def seconds(engine):
    """How long a statement may take."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            return int(connection.execute(text("SHOW statement_timeout")).scalar_one().removesuffix("s"))
        return connection.get_execution_options()[OPTION]


def test_what_the_public_asks_is_stopped_sooner(new_app, new_database):
    with new_app(new_database()).app_context():
        assert (seconds(db.engine), seconds(db.engines[READER_BIND])) == (
            STATEMENT_TIMEOUT_SECONDS,
            PUBLIC_STATEMENT_TIMEOUT_SECONDS,
        )


def assert_honest(answer, began):
    assert time.monotonic() - began < AT_MOST
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(access.RETRY_AFTER_SECONDS))
    assert answer.headers["Cache-Control"] in ("no-store", "private, no-store")
    assert not any(word in answer.text for word in ("count(*)", "interrupted", "Traceback", "statement timeout"))


def test_a_query_of_a_public_page_is_stopped(limited_app, slow):
    visitor, began = limited_app.test_client(), time.monotonic()
    assert_honest(visitor.get("/where-we-work/"), began)
    assert visitor.get("/projects/").status_code == 200


def test_a_query_of_a_form_is_stopped_and_what_was_typed_is_kept(limited_app, slow):
    with limited_app.app_context():
        ann = Browser(limited_app, db.session).sign_in(make_account(db.session, "Ann"))
        db.session.rollback()
        began = time.monotonic()
        answer = ann.post("/staff/account/name", {"name": "Typed for an hour"})
        assert_honest(answer, began)
        assert 'value="Typed for an hour"' in answer.text
        assert ann.get("/staff/account").status_code == 200


def test_each_statement_has_its_own_time(limited_app):
    with limited_app.app_context():
        for _ in range(6):
            db.session.execute(text("SELECT 1")).scalar_one()
            time.sleep(SECONDS / 4)
        assert db.session.execute(text("SELECT count(*) FROM project")).scalar_one() == 0
        db.session.remove()


def test_reading_everything_may_take_its_time(limited_app):
    with limited_app.app_context():
        disable_timeout(db.session())
        took, rows = 0.0, 5_000_000
        while took < SECONDS * 1.2:
            began, rows = time.monotonic(), rows * 2
            counted = db.session.execute(text(COUNTING.format(rows))).scalar_one()
            took = time.monotonic() - began
            assert counted == rows
        db.session.remove()
        assert db.session.execute(text("SELECT 1")).scalar_one() == 1
        db.session.remove()


@pytest.mark.skipif(postgres.IS_TESTED, reason="PostgreSQL stops a statement at any time")
def test_a_text_search_is_stopped_while_it_begins(limited_app):
    """SQLite finds all rows of a text search inside one instruction, and asks nobody meanwhile."""
    random, letters = Random(1), "abcdefghijklmnopqrstuvwxyz"  # noqa: S311 # no secret
    words = ["".join(random.choices(letters, k=4)) for _ in range(50_000)]
    documents = [{"words": " ".join(random.choices(words, k=60))} for _ in range(20_000)]
    beginnings = " AND ".join(f'"{random.choice(letters)}" *' for _ in range(1_500))
    with limited_app.app_context():
        disable_timeout(db.session())
        db.session.execute(text("CREATE VIRTUAL TABLE many_words USING fts5(words, content='')"))
        db.session.execute(text("INSERT INTO many_words (words) VALUES (:words)"), documents)
        db.session.commit()
        began = time.monotonic()
        with pytest.raises(OperationalError, match="interrupted"):
            db.session.execute(
                text("SELECT count(*) FROM many_words WHERE many_words MATCH :sought"), {"sought": beginnings}
            ).all()
        assert time.monotonic() - began < AT_MOST
        db.session.rollback()
        assert db.session.execute(text("SELECT 1")).scalar_one() == 1
        db.session.remove()
