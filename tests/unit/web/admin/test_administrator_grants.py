"""New administrators in the browser: a fresh proof, a notice to all, and where it is set a second administrator."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.database.orm import now
from portal.models import Account, AdministratorRequest, OneTimeLink
from portal.services.accounts import administration, sessions
from portal.vocabulary.mail import MailKind
from portal.vocabulary.workflow import Role
from tests.factories import PHRASE, make_account
from tests.loops import not_empty

INVITATION = {"email": "leah@example.org", "name": "Leah", "role": "administrator"}


@pytest.fixture
def ada(session):
    return make_account(session, "Ada", Role.ADMINISTRATOR, password=PHRASE)


@pytest.fixture
def bea(session):
    return make_account(session, "Bea", Role.ADMINISTRATOR, password=PHRASE)


@pytest.fixture
def ann(session):
    return make_account(session, "Ann", password=PHRASE)


@pytest.fixture
def second_needed(app, monkeypatch):
    settings = replace(app.extensions["settings"], needs_second_administrator=True)
    monkeypatch.setitem(app.extensions, "settings", settings)


def told(outbox):
    """To whom which notices go; links to new people are another matter."""
    return [(letter.to, letter.subject.partition(":")[0]) for letter in outbox() if letter.kind == MailKind.SECURITY]


def let_time_pass(session, account):
    for found in sessions.active_sessions(session(), account):
        found.authenticated_at = now() - timedelta(minutes=11)
    session.commit()


def role_of(session, name):
    return session.query(Account.role).filter_by(name=name).scalar()


def test_inviting_an_administrator_asks_for_a_fresh_proof(staff, session, ada):
    boss = staff().sign_in(ada)
    let_time_pass(session, ada)
    page = boss.send("/staff/accounts/", INVITATION, status=401)
    assert page.select("input[name=carried-email]")
    assert role_of(session, "Leah") is None
    assert boss.post("/staff/accounts/", INVITATION | {"role": "reviewer"}).status_code == 200


def test_enabling_an_administrator_asks_for_a_fresh_proof_and_others_do_not(staff, session, ada):
    zoe = make_account(session, "Zoe", Role.ADMINISTRATOR, is_disabled=True)
    ann = make_account(session, "Ann", is_disabled=True)
    boss = staff().sign_in(ada)
    let_time_pass(session, ada)
    assert boss.post(f"/staff/accounts/{zoe.id}/enable").status_code == 401
    assert boss.post(f"/staff/accounts/{ann.id}/enable").status_code == 303


MADE = {
    "invited": lambda boss, _ann: boss.post("/staff/accounts/", INVITATION),
    "promoted": lambda boss, ann: boss.post(f"/staff/accounts/{ann.id}/role", {"role": "administrator"}),
}


@pytest.mark.parametrize("how", MADE)
def test_all_administrators_are_told_of_a_new_one(how, staff, ada, bea, ann, outbox):
    MADE[how](staff().sign_in(ada), ann)
    notices = [mailed for mailed in told(outbox) if mailed[1] == "There is a new administrator"]
    assert notices == [("ada@example.org", "There is a new administrator"), ("bea@example.org", notices[0][1])]
    letter = next(letter for letter in outbox() if letter.to == "bea@example.org")
    assert "was made an administrator by Ada <ada@example.org>." in letter.text
    assert "/staff/accounts/" in letter.text
    name = "Leah" if how == "invited" else "Ann"
    for address in not_empty(["/staff/", "/staff/accounts/"]):
        assert f"{name} was made an administrator by Ada" in staff().sign_in(bea).visit(address).text


def test_a_new_administrator_is_not_shown_to_others(staff, session, ada, ann):
    rex = make_account(session, "Rex", Role.REVIEWER)
    MADE["promoted"](staff().sign_in(ada), ann)
    assert "was made an administrator" not in staff().sign_in(rex).visit("/staff/").text


def test_other_roles_are_not_told_to_all(staff, ada, bea, ann, outbox):
    staff().sign_in(ada).post(f"/staff/accounts/{ann.id}/role", {"role": "reviewer"})
    assert told(outbox) == [("ann@example.org", "Your role was changed")]


@pytest.mark.usefixtures("second_needed")
@pytest.mark.parametrize("how", MADE)
def test_a_second_administrator_confirms(how, staff, session, ada, bea, ann, outbox):
    first, name = staff().sign_in(ada), "Leah" if how == "invited" else "Ann"
    assert MADE[how](first, ann).status_code == 303
    assert role_of(session, name) != Role.ADMINISTRATOR
    subject = "A new administrator is asked for"
    assert told(outbox) == [("ada@example.org", subject), ("bea@example.org", subject)]
    request = session.query(AdministratorRequest).one()
    address = f"/staff/accounts/requests/{request.id}/confirm"
    assert first.post(address).status_code == 403
    assert role_of(session, name) != Role.ADMINISTRATOR
    second = staff().sign_in(bea)
    page = second.visit("/staff/")
    assert [form.attrs["action"] for form in page.select(".notice form")] == [address, address[:-7] + "decline"]
    assert second.post(address).status_code == 303
    assert role_of(session, name) == Role.ADMINISTRATOR
    assert ("ada@example.org", "There is a new administrator") in told(outbox)
    assert second.post(address).status_code == 409


@pytest.mark.usefixtures("second_needed")
def test_who_asked_may_withdraw_and_the_other_decline(staff, session, ada, bea, ann):
    first = staff().sign_in(ada)
    MADE["promoted"](first, ann)
    page = first.visit("/staff/accounts/")
    assert "Nothing changes" not in page.text
    (form,) = page.select(".notice form")
    assert first.post(form.attrs["action"]).status_code == 303
    MADE["promoted"](first, ann)
    newest = session.query(AdministratorRequest).order_by(AdministratorRequest.id.desc()).first()
    assert staff().sign_in(bea).post(f"/staff/accounts/requests/{newest.id}/decline").status_code == 303
    decisions = [request.decision for request in session.query(AdministratorRequest).order_by(AdministratorRequest.id)]
    assert (decisions, role_of(session, "Ann")) == (["withdrawn", "declined"], Role.AUTHOR)


@pytest.mark.usefixtures("second_needed")
def test_other_roles_need_nobody_else(staff, session, ada, bea, ann):
    staff().sign_in(ada).post(f"/staff/accounts/{ann.id}/role", {"role": "reviewer"})
    assert role_of(session, "Ann") == Role.REVIEWER


@pytest.mark.usefixtures("second_needed")
def test_an_invalid_invitation_is_said_before_anybody_is_asked(staff, session, ada, bea):
    page = staff().sign_in(ada).send("/staff/accounts/", INVITATION | {"email": "nothing"}, status=422)
    assert "This is not an email address." in page.text
    assert session.query(AdministratorRequest).count() == 0


@pytest.mark.usefixtures("second_needed")
def test_one_administrator_does_not_take_over_another(staff, session, ada, bea):
    boss, address = staff().sign_in(ada), f"/staff/accounts/{bea.id}"
    answers = [
        boss.post(f"{address}/{step}", fields).status_code
        for step, fields in (("email", {"email": "x@example.org"}), ("remove-second-factor", {}), ("link", {}))
    ]
    assert answers == [403, 403, 403]
    session.refresh(bea)
    assert bea.email == "bea@example.org"


@pytest.mark.usefixtures("second_needed")
def test_a_mailed_link_takes_nothing_over(staff, ada, bea, outbox):
    assert staff().sign_in(ada).post(f"/staff/accounts/{bea.id}/link").status_code == 303
    assert [(letter.to, letter.kind) for letter in outbox()] == [("bea@example.org", MailKind.LINK)]


@pytest.mark.usefixtures("second_needed", "outbox")
def test_a_link_that_cannot_be_mailed_to_its_owner_is_not_shown_to_another(staff, session, ada):
    zoe = administration.add_account(session(), email="zoe@portal.invalid", name="Zoe", role=Role.ADMINISTRATOR)
    session.commit()
    assert staff().sign_in(ada).post(f"/staff/accounts/{zoe.id}/link").status_code == 403
    assert session.query(OneTimeLink).count() == 0


@pytest.mark.usefixtures("second_needed")
def test_the_command_line_is_the_emergency_way_and_says_so(app, session, ada, ann, staff, outbox):
    for command in not_empty([("role", ann.email, "administrator"), ("add", "leah@example.org", "--name", "Leah",
                                                                     "--role", "administrator")]):  # fmt: skip
        done = app.test_cli_runner().invoke(args=["account", *command])
        assert "No second administrator was asked" in done.output, done.output
    assert [to for to, subject in told(outbox) if "new administrator" in subject] == [
        "ada@example.org", "ada@example.org", "ann@example.org",
    ]  # fmt: skip
    page = staff().sign_in(ada).visit("/staff/")
    assert "Leah was made an administrator on the command line of the server" in page.text


def test_the_command_line_gives_a_role_and_enables(app, session, ada, ann, outbox):
    run = app.test_cli_runner().invoke
    assert run(args=["account", "role", ann.email, "reviewer"]).output == "ann@example.org is now: reviewer.\n"
    run(args=["account", "disable", ann.email])
    assert run(args=["account", "enable", ann.email]).output == "ann@example.org is enabled.\n"
    assert told(outbox) == [("ann@example.org", "Your role was changed")]
    zoe = make_account(session, "Zoe", Role.ADMINISTRATOR, is_disabled=True)
    assert run(args=["account", "enable", zoe.email]).exit_code == 0
    assert told(outbox)[1:] == [("ada@example.org", "There is a new administrator")]
    assert "last administrator" not in run(args=["account", "role", zoe.email, "author"]).output
    assert run(args=["account", "role", ada.email, "author"]).exit_code == 1


@pytest.mark.parametrize(("is_set", "words"), [(False, False), (True, True)])
def test_the_page_before_a_promotion_says_what_it_takes(is_set, words, request, staff, ada, ann):
    if is_set:
        request.getfixturevalue("second_needed")
    page = staff().sign_in(ada).visit(f"/staff/accounts/{ann.id}/role?role=administrator")
    assert "All administrators get a notice." in page.text
    assert ("until another administrator has confirmed it" in page.text) == words
