"""What staff read after a step, and why one is refused; and what a desk says on which nothing or little waits.

The sentences stand in golden/staff/: desks, refusals, steps, questions, editing.
"""

import re
from datetime import timedelta

import pytest

from portal.database.orm import now
from portal.services.editorial import publication, review
from portal.vocabulary.workflow import State
from tests import golden_files, page_text
from tests.factories import COMPLETE, Office
from tests.page_text import words
from tests.promises.situations import SITUATIONS, line, looked_at, masked

NEW = "/staff/projects/new"
# Who tries which step in which situation: steps that nobody may take there, then steps that this person may not take.
REFUSED = """
submitted: author submit, author discard, reviewer mark, reviewer return, reviewer approve
draft: author recall
in review: author recall, reviewer publish, reviewer schedule
approved: reviewer claim, reviewer release, reviewer due, reviewer unschedule, author restore
withdrawn: reviewer withdraw

submitted: author claim, author due, reviewer recall
returned: reviewer submit, reviewer discard
in review: second reviewer release, second reviewer mark, second reviewer return, administrator approve
in review, edited by its reviewer: reviewer approve, reviewer mark
in review, edited by its first reviewer, taken over: reviewer claim
submitted by a reviewer: reviewer claim
approved, by a reviewer: reviewer publish, reviewer schedule, reviewer return
scheduled, by a reviewer: reviewer unschedule
"""


@pytest.fixture
def office(session):
    return Office(session())


def approved_by_another(office, draft):
    """A revision that a reviewer wrote and another one approved."""
    revision = SITUATIONS["submitted by a reviewer"](office, draft)
    review.claim(office.session, revision, by=office.second)
    return review.approve(office.session, revision, version=revision.version, by=office.second)


def scheduled_by_another(office, draft):
    revision = approved_by_another(office, draft)
    return publication.schedule(office.session, revision, at=now() + timedelta(days=1), by=office.second)


def test_a_refused_step_says_who_may_take_it_or_what_it_is(office, people):
    makes = SITUATIONS | {
        "approved, by a reviewer": approved_by_another,
        "scheduled, by a reviewer": scheduled_by_another,
    }
    text, made = "", {}
    for entry in filter(None, REFUSED.splitlines()):
        situation, _, tries = entry.partition(": ")
        if situation not in made:
            made[situation] = makes[situation](office, COMPLETE.replace(title=situation, number=situation))
        revision = made[situation]
        office.session.commit()
        for attempt in tries.split(", "):
            who, _, step = attempt.rpartition(" ")
            address = f"/staff/revisions/{revision.id}/{step}"
            if step == "withdraw":
                address = "/staff/projects/withdrawn/withdraw"
            marks = {"mark-title": "accepted"} if step == "mark" else {}
            answer = people[who].act(
                address, version=str(revision.version), note="A note.", reason="A reason.", **marks
            )
            text += f"{situation}: {attempt}: {answer.status_code} {refusal(answer)}\n"
            office.session.expire_all()
    golden_files.compare("staff/refusals", masked(text))


def refusal(answer):
    page = looked_at(answer)
    return " ".join(line(part) for part in page.query("[role=alert] li") or page.query("main h1 + p"))


def test_each_step_says_what_came_of_it(office, people):
    author, reviewer, other = people["author"], people["reviewer"], people["second reviewer"]
    revision = office.draft(COMPLETE.replace(number="LM.7"))
    at, text, day = f"/staff/revisions/{revision.id}", "", (now() + timedelta(days=2)).strftime("%Y-%m-%d")
    for person, step, fields in [
        (author, "submit", {}), (author, "recall", {}), (author, "submit", {}), (reviewer, "claim", {}),
        (reviewer, "release", {}), (reviewer, "claim", {}), (reviewer, "due", {"day": day}),
        (reviewer, "due", {"clear": "yes"}), (reviewer, "mark", {"mark-title": "accepted"}),
        (reviewer, "return", {"mark-title": "returned", "reason-title": "Too short."}), (author, "submit", {}),
        (other, "claim", {}), (other, "approve", {"mark-title": "accepted"}),
        (reviewer, "schedule", {"day": day, "time": "12:00"}), (reviewer, "unschedule", {}), (reviewer, "publish", {}),
        (author, "restore", {}),
    ]:  # fmt: skip
        office.session.expire_all()
        answer = person.act(f"{at}/{step}", version=str(revision.version), **fields)
        text += f"{step}: {came_of(person, answer)}\n"
    text += f"discard: {came_of(author, author.act(f'{answer.location}/discard', version='1'))}\n"
    text += f"withdraw: {came_of(reviewer, reviewer.act('/staff/projects/LM.7/withdraw', reason='A reason.'))}\n"
    several = [office.revision(State.APPROVED, COMPLETE.replace(title=title)).id for title in ("One", "Two")]
    text += f"publish several: {came_of(reviewer, reviewer.act('/staff/publish', number=several))}\n"
    golden_files.compare("staff/steps", masked(text))


def came_of(person, answer):
    assert answer.status_code == 303, refusal(answer)
    return words(looked_at(person.get(answer.location)).query("main [role=status]")[0])


def test_a_desk_says_what_waits_and_what_to_do_where_nothing_does(office, people):
    text = ""
    for who in ("author", "reviewer"):
        text += f"{who}, nothing waits: {lead(people[who])}\n"
        for link in looked_at(people[who].get("/staff/")).query("main nav a"):
            page = looked_at(people[who].get(link.attrs["href"]))
            text += f"  {words(link)}: {words(page.query('main section p')[0])}\n"
    for count, who in [(1, "author"), (1, "reviewer"), (2, "author"), (2, "reviewer")]:
        if who == "author":
            office.revision(State.RETURNED, COMPLETE.replace(title=f"Returned {count}"))
            SITUATIONS["overdue"](office, COMPLETE.replace(title=f"Overdue {count}"))
            office.session.commit()
        text += f"{who}, {count} wait: {lead(people[who])}\n"
    golden_files.compare("staff/desks", masked(text))


def lead(person):
    return words(looked_at(person.get("/staff/")).query("main h1")[0].parent.parent.parent.query("p")[0])


def text_of(person, address):
    """The text of a page without its forms' hidden fields and without the record that it shows field by field."""
    text = page_text.read(looked_at(person.get(address)).root, "main")
    text = re.sub(r"input \{type=hidden[^}]*\}(?: · )?", "", text)
    text = re.split(r'section "Field by field"|dialog "Sign in again"', text)[0]
    return "".join(f"  {row.rstrip(' ·')}\n" for row in masked(text).splitlines() if row.strip())


def test_each_question_says_what_will_happen(office, people):
    reviewer, author = people["reviewer"], people["author"]
    several = [office.revision(State.APPROVED, COMPLETE.replace(title=title)).id for title in ("One", "Two")]
    scheduled, waiting = office.revision(State.SCHEDULED), office.revision(State.SUBMITTED)
    live, draft = office.revision(State.PUBLISHED, COMPLETE.replace(number="LM.7")), office.draft()
    change = office.change(live.project, status="active", budget="1.00")
    review.claim(office.session, change, by=office.reviewer)
    review.approve(office.session, change, version=change.version, by=office.reviewer)
    office.session.commit()
    numbers = "&".join(f"number={number}" for number in several)
    text = ""
    for what, person, address in [
        ("publish a record", reviewer, f"/staff/revisions/{several[0]}/publish"),
        ("publish a change", reviewer, f"/staff/revisions/{change.id}/publish"),
        ("publish several", reviewer, f"/staff/publish?{numbers}"),
        ("publish one of several", reviewer, f"/staff/publish?number={several[0]}"),
        ("schedule", reviewer, f"/staff/revisions/{several[0]}/schedule"),
        ("schedule anew", reviewer, f"/staff/revisions/{scheduled.id}/schedule"),
        ("set the day", reviewer, f"/staff/revisions/{waiting.id}/due"),
        ("discard", author, f"/staff/revisions/{draft.id}/discard"),
        ("withdraw", reviewer, "/staff/projects/LM.7/withdraw"),
        ("a public record", reviewer, "/staff/projects/LM.7"),
        ("a public record", author, "/staff/projects/LM.7"),
    ]:
        text += f"{what}\n{text_of(person, address)}\n"
    golden_files.compare("staff/questions", text)


def test_the_form_of_a_record_says_who_does_what_next(office, people):
    author, reviewer = people["author"], people["reviewer"]
    returned, taken = office.revision(State.RETURNED), office.revision(State.IN_REVIEW)
    office.revision(State.PUBLISHED, COMPLETE.replace(number="LM.7"))
    text = ""
    for what, person, address in [
        ("a new record", author, NEW),
        ("a returned one", author, f"/staff/revisions/{returned.id}/edit"),
        ("one in review", reviewer, f"/staff/revisions/{taken.id}/edit"),
        ("a change", author, "/staff/projects/LM.7/edit"),
    ]:
        text += f"{what}\n{without_fields(text_of(person, address))}\n"
    golden_files.compare("staff/editing", text)


def without_fields(text):
    """The text without what stands in the sections of the form."""
    rows, is_field = [], False
    for row in text.splitlines(keepends=True):
        if len(row) - len(row.lstrip()) <= 4:
            is_field = row.startswith("    section")
        rows += [] if is_field else [row]
    return "".join(rows)
