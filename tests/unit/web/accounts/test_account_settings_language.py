"""The language of staff: that of the pages they came from, then the one that their account keeps."""

import pytest

from portal.models import Account
from portal.services.accounts import administration, one_time_links
from portal.services.accounts.one_time_links import Purpose
from portal.services.audit import recording
from tests.factories import PHRASE, make_account
from tests.http_clients import place
from tests.loops import not_empty


@pytest.fixture
def ann(session):
    return make_account(session, "Ann")


def language(page):
    return page.one("html").attrs["lang"]


def chosen(session, account):
    session.refresh(account)
    return account.language


def test_a_choice_is_kept_and_recorded_and_said_in_the_new_language(staff, session, ann):
    someone = staff().sign_in(ann)
    page = someone.visit("/staff/account")
    assert [box.attrs["value"] for box in page.select("input[name=language]")] == ["en", "fr", "es"]
    assert page.one("input[name=language][checked]").attrs["value"] == "en"
    assert someone.post("/staff/account/language", {"language": "fr"}).status_code == 303
    page = someone.visit("/staff/account")
    assert language(page) == "fr"
    assert page.one("input[name=language][checked]").attrs["value"] == "fr"
    (event,) = [e for e in recording.subject_events(session(), "account", ann.id) if e.verb == "choose language"]
    assert (event.before, event.after, event.actor_id) == ({"language": ""}, {"language": "fr"}, ann.id)


@pytest.mark.parametrize("given", [{}, {"language": ""}, {"language": "de"}, {"language": "qps-rtl"}])
def test_what_is_no_choice_is_said(given, staff, session, ann):
    page = staff().sign_in(ann).send("/staff/account/language", given, status=422)
    assert page.one("#language-error")
    assert chosen(session, ann) == ""


def test_staff_pages_lead_to_public_ones_of_the_same_language(staff, session, ann):
    ann.language = "es"
    recording.record(session(), "choose language", "account", ann.id)
    session.commit()
    someone = staff().sign_in(ann)
    page = someone.visit("/staff/")
    assert language(page) == "es"
    links = {link.attrs["href"] for link in page.select("header a, footer a")}
    assert {"/es/", "/es/projects/", "/staff/account"} <= links
    assert language(someone.visit("/staff/?language=fr")) == "es"
    assert language(someone.visit("/staff/no-such-page", status=404)) == "es"


def test_links_to_the_sign_in_name_the_language_they_are_in(visit):
    assert visit("/fr/").select("a[href='/sign-in?language=fr']")
    assert visit("/").select("a[href='/sign-in']")
    page = visit("/sign-in?language=fr")
    assert language(page) == "fr"
    (form,) = page.select("main form")
    assert form.attrs["action"] == "/sign-in?language=fr"
    assert page.select("a[href='/forgotten?language=fr']")
    assert page.select("a[href='/fr/projects/']")


def test_pages_before_the_guard_have_a_switch_that_keeps_where_it_leads(visit):
    page = visit("/sign-in?next=/staff/account&language=es")
    found = {link.attrs["hreflang"]: link.attrs["href"] for link in page.select(".languages a")}
    assert found["fr"] == "/sign-in?next=%2Fstaff%2Faccount&language=fr"
    assert language(visit(found["en"])) == "en"


@pytest.mark.parametrize("asked", ["de", "", "qps-rtl", "fr%00", "EN"])
def test_a_language_that_is_not_offered_is_english(visit, asked):
    assert language(visit(f"/sign-in?language={asked}")) == "en"


def test_a_refused_sign_in_stays_in_the_language(staff):
    answer = staff().post("/sign-in?language=fr", {"email": "nobody@example.org", "password": "x"})
    assert (answer.status_code, '<html lang="fr">' in answer.text) == (422, True)


def test_the_language_of_the_first_sign_in_is_kept_until_another_is_chosen(staff, session):
    ann = make_account(session, password=PHRASE)
    someone = staff()
    for spoken, kept in (("fr", "fr"), ("es", "fr")):
        answer = someone.post(f"/sign-in?language={spoken}", {"email": ann.email, "password": PHRASE})
        assert place(answer) == "/staff/"
        assert chosen(session, ann) == kept
        assert language(someone.visit("/staff/")) == "fr"
        someone.post("/sign-out")


def test_who_is_invited_starts_in_the_language_of_who_invites(office):
    office.administrator.language = "es"
    new = administration.add_account(
        office.session, email="zoe@example.org", name="Zoe", role="author", by=office.administrator
    )
    assert new.language == "es"


def test_the_page_of_a_link_is_in_the_language_of_its_account(staff, session, ann):
    ann.language = "fr"
    recording.record(session(), "choose language", "account", ann.id)
    link = one_time_links.issue(session(), ann, Purpose.RESET, by=None)
    session.commit()
    page = staff().visit(link.path)
    assert language(page) == "fr"
    # The address is a secret, which the page does not spread.
    assert page.select(".languages") == []
    assert language(staff().visit(f"{link.path}?language=es")) == "es"


def test_mail_is_in_the_language_of_whom_it_is_for(office, outbox):
    speaks = {office.reviewer: "fr", office.second: "es"}
    for account, code in speaks.items():
        account.language = code
        recording.record(office.session, "choose language", "account", account.id)
    office.revision("submitted")
    office.session.commit()
    languages = {letter.to: letter.language for letter in outbox()}
    for account, code in not_empty(speaks.items()):
        assert languages[account.email] == code
    others = languages.keys() - {account.email for account in speaks}
    assert {languages[address] for address in others} == {"en"}


def test_an_account_has_no_language_before_one_is_chosen(session):
    session.add(account := Account(email="new@example.org", name="New"))
    assert not account.language
