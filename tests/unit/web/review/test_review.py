"""The page of a revision and its steps: who sees which buttons, what is refused and how, what becomes public."""

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.database.orm import now
from portal.models import AuditEvent, Revision
from portal.services.editorial import idempotency, review, workflow
from portal.services.editorial.workflow import Action
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE
from tests.form_data import as_sent
from tests.loops import not_empty
from tests.pages import words
from tests.staff_clients import Colleague, form_to, offered

# What stands on the page as a link or a form of its own address.
SPELT = {Action.SAVE: "edit", Action.SET_DUE: "due", Action.HAND_OVER: "hand-over"}
ADDRESSES = {action: SPELT.get(action, str(action)) for action in Action}
WITH_QUESTION = (Action.SAVE, Action.WITHDRAW, Action.DISCARD, Action.HAND_OVER)
WITHOUT_QUESTION = [action for action in Action if action not in WITH_QUESTION]


def at(revision, step=""):
    return f"/staff/revisions/{revision.id}" + (f"/{step}" if step else "")


def events(office, verb):
    query = select(AuditEvent).where(AuditEvent.verb == verb, AuditEvent.subject_kind == "revision")
    return list(office.session.execute(query).scalars())


@pytest.mark.parametrize("state", list(State), ids=str)
def test_the_page_offers_the_steps_that_the_table_allows(office, people, state):
    revision = office.revision(state)
    number = revision.id
    for person in not_empty(people.values()):
        if not office.sees(person.account, revision):
            person.visit(at(revision), status=404)
            continue
        allowed = {ADDRESSES[action] for action in workflow.allowed_actions(revision, person.account)}
        # The table lets a holder take again what they have, which changes nothing.
        if revision.claimed_by_id == person.account.id:
            allowed -= {"claim"}
        assert offered(person.visit(f"/staff/revisions/{number}"), number) == allowed, person.account.name


@pytest.mark.parametrize("state", list(State), ids=str)
def test_a_step_that_is_not_offered_is_refused_in_words(office, people, state):
    revision = office.revision(state)
    number, version = revision.id, revision.version
    for person, action in not_empty(itertools.product(people.values(), WITHOUT_QUESTION)):
        if action in workflow.allowed_actions(revision, person.account):
            continue
        answer = person.act(f"/staff/revisions/{number}/{ADDRESSES[action]}", version=version, note="Because.")
        sees = office.sees(person.account, office.session.get(Revision, number))
        assert answer.status_code in ({403, 409} if sees else {403, 404}), (person.account.name, action, answer.status)
        assert "<h1" in answer.text
    assert office.session.get(Revision, number).state == state


@pytest.mark.parametrize(
    "address", ["/staff/revisions/99999", "/staff/revisions/99999999999999999999", "/staff/revisions/0"]
)
def test_a_revision_that_is_not_there_is_not_found(reviewer, address):
    reviewer.visit(address, status=404)


def test_the_page_shows_changed_words_and_folds_what_stays(office, reviewer):
    project = office.revision(State.PUBLISHED).project
    change = office.change(project, title="Fair Recruitment in the Sahel")
    page = reviewer.visit(at(change))
    field = page.one("#field-title")
    assert [words(mark) for mark in field.query("del")] == ["[removed: Horn]"]
    assert [words(mark) for mark in field.query("ins")] == ["[added: Sahel]"]
    assert [element.attrs["id"] for element in page.select(".difference")] == ["field-title"]
    assert "unchanged fields" in words(page.one("details.unchanged summary"))


def test_what_the_rules_say_stands_at_its_field(office, reviewer):
    revision = office.revision(State.SUBMITTED, COMPLETE.replace(coverage="regional"))
    assert len(reviewer.visit(at(revision)).one("#field-countries").query(".notice")) == 1


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [({"coverage": "regional"}, "countries", "(no date)"), ({"region": "europe"}, "region", "(Aug 2024)")],
)
def test_a_rule_says_its_source_and_the_date_of_it(office, reviewer, changes, field, said):
    page = reviewer.visit(at(office.revision(State.SUBMITTED, COMPLETE.replace(**changes))))
    assert said in words(page.one(f"#field-{field} .source"))


def test_typed_markup_stays_text(office, reviewer):
    revision = office.revision(State.SUBMITTED, COMPLETE.replace(title="<img src=x onerror=alert(1)>"))
    assert "<img" not in reviewer.visit(at(revision)).text.replace("&lt;img", "")


def test_a_reviewer_takes_a_submission_and_approves_it(office, reviewer):
    revision = office.revision(State.SUBMITTED)
    page = reviewer.visit(at(revision))
    assert reviewer.press(page, at(revision, "claim")) == at(revision)
    page = reviewer.visit(at(revision))
    assert "You are now reviewing R-" in page.text
    reviewer.press(page, at(revision, "approve"))
    assert revision.state == State.APPROVED


def test_one_field_returned_with_a_reason_reaches_the_author(office, people, reviewer):
    revision = office.revision(State.IN_REVIEW)
    fields = {"mark-budget": "returned", "reason-budget": "The agreement says 140,000.", "note": "Almost there."}
    reviewer.press(reviewer.visit(at(revision)), at(revision, "return"), **fields)
    assert (revision.state, revision.reasons) == (State.RETURNED, {"budget": "The agreement says 140,000."})
    page = people["author"].visit(at(revision))
    assert "The agreement says 140,000." in words(page.one(".event-log"))
    assert "Almost there." in words(page.one(".event-log"))


def test_a_ticked_field_without_a_reason_comes_back_with_what_was_typed(office, reviewer):
    revision = office.revision(State.IN_REVIEW)
    fields = {"mark-budget": "returned", "reason-budget": " ", "mark-title": "returned", "reason-title": "Too long."}
    page = reviewer.press(reviewer.visit(at(revision)), at(revision, "return"), status=422, note="Kept.", **fields)
    sent = as_sent(form_to(page, at(revision, "return")))
    assert (sent["mark-budget"], sent["mark-title"]) == ("returned", "returned")
    assert (sent["reason-title"], sent["note"]) == ("Too long.", "Kept.")
    assert "#field-budget" in page.links
    assert revision.state == State.IN_REVIEW


def test_returning_without_any_reason_is_refused(office, reviewer):
    revision = office.revision(State.IN_REVIEW)
    page = reviewer.press(reviewer.visit(at(revision)), at(revision, "return"), status=422)
    assert "The author needs to know what to change" in page.text


def test_approving_what_is_ticked_to_be_returned_is_refused(office, reviewer):
    revision = office.revision(State.IN_REVIEW)
    fields = {"mark-title": "returned", "reason-title": "Too long."}
    page = reviewer.press(reviewer.visit(at(revision)), at(revision, "approve"), status=422, **fields)
    assert "Too long." in page.text
    assert revision.state == State.IN_REVIEW


@pytest.mark.parametrize("step", ["approve", "return"])
def test_a_decision_on_a_text_that_changed_meanwhile_is_a_conflict_and_keeps_what_was_typed(office, reviewer, step):
    revision = office.revision(State.IN_REVIEW)
    page = reviewer.visit(at(revision))
    draft = revision.draft.replace(title="Mended meanwhile")
    review.save_draft(office.session, revision, draft, version=revision.version, by=office.reviewer)
    review.claim(office.session, revision, by=office.second)
    review.claim(office.session, revision, by=office.administrator)
    office.session.commit()
    person = Colleague(reviewer.app, reviewer.session, office.administrator)
    form = as_sent(form_to(page, at(revision, step)))
    answer = person.act(at(revision, step), version=form["version"], note="Typed with care.")
    assert answer.status_code == 409
    assert "Typed with care." in answer.text
    assert "Mended meanwhile" in answer.text
    assert revision.state == State.IN_REVIEW


def test_taking_from_a_page_of_before_somebody_else_took_it_is_a_conflict(office, people):
    revision = office.revision(State.SUBMITTED)
    second = people["second reviewer"]
    seen = second.visit(at(revision))
    people["reviewer"].press(people["reviewer"].visit(at(revision)), at(revision, "claim"))
    page = second.press(seen, at(revision, "claim"), status=409)
    assert "Rex took it for review at" in words(page.one("#errors"))
    assert revision.claimed_by_id == office.reviewer.id
    second.press(page, at(revision, "claim"))
    assert revision.claimed_by_id == office.second.id


def test_giving_back_from_a_page_of_before_it_changed_is_a_conflict(office, people):
    revision = office.revision(State.IN_REVIEW)
    seen = people["administrator"].visit(at(revision))
    people["second reviewer"].press(people["second reviewer"].visit(at(revision)), at(revision, "claim"))
    people["administrator"].press(seen, at(revision, "release"), status=409)
    assert (revision.state, revision.claimed_by_id) == (State.IN_REVIEW, office.second.id)


def test_taking_back_from_a_page_of_before_it_changed_is_a_conflict(office, people):
    revision = office.revision(State.SUBMITTED)
    seen = people["author"].visit(at(revision))
    review.set_due(office.session, revision, at=now() + timedelta(days=1), by=office.reviewer)
    office.session.commit()
    page = people["author"].press(seen, at(revision, "recall"), status=409)
    assert "Rex set the due date to" in words(page.one("#errors"))
    people["author"].press(page, at(revision, "recall"))
    assert revision.state == State.DRAFT


def test_approving_what_oneself_edited_is_refused_in_words(office, reviewer):
    revision = office.revision(State.IN_REVIEW)
    draft = revision.draft.replace(title="Mended by the reviewer")
    review.save_draft(office.session, revision, draft, version=revision.version, by=office.reviewer)
    office.session.commit()
    answer = reviewer.act(at(revision, "approve"), version=revision.version)
    assert answer.status_code == 403
    assert "neither wrote nor last edited" in answer.text
    assert "You edited this last" in answer.text


def test_a_refused_step_is_written_down(office, people):
    revision = office.revision(State.SUBMITTED)
    people["author"].act(at(revision, "claim"))
    refused = office.session.execute(select(AuditEvent).where(AuditEvent.verb == "refused")).scalars().all()
    assert [event.actor_id for event in refused] == [office.author.id]


def test_twenty_posts_of_one_decision_are_one(office, reviewer):
    revision = office.revision(State.APPROVED)
    page = reviewer.visit(at(revision, "publish"))
    form = as_sent(form_to(page, at(revision, "publish")))
    answers = {reviewer.post(at(revision, "publish"), form).location for _ in range(20)}
    assert answers == {at(revision)}
    assert len(events(office, "publish")) == 1


def test_a_form_without_its_key_is_refused(office, reviewer):
    revision = office.revision(State.SUBMITTED)
    assert reviewer.act(at(revision, "claim"), key="").status_code == 403
    assert revision.state == State.SUBMITTED


def test_a_form_without_its_token_is_refused(office, reviewer):
    revision = office.revision(State.SUBMITTED)
    assert reviewer.post(at(revision, "claim"), {"key": idempotency.new_key()}, token="").status_code == 403
    assert revision.state == State.SUBMITTED


def test_what_is_published_is_found_in_the_next_request(office, reviewer, visit):
    revision = office.revision(State.APPROVED)
    assert COMPLETE.title not in visit("/projects/?q=recruitment").text
    reviewer.press(reviewer.visit(at(revision, "publish")), at(revision, "publish"))
    assert COMPLETE.title in visit("/projects/?q=recruitment").text
    assert COMPLETE.title in visit("/projects/?country=KEN&status=completed").text


def test_the_question_before_publishing_says_what_becomes_public(office, reviewer):
    revision = office.revision(State.APPROVED)
    page = reviewer.visit(at(revision, "publish"))
    assert "A new record appears in the directory" in words(page.one(".bullet-list"))
    assert "All projects: 0 → 1" in words(page.one(".bullet-list"))
    assert COMPLETE.title in words(page.one(".differences"))


@pytest.mark.parametrize("step", ["publish", "schedule"])
def test_nothing_is_asked_where_nothing_can_be_published(office, reviewer, step):
    assert reviewer.get(at(office.revision(State.SUBMITTED), step)).status_code == 409


def test_publishing_at_a_set_time(office, reviewer, visit):
    revision = office.revision(State.APPROVED)
    when = now() + timedelta(days=3)
    fields = {"day": when.strftime("%Y-%m-%d"), "time": when.strftime("%H:%M")}
    reviewer.press(reviewer.visit(at(revision, "schedule")), at(revision, "schedule"), **fields)
    assert (revision.state, revision.publish_at) == (State.SCHEDULED, when.replace(second=0))
    assert COMPLETE.title not in visit("/projects/").text


ODD = [
    {}, {"day": "2001-01-01", "time": "10:00"}, {"day": "9999-99-99", "time": "x"},
    {"day": "２０３０-01-01", "time": "10:00"}, {"day": "2030-1-1", "time": "10:00"},
    {"day": "20300101", "time": "10:00"}, {"day": "2030-W01-1", "time": "10:00"},
    {"day": "2030-01-01", "time": "1:2"}, {"day": "2030-01-01", "time": "１0:00"}, {"day": "2030-01-01", "time": "10"},
]  # fmt: skip


@pytest.mark.parametrize("fields", ODD, ids=str)
def test_a_time_that_is_none_or_has_passed_comes_back_as_typed(office, reviewer, fields):
    revision = office.revision(State.APPROVED)
    page = reviewer.press(reviewer.visit(at(revision, "schedule")), at(revision, "schedule"), status=422, **fields)
    for name in ("day", "time"):
        assert page.one(f"#{name}").attrs["value"] == fields.get(name, "")
    assert revision.state == State.APPROVED


def test_restoring_leads_to_a_new_draft(office, people):
    old = office.revision(State.SUPERSEDED)
    author = people["author"]
    led = author.press(author.visit(at(old)), at(old, "restore"))
    restored = office.session.get(Revision, int(led.rsplit("/", 1)[1]))
    assert (restored.state, restored.draft, restored.restored_from_id) == (State.DRAFT, old.draft, old.id)


def test_submitting_an_incomplete_draft_says_all_that_is_missing(office, people):
    revision = office.draft(COMPLETE.replace(title="", budget=""))
    author = people["author"]
    page = author.press(author.visit(at(revision)), at(revision, "submit"), status=422)
    assert "Enter a title." in page.text
    assert "Enter the budget in US dollars." in page.text


def test_a_published_revision_is_shown_beside_what_it_replaced(office, reviewer):
    first = office.revision(State.PUBLISHED)
    second = office.publish_change(first.project, title="A better title")
    page = reviewer.visit(at(second))
    assert [words(side) for side in page.select("#field-title .diff-column-label")] == ["Before", "Published"]
    assert [words(changed) for changed in page.select("li.difference h3")] == ["Title"]
    assert words(reviewer.visit(at(first)).one("h1")).startswith("A new record")
