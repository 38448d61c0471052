"""Rows that state the key of a record: when it identifies one, and when a new record gets it."""

import pytest

from portal.models import Project, SlugHistory
from portal.services.imports import batches
from tests.loops import not_empty


def notes(report, column="key"):
    return [issue.reason for issue in report.first_issues if (issue.kind, issue.column) == ("note", column)]


def slugs(session):
    return [slug for (slug,) in session.query(Project.slug).order_by(Project.id)]


@pytest.mark.parametrize("project_id", ["", "N1"])
def test_an_empty_portal_gives_a_record_its_key_again(session, take, project_id):
    report = take([{"project_id": project_id, "key": "Any.Key~1"}])
    assert (slugs(session), notes(report)) == (["Any.Key~1"], [])


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("New", "The key is an address of the portal itself"),
        ("a/b", "The key cannot be the last part of an address"),
        ("x" * 201, "The key cannot be the last part of an address"),
        (".x", "The key cannot be the last part of an address"),
    ],
)
def test_a_key_that_no_record_can_have_is_noted(session, take, key, said):
    report = take([{"project_id": "N1", "key": key}])
    assert slugs(session) == ["N1"]
    assert notes(report) == [f"{said}; the record has another: N1"]


@pytest.mark.parametrize("size", [1, batches.MAX_BATCH_ROWS])
def test_a_key_that_is_taken_is_noted(session, take, monkeypatch, size):
    monkeypatch.setattr(batches, "MAX_BATCH_ROWS", size)
    report = take([{"project_id": "N1", "key": "K"}, {"project_id": "N2", "key": "k"}])
    assert slugs(session) == ["K", "N2"]
    assert notes(report) == ["Another record has the key or once had it; the record has another: N2"]


def test_a_key_that_a_record_once_had_is_taken(session, take):
    take([{"key": "K"}])
    take([{"key": "K", "project_id": "N1"}])
    report = take([{"project_id": "N2", "key": "K", "title": "Beta two"}])
    assert slugs(session) == ["N1", "N2"]
    assert len(notes(report)) == 1


def test_a_key_never_changes_the_address_of_a_record(session, take):
    take([{"project_id": "N1"}])
    report = take([{"project_id": "N1", "key": "other", "summary": "Changed."}])
    assert (report.changed, slugs(session)) == (1, ["N1"])
    assert notes(report) == ["A record keeps its key; the record has another: N1"]


def test_a_key_identifies_a_record_without_an_id_whatever_else_changed(session, take):
    take([{"key": "K1"}, {"key": "K2"}])
    report = take([{"key": "k2", "title": "Beta two", "year": "2010", "summary": "New."}, {"key": "K1"}])
    assert (report.changed, report.unchanged, report.added) == (1, 1, 0)
    assert dict(not_empty(session.query(Project.slug, Project.title).all())) == {"K1": "Alpha one", "K2": "Beta two"}


def test_a_key_gives_a_record_its_projects_id(session, take):
    take([{"key": "K1"}])
    report = take([{"key": "K1", "project_id": "N1"}])
    assert (report.changed, report.added) == (1, 0)
    assert session.query(Project.slug, Project.reference).one() == ("N1", "N1")
    assert session.query(SlugHistory.slug_folded).one() == ("k1",)


def test_an_id_goes_before_a_key(session, take):
    take([{"project_id": "N1"}, {"key": "K1", "title": "Beta two"}])
    report = take([{"project_id": "N1", "key": "K1", "summary": "New."}])
    assert report.changed == 1
    assert session.query(Project.summary).filter_by(reference="N1").one() == ("New.",)


def test_a_key_of_a_record_with_another_id_identifies_nothing(session, take):
    take([{"project_id": "N1", "key": "K1"}])
    report = take([{"project_id": "N2", "key": "K1", "title": "Beta two"}])
    assert (report.added, report.changed) == (1, 0)
    assert slugs(session) == ["K1", "N2"]


def test_a_row_of_before_a_record_got_its_id_changes_nothing(take):
    take([{"key": "K1"}])
    take([{"key": "K1", "project_id": "N1"}])
    report = take([{"key": "K1", "summary": "Old."}])
    assert (report.unchanged, report.added, report.changed) == (1, 0, 0)
    assert notes(report) == ["The record with this key has got a Projects ID since, so the row changes nothing"]


@pytest.mark.parametrize("size", [1, batches.MAX_BATCH_ROWS])
def test_rows_that_differ_in_their_key_alone_are_different_records(session, take, monkeypatch, size):
    monkeypatch.setattr(batches, "MAX_BATCH_ROWS", size)
    rows = [{"key": "K1"}, {"key": "K2"}, {"key": "K2"}]
    report = take(rows)
    assert (report.added, report.refused) == (2, 1)
    assert slugs(session) == ["K1", "K2"]
    again = take(rows)
    assert (again.unchanged, again.refused) == (2, 1)


@pytest.mark.parametrize("size", [1, batches.MAX_BATCH_ROWS])
def test_no_row_takes_the_record_whose_key_another_row_states(take, monkeypatch, size):
    monkeypatch.setattr(batches, "MAX_BATCH_ROWS", size)
    take([{"key": "K1"}])
    rows = [{}, {"key": "K1", "summary": "Changed."}]
    assert (first := take(rows)).added == first.changed == 1
    assert take(rows).unchanged == 2


def test_a_record_of_another_portal_is_known_by_its_content(session, take):
    take([{"summary": "Text."}])
    before = slugs(session)
    report = take([{"summary": "Text.", "key": "K1"}])
    assert (report.unchanged, slugs(session)) == (1, before)


@pytest.mark.parametrize("size", [1, batches.MAX_BATCH_ROWS])
def test_a_key_of_two_rows_identifies_no_record(session, take, monkeypatch, size):
    """Otherwise the second import changes what the first one added."""
    monkeypatch.setattr(batches, "MAX_BATCH_ROWS", size)
    take([{}, {"title": "Beta two"}])
    rows = [{}, {"title": "Beta two", "key": "K1"}, {"key": "K1"}]
    assert (first := take(rows)).added + first.unchanged == 3
    again = take(rows)
    assert (again.unchanged, again.added, again.changed) == (3, 0, 0)
