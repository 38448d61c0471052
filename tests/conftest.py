"""The application, its database and a visitor, for every test that does not need a browser.

One application and one database a run: an SQLite file, or with PORTAL_TEST_DATABASE=postgresql a database
on a server of its own, and then only the tests that use one are run. A test works inside a transaction that
is rolled back at its end, whatever it commits; so tests see nothing of each other and need no cleaning up.
"""

import gc
import os
import tempfile
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings

from portal.app import create_app
from portal.cli.database import SAMPLE_FILE, begin_exclusive_writing, migrate_database
from portal.config import Settings
from portal.database.encryption import keyring_for
from portal.database.orm import READER_BIND, db, now
from portal.i18n.compiling import compile_catalogues
from portal.models import Catalogue, Project
from portal.services.accounts import second_factor
from portal.services.imports import Report, import_file
from portal.services.mail.outbox import SETTINGS_OPTION
from tests import mailboxes, postgres
from tests.factories import Office, let_go
from tests.http_clients import Browser
from tests.pages import Fragment, Page
from tests.staff_clients import Colleague

# The machine may be busy; what a test may cost is watched over the whole run.
# CI tries the same examples each time: what a new one finds is mended by whoever meets it, and delays nobody else.
IS_CI = os.environ.get("CI") == "true"
hypothesis_settings.register_profile("house", max_examples=50, deadline=None, print_blob=True, derandomize=IS_CI)
hypothesis_settings.load_profile("house")

# A run keeps much and drops little: by its usual rule the collector of cycles takes an eighth of the whole time.
gc.set_threshold(50_000, 20, 100)

FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}


class Client(FlaskClient):
    """Undoes whatever a handler forgot to commit, as the real server would.

    It undoes what the test itself forgot to commit too: commit before you visit.
    """

    def open(self, *args, **kwargs):
        # Read to its end at once, as a browser does: a file is made in a thread that shares the test's connection.
        response = super().open(*args, **{"buffered": True} | kwargs)
        db.session.rollback()
        return response


def use_own_temporary_folder(worker):
    """The portals of a process of the run wait for no lock of another one's, as portals on machines of their own."""
    folder = Path(tempfile.gettempdir()) / f"portal-{worker}"
    folder.mkdir(exist_ok=True)
    # PostgreSQL and nginx run as other users.
    folder.chmod(0o1777)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)


def pytest_configure(config):
    if hasattr(config, "workerinput"):
        use_own_temporary_folder(config.workerinput["workerid"])
    else:
        # As make does; once for all processes of the run.
        list(compile_catalogues())
    if postgres.IS_TESTED and not postgres.programs():
        # The whole run would be skipped: one line says it better than one a test.
        pytest.exit(": ".join(postgres.MISSING), returncode=int(os.environ.get("CI") == "true"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    if postgres.IS_TESTED:
        chosen = [item for item in items if "new_database" in item.fixturenames]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen
    items[:] = spread(items)


def spread(items):
    """The tests by files, those that wait for servers among the others.

    So the processor has something else to do meanwhile, and the last fifth, without any, ends in all processes at once.
    """
    files = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    waiting = [file for file in files if "serving" in file.parts]
    others = [file for file in files if file not in waiting]
    share = 4 * len(others) // (5 * len(waiting)) if waiting else 0
    order = [file for place, first in enumerate(waiting) for file in (first, *others[place * share :][:share])]
    return [item for file in (*order, *others[len(waiting) * share :]) for item in files[file]]


@pytest.fixture(autouse=True)
def same_priority():
    """No test lowers the priority of the process: all tests after it would wait for those of the other processes."""
    before = os.nice(0)
    yield
    assert os.nice(0) == before


@pytest.fixture(scope="session")
def cluster():
    """A PostgreSQL server; skips where none is installed."""
    with postgres.server() as running:
        yield running


@pytest.fixture(scope="session")
def new_database(request, tmp_path_factory):
    """new_database() is the address of a new, empty database of the kind that this run tests."""
    if postgres.IS_TESTED:
        return request.getfixturevalue("cluster").database
    return lambda: f"sqlite:///{tmp_path_factory.mktemp('database')}/portal.db"


@pytest.fixture(scope="session")
def new_app(tmp_path_factory):
    """new_app(address) is an application on an empty database, brought to its shape by the project's own migrations."""
    made = []

    def start(address):
        # All tests come from one address; those of the limit set their own.
        settings = Settings(
            database_url=address,
            secret_key="0123456789abcdef" * 4,
            max_staleness=0,
            api_limit=0,
            audit_folder=str(tmp_path_factory.mktemp("audit")),
        )
        app = create_app(settings)
        made.append(app)
        app.testing = True
        app.test_client_class = Client
        with app.app_context():
            migrate_database()
            db.session.remove()
        return app

    yield start
    for app in made:
        with app.app_context():
            let_go()


@pytest.fixture(scope="session")
def app(new_app, new_database):
    """The application that most tests share."""
    return new_app(new_database())


@pytest.fixture(scope="session")
def sampled(new_app, new_database):
    """A database with the sample records, and the report of their import."""
    report = Report()
    with new_app(new_database()).app_context():
        begin_exclusive_writing()
        import_file(db.session(), SAMPLE_FILE, is_sample=True, report=report)
        db.session.commit()
        return db.engine, report


@pytest.fixture
def session(app, request, monkeypatch):
    """The database session of one test, which requests share."""
    # Records that are there are not imported again for each test that wants them.
    engine = request.getfixturevalue("sampled")[0] if "sample" in request.fixturenames else None
    with app.app_context(), (engine or db.engine).connect() as connection:
        outer = connection.begin()
        monkeypatch.setitem(db.engines, None, connection)
        # One connection for everybody, which holds the test's transaction; test_reader has the real ones.
        monkeypatch.delitem(db.engines, READER_BIND)
        db.session.configure(join_transaction_mode="create_savepoint")
        yield db.session
        db.session.remove()
        outer.rollback()


@pytest.fixture
def client(app, session):
    """A visitor who gets plain answers."""
    return app.test_client()


@pytest.fixture
def outbox(app, session, monkeypatch):
    """A portal that sends mail: outbox() are the letters that it holds, in their order."""
    able = replace(app.extensions["settings"], smtp_host="127.0.0.1", smtp_port=1, smtp_from="portal@example.org")
    monkeypatch.setitem(app.extensions, "settings", able)
    # The connection ends with the test, and its options with it.
    db.engines[None].execution_options(**{SETTINGS_OPTION: able})
    return lambda: mailboxes.letters(session)


@pytest.fixture
def staff(app, session):
    """Someone of staff, not signed in yet: staff().sign_in(account)."""
    return lambda: Browser(app, session)


@pytest.fixture
def office(session):
    """An author, another one, two reviewers and an administrator."""
    return Office(session)


@pytest.fixture
def code_of(session, monkeypatch):
    """The one-time code of a secret, stored or plain: code_of(secret, steps=0), so many steps from now.

    Time stands still for codes while the test runs, or they would pass into the next step in the middle of one.
    """
    moment = now()
    monkeypatch.setattr(second_factor, "now", lambda: moment)

    def code(secret, steps=0):
        plain = keyring_for(session()).decrypt(secret)
        return pyotp.TOTP(plain).at(moment, counter_offset=steps)

    return code


@pytest.fixture
def visit(client):
    """A visitor who looks at what comes: visit(address, status=200) is a checked Page."""

    def go(address, *, status=200, **request):
        return Page(client.get(address, **request), status=status)

    return go


@pytest.fixture
def fetch(client):
    """The same for htmx: fetch(address, status=200) is a checked Fragment."""

    def go(address, *, status=200, **request):
        return Fragment(client.get(address, headers=FRAGMENT, **request), status=status)

    return go


@pytest.fixture
def sample(session, sampled):
    """The sample records that ship with the portal; the report of their import."""
    report = sampled[1]
    assert session.query(Project).count() == report.added, "a test has changed the sample for all that follow"
    # Another state than that of any other test, so that nothing is kept of this one yet.
    Catalogue.touch(session(), None)
    session.commit()
    return report


@pytest.fixture
def people(app, session, office):
    """Everybody of the office, each signed in, by role."""
    return {name: Colleague(app, session, account) for name, account in office.everyone.items()}
