"""The history of a revision, as staff read it."""

from portal.services.audit import history
from portal.services.editorial import handover, review


def save(office, revision, title, by):
    draft = revision.draft.replace(title=title)
    review.save_draft(office.session, revision, draft, version=revision.version, by=by)


def test_the_savings_of_a_new_author_are_left_out_like_those_of_the_former_one(office):
    revision = office.draft()
    save(office, revision, "By Ann", office.author)
    handover.hand_over(office.session, revision, office.other.id, version=revision.version, by=office.administrator)
    save(office, revision, "By Olu", office.other)
    assert [event.verb for event in history.revision_events(office.session, revision.id)] == ["hand over", "draft"]
