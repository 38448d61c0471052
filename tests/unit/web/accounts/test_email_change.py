"""Another e-mail address: confirmed from the new one, told to both, and no way to learn who has an account."""

from datetime import timedelta

import pytest

from portal.database.orm import now
from portal.errors import InvalidLink
from portal.models.account import EmailChange
from portal.services.accounts import email_change, one_time_links, sessions
from portal.services.accounts.one_time_links import Purpose
from portal.services.audit import recording
from portal.vocabulary.workflow import Role
from tests.factories import PHRASE, make_account
from tests.http_clients import place
from tests.loops import not_empty

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 # of the accounts of these tests
NEW = "ann.new@example.org"


@pytest.fixture
def ann(session):
    return make_account(session, "Ann", password=PHRASE, signed_in_at=now() - timedelta(days=1))


@pytest.fixture
def ada(session):
    return make_account(session, "Ada", Role.ADMINISTRATOR, password=PHRASE, totp_secret=SECRET)


def by_address(outbox):
    """The letters by the address they go to."""
    found = {}
    for letter in outbox():
        found.setdefault(letter.to, []).append(letter)
    return found


def ask(someone, email=NEW, **fields):
    return someone.post("/staff/account/email", {"email": email, "current_password": PHRASE} | fields)


def link_in(outbox, email=NEW):
    """The path of the link that was mailed."""
    (letter,) = by_address(outbox)[email]
    return next(word for word in letter.text.split() if email_change.LINK_PATH in word).partition("8000")[2]


def test_the_new_address_is_used_once_it_is_confirmed_from_there(staff, session, ann, outbox):
    someone = staff().sign_in(ann)
    assert ask(someone).status_code == 303
    assert ann.email == "ann@example.org"
    link = link_in(outbox)
    stranger = staff()
    assert stranger.visit(link).heading == "Confirm your email address"
    assert ann.email == "ann@example.org"
    assert place(stranger.post(link)) == "/sign-in"
    assert ann.email == NEW
    assert stranger.post("/sign-in", {"email": NEW, "password": PHRASE}).status_code == 303


def test_both_addresses_are_told(staff, ann, outbox):
    ask(staff().sign_in(ann))
    assert "Nothing has changed yet" in by_address(outbox)["ann@example.org"][0].text
    staff().post(link_in(outbox))
    assert {to: len(letters) for to, letters in by_address(outbox).items()} == {"ann@example.org": 2, NEW: 2}
    assert all(f"is now {NEW}" in letters[-1].text for letters in not_empty(by_address(outbox).values()))


def test_an_address_in_use_is_answered_the_same_and_its_owner_is_told(staff, session, ann, ada, outbox):
    free, taken = staff().sign_in(ann), staff().sign_in(ann)
    answers = [ask(free), ask(taken, ada.email.upper())]
    assert len({(answer.status_code, answer.headers["Location"]) for answer in answers}) == 1
    said = [person.visit("/staff/account").one("[role=status]").to_text() for person in (free, taken)]
    assert said[0] == said[1]
    assert "Nothing was changed" in by_address(outbox)[ada.email][0].text
    assert email_change.LINK_PATH not in by_address(outbox)[ada.email][0].text
    assert len(by_address(outbox)["ann@example.org"]) == 2


def test_a_look_alike_is_another_address_and_has_to_be_confirmed(staff, ann, outbox):
    look_alike = "\u0430nn@example.org"
    ask(staff().sign_in(ann), look_alike)
    assert ann.email == "ann@example.org"
    assert email_change.LINK_PATH in by_address(outbox)[look_alike][0].text


@pytest.mark.parametrize("fields", [{"current_password": "wrong"}, {"current_password": ""}])
def test_without_the_password_nothing_is_asked(fields, staff, ann, outbox):
    assert ask(staff().sign_in(ann), **fields).status_code == 422
    assert outbox() == []


def test_with_a_second_factor_a_code_is_asked_for_too(staff, ada, outbox, code_of):
    someone = staff().sign_in(ada)
    assert ask(someone, code="000000").status_code == 422
    assert ask(someone, code=code_of(SECRET)).status_code == 303


@pytest.mark.parametrize("email", ["", "no address", "ann@example.org", "x" * 250 + "@example.org"])
def test_what_is_no_other_address_is_said(email, staff, ann, outbox):
    page = staff().sign_in(ann).send("/staff/account/email", {"email": email, "current_password": PHRASE}, status=422)
    assert page.one("#new-email").attrs["aria-invalid"] == "true"
    assert outbox() == []


def test_without_mail_an_administrator_has_to_help(staff, ann):
    someone = staff().sign_in(ann)
    assert not someone.visit("/staff/account").select("#new-email")
    assert ask(someone).status_code == 422


def test_asking_too_often_waits(staff, session, ann, outbox):
    for number in range(3):
        assert ask(staff().sign_in(ann), f"{number}@example.org").status_code == 303
    assert ask(staff().sign_in(ann)).status_code == 429


def spoil_used(session, _ann, link):
    email_change.confirm(session(), link.rpartition("/")[2])


def spoil_old(session, _ann, _link):
    session.query(EmailChange).update({"expires_at": now() - timedelta(seconds=1)})


def spoil_later(session, ann, _link):
    email_change.request_change(session(), ann, "later@example.org", client_address="")


def spoil_password(session, ann, _link):
    ann.credential_version += 1
    recording.record(session(), "set password", "account", ann.id)


def spoil_disabled(session, ann, _link):
    ann.is_disabled = True
    recording.record(session(), "disable", "account", ann.id)


def spoil_taken(session, _ann, _link):
    other = make_account(session(), "Other")
    other.email = NEW
    recording.record(session(), "change e-mail", "account", other.id)


SPOILS = [spoil_used, spoil_old, spoil_later, spoil_password, spoil_disabled, spoil_taken]


@pytest.mark.parametrize("spoil", SPOILS, ids=lambda spoil: spoil.__name__)
def test_a_link_that_is_not_good_any_more_changes_nothing(spoil, staff, session, ann, outbox):
    ask(staff().sign_in(ann))
    link = link_in(outbox)
    spoil(session, ann, link)
    session.commit()
    before = ann.email
    assert staff().post(link).status_code == 410
    assert ann.email == before


@pytest.mark.parametrize("token", ["A" * 43, "x", "%00", "ü"])
def test_a_link_of_nobody_reads_like_any_bad_one(token, staff):
    assert staff().get(f"{email_change.LINK_PATH}{token}").status_code == 410


def test_a_changed_address_ends_all_sessions_and_links(staff, session, ann, outbox):
    someone = staff().sign_in(ann)
    reset = one_time_links.issue(session(), ann, Purpose.RESET).token
    session.commit()
    ask(someone)
    staff().post(link_in(outbox))
    assert sessions.active_sessions(session(), ann) == []
    with pytest.raises(InvalidLink):
        one_time_links.load_link(session(), reset)


def test_an_administrator_sets_it_at_once_and_both_addresses_are_told(staff, ada, ann, outbox):
    page = staff().sign_in(ada)
    assert page.post(f"/staff/accounts/{ann.id}/email", {"email": NEW}).status_code == 303
    assert ann.email == NEW
    assert set(by_address(outbox)) == {"ann@example.org", NEW}


def test_an_administrator_proves_who_they_are(staff, session, ada, ann, outbox):
    boss = staff().sign_in(ada)
    for found in sessions.active_sessions(session(), ada):
        found.authenticated_at = now() - timedelta(minutes=11)
    session.commit()
    assert boss.post(f"/staff/accounts/{ann.id}/email", {"email": NEW}).status_code == 401
    assert (ann.email, outbox()) == ("ann@example.org", [])


def test_an_administrator_is_told_when_the_address_is_in_use(staff, ada, ann, outbox):
    page = staff().sign_in(ada).send(f"/staff/accounts/{ann.id}/email", {"email": ada.email}, status=422)
    assert "There is already an account with this address." in page.text


def test_an_administrators_own_address_is_confirmed_like_anyones(staff, ada, outbox):
    assert staff().sign_in(ada).post(f"/staff/accounts/{ada.id}/email", {"email": NEW}).status_code == 403


def test_an_operator_changes_it_by_command(app, session, ann):
    ran = app.test_cli_runner().invoke(args=["account", "email", ann.email, NEW])
    assert ran.output == f"ann@example.org is now {NEW}.\n"
    session.refresh(ann)
    assert ann.email == NEW


def test_the_trail_says_what_it_was(staff, session, ada, ann, outbox):
    staff().sign_in(ada).post(f"/staff/accounts/{ann.id}/email", {"email": NEW})
    event = next(one for one in recording.subject_events(session(), "account", ann.id) if one.verb == "change e-mail")
    assert (event.before, event.after, event.actor_id) == ({"email": "ann@example.org"}, {"email": NEW}, ada.id)
