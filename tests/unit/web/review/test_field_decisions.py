"""Accepting and returning single fields on the page of a revision."""

import pytest

from portal.services.audit import recording
from portal.services.editorial import field_marks, review
from portal.vocabulary.workflow import State
from tests.form_data import as_sent
from tests.pages import words
from tests.staff_clients import Colleague, form_to


@pytest.fixture
def revision(office):
    return office.revision(State.IN_REVIEW)


@pytest.fixture
def reviewer(app, session, office):
    return Colleague(app, session, office.reviewer)


@pytest.fixture
def author(app, session, office):
    return Colleague(app, session, office.author)


@pytest.fixture
def at(revision):
    return f"/staff/revisions/{revision.id}"


RETURNED = {"mark-budget": "returned", "reason-budget": "Which year?"}


def test_kept_marks_stand_on_the_page_for_reviewer_and_author(reviewer, author, at):
    led = reviewer.press(reviewer.visit(at), f"{at}/mark", **{"mark-title": "accepted"}, **RETURNED)
    assert led == at
    for person in (reviewer, author):
        page = person.visit(at)
        assert "Accepted Rex" in words(page.one("#field-title .review-badge"))
        assert "Will be returned" in words(page.one("#field-budget .review-badge"))
        assert "Which year?" in words(page.one("#field-budget"))
        assert "Accepted: Title" in words(page.one(".event-log"))


def test_an_accepted_field_is_folded_and_an_open_one_is_not(reviewer, at):
    reviewer.press(reviewer.visit(at), f"{at}/mark", **{"mark-title": "accepted"})
    page = reviewer.visit(at)
    assert "open" not in page.one("#field-title details").attrs
    assert not page.select("#field-budget details")


def test_all_others_are_accepted_at_once(reviewer, revision, at):
    page = reviewer.visit(at)
    changed = [element.attrs["id"].removeprefix("field-") for element in page.select(".difference")]
    reviewer.press(page, f"{at}/mark", all="others", **RETURNED)
    assert set(field_marks.accepted_fields(revision)) == set(changed) - {"budget"}
    assert field_marks.return_reasons(revision) == {"budget": "Which year?"}


def test_a_mend_that_comes_back_shows_only_what_is_not_accepted(office, reviewer, author, revision, at):
    page = reviewer.visit(at)
    changed = len(page.select(".difference"))
    form = as_sent(form_to(page, f"{at}/return"))
    accepted = {name: "accepted" for name in form if name.startswith("mark-")}
    reviewer.press(page, f"{at}/return", **(accepted | RETURNED))
    draft = revision.draft.replace(budget="140000.00")
    review.save_draft(office.session, revision, draft, version=revision.version, by=office.author)
    review.submit(office.session, revision, version=revision.version, by=office.author)
    review.claim(office.session, revision, by=office.reviewer)
    office.session.commit()
    page = reviewer.visit(at)
    assert [e.attrs["id"] for e in page.select(".difference") if not e.query("details")] == ["field-budget"]
    assert "Changed since it was returned" in words(page.one("#field-budget"))
    assert f"{changed - 1} fields are accepted" in page.text


def test_the_author_reads_in_the_form_what_is_accepted(reviewer, author, at):
    marked = {"mark-title": "accepted"} | RETURNED
    reviewer.press(reviewer.visit(at), f"{at}/return", **marked)
    page = author.visit(f"{at}/edit")
    assert "The reviewer accepted this" in words(page.one("#title-accepted"))
    assert "Which year?" in words(page.one("#budget-reason"))


def test_approving_what_was_not_mended_is_refused_at_its_field(office, reviewer, revision, at):
    reviewer.press(reviewer.visit(at), f"{at}/return", **RETURNED)
    review.submit(office.session, revision, version=revision.version, by=office.author)
    review.claim(office.session, revision, by=office.reviewer)
    office.session.commit()
    page = reviewer.press(reviewer.visit(at), f"{at}/approve", status=422)
    assert "#field-budget" in page.links
    led = reviewer.press(reviewer.visit(at), f"{at}/approve", **{"mark-budget": "accepted"})
    assert (led, revision.state) == (at, State.APPROVED)


def test_the_enter_key_decides_nothing(reviewer, at):
    first = next(iter(form_to(reviewer.visit(at), f"{at}/approve").query("button")))
    assert first.attrs["formaction"] == f"{at}/mark"


def test_a_mark_without_its_reason_comes_back_with_what_was_typed(reviewer, revision, at):
    typed = {"mark-budget": "returned", "reason-budget": " ", "mark-title": "accepted", "note": "Kept."}
    page = reviewer.press(reviewer.visit(at), f"{at}/mark", status=422, **typed)
    sent = as_sent(form_to(page, f"{at}/mark"))
    assert (sent["mark-budget"], sent["mark-title"], sent["note"]) == ("returned", "accepted", "Kept.")
    assert revision.field_reviews == {}


def test_who_edited_it_last_is_not_offered_to_accept(office, reviewer, revision, at):
    draft = revision.draft.replace(title="Mended by the reviewer")
    review.save_draft(office.session, revision, draft, version=revision.version, by=office.reviewer)
    office.session.commit()
    page = reviewer.visit(at)
    assert not page.select("[name=mark-title][value=accepted]")
    assert page.select("[name=mark-title][value=returned]")


def test_a_verdict_that_is_none_is_read_as_undecided(reviewer, revision, at):
    answer = reviewer.act(
        f"{at}/mark", version=revision.version, **{"mark-title": "perhaps", "mark-colour": "accepted"}
    )
    assert (answer.status_code, revision.field_reviews) == (303, {})


def test_the_page_leads_to_the_preview(reviewer, at):
    assert f"{at}/preview" in reviewer.visit(at).links


def test_a_reason_that_is_too_long_comes_back_whole_with_its_count(reviewer, revision, at):
    page = reviewer.press(
        reviewer.visit(at), f"{at}/return", status=422, **(RETURNED | {"reason-budget": "r" * 2_345}), note="Kept"
    )
    said = "The reason has 2,345 characters; the limit is 2,000. Shorten it, then try again."
    assert "Budget Amount (USD): The reason has 2,345 characters" in words(page.one("#errors a[href='#field-budget']"))
    assert words(page.one("#reason-budget-error")) == said
    typed = as_sent(form_to(page, f"{at}/return"))
    assert (typed["reason-budget"], typed["note"]) == ("r" * 2_345, "Kept")
    assert revision.state == State.IN_REVIEW


def test_a_note_is_kept_with_field_decisions_until_the_decision(reviewer, author, revision, at):
    """Without script nothing else would keep it."""
    page = reviewer.visit(at)
    reviewer.press(page, f"{at}/mark", **{"mark-budget": "accepted"}, note="Begun")
    page = reviewer.visit(at)
    assert as_sent(form_to(page, f"{at}/return"))["note"] == "Begun"
    assert "Begun" not in author.visit(at).text
    reviewer.press(page, f"{at}/return", **RETURNED, note="Whole")
    assert "Whole" in author.visit(at).text
    assert field_marks.begun_note(revision, revision.last_editor) == ""
    assert "note" not in revision.field_reviews


def test_a_note_that_is_too_long_is_not_cut_by_saving_decisions(reviewer, at):
    page = reviewer.press(reviewer.visit(at), f"{at}/mark", status=422, note="n" * 2_001)
    assert as_sent(form_to(page, f"{at}/return"))["note"] == "n" * 2_001


def test_the_browser_cuts_nothing_that_is_pasted(reviewer, at):
    assert not [e.attrs["id"] for e in reviewer.visit(at).select("textarea") if "maxlength" in e.attrs]


@pytest.mark.parametrize("step", ["mark", "return", "approve"])
def test_a_decision_after_a_take_over_gives_back_what_was_typed(reviewer, office, revision, at, step):
    page = reviewer.visit(at)
    review.claim(office.session, revision, by=office.second)
    office.session.commit()
    decision = {"mark-title": "accepted"} if step == "approve" else RETURNED
    page = reviewer.press(page, f"{at}/{step}", status=403, **(decision | {"note": "First\n\nsecond"}))
    typed = {
        words(e.query("label")[0]): e.query("textarea")[0].to_text(strip=False)
        for e in page.select(".typed-text .field")
    }
    assert typed["Note"].strip() == "First\n\nsecond"
    assert step == "approve" or typed["Budget Amount (USD): what should change?"].strip() == "Which year?"


def test_a_decision_of_someone_who_is_no_reviewer_any_more_gives_back_what_was_typed(reviewer, office, at):
    page = reviewer.visit(at)
    office.reviewer.role = "author"
    recording.record(office.session, "change role", "account", office.reviewer.id)
    office.session.commit()
    page = reviewer.press(page, f"{at}/return", status=403, **RETURNED)
    assert "Which year?" in page.one(".typed-text textarea").to_text(strip=False)


def test_the_page_of_a_refusal_has_an_address_that_can_be_opened_again(reviewer, revision, at):
    page = reviewer.press(reviewer.visit(at), f"{at}/return", status=422, **{"mark-budget": "returned"})
    assert page.one("body").attrs["data-shown-url"] == at
    page = reviewer.press(reviewer.visit(f"{at}/due"), f"{at}/due", status=422, day="2001-01-01")
    assert page.one("body").attrs["data-shown-url"] == f"{at}/due"
    page = reviewer.act("/staff/publish", number=str(revision.id))
    assert f'data-shown-url="/staff/publish?number={revision.id}"' in page.text
    assert "data-shown-url" not in reviewer.visit(at).one("body").attrs
