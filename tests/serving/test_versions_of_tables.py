"""Code and tables of different versions: who runs, who refuses and in which words. The newer version is a real copy."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from alembic import command
from sqlalchemy import update

from deploy import rehearsal
from portal.config import ROOT
from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.models import SchemaInfo
from portal.services.operations import migrations
from tests.factories import Office
from tests.over_http import PATIENCE, Caller, carried, typed
from tests.serving.staff_flows import NEW, form
from tests.waiting import eventually

MIGRATION = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, oldest_code = "9999", "{head}", "{oldest}"
def upgrade():
    op.add_column("revision", sa.Column("mood", sa.String(8), nullable=True))
def downgrade():
    op.drop_column("revision", "mood")
"""


@pytest.fixture(autouse=True)
def _one_process(monkeypatch):
    monkeypatch.setenv("WEB_CONCURRENCY", "1")


@pytest.fixture(scope="module")
def newer(tmp_path_factory):
    """newer(oldest_code) runs a command of a version that has one more migration, which names this oldest code."""
    folder = tmp_path_factory.mktemp("newer")
    shutil.copytree(ROOT / "portal", folder / "portal", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("templates", "static"):
        (folder / name).symlink_to(ROOT / name)

    def migrate(address, oldest_code):
        file = folder / "portal/migrations/versions/9999_a_later_one.py"
        file.write_text(MIGRATION.format(head=migrations.head_revision(), oldest=oldest_code))
        done = portal(address, "migrate", cwd=folder, PYTHONPATH=str(folder))
        assert (done.returncode, done.stdout) == (0, "The database is at revision 9999.\n"), done.stderr

    return migrate


@pytest.fixture
def tables(new_app, new_database):
    """The address of a database at the newest revision that this version knows; db.session is its."""
    address = new_database()
    with new_app(address).app_context():
        yield address
        db.session.remove()


def portal(address, *arguments, cwd=ROOT, **environ):
    return subprocess.run(
        [sys.executable, "-c", "from portal.app import command_line; command_line()", *arguments],
        cwd=cwd, env={**os.environ, "PYTHONPATH": str(ROOT), "DATABASE_URL": address, **environ},
        capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip


def refusal(address, folder):
    """The lines with which gunicorn refuses to start; it ends by itself."""
    port = rehearsal.free_port()
    environ = rehearsal.settings(folder, f"127.0.0.1:{port}", f"http://127.0.0.1:{port}", address)
    command_line = [rehearsal.program("gunicorn"), "-c", "deploy/gunicorn.conf.py", "wsgi:app"]
    with rehearsal.started(command_line, folder / "log", cwd=ROOT, env=environ) as server:
        assert server.wait(PATIENCE) != 0
    lines = (folder / "log").read_text().splitlines()
    assert not any("Traceback" in line for line in lines)
    messages = {json.loads(line)["message"] for line in lines}
    return {message for message in messages if message.startswith("The portal does not start")}


def go_back(revision):
    db.session.remove()
    with db.engine.execution_options(writes=True).begin() as connection:
        command.downgrade(migrations.alembic_config(connection), revision)


def test_an_older_version_that_fits_says_so_and_serves(tables, newer):
    newer(tables, migrations.head_revision())
    done = portal(tables, "migrate")
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 1)
    assert "newer than this version" in done.stdout
    assert "nothing was changed" in done.stdout
    with rehearsal.bare(tables) as served:
        visitor = Caller(served.address)
        assert visitor.ask("/projects/").status == 200
        assert json.loads(visitor.ask("/readyz").text)["migrations"] == "ok"


def test_an_older_version_that_does_not_fit_refuses_in_a_sentence(tables, newer, tmp_path):
    newer(tables, "9999")
    for arguments in (["migrate"], ["terms", "remove", "type", "nothing"]):
        done = portal(tables, *arguments)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
        assert "install the newer version, or restore the backup" in done.stderr
    (line,) = refusal(tables, tmp_path)
    assert "install the newer version, or restore the backup" in line


def test_a_newer_version_refuses_older_tables_until_they_are_migrated(tables, tmp_path):
    go_back("-1")
    (line,) = refusal(tables, tmp_path)
    assert line.endswith("run portal migrate.")
    with rehearsal.bare(tables) as served:
        assert Caller(served.address).ask("/readyz").status == 200


def test_a_database_out_of_reach_is_no_reason_not_to_start(tmp_path):
    address = f"http://127.0.0.1:{rehearsal.free_port()}"
    environ = rehearsal.settings(
        tmp_path, address.removeprefix("http://"), address, f"postgresql://portal@/portal?host={tmp_path}"
    )
    command_line = [rehearsal.program("gunicorn"), "-c", "deploy/gunicorn.conf.py", "wsgi:app"]
    with rehearsal.started(command_line, tmp_path / "log", cwd=ROOT, env=environ) as server:
        rehearsal.wait_for(address, server, tmp_path / "log")
        assert Caller(address).ask("/contact/").status == 200


def test_a_running_version_that_does_not_fit_any_more_keeps_what_was_typed(tables, newer):
    with rehearsal.bare(tables) as served:
        ann = Caller(served.address, db.session, Office(db.session()).author)
        sent = form("Typed before the update", csrf_token=ann.csrf_token(NEW))
        newer(tables, "9999")
        eventually(lambda: ann.ask("/readyz").status == 503)
        assert "install the newer version" in ann.ask("/readyz").text
        assert ann.ask("/healthz").status == 200
        eventually(lambda: ann.ask(NEW).status == 503)
        answer = ann.ask(NEW, sent)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
        assert typed(carried(answer)) == typed(sent)
        begin_writing(db.session())
        db.session.execute(update(SchemaInfo).values(oldest_code=migrations.head_revision()))
        db.session.commit()
        eventually(lambda: ann.ask(NEW).status == 200)
        assert ann.press(answer).status == 303
