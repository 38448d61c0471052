"""The submission: save with anything missing, submit with everything said at once, and nothing typed lost."""

import re

import pytest

from portal.models import Project, Revision
from portal.services.editorial import idempotency, review
from portal.services.records import published
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE
from tests.form_data import filled
from tests.http_clients import Browser, place
from tests.loops import not_empty
from tests.pages import Page, words
from tests.staff_clients import Colleague

NEW = "/staff/projects/new"


@pytest.fixture
def submitted(author, session):
    """submitted(address, **changes) fills in the form there and sends it; returns the plain answer."""

    def go(address, **changes):
        return author.post(address, filled(author.visit(address), **changes))

    return go


@pytest.fixture
def stored(session):
    """The one revision that there is, read anew."""

    def only():
        session.rollback()
        return session.query(Revision).one()

    return only


def edit(revision):
    return f"/staff/revisions/{revision.id}/edit"


def faults(page):
    return [words(link) for link in page.select(".error-summary li")]


def complete(**changes):
    return COMPLETE.as_json() | changes


def test_an_empty_form_can_be_saved(submitted, stored):
    answer = submitted(NEW)
    assert (answer.status_code, place(answer)) == (303, edit(stored()))


def test_a_draft_comes_back_as_it_was_typed(author, submitted):
    answer = submitted(NEW, title="Half a title", start="some day", budget="about 3", countries=["KEN", "GHA"])
    fields = filled(author.visit(place(answer)))
    assert fields["title"] == "Half a title"
    assert (fields["start"], fields["budget"]) == ("some day", "about 3")
    assert fields["countries"] == ["", "GHA", "KEN"]


def test_submitting_says_everything_that_is_missing_at_once(author, submitted):
    page = Page(submitted(NEW, action="submit"), status=422)
    named = [fault.split(":")[0] for fault in faults(page)]
    assert named == [
        "Title", "Summary", "Project type", "Year of allocation", "Project status", "Coverage",
        "Benefiting member states", "IDF region", "Budget amount",
    ]  # fmt: skip


def test_every_fault_leads_to_its_field(submitted):
    page = Page(submitted(NEW, action="submit"), status=422)
    assert all(link.attrs["href"].removeprefix("#") in page.ids for link in not_empty(page.select(".error-summary a")))


def test_what_was_typed_is_still_there_after_a_refused_submission(submitted, stored):
    page = Page(submitted(NEW, action="submit", title="Kept", end="nonsense", note="For you"), status=422)
    fields = filled(page)
    assert (fields["title"], fields["end"], fields["note"]) == ("Kept", "nonsense", "For you")
    assert (stored().state, stored().draft.title) == (State.DRAFT, "Kept")


def test_a_complete_draft_goes_to_the_reviewers(submitted, stored):
    answer = submitted(NEW, **complete(action="submit", note="Please read"))
    assert (answer.status_code, place(answer)) == (303, f"/staff/revisions/{stored().id}")
    assert (stored().state, stored().draft, stored().note) == (State.SUBMITTED, COMPLETE, "Please read")


def test_a_rule_warns_beside_its_field_with_its_source_and_does_not_block(author, submitted, stored):
    answer = submitted(NEW, **complete(coverage="regional"))
    page = author.visit(place(answer))
    warning = words(page.one("#countries-warning"))
    assert "at least two member states" in warning
    assert "Source: How to apply" in warning
    assert author.post(edit(stored()), filled(page, action="submit")).status_code == 303


def test_a_rule_without_a_source_says_why_and_that_it_has_none(author, submitted):
    page = author.visit(place(submitted(NEW, **complete(status="active"))))
    said = words(page.one("#status-warning .source"))
    assert said == "Why: Status and dates of one record must agree. No published source states it."


def test_after_a_save_what_is_wrong_stands_at_its_field(author, submitted):
    page = author.visit(place(submitted(NEW, title="Saved", end="2021-13", budget="lots")))
    saved = page.one("#save-status")
    assert re.fullmatch(r"Saved at [0-9:]+ UTC, [^.]+\. Fix 2 problems before you submit it", words(saved)), words(
        saved
    )
    assert saved.query("a")[0].attrs["href"] == "#end"
    assert [error.attrs["id"] for error in page.select("#project-form .error")] == ["end-error", "budget-error"]
    assert page.one("#budget").attrs["aria-invalid"] == "true"
    assert not page.select(".error-summary")
    assert "Error:" not in words(page.one("title"))


def test_after_a_save_what_is_merely_missing_is_not_marked(author, submitted):
    page = author.visit(place(submitted(NEW, title="Saved")))
    assert not page.select("#project-form .error")
    assert "to fix" not in words(page.one("#save-status"))


@pytest.mark.parametrize("field", ["status", "coverage"])
def test_a_choice_that_cannot_be_submitted_says_so_beforehand(author, field):
    group = author.visit(NEW).one(f"#{field}")
    assert "save a draft with" in words(group.query(".hint")[0])
    assert group.query("input[checked]")[0].attrs["value"] == ""


def test_what_cannot_be_true_is_refused(submitted):
    page = Page(submitted(NEW, **complete(action="submit", start="2021", end="2012")), status=422)
    assert faults(page) == ["End: The end (2012) is before the start (2021). Correct one of the two dates."]


def test_the_published_record_stays_up_while_a_change_is_drafted(author, office, submitted, visit, session):
    project = office.revision(State.PUBLISHED).project
    answer = submitted(f"/staff/projects/{project.slug}/edit", title="Another Title Altogether")
    assert answer.status_code == 303
    assert visit(f"/projects/{project.slug}").heading == COMPLETE.title


def test_opening_a_change_stores_nothing(author, office, session):
    project = office.revision(State.PUBLISHED).project
    author.visit(f"/staff/projects/{project.slug}/edit")
    assert session.query(Revision).count() == 1


def test_a_change_that_is_open_is_continued(author, office, session):
    project = office.revision(State.PUBLISHED).project
    change = review.open_change(session(), project, by=office.author)
    session.commit()
    answer = author.get(f"/staff/projects/{project.slug}/edit")
    assert (answer.status_code, place(answer)) == (302, edit(change))


def test_reasons_of_a_reviewer_stand_at_their_fields(author, office):
    page = author.visit(edit(office.revision(State.RETURNED)))
    assert words(page.one("#title-reason")) == "The reviewer asks: Too short."
    assert "title-reason" in page.one("#title").attrs["aria-describedby"]


@pytest.mark.parametrize("who", ["other", "reviewer", "administrator"])
def test_the_draft_of_somebody_else_is_not_there(app, session, office, who):
    revision = office.draft()
    stranger = Browser(app, session).sign_in(getattr(office, who))
    assert stranger.get(edit(revision)).status_code == 404
    assert stranger.get(f"/staff/revisions/{revision.id}/preview").status_code == 404
    for address in (edit(revision), f"/staff/revisions/{revision.id}/autosave"):
        sent = {"title": "Mine now", "version": "1", "key": idempotency.new_key()}
        assert stranger.post(address, sent).status_code == 404
    session.rollback()
    assert revision.draft == COMPLETE


def test_what_was_submitted_is_read_and_not_edited(author, office):
    revision = office.revision(State.SUBMITTED)
    assert place(author.get(edit(revision))) == f"/staff/revisions/{revision.id}"


def test_a_form_that_comes_too_late_keeps_what_was_typed(author, office, session):
    revision = office.draft()
    fields = filled(author.visit(edit(revision)), title="Typed in the meantime")
    review.submit(session(), session.get(Revision, revision.id), version=revision.version, by=office.author)
    session.commit()
    page = author.send(edit(revision), fields, status=409)
    assert filled(page)["title"] == "Typed in the meantime"
    session.rollback()
    assert revision.draft == COMPLETE


def test_fields_that_are_not_of_the_form_change_nothing(author, submitted, stored, office):
    columns = {
        column.name: "1" for column in Revision.__table__.columns if column.name not in ("note", "version", "based_on")
    }
    extra = columns | {column.name: "x" for column in Project.__table__.columns if column.name.endswith(("_id", "_at"))}
    extra |= {"role": "administrator", "status[]": "published", "state": "published", "owner_id": "7", "is_sample": "1"}
    assert "title" not in extra
    answer = submitted(NEW, title="Plain", **{name: value for name, value in extra.items() if name != "prima_id"})
    assert answer.status_code == 303
    revision = stored()
    assert (revision.state, revision.author_id, revision.decided_by_id) == (State.DRAFT, office.author.id, None)
    assert revision.decisions == []
    assert revision.project_id is None


def test_a_form_that_lacks_fields_leaves_them_as_they_were(author, office, session):
    revision = office.draft()
    sent = {"key": idempotency.new_key(), "version": str(revision.version), "title": "Only this"}
    assert author.post(edit(revision), sent).status_code == 303
    session.rollback()
    assert revision.draft == COMPLETE.replace(title="Only this")


@pytest.mark.parametrize("key", [None, "", "short", "x" * 5_000, "§" * 20])
def test_a_form_without_a_good_key_is_shown_again(author, session, key):
    fields = filled(author.visit(NEW), title="Kept", key=key)
    page = author.send(NEW, fields, status=422)
    assert filled(page)["title"] == "Kept"
    assert session.query(Revision).count() == 0
    again = author.post(NEW, filled(page))
    assert again.status_code == 303


def test_the_same_post_again_leads_to_the_same_place(author, session):
    fields = filled(author.visit(NEW), **complete(action="submit"))
    assert len({place(author.post(NEW, fields)) for _ in range(20)}) == 1
    assert session.query(Revision).count() == 1


def test_the_key_of_somebody_else_leads_to_nothing_of_theirs(app, session, author, office):
    fields = filled(author.visit(NEW), title="Mine")
    first = place(author.post(NEW, fields))
    stranger = Browser(app, session).sign_in(office.other)
    assert place(stranger.post(NEW, fields)) != first


def test_the_preview_button_saves_first(author, submitted, stored):
    answer = submitted(NEW, title="To be seen", action="preview")
    assert place(answer) == f"/staff/revisions/{stored().id}/preview"
    assert author.visit(place(answer)).heading == "To be seen"


def test_a_preview_is_the_public_page(author, office, session, visit):
    draft = COMPLETE.replace(
        summary="A *first* word.\n\n- one\n- two\n\n[More](https://example.org/)", number="LM.9001"
    )
    revision = office.revision(State.PUBLISHED, draft)
    public = visit(f"/projects/{revision.project.slug}")
    again = office.draft(draft)
    again.project_id = revision.project_id
    session.rollback()
    change = review.open_change(session(), published.get_project_by_slug(session(), "LM.9001"), by=office.author)
    session.commit()
    page = author.visit(f"/staff/revisions/{change.id}/preview")
    for part in (".project-head h1", ".figures", ".facts-list", ".prose", ".tools section"):
        assert page.one(part).to_html() == public.one(part).to_html()


def test_a_preview_of_a_record_without_an_address_names_none(author, office, visit):
    page = author.visit(f"/staff/revisions/{office.draft().id}/preview")
    assert not [link for link in page.links if link.endswith("/history")]
    assert "/projects/R-" not in page.text
    assert "shown once the record is published" in words(page.one(".tools"))
    public = visit(f"/projects/{office.revision(State.PUBLISHED).project.slug}")
    for part in (".figures", ".facts-list", ".prose"):
        assert page.one(part).to_html() == public.one(part).to_html()


def test_a_preview_is_kept_from_search_engines_and_caches(author, office):
    page = author.visit(f"/staff/revisions/{office.draft().id}/preview")
    assert page.one("meta[name=robots]").attrs["content"] == "noindex"
    assert "no-store" in page.response.headers["Cache-Control"]


def test_a_preview_of_a_draft_that_makes_no_sense_is_a_page(author, submitted, stored):
    submitted(
        NEW, title="", start="x", budget="NaN", year="soon", status="gone", countries=["XXX"], source_url="javascript:1"
    )
    author.visit(f"/staff/revisions/{stored().id}/preview")


def test_checks_while_typing_store_nothing(author, session, office):
    office.revision(State.PUBLISHED)
    page = author.visit(NEW)
    answer = author.post("/staff/projects/check", filled(page, **complete(coverage="regional")))
    assert "at least two member states" in answer.text
    assert COMPLETE.title in answer.text
    assert session.query(Revision).count() == 1


def test_a_change_is_no_duplicate_of_its_own_record(author, office):
    project = office.revision(State.PUBLISHED).project
    page = author.visit(f"/staff/projects/{project.slug}/edit")
    assert not page.select("#checks .duplicates")
    answer = author.post("/staff/projects/check", filled(page, slug=project.slug))
    assert "may be the same project" not in answer.text


def test_the_public_does_not_find_a_draft(submitted, visit):
    submitted(NEW, **complete(title="Quixotic Zephyr"))
    assert "Quixotic Zephyr" not in visit("/projects/?q=zephyr").text


def test_a_draft_is_discarded_from_its_own_page(app, session, office):
    revision, ann = office.draft(), Colleague(app, session, office.author)
    address = f"/staff/revisions/{revision.id}/discard"
    assert ann.press(ann.visit(address), address) == f"/staff/revisions/{revision.id}"
    session.rollback()
    assert revision.state == State.DISCARDED


def test_a_draft_that_changed_meanwhile_is_not_discarded(author, office, session):
    revision = office.draft()
    sent = {"key": idempotency.new_key(), "version": str(revision.version - 1)}
    assert author.post(f"/staff/revisions/{revision.id}/discard", sent).status_code == 409
    session.rollback()
    assert revision.state == State.DRAFT
