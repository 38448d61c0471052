"""portal import: any of its formats, as an operator gives them."""

import shutil
from contextlib import closing

import pysqlite3
import pytest
from click.testing import CliRunner
from flask.cli import ScriptInfo
from sqlalchemy import update

from portal.app import command_line
from portal.cli import imports
from portal.database.orm import db
from portal.models import Catalogue
from tests import postgres
from tests.factories import let_go

ACTIVITY = (
    '<iati-activities version="2.03"><iati-activity default-currency="EUR"><iati-identifier>XM-TEST-LM.1'
    "</iati-identifier><title><narrative>Water</narrative></title><budget><value>5</value></budget><result/>"
    "</iati-activity></iati-activities>"
)


@pytest.fixture
def run(new_database, tmp_path):
    """run("import", …) returns the output of the command, on a database of its own, and checks its exit code."""
    database = new_database()

    def go(*words, code=0, **environ):
        info = ScriptInfo(create_app=command_line.create_app)
        environ = {"DATABASE_URL": database, **environ}
        result = CliRunner().invoke(command_line, list(map(str, words)), env=environ, obj=info)
        with info.load_app().app_context():
            let_go()
        assert result.exit_code == code, result.output
        return result.output

    go("migrate")
    return go


@pytest.fixture
def activities(tmp_path):
    path = tmp_path / "activities.xml"
    path.write_text(ACTIVITY, encoding="utf-8")
    return path


def test_the_report_says_what_a_record_has_no_place_for(run, activities, tmp_path):
    output = run("import", activities, "--report", tmp_path / "report.csv")
    note = "A record has no place for these elements: result (1)"
    assert "1 rows: 1 added" in output
    assert f"  {note}.\n" in output
    assert note in (tmp_path / "report.csv").read_text(encoding="utf-8-sig")


def test_the_prefix_of_a_publisher_is_cut_off(run, activities):
    run("import", activities, "--iati-prefix", "XM-TEST")
    again = run("import", activities, "--iati-prefix", "XM-TEST")
    assert "0 added, 0 changed, 1 unchanged" in again
    assert "1 added" in run("import", activities)


def test_the_own_organisation_is_cut_off_without_being_named(run, activities):
    own = {"PORTAL_IATI_ORGANISATION": "XM-TEST", "PORTAL_IATI_ORGANISATION_NAME": "Fund",
           "PORTAL_IATI_ORGANISATION_TYPE": "40"}  # fmt: skip
    run("import", activities, **own)
    assert "1 unchanged" in run("import", activities, "--iati-prefix", "XM-TEST")
    assert "1 added" in run("import", activities, "--iati-prefix", "", **own)


def test_another_xml_file_is_refused_with_one_line(run, activities):
    activities.write_text("<rss/>", encoding="utf-8")
    (line,) = run("import", activities, code=1).splitlines()
    assert line.startswith("Error: activities.xml: line 1: this is no IATI: the first element is 'rss'")


@pytest.mark.skipif(postgres.IS_TESTED, reason="the log of SQLite")
def test_what_is_written_before_a_pause_is_in_the_file_after_it(new_app, tmp_path, monkeypatch):
    monkeypatch.setattr(imports, "MAX_BUSY_SECONDS", -1.0)
    with new_app(f"sqlite:///{tmp_path}/portal.db").app_context():
        in_turn = imports.ShortTransactions()
        with in_turn():
            db.session.execute(update(Catalogue).values(version=4711))
        # Without its log, the file has what it had before.
        assert versions_in(shutil.copy(tmp_path / "portal.db", tmp_path / "before.db")) != [(4711,)]
        with in_turn():
            assert versions_in(shutil.copy(tmp_path / "portal.db", tmp_path / "after.db")) == [(4711,)]
        db.session.remove()
        let_go()


def versions_in(path):
    with closing(pysqlite3.connect(path)) as connection:
        return connection.execute("SELECT version FROM catalogue").fetchall()
