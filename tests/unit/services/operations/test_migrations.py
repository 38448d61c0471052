"""Migrations and the seeding of terms."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import column, insert, select, table, update

from portal.cli.database import SAMPLE_FILE, migrate_database
from portal.database.orm import db, now
from portal.database.transactions import begin_writing
from portal.models import Catalogue, CatalogueChange, IdempotencyKey, Project, ProjectCountry, SchemaInfo, Term
from portal.search import goals
from portal.search.fulltext import text_index
from portal.services.audit import recording, triggers
from portal.services.imports import Report, import_file
from portal.services.operations import migrations
from tests import postgres
from tests.factories import make_account
from tests.loops import not_empty


def test_models_and_migrations_agree(app, session):
    assert migrations.schema_differences(db.session.connection()) == []
    assert migrations.find_mismatch(db.session.connection()) == ""


def test_each_new_migration_names_the_oldest_code_and_never_an_older_one_than_before():
    scripts = list(ScriptDirectory.from_config(migrations.alembic_config()).walk_revisions())[::-1]
    order = [script.revision for script in scripts]
    named = [(script.revision, script.module.oldest_code) for script in scripts[order.index("0037") :]]
    ages = [order.index(oldest) for _, oldest in named]
    assert ages == sorted(ages)
    assert all(order.index(oldest) <= order.index(revision) for revision, oldest in not_empty(named))


def test_the_database_says_what_the_newest_migration_names(session):
    newest = ScriptDirectory.from_config(migrations.alembic_config()).get_revision("head")
    assert session.execute(select(SchemaInfo.oldest_code)).scalar_one() == newest.module.oldest_code


@pytest.mark.parametrize(
    ("revision", "oldest", "said"),
    [("0031", "", "run portal migrate"), ("9999", "0037", ""), ("9999", "9998", "install the newer version")],
)
def test_tables_of_another_version_fit_or_are_refused_in_words(session, revision, oldest, said):
    connection = session.connection()
    connection.execute(update(table("alembic_version", column("version_num"))).values(version_num=revision))
    connection.execute(update(SchemaInfo).values(oldest_code=oldest))
    found = migrations.find_mismatch(connection)
    assert said in found
    assert bool(found) == bool(said)


def test_tables_of_another_program_are_refused(session):
    connection = session.connection()
    connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    connection.exec_driver_sql("DROP TABLE schema_info" + (" CASCADE" if postgres.IS_TESTED else ""))
    assert "does not fit" in migrations.find_mismatch(connection)


def test_terms_know_their_broader_term(session):
    terms = {(term.facet, term.code): term for term in session.query(Term)}
    ids = {term.id: term.code for term in terms.values()}
    assert ids[terms["sdg", "8.8"].parent_id] == "8"
    assert ids[terms["type", "labour-migration"].parent_id] == "labour-migration"


def test_the_agenda_counts_seventeen_goals_and_twenty_three_objectives(sample):
    assert [aim.term.code for aim in goals.goal_stats("sdg")] == [str(number) for number in range(1, 18)]
    assert len(goals.goal_stats("gcm")) == 23


def test_planting_twice_changes_nothing(session):
    assert not migrations.seed_terms(session())


def test_migrating_again_fills_the_text_index_that_a_migration_emptied(new_app, new_database):
    app = new_app(new_database())
    with app.app_context():
        import_file(db.session(), SAMPLE_FILE, report=Report())
        db.session.commit()
        with db.engine.begin() as connection:
            command.downgrade(migrations.alembic_config(connection), "0002")
        migrate_database()
        assert len(text_index.match(db.session(), "migration").all) > 1
        assert text_index.find_stale_documents(db.session()) == []


def test_keys_that_are_there_keep_where_they_lead_and_are_told_apart(new_app, new_database):
    app = new_app(new_database())
    with app.app_context():
        account = make_account(db.session, "Keeper").id
        db.session.remove()
        with db.engine.begin() as connection:
            command.downgrade(migrations.alembic_config(connection), "0021")
            for key, location in (("page", "13.1"), ("form", "/staff/revisions/13")):
                columns = {"account_id": account, "key": key, "location": location, "created_at": now()}
                connection.execute(insert(table("submission_key", *map(column, columns))).values(columns))
        migrate_database()
        rows = db.session.execute(select(IdempotencyKey.kind, IdempotencyKey.key, IdempotencyKey.location))
        assert sorted(map(tuple, rows)) == [("form", "form", "/staff/revisions/13"), ("page", "page", "13.1")]
        assert migrations.schema_differences(db.session.connection()) == []


def test_countries_stay_what_they_are_and_are_watched_when_their_table_is_made_anew(new_app, new_database):
    app = new_app(new_database())
    with app.app_context():
        import_file(db.session(), SAMPLE_FILE, report=Report())
        db.session.commit()
        db.session.remove()

        def state():
            links = db.session.execute(select(ProjectCountry.__table__)).all()
            found = sorted(map(tuple, links)), triggers.problems(db.session())
            db.session.remove()
            return found

        before = state()
        for step, revision in ((command.downgrade, "0042"), (command.upgrade, "head")):
            with db.engine.begin() as connection:
                step(migrations.alembic_config(connection), revision)
            assert state() == before
    assert len(before[0]) > 100
    assert not before[1]


def test_two_migrations_at_once_make_one_database(new_database):
    environ = {**os.environ, "DATABASE_URL": new_database()}
    program = Path(sys.executable).with_name("portal")
    command_line = [program, "migrate", "--sample-if-empty"]
    started = [subprocess.Popen(command_line, env=environ, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=60)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0]
    assert sum("100 added" in words for words in said) >= 1


def test_changes_at_the_same_time_each_get_a_version_of_their_own(new_app, new_database):
    app = new_app(new_database())
    rounds, writers = 10, 4

    def touch(writer):
        with app.app_context():
            for _ in range(rounds):
                begin_writing(db.session())
                Catalogue.touch(db.session(), [writer])
                db.session.commit()

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(touch, range(writers)))
    with app.app_context():
        versions = [
            version for (version,) in db.session.query(CatalogueChange.version).order_by(CatalogueChange.version)
        ]
        assert versions == list(range(1, rounds * writers + 1))
        newest = db.session.query(Catalogue.version, Catalogue.stamp).one()
        assert (
            newest
            == db.session.query(CatalogueChange.version, CatalogueChange.stamp)
            .order_by(CatalogueChange.version.desc())
            .first()
        )


@pytest.mark.usefixtures("sample")
def test_titles_and_keys_are_sorted_byte_by_byte(session):
    for attribute in (Project.sort_title, Project.slug):
        values = list(session.execute(select(attribute).order_by(attribute)).scalars())
        assert values == sorted(values, key=str.encode)


def test_new_spellings_reach_a_database_and_those_of_operators_stay(session):
    congo = session.query(Term).filter_by(facet="country", code="COD").one()
    congo.aliases = ["Our own name"]
    recording.record(session(), "change", "term", congo.id)
    assert migrations.add_new_aliases(session()) == 1
    assert {"Our own name", "Congo, Dem. Rep."} <= set(congo.aliases)
    assert migrations.add_new_aliases(session()) == 0


def test_forms_for_sentences_reach_terms_that_keep_their_bundled_name(session):
    kenya, comoros = (session.query(Term).filter_by(facet="country", code=code).one() for code in ("KEN", "COM"))
    whole = kenya.extra
    assert (whole["phrase_fr"], comoros.extra["phrase_es"]) == ("le Kenya", "las Comoras")
    kenya.extra = {"alpha2": "KE"}
    comoros.extra, comoros.names = {"alpha2": "KM"}, comoros.names | {"fr": "Union des Comores"}
    recording.record(session(), "change", "term", kenya.id)
    assert migrations.add_new_forms(session()) == 2
    assert kenya.extra == {"alpha2": "KE", "phrase_fr": "le Kenya"}
    assert comoros.extra == {"alpha2": "KM", "phrase_es": "las Comoras"}
    assert migrations.add_new_forms(session()) == 0
