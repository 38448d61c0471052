"""The reader: what public requests read through cannot write, and cannot see what is not published."""

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError

from portal.app import create_app
from portal.cli.database import SAMPLE_FILE, migrate_database
from portal.config import ROOT, Settings
from portal.database.orm import READER_BIND, db
from portal.errors import ConfigurationError
from portal.search.index import current, refresh
from portal.search.index.caches import caches_for
from portal.services.editorial import publication
from portal.services.imports import Report, import_file
from portal.services.records import published
from portal.vocabulary.workflow import State
from tests import postgres
from tests.factories import COMPLETE, Office, let_go
from tests.urls import LOST, SELECTIONS, fixed

SECRET = "0123456789abcdef" * 4
NEEDS_SQLITE = pytest.mark.skipif(postgres.IS_TESTED, reason="an authorizer is a thing of SQLite")
NEEDS_POSTGRESQL = pytest.mark.skipif(not postgres.IS_TESTED, reason="a role is a thing of PostgreSQL")
ROLE = "portal_reader"
TABLES = "public" if postgres.IS_TESTED else "main"
NARROWED = (
    "project", "project_country", "project_tag", "former_key", "withdrawn_address", "project_event",
    "record_translation",
)  # fmt: skip
OF_STAFF = (
    "account", "account_session", "recovery_code", "one_time_link", "attempt", "revision", "submission_key",
    "audit_event", "audit_due", "outbox_message", "outbox_hold", "project_translation",
)  # fmt: skip
REFUSALS = (
    "not authorized", "authorization denied", "prohibited", "attempt to write a readonly database",
    "permission denied", "read-only transaction",
)  # fmt: skip


@pytest.fixture(scope="module")
def address(new_database):
    """A database with the sample, a published record, a withdrawn one and a draft."""
    address = new_database()
    app = create_app(Settings(database_url=address, secret_key=SECRET, max_staleness=0))
    with app.app_context():
        if postgres.IS_TESTED:
            give_role(db.session())
        migrate_database()
        import_file(db.session(), SAMPLE_FILE, is_sample=True, report=Report())
        db.session.commit()
        office = Office(db.session())
        office.revision(State.PUBLISHED, COMPLETE.replace(number="LM.9001"))
        office.revision(State.WITHDRAWN, COMPLETE.replace(number="LM.9002", title="Quokka census"))
        office.revision(State.DRAFT, COMPLETE.replace(number="LM.9003"))
    close(app)
    return address


def give_role(session):
    """As docs/deploying.md has it; the owner of a test's database has another name."""
    session.execute(sql(f"CREATE ROLE {ROLE} LOGIN"))
    statements = (ROOT / "deploy" / "postgresql-reader.sql").read_text()
    session.execute(sql(statements.replace("AUTHORIZATION portal;", ";").replace("FOR ROLE portal ", "")))
    session.commit()


def close(app):
    with app.app_context():
        let_go()


@pytest.fixture(scope="module")
def served(address):
    """The application as it serves; on PostgreSQL with a role of its own for the public."""
    role = address.replace("//postgres@", f"//{ROLE}@") if postgres.IS_TESTED else ""
    app = create_app(Settings(database_url=address, secret_key=SECRET, max_staleness=0, reader_url=role))
    yield app
    close(app)


@pytest.fixture
def visitor(served):
    return served.test_client()


@pytest.fixture
def reader(served):
    """The connection that a public request has."""
    with served.test_request_context("/projects/"):
        served.preprocess_request()
        yield db.session.connection()


@pytest.fixture
def writer(served):
    """The connection that a command has."""
    with served.app_context():
        yield db.session.connection()


def refused(connection, statement):
    """Whether the statement fails for what it wants to do, and not for how it is written."""
    with pytest.raises(DBAPIError) as why:
        connection.execute(sql(statement)).fetchall()
    words = str(why.value.orig)
    return any(word in words for word in REFUSALS) or words


def count(connection, rows):
    return connection.execute(sql(f"SELECT count(*) FROM {rows}")).scalar_one()  # noqa: S608


def engine_for(served, path, **request):
    """The engine that the database session of a request has."""
    with served.test_request_context(path, **request):
        served.preprocess_request()
        return db.session.get_bind(), db.engines


@pytest.mark.parametrize("path", ["/", "/projects/", "/projects/LM.9001/history", "/readyz", "/no-such-page"])
def test_public_requests_have_the_reader(served, path):
    found, engines = engine_for(served, path)
    assert found is engines[READER_BIND]


@pytest.mark.parametrize("path", ["/staff/", "/sign-in"])
def test_staff_has_the_other_engine(served, path):
    found, engines = engine_for(served, path)
    assert found is engines[None]


def test_public_pages_open_no_other_connection(address):
    app = create_app(Settings(database_url=address, secret_key=SECRET, max_staleness=0))
    for page in ("/", "/projects/", "/projects/?q=border", "/projects/LM.9001/history", "/projects/LM.9002"):
        app.test_client().get(page)
    with app.app_context():
        used = {name: engine.pool.checkedin() for name, engine in db.engines.items()}
    close(app)
    assert used[None] == 0
    assert used[READER_BIND] > 0


def test_the_index_is_read_through_it_whoever_asks(served):
    with served.app_context():
        refresh.store_for(db.engine).snapshot = None
        assert len(current.current_snapshot().index.all_rows) > 100
        assert not db.session().in_transaction()


def test_every_public_page_can_be_read_through_it(served, visitor):
    for address in [*fixed(served), *SELECTIONS, "/projects/LM.0024", "/projects/LM.0024/history"]:
        assert visitor.get(address).status_code == 200, address


def test_what_is_lost_is_not_found_through_it(visitor):
    assert [visitor.get(address).status_code for address in LOST] == [404] * len(LOST)


def test_it_is_ready(visitor):
    assert visitor.get("/readyz").json == {"database": "ok", "index": "ok", "migrations": "ok"}


def test_a_withdrawn_record_is_gone_and_says_why(visitor):
    answer = visitor.get("/projects/lm.9002")
    assert answer.status_code == 410
    assert "Entered by mistake." in answer.text
    assert "Quokka" not in answer.text


def test_a_change_shows_in_the_next_request(served, visitor):
    assert "Numbat census" not in visitor.get("/projects/?q=numbat").text
    with served.app_context():
        office = Office.found_in(db.session())
        office.revision(State.PUBLISHED, COMPLETE.replace(number="LM.9010", title="Numbat census"))
    assert "Numbat census" in visitor.get("/projects/?q=numbat").text
    assert visitor.get("/projects/LM.9010").status_code == 200
    with served.app_context():
        office = Office.found_in(db.session())
        project = published.get_project_by_slug(office.session, "LM.9010")
        publication.withdraw(office.session, project, reason="Entered twice.", by=office.reviewer)
        office.session.commit()
    assert visitor.get("/projects/LM.9010").status_code == 410


def test_projects_that_are_newer_than_the_snapshot_are_for_one_request_alone(served):
    with served.app_context():
        snapshot = current.current_snapshot()
        Office.found_in(db.session()).revision(State.WITHDRAWN, COMPLETE.replace(number="LM.9011"))
    ids = snapshot.index.page(snapshot.index.all_rows, "newest", 0, 1)
    kept = caches_for(snapshot).projects
    kept.clear()
    with served.test_request_context("/projects/"):
        served.preprocess_request()
        assert len(current.load_projects(snapshot, ids)) == 1
        assert not kept
        assert current.visible_version().version > snapshot.catalogue_version.version


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO catalogue_change (version, stamp) VALUES (999999, 'x') RETURNING version",
        "UPDATE catalogue SET stamp = 'x' RETURNING stamp",
        "DELETE FROM term RETURNING id",
        f"DELETE FROM {TABLES}.term RETURNING id",  # noqa: S608
        "CREATE TABLE mine (id integer)",
        "CREATE TEMP TABLE mine (id integer)",
        "CREATE VIEW mine AS SELECT 1",
        f"DROP TABLE {TABLES}.project_tag",
        "DROP VIEW project",
    ],
)
def test_it_cannot_write(reader, statement):
    assert refused(reader, statement) is True


@pytest.mark.parametrize("table", OF_STAFF)
def test_it_cannot_read_what_belongs_to_staff(reader, table):
    assert refused(reader, f"SELECT count(*) FROM {TABLES}.{table}") is True  # noqa: S608


def test_it_sees_published_projects_and_no_other(reader, writer):
    published, hidden = (count(writer, f"project WHERE published_at IS {null} NULL") for null in ("NOT", ""))
    assert (count(reader, "project"), count(reader, "project WHERE published_at IS NULL")) == (published, 0)
    assert hidden > 0
    assert count(reader, "project WHERE number IN ('LM.9001', 'LM.9002', 'LM.9003')") == 1


@pytest.mark.parametrize("table", ["project_country", "project_tag"])
def test_it_sees_what_belongs_to_published_projects_and_no_other(reader, writer, table):
    of_published = f"{table} WHERE project_id IN (SELECT id FROM project WHERE published_at IS NOT NULL)"  # noqa: S608
    assert count(reader, table) == count(writer, of_published) < count(writer, table)


def test_it_sees_the_public_steps_of_published_projects_and_no_other(reader):
    found = reader.execute(
        sql("SELECT p.number, e.verb FROM project_event AS e JOIN project AS p ON p.id = e.project_id")
    )
    assert found.all() == [("LM.9001", "publish")]


@NEEDS_SQLITE
@pytest.mark.parametrize("table", NARROWED)
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM main.{0}",
        "SELECT count(*) FROM main.{0}",
        "SELECT count(*) FROM MAIN.{0}",
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM main.{0})",
        "WITH {0} AS (SELECT * FROM main.{0}) SELECT * FROM {0}",
        "WITH mine AS (SELECT * FROM main.{0}) SELECT * FROM mine",
        "SELECT * FROM (SELECT * FROM main.{0}) AS {0}",
        "SELECT 1 FROM project AS p JOIN main.{0} AS q",
    ],
)
def test_it_cannot_read_the_rows_behind_its_views(reader, table, statement):
    assert refused(reader, statement.format(table)) is True


@NEEDS_SQLITE
@pytest.mark.parametrize(
    "statement",
    [
        "ATTACH 'other.db' AS other",
        "ATTACH ':memory:' AS other",
        "DETACH main",
        "PRAGMA query_only=OFF",
        "PRAGMA writable_schema=ON",
        "PRAGMA journal_mode=DELETE",
        "PRAGMA database_list",
        "CREATE TEMP VIEW mine AS SELECT * FROM main.project",
        "DROP VIEW temp.project",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM sqlite_temp_master",
        "SELECT * FROM pragma_table_list",
        "SELECT load_extension('mine')",
        "REINDEX",
        "ANALYZE",
    ],
)
def test_it_cannot_reach_beyond_its_views(reader, statement):
    assert refused(reader, statement) is True


@NEEDS_SQLITE
def test_each_of_its_connections_holds_little_of_the_file(reader):
    # It is closed afterwards, since it could read everything.
    reader.detach()
    connection = reader.connection.dbapi_connection
    connection.set_authorizer(None)
    assert connection.execute("PRAGMA cache_size").fetchone() == (-500,)


@NEEDS_SQLITE
def test_it_makes_no_copy(reader):
    db.session.rollback()
    # Outside of a transaction, where it would be possible at all.
    with (
        db.engines[READER_BIND].connect() as connection,
        pytest.raises(db.engine.dialect.loaded_dbapi.DatabaseError, match="authorization denied"),
    ):
        connection.connection.driver_connection.execute("VACUUM INTO 'other.db'")


@NEEDS_POSTGRESQL
@pytest.mark.parametrize("table", NARROWED)
def test_its_role_cannot_read_the_rows_behind_its_views(reader, table):
    assert refused(reader, f"SELECT 1 FROM public.{table}") is True  # noqa: S608


@NEEDS_POSTGRESQL
@pytest.mark.parametrize("statement", ["DELETE FROM published.term RETURNING 1", "DELETE FROM public.term RETURNING 1"])
def test_its_role_cannot_write_after_it_said_it_would(reader, statement):
    assert refused(reader, f"SET TRANSACTION READ WRITE; {statement}") is True


@NEEDS_POSTGRESQL
def test_without_a_role_of_its_own_it_only_reads_too(address):
    app = create_app(Settings(database_url=address, secret_key=SECRET, max_staleness=0))
    assert app.test_client().get("/projects/LM.9001").status_code == 200
    with app.app_context():
        for statement in ("DELETE FROM public.term RETURNING id", "DROP TABLE public.project_tag"):
            with db.engines[READER_BIND].connect() as reader:
                assert count(reader, "project WHERE published_at IS NULL") == 0
                assert refused(reader, statement) is True
    close(app)


BY_INDEX = (
    "SELECT id FROM project WHERE key_folded = 'lm.0024'",
    "SELECT id FROM project WHERE id IN (1, 2)",
    "SELECT term_id FROM project_country WHERE project_id IN (1, 2)",
    "SELECT term_id FROM project_tag WHERE project_id IN (1, 2)",
    "SELECT verb FROM project_event WHERE project_id = 1 ORDER BY id DESC",
    "SELECT key FROM withdrawn_address WHERE key_folded = 'lm.0024'",
    "SELECT p.id FROM project AS p JOIN former_key AS f ON f.project_id = p.id WHERE f.key_folded = 'lm.0024'",
)


@NEEDS_SQLITE
@pytest.mark.parametrize("statement", BY_INDEX)
def test_its_views_are_read_by_index(reader, statement):
    steps = [row[3] for row in reader.execute(sql(f"EXPLAIN QUERY PLAN {statement}"))]
    assert [step for step in steps if step.startswith(("SCAN", "MATERIALIZE"))] == []


@NEEDS_SQLITE
def test_samples_are_counted_by_index(reader):
    statement = "SELECT count(*) FROM project WHERE is_sample = 1 AND published_at IS NOT NULL"
    steps = [row[3] for row in reader.execute(sql(f"EXPLAIN QUERY PLAN {statement}"))]
    assert steps == ["SCAN main.project USING INDEX ix_project_sample"]


@NEEDS_POSTGRESQL
@pytest.mark.parametrize("statement", BY_INDEX)
def test_its_views_can_be_read_by_index(reader, statement):
    # Small tables are read whole, unless that is made dear.
    reader.execute(sql("SET LOCAL enable_seqscan = off"))
    plan = "\n".join(row[0] for row in reader.execute(sql(f"EXPLAIN {statement}")))
    assert "Seq Scan" not in plan, plan


@pytest.mark.parametrize(
    ("database", "reader_url"),
    [("sqlite:///portal.db", "postgresql://reader@host/name"), ("postgresql://host/name", "sqlite:///portal.db"),
     ("postgresql://host/name", "portal_reader")],
)  # fmt: skip
def test_another_address_for_the_public_is_refused(database, reader_url):
    with pytest.raises(ConfigurationError, match="PORTAL_READER_URL"):
        create_app(Settings(database_url=database, secret_key=SECRET, reader_url=reader_url))


def test_behind_pgbouncer_the_public_needs_a_role_of_its_own():
    settings = Settings(database_url="postgresql://host/name", secret_key=SECRET, has_pgbouncer=True)
    with pytest.raises(ConfigurationError, match="PORTAL_READER_URL"):
        create_app(settings)
