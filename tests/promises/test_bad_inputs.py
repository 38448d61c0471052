"""Bad input to forms and to the pages for signing in that no other file covers, by what it is."""

import logging
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.models import Account, AccountSession, AuditEvent, OneTimeLink, RecoveryCode, Revision
from portal.services.accounts import administration, rate_limits, second_factor
from portal.services.accounts.sessions import Stage
from portal.services.audit import recording
from portal.vocabulary.workflow import Role, State
from tests.factories import COMPLETE, PHRASE, make_account
from tests.form_data import filled
from tests.http_clients import Browser, place
from tests.loops import not_empty
from tests.staff_clients import Colleague

NEW = "/staff/projects/new"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 # of the accounts of these tests
LINES = (
    "Ann\r\nBcc: x@evil.example",
    "Ann\nSet-Cookie: x=y",
    "Ann\x0b\x0cX",
    "{{ 7*7 }}",
    "<b>Ann</b>",
    "%(name)s",
    "‮nnA",
)


@pytest.fixture
def colleague(app, session, office):
    return lambda name: Colleague(app, session, office.everyone[name])


@pytest.mark.parametrize("name", LINES)
def test_a_name_of_several_lines_becomes_one_and_runs_nothing(author, office, name):
    answer = author.post("/staff/account/name", {"name": name})
    assert answer.status_code == 303
    assert "evil" not in str(answer.headers)
    assert not set("\r\n\x0b\x0c\u202e") & set(office.author.name)
    page = author.visit("/staff/account")
    assert page.one("#name").attrs["value"] == office.author.name
    assert "49" not in office.author.name


BAD_EMAILS = (
    "a@b", "x" * 250 + "@example.org", "a@example.org,b@example.org", "a@example.org b@example.org", "@example.org",
    "a@example.org\r\nX: y", "a@", "a@@example.org", "a\0@example.org", "<a@example.org>;", "",
)  # fmt: skip


@pytest.mark.parametrize("email", BAD_EMAILS)
def test_an_address_that_cannot_be_one_is_no_account(colleague, session, email):
    before = session.query(Account).count()
    answer = colleague("administrator").post("/staff/accounts/", {"name": "X", "email": email, "role": "author"})
    found = session.execute(select(Account.email).order_by(Account.id.desc()).limit(1)).scalar_one()
    assert answer.status_code == 422 or (
        answer.status_code in (200, 303) and found.count("@") == 1 and found.isprintable()
    )
    if answer.status_code == 422:
        assert session.query(Account).count() == before


SEVERAL = {
    "none": [], "no numbers": ["x", "-1", "1.5", "²", ""], "more than at once": list(range(1, 60)),
    "ten thousand": list(range(9_000)), "not there": [2_147_483_647], "beyond the database": [99_999_999_999],
}  # fmt: skip


@pytest.mark.parametrize("what", SEVERAL)
def test_several_that_cannot_be_published_are_refused_in_one_answer(colleague, office, what):
    office.revision(State.APPROVED, COMPLETE.replace(title="A title nobody may guess"))
    answer = colleague("reviewer").act("/staff/publish", number=SEVERAL[what])
    assert answer.status_code in (404, 409, 413)
    assert "nobody may guess" not in answer.text


def test_several_with_one_of_somebody_elses_drafts_publish_nothing_and_tell_nothing(colleague, office, session):
    mine, draft = office.revision(State.APPROVED), office.draft(COMPLETE.replace(title="A title nobody may guess"))
    answer = colleague("reviewer").act("/staff/publish", number=[mine.id, draft.id])
    assert answer.status_code == 404
    assert "nobody may guess" not in answer.text
    session.rollback()
    assert mine.state == State.APPROVED


def test_a_number_named_twice_is_published_once(colleague, office, session):
    mine = office.revision(State.APPROVED)
    colleague("reviewer").act("/staff/publish", number=[mine.id, mine.id, f"0{mine.id}"])
    session.rollback()
    told = session.query(AuditEvent).filter_by(subject_kind="revision", subject_id=str(mine.id), verb="publish").count()
    assert (mine.state, told) in ((State.PUBLISHED, 1), (State.APPROVED, 0))


def test_an_account_disabled_between_the_page_and_its_form_stores_nothing(author, office, session):
    fields = filled(author.visit(NEW), title="Too late")
    begin_writing(session())
    administration.disable(session(), office.author, by=None)
    session.commit()
    assert author.post(NEW, fields).status_code in (401, 403)
    assert session.query(Revision).count() == 0


def test_a_role_lowered_between_the_page_and_its_form_counts_at_the_form(colleague, office, session):
    rex, revision = colleague("reviewer"), office.revision(State.SUBMITTED)
    address = f"/staff/revisions/{revision.id}"
    page = rex.visit(address)
    ada = colleague("administrator")
    assert ada.post(f"/staff/accounts/{office.reviewer.id}/role", {"role": "author"}).status_code == 303
    rex.press(page, f"{address}/claim", status=401)
    rex.sign_in(office.reviewer)
    assert rex.act(f"{address}/claim").status_code in (403, 404)
    session.rollback()
    assert revision.state == State.SUBMITTED


@pytest.mark.parametrize("action", ["publish", "schedule", "approve", "return", "release", "unschedule", "restore"])
@pytest.mark.parametrize("state", [State.SUBMITTED, State.WITHDRAWN, State.SUPERSEDED, State.DISCARDED])
def test_a_step_that_is_skipped_moves_nothing(colleague, office, session, action, state):
    revision = office.revision(state)
    version = revision.version
    sent = {"version": str(version), "note": "A note.", "reason-title": "A reason.", "return-title": "1"}
    answer = colleague("second reviewer").act(f"/staff/revisions/{revision.id}/{action}", **sent)
    session.rollback()
    assert (revision.state, revision.version) == (state, version)
    assert answer.status_code in (403, 404, 409, 422) or action == "restore"


# One letter, composed by one keyboard and in two pieces from another.
TYPED = ("Caf\u00e9 rivers and stones", "Cafe\u0301 rivers and stones")


@pytest.mark.parametrize("given", TYPED)
def test_a_password_is_the_same_from_another_keyboard(app, session, given):
    make_account(session, "Ann", password=TYPED[0])
    assert Browser(app, session).post("/sign-in", {"email": "ann@example.org", "password": given}).status_code == 303


@pytest.fixture
def ann(session):
    return make_account(session, "Ann", password=PHRASE)


def test_eleven_accounts_from_one_address_wait_whatever_it_says_of_itself(app, session, ann):
    """No header changes the address that is counted, and no account at all is needed to be counted."""
    someone, most = Browser(app, session), rate_limits.LIMITS["sign in"][0][2]
    for number in range(most):
        spoofed = {"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}", "X-Real-IP": "::1"}
        sent = {"email": f"nobody{number}@example.org", "password": "x"}
        assert someone.post("/sign-in", sent, headers=spoofed).status_code == 422
    answer = someone.post(
        "/sign-in", {"email": ann.email, "password": PHRASE}, headers={"X-Forwarded-For": "198.51.100.1"}
    )
    assert answer.status_code == 429
    events = session.query(AuditEvent).filter_by(verb="sign in limited").all()
    assert {event.address for event in events} == {"127.0.0.1"}


def test_a_thousand_addresses_at_one_account_wait_and_its_owner_does_not(app, session, ann):
    home, most = Browser(app, session), rate_limits.LIMITS["sign in"][0][1]
    home.post("/sign-in", {"email": ann.email, "password": PHRASE})
    home.post("/sign-out")
    statuses = [
        Browser(app, session)
        .post("/sign-in", {"email": ann.email, "password": "x"}, environ_base={"REMOTE_ADDR": f"203.0.113.{number}"})
        .status_code
        for number in range(most + 3)
    ]
    assert statuses == [422] * most + [429] * 3
    assert home.post("/sign-in", {"email": ann.email, "password": PHRASE}).status_code == 303


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 303), (0, 303), (1, 303), (2, 422)])
def test_a_code_is_good_for_its_step_and_the_two_beside_it(app, session, steps, status, code_of):
    make_account(session, "Rex", Role.REVIEWER, password=PHRASE, totp_secret=SECRET)
    rex = Browser(app, session)
    rex.post("/sign-in", {"email": "rex@example.org", "password": PHRASE})
    typed = code_of(SECRET, steps)
    answer = rex.post("/sign-in/code", {"code": typed})
    assert answer.status_code == status
    assert status == 303 or "time on your device" in answer.text


def test_of_four_who_use_one_recovery_code_at_once_one_gets_in(new_app, new_database):
    """On a database of its own, because the connection of a test is not for many threads."""
    app = new_app(new_database())
    with app.app_context():
        rex = make_account(db.session, "Rex", Role.REVIEWER, password=PHRASE, totp_secret=SECRET)
        (code, *_) = second_factor.generate_recovery_codes()
        db.session.add(RecoveryCode(account_id=rex.id, code_hash=second_factor.hash_recovery_code(code)))
        recording.record(db.session(), "fresh recovery codes", "account", rex.id)
        db.session.commit()
        browsers = [Browser(app, db.session).sign_in(rex, stage=Stage.CODE) for _ in range(4)]
        tokens = [(browser.cookie(), browser.csrf_token) for browser in browsers]
        db.session.remove()
    gate, answers = Barrier(len(tokens)), []

    def enter(cookie, token):
        with app.app_context():
            browser = Browser(app, db.session)
            browser.set_cookie("__Host-portal", cookie)
            gate.wait()
            answers.append(browser.post("/sign-in/code", {"code": code}, token=token).status_code)
            db.session.remove()

    threads = [Thread(target=enter, args=pair) for pair in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 422, 422, 422]
    with app.app_context():
        complete = select(func.count()).where(AccountSession.stage == Stage.COMPLETE)
        assert db.session.execute(complete).scalar_one() == 1
        db.session.remove()


def test_a_reset_asked_for_too_often_makes_no_more_links(app, session, ann):
    someone = Browser(app, session)
    statuses = [someone.post("/forgotten", {"email": ann.email}).status_code for _ in range(6)]
    most = rate_limits.LIMITS["reset"][0][1]
    assert statuses == [200] * most + [429] * (6 - most)
    assert session.query(OneTimeLink).filter_by(account_id=ann.id).count() == most


def test_a_reset_asked_for_under_another_host_makes_no_link(app, session, ann):
    someone = Browser(app, session)
    answer = someone.post("/forgotten", {"email": ann.email}, headers={"Host": "evil.example"})
    assert answer.status_code in (400, 403)
    assert session.query(OneTimeLink).count() == 0


def test_what_was_typed_into_the_wrong_field_is_in_no_log_and_no_trail(app, session, ann, caplog):
    caplog.set_level(logging.DEBUG)
    someone = Browser(app, session)
    for sent in ({"email": PHRASE, "password": ann.email}, {"email": f"{PHRASE}@example.org", "password": PHRASE}):
        answer = someone.post("/sign-in", sent)
        assert answer.status_code == 422
    assert PHRASE not in caplog.text
    told = session.query(AuditEvent).filter(AuditEvent.verb.like("sign-in%")).all()
    assert told
    assert all(PHRASE not in f"{event.actor}{event.subject_id}{event.before}{event.after}" for event in not_empty(told))


def test_signing_in_from_another_site_is_refused(app, session, ann):
    someone = Browser(app, session)
    sent = {"email": ann.email, "password": PHRASE}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        assert someone.post("/sign-in", sent, headers=headers).status_code == 403
    assert someone.cookie() == ""


def test_two_sign_ins_at_one_browser_leave_one_session(app, session, ann):
    someone = Browser(app, session)
    for _ in range(2):
        assert place(someone.post("/sign-in", {"email": ann.email, "password": PHRASE})) == "/staff/"
    living = select(func.count()).where(AccountSession.account_id == ann.id, AccountSession.ended_at.is_(None))
    assert session.execute(living).scalar_one() == 1
