"""What only a file of one's own shows: a database that is missing, damaged, or lost terms behind SQLite's back."""

import shutil
from contextlib import closing

import pysqlite3
import pytest

from portal.app import create_app
from portal.cli.database import import_sample, migrate_database
from portal.config import Settings
from portal.database.orm import db
from portal.services.operations.checks.data import database, terms
from portal.services.operations.checks.finding import CheckState, Surroundings
from portal.services.operations.checks.machine import disk, permissions
from portal.services.operations.checks.registry import run_checks, worst
from tests.factories import let_go


@pytest.fixture
def file(tmp_path):
    return tmp_path / "portal.db"


@pytest.fixture
def found(file):
    """found(check) is what a check finds in the file, each time with connections of its own."""

    def run(check, **settings):
        app = create_app(Settings(database_url=f"sqlite:///{file}", secret_key="0123456789abcdef" * 4, **settings))
        with app.app_context():
            try:
                return list(check(Surroundings(settings=app.extensions["settings"], session=db.session())))
            finally:
                db.session.remove()
                let_go()

    return run


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A file with the sample records, made once."""
    file = tmp_path_factory.mktemp("sound") / "portal.db"
    app = create_app(Settings(database_url=f"sqlite:///{file}", secret_key="0123456789abcdef" * 4))
    with app.app_context():
        migrate_database()
        import_sample()
        db.session.remove()
        let_go()
    return file


@pytest.fixture
def migrated(sound, file):
    shutil.copy(sound, file)


def test_a_missing_file_is_a_problem_and_is_not_made(found, file):
    (finding,) = found(database.check)
    assert (finding.state, finding.text) == (CheckState.PROBLEM, f"There is no database at {file}.")
    assert not file.exists()


@pytest.mark.usefixtures("migrated")
def test_a_damaged_file_is_a_problem(found, file):
    assert [finding.state for finding in found(database.check)] == [CheckState.OK, CheckState.OK]
    with file.open("r+b") as opened:
        opened.seek(4096 * 8)
        opened.write(b"\xff" * 4096 * 20)
    assert found(database.check)[-1].state == CheckState.PROBLEM


@pytest.mark.usefixtures("migrated")
def test_a_term_deleted_behind_its_records_is_a_problem(found, file):
    with closing(pysqlite3.connect(file)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("DELETE FROM term WHERE facet = 'region' AND code = 'africa'")
        connection.commit()
    finding = found(terms.check)[0]
    assert finding.state == CheckState.PROBLEM
    assert finding.text.startswith("References of records or terms to a term that is gone: ")


@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize(
    ("mode", "state"), [(0o640, CheckState.OK), (0o644, CheckState.WARNING), (0o666, CheckState.PROBLEM)]
)
def test_a_database_that_others_can_read_or_write(mode, state, found, file):
    file.parent.chmod(0o755)
    file.chmod(mode)
    findings = [f for f in found(permissions.check, is_production=True) if "runs as root" not in f.text]
    assert [finding.state for finding in findings] == ([] if state == CheckState.OK else [state])


def test_the_folder_of_a_database_that_is_gone(found, file):
    file.parent.rmdir()
    findings = [finding for finding in found(disk.check) if "the database" in finding.text]
    assert [finding.state for finding in findings] == [CheckState.PROBLEM]


def test_without_a_database_the_other_checks_go_on(found):
    results = found(run_checks)
    states = {result.name: result.findings[0].state for result in results}
    assert worst(results) == states["database"] == CheckState.PROBLEM
    assert results[2].findings[0].text == "Not checked: the database does not answer."
    assert (states["disk"], states["versions"]) == (CheckState.OK, CheckState.OK)
