"""portal account, publish-due and demo, as an operator runs them."""

import re
from datetime import timedelta

import pytest

from portal.app import command_line
from portal.cli.jobs.publish_due import publish_one
from portal.database.orm import db, now
from portal.models import Account, AuditEvent, Project, Revision
from portal.services.accounts import one_time_links
from portal.services.audit import recording
from portal.services.editorial import publication, revisions
from portal.vocabulary.workflow import Role, State
from tests.factories import PHRASE, Office, import_records, make_account


@pytest.fixture
def run(app, session):
    """run("account", "list") returns the output of the command and checks its exit code."""

    def go(*words, code=0):
        result = app.test_cli_runner().invoke(command_line, words)
        assert result.exit_code == code, result.output
        return result.output

    return go


def token_in(output):
    return re.search(r"/sign-in/link/(\S+)", output)[1]


def test_the_first_administrator_gets_a_link_and_no_password(run, session):
    output = run("account", "add", "ada@example.org", "--name", "Ada", "--role", "administrator")
    account = session.query(Account).one()
    assert (account.role, account.password_hash) == (Role.ADMINISTRATOR, None)
    one_time_links.redeem(session(), token_in(output), PHRASE)


def test_adding_twice_is_refused_in_words(run, session):
    run("account", "add", "ada@example.org", "--name", "Ada")
    output = run("account", "add", "ADA@example.org", "--name", "A", code=1)
    assert "There is already an account with this address." in output


def test_a_first_start_prints_a_link_until_someone_can_sign_in(run, session):
    first, second = run("account", "first"), run("account", "first")
    assert token_in(first) != token_in(second)
    one_time_links.redeem(session(), token_in(second), PHRASE)
    session.commit()
    assert run("account", "first") == ""
    assert session.query(Account).count() == 1


def test_the_list_shows_no_secret(run, session):
    make_account(session(), "Ann", password=PHRASE, totp_secret="S" * 32)
    output = run("account", "list")
    assert "ann@example.org" in output
    assert "argon2" not in output
    assert "SSSS" not in output


def test_disabling_from_the_command_line(run, session):
    make_account(session(), "Ann")
    run("account", "disable", "ann@example.org")
    assert session.query(Account).one().is_disabled
    assert "disabled" in run("account", "link", "ann@example.org", code=1)


def test_an_unknown_account_is_said(run):
    assert "There is no account" in run("account", "disable", "nobody@example.org", code=1)


def test_what_is_due_is_published_and_the_rest_is_not(run, session):
    office = Office(session())
    due, later = office.revision(State.SCHEDULED), office.revision(State.SCHEDULED)
    publication.schedule(session(), due, at=now() + timedelta(hours=1), by=office.reviewer)
    session.execute(
        Revision.__table__.update().where(Revision.id == due.id).values(publish_at=now() - timedelta(seconds=1))
    )
    recording.record(session(), "wait", "revision", due.id)
    session.commit()
    assert f"R-{due.id} is published" in run("publish-due")
    session.expire_all()
    assert (due.state, later.state) == (State.PUBLISHED, State.SCHEDULED)


@pytest.mark.parametrize("meanwhile", ["published", "unscheduled"])
def test_what_is_not_due_any_more_when_its_turn_comes_is_passed_over(session, capsys, meanwhile):
    office = Office(session())
    revision = office.revision(State.SCHEDULED)
    if meanwhile == "published":
        publication.publish(session(), revision)
    else:
        publication.unschedule(session(), revision, by=office.reviewer)
    session.commit()
    before = revision.state
    assert publish_one(revision.id)
    assert revision.state == before
    assert capsys.readouterr() == ("", "")


def test_the_demonstration_has_people_and_work_for_each(run, session):
    output = run("demo")
    assert len(re.findall("/sign-in/link/", output)) == 4
    people = {account.email.split("@")[0]: account for account in session.query(Account)}
    assert revisions.load_desk(session(), people["author"]).mine
    assert revisions.load_desk(session(), people["reviewer"]).waiting
    states = {revision.state for revision in session.query(Revision)}
    assert states >= {State.DRAFT, State.SUBMITTED, State.RETURNED, State.APPROVED, State.SCHEDULED}


def test_the_demonstration_is_made_once(run, session):
    run("demo")
    before = session.query(Revision).count(), session.query(Project).count()
    assert "0 revisions" in run("demo")
    assert (session.query(Revision).count(), session.query(Project).count()) == before


def test_nothing_of_the_demonstration_is_public(run, session):
    run("demo")
    assert session.query(Project).filter(Project.title.like("Demonstration%")).count() == 0


def test_every_account_of_the_command_line_is_in_the_trail(run, session):
    run("account", "add", "ada@example.org", "--name", "Ada")
    verbs = [event.verb for event in session.query(AuditEvent).filter_by(subject_kind="account")]
    assert verbs == ["add account", "issue link"]
    assert db.session.query(AuditEvent).filter_by(verb="add account").one().actor == "the portal"


def test_terms_are_listed_renamed_merged_and_removed(run, session):
    import_records(session, [{"project_id": "T.1", "title": "One", "status": "Active"}])
    assert "active\t1\t0\tActive\t" in run("terms", "list", "status")
    assert "active\t" not in run("terms", "list", "status", "--unused")
    output = run("terms", "rename", "status", "active", "Under way")
    assert output == "Renamed active of the list status: Under way, on 1 record.\n"
    output = run("terms", "merge", "status", "ACTIVE", "completed")
    assert output == "Merged ACTIVE into completed in the list status, with 1 record.\n"
    assert run("terms", "remove", "coverage", "national") == "Removed national from the list coverage.\n"
    assert "There is no term national in the list coverage." in run("terms", "remove", "coverage", "national", code=1)
    assert "is used by 1 record," in run("terms", "remove", "status", "completed", code=1)
    verbs = [event.verb for event in session.query(AuditEvent).filter_by(subject_kind="term").order_by(AuditEvent.id)]
    assert verbs[-3:] == ["rename term", "merge terms", "remove term"]
