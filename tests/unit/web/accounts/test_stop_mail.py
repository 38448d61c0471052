"""How often somebody gets mail: chosen on the account page, or stopped with the link in a mail, by one POST."""

from dataclasses import replace

import pytest

from portal.services.audit import recording
from portal.services.mail import stop_links
from portal.vocabulary.mail import MailChoice
from tests.factories import make_account
from tests.pages import Page

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def ann(session):
    return make_account(session, "Ann")


@pytest.fixture
def link(session, ann):
    return stop_links.stop_path(session(), ann)


def chosen(session, ann):
    session.refresh(ann)
    return ann.mail_choice


def event(session, ann):
    return next(one for one in recording.subject_events(session(), "account", ann.id) if one.verb == "choose mail")


@pytest.mark.parametrize("choice", [MailChoice.DAILY, MailChoice.NONE])
def test_a_choice_is_kept_and_recorded(choice, staff, session, ann, outbox):
    someone = staff().sign_in(ann)
    page = someone.visit("/staff/account")
    assert page.one("input[name=mail][checked]").attrs["value"] == "at once"
    assert someone.post("/staff/account/mail", {"mail": choice}).status_code == 303
    assert "choice of mail has been saved" in someone.visit("/staff/account").one("[role=status]").to_text()
    assert chosen(session, ann) == choice
    assert (event(session, ann).before, event(session, ann).after) == ({"mail": "at once"}, {"mail": choice})
    assert event(session, ann).actor_id == ann.id


@pytest.mark.parametrize("given", [{}, {"mail": ""}, {"mail": "hourly"}])
def test_what_is_no_choice_is_said(given, staff, session, ann, outbox):
    page = staff().sign_in(ann).send("/staff/account/mail", given, status=422)
    assert page.one("#mail-error")
    assert chosen(session, ann) == MailChoice.AT_ONCE


def test_a_portal_without_mail_asks_nobody(staff, ann):
    assert not staff().sign_in(ann).visit("/staff/account").select("input[name=mail]")


def test_a_link_that_is_looked_at_changes_nothing(client, session, ann, link):
    for _ in range(2):
        answer = client.get(link)
        page = Page(answer)
        assert page.heading == "Stop mail about your work"
        assert page.one("form[method=post]").attrs["action"] == link
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "strict-origin")
    assert "Set-Cookie" not in answer.headers
    assert chosen(session, ann) == MailChoice.AT_ONCE


def test_a_mail_program_stops_it_with_one_post(client, session, ann, link):
    """No cookie, no token, no origin, another site: RFC 8058."""
    for _ in range(2):
        answer = client.post(link, data=ONE_CLICK, headers={"Sec-Fetch-Site": "cross-site"})
        assert (answer.status_code, Page(answer).heading) == (200, "Mail is stopped")
    assert chosen(session, ann) == MailChoice.NONE
    assert event(session, ann).after == {"mail": "none", "by link": True}
    assert [one.verb for one in recording.subject_events(session(), "account", ann.id)].count("choose mail") == 1


def test_a_mail_program_may_send_it_in_parts(client, session, ann, link):
    assert client.post(link, data=ONE_CLICK, content_type="multipart/form-data").status_code == 200
    assert chosen(session, ann) == MailChoice.NONE


def test_a_person_stops_it_with_the_button_whoever_is_signed_in(staff, session, ann, office_of_two, link):
    someone = staff().sign_in(office_of_two)
    assert someone.visit(link).heading == "Stop mail about your work"
    assert someone.post(link, token="").status_code == 200
    assert (chosen(session, ann), office_of_two.mail_choice) == (MailChoice.NONE, MailChoice.AT_ONCE)


@pytest.fixture
def office_of_two(session):
    return make_account(session, "Olu")


def test_a_link_of_nobody_leads_nowhere(client, session, ann, office_of_two, link):
    number, _, signature = link.removeprefix(stop_links.STOP_PATH).partition(".")
    forged = [f"{office_of_two.id}.{signature}", f"{number}.{'0' * 64}", f"{number}.", "9" * 30 + ".a"]
    for token in (*forged, number, "x.y", "ü.ü"):
        for ask in (client.get, client.post):
            assert ask(f"{stop_links.STOP_PATH}{token}").status_code == 404, token
    assert chosen(session, ann) == chosen(session, office_of_two) == MailChoice.AT_ONCE


def test_a_link_to_a_former_address_leads_nowhere(client, session, ann, link):
    ann.email = "new@example.org"
    recording.record(session(), "change e-mail", "account", ann.id)
    session.commit()
    assert client.post(link, data=ONE_CLICK).status_code == 404


def test_a_link_outlives_the_key_of_the_portal(session, ann, link, app):
    keyring = app.extensions["settings"].secret_key
    connection = session().get_bind()
    known = connection.get_execution_options()["keyring"]
    connection.execution_options(keyring=replace(known, secret_key="x" * 64, fallbacks=(keyring,)))
    token = link.removeprefix(stop_links.STOP_PATH)
    assert stop_links.find_account(session(), token).id == ann.id
    connection.execution_options(keyring=replace(known, secret_key="x" * 64, fallbacks=()))
    assert stop_links.find_account(session(), token) is None
