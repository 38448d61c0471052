"""Only the listed fields of a form are read; whatever else was sent is ignored, and written down."""

import pytest
from flask import Flask

from portal.models import Account, AuditEvent, Project, Revision
from portal.services.editorial import idempotency
from portal.vocabulary.workflow import Role, State
from portal.web.authoring.draft_saving import EDIT_FIELDS
from portal.web.security import allowed_fields
from tests.form_data import filled
from tests.http_clients import OURS, Browser
from tests.loops import not_empty
from tests.staff_clients import Colleague

NEW = "/staff/projects/new"
PLANTED = {
    "status[]": "published", "state": "published", "owner_id": "7", "author_id": "7", "role": "administrator",
    "is_disabled": "", "published_at": "2020-01-01", "decided_by_id": "1", "id": "1", "is_sample": "1",
    "_method": "DELETE",
}  # fmt: skip
COLUMNS = sorted(
    {column.name for model in (Account, Project, Revision) for column in model.__table__.columns} - set(EDIT_FIELDS)
)


@pytest.fixture
def ignored(session):
    """What the audit trail says of fields that were ignored."""

    def told():
        session.rollback()
        return [event.after for event in session.query(AuditEvent).filter_by(verb="fields ignored")]

    return told


def test_a_view_that_writes_without_a_list_keeps_the_application_from_starting():
    app = Flask("portal")
    app.add_url_rule("/unlisted", "unlisted", lambda: "", methods=["POST"])
    with pytest.raises(RuntimeError, match="unlisted"):
        allowed_fields.init_app(app)


def test_no_column_is_written_by_its_name(author, session, office):
    fields = filled(author.visit(NEW), title="Plain") | dict.fromkeys(COLUMNS, "1")
    assert author.post(NEW, fields).status_code == 303
    session.rollback()
    revision = session.query(Revision).one()
    assert (revision.state, revision.author_id, revision.decided_by_id) == (State.DRAFT, office.author.id, None)
    assert (revision.decisions, revision.project_id, revision.draft.title) == ([], None, "Plain")


def test_what_is_ignored_is_written_down_without_its_value(author, office, ignored):
    author.post("/staff/account/name", {"name": "Anne", "role": "administrator", "secret": "hidden word"})
    assert office.author.role == Role.AUTHOR
    assert ignored() == [{"fields": ["role", "secret"], "count": 2, "endpoint": "account_settings.rename"}]


@pytest.mark.parametrize("role", ["author", "reviewer", "administrator"])
def test_planted_fields_change_nothing_anywhere(app, session, office, ignored, role):
    """Every address of the account pages, and each step, with columns of the model besides."""
    person = Colleague(app, session, office.everyone[role])
    before = [(one.id, one.role, one.is_disabled, one.email) for one in session.query(Account).order_by(Account.id)]
    revision = office.revision(State.SUBMITTED)
    for address in ("/staff/account/name", f"/staff/revisions/{revision.id}/edit", "/staff/projects/check"):
        person.act(address, name=person.account.name, **PLANTED)
    session.rollback()
    after = [(one.id, one.role, one.is_disabled, one.email) for one in session.query(Account).order_by(Account.id)]
    assert (after, revision.state, session.query(Project).count()) == (before, State.SUBMITTED, 0)
    assert len(ignored()) == 3


def test_a_flood_of_fields_is_written_down_in_short(author, ignored):
    author.post("/staff/account/name", {"name": "Ann"} | {f"{'x' * 500}{number}": "1" for number in range(400)})
    (told,) = ignored()
    assert (len(told["fields"]), told["count"]) == (10, 400)
    assert max(map(len, told["fields"])) <= 40


@pytest.mark.parametrize("name", ["%00", "%FF", "%E2%80%AE", "%C3%A9" * 50, "", "%20", "csrf_token%5B%5D", "%3Cb%3E"])
def test_a_strange_name_is_written_down_in_plain_letters(author, ignored, name):
    headers = {**OURS, "X-CSRF-Token": author.csrf_token}
    kind = "application/x-www-form-urlencoded"
    answer = author.client.post("/staff/account/name", data=f"name=Ann&{name}=1", content_type=kind, headers=headers)
    assert answer.status_code == 303
    (told,) = ignored()
    assert all(field.isascii() and field.isprintable() for field in not_empty(told["fields"]))


def test_the_forms_of_our_pages_send_nothing_else(app, session, office, ignored):
    ann, rex = (Colleague(app, session, one) for one in (office.author, office.reviewer))
    ann.post(NEW, filled(ann.visit(NEW), title="Plain"))
    ann.post(f"{NEW}/autosave", filled(ann.visit(NEW)))
    revision = office.revision(State.SUBMITTED)
    address = f"/staff/revisions/{revision.id}"
    rex.press(rex.visit(address), f"{address}/claim")
    rex.press(rex.visit(address), f"{address}/approve")
    assert ignored() == []


def test_a_visitor_who_is_not_signed_in_fills_no_audit_trail(app, session, ignored):
    Browser(app, session).post("/sign-in", {"email": "x@example.org", "password": "x", "role": "administrator"})
    assert ignored() == []


def test_a_repeated_key_counts_once(author, session):
    fields = filled(author.visit(NEW), title=["First", "Second"], key=[idempotency.new_key(), "x"])
    assert author.post(NEW, fields).status_code == 303
    assert session.query(Revision).one().draft.title == "First"
