"""One draft in two hands, or sent many times: nothing overwritten in silence, nothing stored twice."""

import threading

import pytest

from portal.database.orm import db
from portal.models import AuditEvent, Revision
from portal.services.audit import recording
from portal.services.editorial import idempotency, review, revisions
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE, Office
from tests.form_data import filled
from tests.http_clients import Browser, place
from tests.loops import not_empty
from tests.pages import Page, words

NEW = "/staff/projects/new"
SENDINGS = 20


def edit(revision):
    return f"/staff/revisions/{revision.id}/edit"


def autosave(revision):
    return f"/staff/revisions/{revision.id}/autosave"


def test_autosave_makes_one_draft_of_a_new_page(author, session):
    fields = filled(author.visit(NEW), title="First words")
    first = author.post(f"{NEW}/autosave", fields).json
    repeated = author.post(f"{NEW}/autosave", fields).json
    assert repeated == first
    revision = session.query(Revision).one()
    assert (first["edit"], first["autosave"], first["version"]) == (
        edit(revision),
        autosave(revision),
        revision.version,
    )


def test_a_draft_beyond_the_last_is_refused_with_what_was_typed(author, session, monkeypatch):
    monkeypatch.setattr(revisions, "MAX_DRAFTS", 2)
    for number in range(2):
        fields = filled(author.visit(NEW), title=f"Draft {number}")
        assert author.post(NEW, fields).status_code == 303
    answer = author.post(NEW, filled(author.visit(NEW), title="One too many"))
    page = Page(answer, status=409)
    assert "You have 2 drafts, which is the limit." in page.text
    assert page.one("[name=title]").to_text() == "One too many"
    assert author.post(f"{NEW}/autosave", filled(author.visit(NEW), title="One too many")).status_code == 409
    assert session.query(Revision).count() == 2
    # Those that there are can still be saved.
    kept = edit(session.query(Revision).first())
    assert author.post(kept, filled(author.visit(kept), title="Again")).status_code == 303


def test_a_save_after_the_answer_to_an_autosave_was_lost_goes_into_the_same_draft(author, session):
    fields = filled(author.visit(NEW), title="First words")
    author.post(f"{NEW}/autosave", fields)
    answer = author.post(NEW, fields | {"title": "First words and more"})
    revision = session.query(Revision).one()
    assert (place(answer), revision.draft.title) == (edit(revision), "First words and more")


def test_a_lost_answer_never_overwrites_what_another_window_saved(author, session):
    fields = filled(author.visit(NEW), title="First words")
    made = author.post(f"{NEW}/autosave", fields).json
    other = filled(author.visit(made["edit"]), title="Another window")
    assert author.post(made["edit"], other).status_code == 303
    assert author.post(NEW, fields | {"title": "First words and more"}).status_code == 409
    assert session.query(Revision).one().draft.title == "Another window"


def test_autosave_of_a_change_begins_it(author, office, session):
    project = office.revision(State.PUBLISHED).project
    fields = filled(author.visit(f"/staff/projects/{project.slug}/edit"), title="Changed")
    assert author.post(f"/staff/projects/{project.slug}/autosave", fields).status_code == 200
    assert session.query(Revision).filter_by(state=State.DRAFT).one().draft.title == "Changed"


def test_autosaves_roll_on_from_version_to_version(author, office, session):
    revision = office.draft()
    fields = filled(author.visit(edit(revision)))
    for title in ("One", "Two", "Three"):
        said = author.post(autosave(revision), fields | {"title": title}).json
        fields["version"] = str(said["version"])
    session.rollback()
    assert (session.query(Revision).count(), revision.draft.title) == (1, "Three")


def test_autosave_in_a_second_window_is_refused_with_words(author, office, session):
    revision = office.draft()
    fields = filled(author.visit(edit(revision)))
    author.post(autosave(revision), fields | {"title": "First window"})
    answer = author.post(autosave(revision), fields | {"title": "Second window"})
    assert answer.status_code == 409
    assert "Your text is still here" in answer.json["error"]
    session.rollback()
    assert revision.draft.title == "First window"


def test_autosave_of_what_was_submitted_is_refused(author, office):
    revision = office.revision(State.SUBMITTED)
    answer = author.post(autosave(revision), {"title": "Late", "version": str(revision.version)})
    assert answer.status_code == 409


def test_autosave_without_a_session_asks_to_sign_in_and_the_same_save_goes_through(author, office, session, app):
    revision = office.draft()
    fields = filled(author.visit(edit(revision)), title="Typed while away")
    author.client.delete_cookie("__Host-portal", domain="localhost")
    assert author.post(autosave(revision), fields, headers={"Portal-Dialog": "true"}, token="").status_code in (
        401,
        403,
    )
    author.sign_in(office.author)
    fields["csrf_token"] = author.csrf_token
    assert author.post(autosave(revision), fields).status_code == 200


# A database of its own, so that requests in threads meet as they do under a server with many.


@pytest.fixture
def busy(new_app, new_database):
    app = new_app(new_database())
    with app.app_context():
        yield app, Office(db.session)
        db.session.remove()


def in_parallel(app, work, times):
    """Call work(number) in that many threads at once, each with its own application context; the answers in order."""
    answers, gate = [None] * times, threading.Barrier(times)

    def run(number):
        with app.app_context():
            gate.wait()
            answers[number] = work(number)
            db.session.remove()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_twenty_parallel_sendings_of_one_form_are_one_submission(busy):
    app, office = busy
    one = Browser(app, db.session).sign_in(office.author)
    fields = filled(one.visit(NEW), **COMPLETE.as_json(), action="submit")
    token, cookie = one.csrf_token, one.cookie()

    def send(_):
        browser = Browser(app, db.session)
        browser.set_cookie("__Host-portal", cookie)
        return browser.post(NEW, fields, token=token)

    answers = in_parallel(app, send, SENDINGS)
    assert {answer.status_code for answer in answers} == {303}
    assert len({place(answer) for answer in answers}) == 1
    db.session.rollback()
    revision = db.session.query(Revision).one()
    assert revision.state == State.SUBMITTED
    events = db.session.query(AuditEvent).filter_by(subject_kind="revision", subject_id=str(revision.id), verb="submit")
    assert events.count() == 1


def test_of_parallel_saves_from_one_version_exactly_one_wins(busy):
    app, office = busy
    revision = office.draft()
    one = Browser(app, db.session).sign_in(office.author)
    address = edit(revision)
    fields = filled(one.visit(address))
    token, cookie = one.csrf_token, one.cookie()

    def send(number):
        browser = Browser(app, db.session)
        browser.set_cookie("__Host-portal", cookie)
        sent = fields | {"title": f"Window {number}", "key": idempotency.new_key()}
        return browser.post(address, sent, token=token)

    answers = in_parallel(app, send, SENDINGS)
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [303] + [409] * (SENDINGS - 1)
    for number, answer in not_empty(enumerate(answers)):
        if answer.status_code == 409:
            assert f"Window {number}" in words(Page(answer, status=409).one("main"))


TOO_LONG = "The note has 3,089 characters; the limit is 2,000."


def test_a_note_that_is_too_long_is_refused_with_everything_that_was_typed(author, office, session):
    revision = office.draft()
    fields = filled(author.visit(edit(revision)), title="Typed", note="n" * 3_089)
    page = author.send(edit(revision), fields, status=422)
    assert TOO_LONG in words(page.one("#errors"))
    again = filled(page)
    assert (again["title"], again["note"]) == ("Typed", "n" * 3_089)
    session.rollback()
    assert (revision.draft.title, revision.note) == (COMPLETE.title, "")
    assert author.post(edit(revision), again | {"note": "n" * 2_000}).status_code == 303
    session.rollback()
    assert (revision.draft.title, revision.note) == ("Typed", "n" * 2_000)


def test_autosave_says_that_the_note_is_too_long(author, office):
    revision = office.draft()
    answer = author.post(autosave(revision), filled(author.visit(edit(revision)), note="n" * 3_089))
    assert answer.status_code == 422
    assert answer.json["error"].startswith(TOO_LONG)


@pytest.fixture
def taken_over(app, session, office):
    """A reviewer who writes into a revision while a second one takes it over: the browser, the revision, the form."""
    revision = office.revision(State.IN_REVIEW)
    reviewer = Browser(app, session).sign_in(office.reviewer)
    fields = filled(reviewer.visit(edit(revision)), title="Typed by Rex", note="Why I rewrote it")
    review.claim(session(), revision, by=office.second)
    session.commit()
    return reviewer, revision, fields


def test_a_save_after_a_take_over_gives_back_what_was_typed(taken_over, session):
    reviewer, revision, fields = taken_over
    page = reviewer.send(edit(revision), fields, status=403)
    assert "can only be edited by the reviewer who claimed it" in words(page.one(".error-summary"))
    again = filled(page)
    assert (again["title"], again["note"]) == ("Typed by Rex", "Why I rewrote it")
    assert [words(e) for e in page.select(".action-bar button, .action-bar a")] == [f"Open {revision.label}"]
    assert page.one(".action-bar a").attrs["href"] == f"/staff/revisions/{revision.id}"
    session.rollback()
    assert revision.draft.title == COMPLETE.title
    assert session.query(AuditEvent).filter_by(verb="refused").count() == 1


def test_autosave_after_a_take_over_says_why(taken_over):
    reviewer, revision, fields = taken_over
    answer = reviewer.post(autosave(revision), fields)
    assert answer.status_code == 403
    assert "can only be edited by the reviewer who claimed it" in answer.json["error"]


def test_a_form_that_nobody_takes_gives_back_what_was_typed(taken_over, office, session):
    reviewer, revision, fields = taken_over
    office.reviewer.role = "author"
    recording.record(session(), "change role", "account", office.reviewer.id)
    session.commit()
    page = reviewer.send(edit(revision), fields, status=404)
    texts = {words(e.query("label")[0]): e.query("textarea")[0] for e in page.select(".typed-text .field")}
    assert texts["Title"].to_text(strip=False).strip() == "Typed by Rex"
    assert texts["Note"].to_text(strip=False).strip() == "Why I rewrote it"
    assert "csrf" not in words(page.one(".typed-text"))
