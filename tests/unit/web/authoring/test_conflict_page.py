"""Two versions of one draft: what one side alone changed is taken over, and only what both changed is asked for."""

import pytest

from portal.models import AuditEvent, Revision
from portal.services.audit import recording
from portal.services.editorial import merging, publication, review
from portal.services.records import published
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE
from tests.form_data import filled
from tests.http_clients import Browser, place
from tests.pages import words


def edit(revision):
    return f"/staff/revisions/{revision.id}/edit"


def autosave(revision):
    return f"/staff/revisions/{revision.id}/autosave"


@pytest.fixture
def clash(author, office, session):
    """A draft open in two windows; the first has saved another title and summary, the second is sent now."""
    revision = office.draft()
    first, second = (filled(author.visit(edit(revision))) for _ in range(2))
    answer = author.post(edit(revision), first | {"title": "Theirs", "summary": "Their words."})
    assert answer.status_code == 303
    sent = second | {"title": "Mine", "summary": "My words.", "budget": "7", "note": "My note"}
    return revision, sent, author.send(edit(revision), sent, status=409)


def hidden(page):
    """The fields of the page of choices, without any choice."""
    fields = {}
    for element in page.one("form.conflict").query("input[type=hidden]"):
        fields.setdefault(element.attrs["name"], []).append(element.attrs.get("value", ""))
    return fields


def test_the_loser_sees_both_texts_field_by_field(clash):
    _, _, page = clash
    pairs = {
        words(one.query("legend")[0]): [words(side) for side in one.query(".choice-text")]
        for one in page.select(".choice-pair")
    }
    assert pairs == {
        "Title": ["Mine", "Theirs"],
        "Summary": ["My words.", "Their words."],
    }
    assert "Changed by you alone, and kept: Budget amount." in words(page.one("form.conflict"))


def test_a_conflict_overwrites_nothing(clash, session):
    revision, _, _ = clash
    session.rollback()
    assert revision.draft == COMPLETE.replace(title="Theirs", summary="Their words.")


def test_what_was_chosen_is_saved(clash, author, session):
    revision, _, page = clash
    choices = {"choice-title": "mine", "choice-summary": "theirs"}
    assert place(author.post(edit(revision), hidden(page) | choices)) == edit(revision)
    session.rollback()
    assert revision.draft == COMPLETE.replace(title="Mine", summary="Their words.", budget="7.00")
    assert revision.note == "My note"


def test_a_field_without_a_choice_asks_again_and_keeps_the_others(clash, author, session):
    revision, _, page = clash
    again = author.send(edit(revision), hidden(page) | {"choice-title": "mine"}, status=409)
    assert "checked" in again.one("#mine-title").attrs
    assert "checked" not in again.one("#mine-summary").attrs
    assert "Choose a version for every field" in words(again.one(".conflict .error"))
    session.rollback()
    assert revision.draft.title == "Theirs"


def test_a_draft_that_moved_on_while_choosing_is_shown_anew(clash, author, office, session):
    revision, _, page = clash
    session.rollback()
    third = revision.draft.replace(title="Third")
    review.save_draft(session(), revision, third, version=revision.version, by=office.author)
    session.commit()
    choices = {"choice-title": "mine", "choice-summary": "mine", "choice-budget": "mine"}
    again = author.send(edit(revision), hidden(page) | choices, status=409)
    assert "Third" in again.text
    assert again.one("input[name=version]").attrs["value"] == str(revision.version)


def test_what_one_side_alone_changed_is_not_asked_for(author, office, session):
    revision = office.draft()
    first, second = (filled(author.visit(edit(revision))) for _ in range(2))
    author.post(edit(revision), first | {"summary": "Theirs alone.", "countries": ["KEN", "UGA"]})
    page = author.send(edit(revision), second | {"title": "Mine alone"}, status=409)
    assert page.select(".choice-pair") == []
    assert "Theirs alone." in words(page.one("#taken").parent)
    assert author.post(edit(revision), hidden(page)).status_code == 303
    session.rollback()
    assert (revision.draft.title, revision.draft.summary) == ("Mine alone", "Theirs alone.")
    assert revision.draft.countries == ("KEN", "UGA")


@pytest.mark.parametrize(("typed", "stored"), [("", "Theirs"), ("Mine", "Mine")])
def test_a_note_that_was_not_changed_takes_nothing_back(author, office, session, typed, stored):
    revision = office.draft()
    first, second = (filled(author.visit(edit(revision))) for _ in range(2))
    author.post(edit(revision), first | {"note": "Theirs", "summary": "Theirs alone."})
    page = author.send(edit(revision), second | {"note": typed, "title": "Mine alone"}, status=409)
    assert ("The saved version has another note" in page.text) == bool(typed)
    author.post(edit(revision), hidden(page))
    session.rollback()
    assert revision.note == stored


def test_after_autosaves_the_base_is_the_last_text_that_was_saved_here(author, office, session):
    revision = office.draft()
    mine = filled(author.visit(edit(revision)), title="Autosaved")
    mine["version"] = str(author.post(autosave(revision), mine).json["version"])
    other = filled(author.visit(edit(revision)), title=COMPLETE.title)
    assert author.post(edit(revision), other).status_code == 303
    page = author.send(edit(revision), mine | {"budget": "7"}, status=409)
    assert page.select(".choice-pair") == []
    author.post(edit(revision), hidden(page))
    session.rollback()
    assert (revision.draft.title, revision.draft.budget) == (COMPLETE.title, "7.00")


def test_a_step_that_changes_no_text_is_no_conflict(app, session, office):
    revision = office.revision(State.IN_REVIEW)
    reviewer = Browser(app, session).sign_in(office.reviewer)
    fields = filled(reviewer.visit(edit(revision)), title="Mended")
    review.set_due(session(), revision, at=None, by=office.second)
    session.commit()
    assert reviewer.post(edit(revision), fields).status_code == 303
    session.rollback()
    assert (revision.draft.title, revision.due_at) == ("Mended", None)


def test_saves_from_before_they_told_their_version_are_asked_for_field_by_field(author, office, session):
    revision = office.draft()
    first, second = (filled(author.visit(edit(revision))) for _ in range(2))
    author.post(edit(revision), first | {"summary": "Theirs alone."})
    event = session.query(AuditEvent).filter_by(verb="save").one()
    assert event.after["version"] == revision.version
    assert merging.text_at_version(session(), revision, 1).summary == COMPLETE.summary
    recording.record(session(), "save", "revision", revision.id, before={"title": "Old"}, after={"title": "New"})
    session.commit()
    page = author.send(edit(revision), second | {"title": "Mine alone"}, status=409)
    assert len(page.select(".choice-pair")) == 2


def test_the_same_text_in_both_windows_is_no_conflict(author, office, session):
    revision = office.draft()
    first, second = (filled(author.visit(edit(revision)), title="The same") for _ in range(2))
    assert author.post(edit(revision), first).status_code == 303
    assert author.post(edit(revision), second).status_code == 303


@pytest.fixture
def overtaken(author, office, session):
    """A change whose public record was changed by somebody else since it began, sent for review."""
    project = office.revision(State.PUBLISHED).project
    address = f"/staff/projects/{project.slug}/edit"
    fields = filled(author.visit(address), title="My title", action="submit")
    change = review.open_change(session(), project, by=office.other)
    draft = change.draft.replace(title="Public meanwhile")
    review.save_draft(session(), change, draft, version=change.version, by=office.other)
    for act in (
        lambda: review.submit(session(), change, version=change.version, by=office.other),
        lambda: review.claim(session(), change, by=office.reviewer),
        lambda: review.approve(session(), change, version=change.version, by=office.reviewer),
    ):
        act()
        session.commit()
    publication.publish(session(), change, by=office.reviewer)
    session.commit()
    return project, author.send(address, fields, status=409)


def test_a_record_that_moved_on_is_compared_with_the_draft(overtaken):
    _, page = overtaken
    assert [words(side) for side in page.select(".choice-pair .choice-text")] == ["My title", "Public meanwhile"]


def test_what_colleagues_published_in_other_fields_is_taken_over(author, office, session):
    project = office.revision(State.PUBLISHED).project
    address = f"/staff/projects/{project.slug}/edit"
    fields = filled(author.visit(address), title="My title", action="submit")
    stored = place(author.post(address, fields | {"action": "save"}))
    office.change(project, summary="Published by Olu.")
    change = session.query(Revision).filter_by(author_id=office.other.id).one()
    review.claim(session(), change, by=office.reviewer)
    review.approve(session(), change, version=change.version, by=office.reviewer)
    publication.publish(session(), change, by=office.reviewer)
    session.commit()
    page = author.send(stored, filled(author.visit(stored), action="submit"), status=409)
    assert page.select(".choice-pair") == []
    assert "Published by Olu." in words(page.one("#taken").parent)
    assert author.post(stored, hidden(page)).status_code == 303
    session.rollback()
    mine = session.query(Revision).filter_by(author_id=office.author.id, state=State.DRAFT).one()
    assert (mine.draft.title, mine.draft.summary) == ("My title", "Published by Olu.")
    assert author.post(stored, filled(author.visit(stored), action="submit")).status_code == 303


def test_a_form_that_was_open_before_the_first_save_is_compared_with_the_record_it_showed(author, office, session):
    project = office.revision(State.PUBLISHED).project
    address = f"/staff/projects/{project.slug}/edit"
    fields = filled(author.visit(address), title="My title", action="submit")
    change = office.change(project, summary="Published by Olu.")
    review.claim(session(), change, by=office.reviewer)
    review.approve(session(), change, version=change.version, by=office.reviewer)
    publication.publish(session(), change, by=office.reviewer)
    session.commit()
    page = author.send(address, fields, status=409)
    assert page.select(".choice-pair") == []
    assert "Published by Olu." in words(page.one("#taken").parent)


def test_a_draft_whose_record_moved_on_is_stored_all_the_same(overtaken, session, office):
    project, _ = overtaken
    mine = session.query(Revision).filter_by(project_id=project.id, state=State.DRAFT).one()
    assert mine.draft.title == "My title"


def test_after_the_choice_the_draft_can_be_submitted(overtaken, author, session):
    project, page = overtaken
    to = page.one("form.conflict").attrs["action"]
    answer = author.post(to, hidden(page) | {"choice-title": "mine"})
    assert answer.status_code == 303
    assert author.post(place(answer), filled(author.visit(place(answer)), action="submit")).status_code == 303
    session.rollback()
    assert published.draft_from_project(session(), project).title == "Public meanwhile"
