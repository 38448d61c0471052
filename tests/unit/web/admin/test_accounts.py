"""Accounts: what their owners may do with them, and what administrators may."""

from datetime import timedelta

import pytest

from portal.database.encryption import keyring_for
from portal.database.orm import now
from portal.services.accounts import one_time_links, passwords, sessions
from portal.services.audit import recording
from portal.vocabulary.workflow import Role
from tests.factories import PHRASE, make_account
from tests.http_clients import place
from tests.loops import not_empty

ANOTHER = "seven slow boats drift"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 # of the accounts of these tests


@pytest.fixture
def ada(session):
    return make_account(session, "Ada", Role.ADMINISTRATOR, password=PHRASE, totp_secret=SECRET)


@pytest.fixture
def ann(session):
    return make_account(session, "Ann", password=PHRASE)


def let_time_pass(session, account, minutes):
    """As if the last proof of this account were so long ago."""
    for found in sessions.active_sessions(session(), account):
        found.authenticated_at = now() - timedelta(minutes=minutes)
    session.commit()


def test_an_administrator_who_invites_by_mail_reads_that_it_is_on_its_way(staff, ada, outbox, app):
    someone = staff().sign_in(ada)
    given = {"name": "Leah", "email": "Leah@Example.org", "role": "reviewer"}
    assert place(someone.post("/staff/accounts/", given)) == "/staff/accounts/"
    assert "on its way to leah@example.org" in someone.visit("/staff/accounts/").one("[role=status]").to_text()
    (letter,) = outbox()
    url = app.extensions["settings"].public_url
    link = next(word for word in letter.text.split() if word.startswith(url + one_time_links.LINK_PATH))
    assert staff().visit(link.removeprefix(url)).heading == "Choose a password"


def test_an_administrator_invites_and_hands_the_link_over(staff, ada, app):
    someone = staff().sign_in(ada)
    page = someone.send("/staff/accounts/", {"name": "Leah", "email": "Leah@Example.org", "role": "reviewer"})
    address = page.one("#link").to_text().strip()
    assert address.startswith(app.extensions["settings"].public_url + one_time_links.LINK_PATH)
    assert staff().visit(address.removeprefix(app.extensions["settings"].public_url)).heading == "Choose a password"


def test_what_is_wrong_with_an_invitation_is_said_at_once(staff, ada):
    given = {"name": "", "email": "no address", "role": "emperor"}
    page = staff().sign_in(ada).send("/staff/accounts/", given, status=422)
    assert {link for link in page.links if link.startswith("#")} >= {"#name", "#email", "#role"}
    assert page.one("#email").attrs["value"] == "no address"


def test_a_form_writes_only_the_fields_it_has(staff, ann, session):
    extra = {
        "role": "administrator", "is_disabled": "1", "email": "x@example.org", "credential_version": "9", "id": "1",
        "password_hash": "x", "totp_secret": SECRET, "account": "1", "account_id": "1", "version": "7",
    }  # fmt: skip
    before = {name: getattr(ann, name) for name in ("role", "email", "is_disabled", "password_hash", "totp_secret")}
    staff().sign_in(ann).post("/staff/account/name", {"name": "Anne", **extra})
    session.refresh(ann)
    assert {name: getattr(ann, name) for name in before} == before
    assert ann.name == "Anne"


def test_a_new_role_ends_the_sessions_of_its_owner(staff, ada, ann):
    worker, boss = staff().sign_in(ann), staff().sign_in(ada)
    assert boss.post(f"/staff/accounts/{ann.id}/role", {"role": "reviewer"}).status_code == 303
    assert ann.role == Role.REVIEWER
    assert worker.get("/staff/account").status_code == 302


STEPPED_UP = ("/staff/accounts/{}/role", "/staff/accounts/{}/remove-second-factor")


@pytest.mark.parametrize("address", STEPPED_UP)
def test_a_grave_act_asks_again_after_ten_minutes(address, staff, session, ada, ann, code_of):
    boss, address = staff().sign_in(ada), address.format(ann.id)
    let_time_pass(session, ada, 11)
    page = boss.send(address, {"role": "reviewer"}, status=401)
    assert page.heading == "Confirm your identity"
    fields = {field.attrs["name"]: field.attrs.get("value", "") for field in page.select("form.card input")}
    button = boss.send("/sign-in/again", {**fields, "password": PHRASE, "code": code_of(SECRET)}, token="")
    fields = {field.attrs["name"]: field.attrs.get("value", "") for field in button.select("form.card input")}
    assert boss.post(address, fields, token="").status_code == 303


def test_a_grave_act_is_not_done_with_a_wrong_code(staff, session, ada, ann):
    boss = staff().sign_in(ada)
    let_time_pass(session, ada, 11)
    given = {"to": f"/staff/accounts/{ann.id}/role", "method": "POST", "carried-role": "administrator"}
    assert boss.post("/sign-in/again", {**given, "password": PHRASE, "code": "000000"}).status_code == 422
    assert boss.post(given["to"], {"role": "administrator"}).status_code == 401
    assert ann.role == Role.AUTHOR


def test_nobody_disables_or_demotes_themselves(staff, ada):
    boss = staff().sign_in(ada)
    for act in ("disable", "role", "remove-second-factor"):
        assert boss.post(f"/staff/accounts/{ada.id}/{act}", {"role": "author"}).status_code == 403


def test_a_disabled_account_is_shut_at_once_and_can_be_opened_again(staff, ada, ann):
    worker, boss = staff().sign_in(ann), staff().sign_in(ada)
    boss.post(f"/staff/accounts/{ann.id}/disable")
    assert worker.get("/staff/account").status_code == 302
    assert staff().post("/sign-in", {"email": ann.email, "password": PHRASE}).status_code == 422
    assert boss.post(f"/staff/accounts/{ann.id}/link").status_code == 403
    boss.post(f"/staff/accounts/{ann.id}/enable")
    assert staff().post("/sign-in", {"email": ann.email, "password": PHRASE}).status_code == 303


@pytest.mark.parametrize("number", ["0", "-1", "999999", "99999999999999999999", "1 OR 1=1", "abc", "%00", "1.0", "٣"])
def test_an_account_that_is_not_there_is_not_there(number, staff, ada):
    boss = staff().sign_in(ada)
    assert boss.get(f"/staff/accounts/{number}").status_code == 404
    assert boss.post(f"/staff/accounts/{number}/disable").status_code == 404
    assert boss.post(f"/staff/account/sessions/{number}/end").status_code == 404


def test_a_password_is_changed_with_the_present_one(staff, ann):
    here, there = staff().sign_in(ann), staff().sign_in(ann)
    before = here.cookie()
    assert here.post("/staff/account/password", {"current_password": PHRASE, "password": ANOTHER}).status_code == 303
    assert here.cookie() != before
    assert here.get("/staff/account").status_code == 200
    assert there.get("/staff/account").status_code == 302
    assert passwords.verify_password(ANOTHER, ann.password_hash)


@pytest.mark.parametrize("present", ["", "wrong", PHRASE.upper(), ANOTHER])
def test_a_password_is_not_changed_without_the_present_one(present, staff, ann):
    page = (
        staff()
        .sign_in(ann)
        .send("/staff/account/password", {"current_password": present, "password": ANOTHER}, status=422)
    )
    assert page.one("#current_password-error")
    assert passwords.verify_password(PHRASE, ann.password_hash)


def test_with_a_second_factor_a_password_change_asks_for_a_code(staff, ada, code_of):
    boss = staff().sign_in(ada)
    given = {"current_password": PHRASE, "password": ANOTHER}
    assert boss.post("/staff/account/password", given).status_code == 422
    assert boss.post("/staff/account/password", {**given, "code": code_of(SECRET)}).status_code == 303


def test_a_second_factor_can_be_moved_to_another_device(staff, session, ada, code_of):
    boss = staff().sign_in(ada)
    assert place(boss.post("/staff/account/second-factor")) == "/staff/account/second-factor"
    fresh = boss.visit("/staff/account/second-factor").one("#secret").to_text().strip()
    assert ada.totp_secret == SECRET
    boss.send("/staff/account/second-factor/confirm", {"code": "000000"}, status=422)
    boss.send("/staff/account/second-factor/confirm", {"code": code_of(fresh)})
    session.refresh(ada)
    assert keyring_for(session()).decrypt(ada.totp_secret) == fresh
    assert boss.get("/staff/account").status_code == 200


@pytest.mark.parametrize("address", ["/staff/account/second-factor", "/staff/account/recovery-codes"])
def test_a_stale_proof_moves_no_second_factor(address, staff, session, ada):
    boss = staff().sign_in(ada)
    let_time_pass(session, ada, 11)
    assert boss.post(address).status_code == 401


def test_another_account_in_the_body_changes_nothing_of_it(staff, session, ada, ann, code_of):
    worker = staff().sign_in(ann)
    worker.post("/staff/account/second-factor", {"account": ada.id, "account_id": ada.id, "id": ada.id})
    fresh = worker.visit("/staff/account/second-factor").one("#secret").to_text().strip()
    worker.post("/staff/account/second-factor/confirm", {"code": code_of(fresh), "account_id": ada.id})
    session.refresh(ada)
    assert ada.totp_secret == SECRET


def test_sessions_are_listed_and_ended_by_their_owner(staff, ann):
    here, there = staff().sign_in(ann), staff().sign_in(ann)
    page = here.visit("/staff/account")
    ends = [form.attrs["action"] for form in page.select("form") if form.attrs["action"].endswith("/end")]
    assert len(ends) == 1
    assert here.post(ends[0]).status_code == 303
    assert there.get("/staff/account").status_code == 302
    assert here.get("/staff/account").status_code == 200


def test_all_other_sessions_are_ended_at_once(staff, ann):
    here, *others = (staff().sign_in(ann) for _ in range(4))
    here.post("/staff/account/sessions/end-others")
    assert [other.get("/staff/account").status_code for other in others] == [302] * 3
    assert here.get("/staff/account").status_code == 200


def test_what_administrators_do_is_written_down(staff, session, ada, ann):
    boss = staff().sign_in(ada)
    boss.post(f"/staff/accounts/{ann.id}/name", {"name": "Anne"})
    boss.post(f"/staff/accounts/{ann.id}/role", {"role": "reviewer"})
    boss.post(f"/staff/accounts/{ann.id}/disable")
    events = recording.subject_events(session(), "account", ann.id, limit=3)
    assert [event.verb for event in events] == ["disable", "change role", "rename"]
    assert {event.actor_id for event in events} == {ada.id}
    assert all(event.request_id and event.address for event in not_empty(events))


def test_an_invitation_is_sent_again_from_the_list(staff, session, ada, ann):
    invited = make_account(session, "Noor")
    someone = staff().sign_in(ada)
    page = someone.visit("/staff/accounts/")
    action = f"/staff/accounts/{invited.id}/link"
    assert [form.attrs["action"] for form in page.select("td form")] == [action]
    assert "choose a password with it, once, within 7 days" in someone.post(action, {}).text
