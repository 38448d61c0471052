"""Translations as they are stored: with the source that each was made from."""

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError

from portal.models import Project
from portal.services.audit import recording
from portal.services.records import published
from portal.services.records.translations import translation_rows
from portal.services.records.values import Translation
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE

FRENCH = Translation("title_fr", "Recrutement équitable", False, COMPLETE.title)


def test_a_translation_that_stays_keeps_the_source_it_was_made_from():
    before = [FRENCH._replace(source_text="Older title")]
    proposed = [FRENCH, Translation("title_es", "Contratación", False, COMPLETE.title)]
    assert translation_rows.with_known_sources(proposed, before, ()) == (before[0], proposed[1])
    assert translation_rows.with_known_sources(proposed, before, ("title_fr",)) == tuple(proposed)
    changed = [FRENCH._replace(text="Un autre")]
    assert translation_rows.with_known_sources(changed, before, ()) == tuple(changed)


def test_publishing_stores_translations_and_what_they_were_made_from(session, office):
    draft = COMPLETE.replace(title_fr=FRENCH.text, summary_es="Una\n\ndos.", machine_translations=("summary_es",))
    project = office.revision(State.PUBLISHED, draft).project
    spanish = Translation("summary_es", "Una\n\ndos.", True, COMPLETE.summary)
    assert translation_rows.of_project(session(), project.id) == (spanish, FRENCH)
    assert published.draft_from_project(session(), project) == draft


def test_a_change_of_the_source_makes_its_translations_older_until_somebody_confirms_them(session, office):
    project = office.revision(State.PUBLISHED, COMPLETE.replace(title_fr=FRENCH.text)).project
    office.publish_change(project, title="Fairer Recruitment")
    assert translation_rows.of_project(session(), project.id) == (FRENCH,)
    revision = office.publish_change(project, confirmed_translations=("title_fr",))
    assert translation_rows.of_project(session(), project.id) == (FRENCH._replace(source_text="Fairer Recruitment"),)
    assert revision.payload["confirmed_translations"] == ["title_fr"]
    assert published.draft_from_project(session(), project).confirmed_translations == ()


def test_emptying_the_field_removes_the_translation(session, office):
    project = office.revision(State.PUBLISHED, COMPLETE.replace(title_fr=FRENCH.text)).project
    office.publish_change(project, title_fr="")
    assert translation_rows.of_project(session(), project.id) == ()


def test_a_translation_without_an_audit_event_cannot_be_committed(session, office):
    project = office.revision(State.PUBLISHED).project
    translation_rows.replace(session(), project.id, [FRENCH])
    with pytest.raises(IntegrityError):
        check_deferred(session)
    session.rollback()


def check_deferred(session):
    """What a commit checks; a test's transaction is rolled back."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sql("SET CONSTRAINTS ALL IMMEDIATE"))
        return
    if session.execute(sql("SELECT count(*) FROM audit_due")).scalar_one():
        raise IntegrityError("audit_due", None, Exception("an event is owed"))


def test_with_an_audit_event_it_can(session, office):
    project = office.revision(State.PUBLISHED).project
    translation_rows.replace(session(), project.id, [FRENCH])
    recording.record(session(), "change", "project", project.id)
    check_deferred(session)
    session.commit()
    assert session.query(Project).count() == 1
