"""What holds on PostgreSQL alone: connections that die, time limits, addresses."""

import pytest
from sqlalchemy import text as sql

from portal.app import STATEMENT_TIMEOUT_SECONDS, create_app
from portal.config import Settings
from portal.database.engines import parse_database_url
from portal.database.orm import db
from portal.errors import ConfigurationError
from tests.factories import let_go

SECRET = "0123456789abcdef" * 4


@pytest.fixture(scope="module")
def address(cluster):
    return cluster.database()


def test_a_dead_connection_is_replaced_before_anyone_notices(new_app, address, cluster):
    app = new_app(address)
    visitor = app.test_client()
    with app.app_context():
        assert visitor.get("/projects/").status_code == 200
    with cluster.connect() as other:
        # The second argument waits until the connection is gone.
        ended = other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'idf-portal'"
        ).fetchall()
    assert ended
    with app.app_context():
        assert visitor.get("/projects/").status_code == 200


def setting(name):
    return db.session.execute(sql(f"SHOW {name}")).scalar_one()


@pytest.mark.parametrize(("seconds", "said"), [(STATEMENT_TIMEOUT_SECONDS, f"{STATEMENT_TIMEOUT_SECONDS}s"), (0, "0")])
def test_a_request_may_keep_the_database_for_seconds_and_a_command_for_as_long_as_it_likes(address, seconds, said):
    app = create_app(Settings(database_url=address, secret_key=SECRET, threads=3), statement_seconds=seconds)
    with app.app_context():
        assert setting("statement_timeout") == said
        assert setting("application_name") == "idf-portal"
        assert db.engine.pool.size() == 3
        db.session.remove()
        let_go()


def test_behind_pgbouncer_a_connection_keeps_nothing(address):
    app = create_app(Settings(database_url=address, secret_key=SECRET, has_pgbouncer=True, reader_url=address))
    with app.app_context():
        assert db.session.connection().connection.driver_connection.prepare_threshold is None
        assert setting("statement_timeout") == "0"
        db.session.remove()
        let_go()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_usual_addresses_mean_psycopg(scheme):
    assert parse_database_url(f"{scheme}://user@host/name").drivername == "postgresql+psycopg"


@pytest.mark.parametrize("address", ["mysql://user@host/name", "/folder/portal.db", "postgresql+psycopg2://host/name"])
def test_another_address_is_refused_with_what_to_write(address):
    with pytest.raises(ConfigurationError, match=r"DATABASE_URL .*sqlite:////folder/portal\.db"):
        parse_database_url(address)


TWO = "postgresql://portal@/portal?host=127.0.0.1:1&host=127.0.0.1:2"


def connections_of(address, **settings):
    """The options with which the ordinary engine and the reader connect: those of the driver, by bind name."""
    app = create_app(Settings(database_url=address, secret_key=SECRET, **settings))
    with app.app_context():
        return {
            name: engine.dialect.create_connect_args(engine.url)[1] | settings_of(app, name)
            for name, engine in db.engines.items()
        }


def settings_of(app, name):
    options = app.config["SQLALCHEMY_BINDS"][name] if name else app.config["SQLALCHEMY_ENGINE_OPTIONS"]
    return options["connect_args"]


@pytest.mark.parametrize("reader_url", ["", TWO])
def test_of_two_servers_only_the_primary_is_written_and_any_is_read(reader_url):
    found = connections_of(TWO, reader_url=reader_url)
    assert found[None]["target_session_attrs"] == "read-write"
    assert "target_session_attrs" not in found["reader"]
    assert found["reader"]["host"] == found[None]["host"] == "127.0.0.1,127.0.0.1"


def test_a_stated_kind_of_server_stays_as_it_is_and_does_not_bind_readers():
    found = connections_of(f"{TWO}&target_session_attrs=primary")
    assert found[None]["target_session_attrs"] == "primary"
    assert "target_session_attrs" not in found["reader"]


def test_one_server_is_taken_as_it_is():
    assert "target_session_attrs" not in connections_of("postgresql://portal@127.0.0.1/portal")[None]
