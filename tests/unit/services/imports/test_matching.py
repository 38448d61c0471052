"""portal import of one file twice: the second time says nothing new, and no row ever takes another row's record."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.models import Project, SlugHistory
from portal.search.fulltext import text_index
from portal.services.imports import batches
from tests import postgres
from tests.loops import not_empty
from tests.statements import sent

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "project_id": st.sampled_from(["", "", "", "N1", "n1", "N2", "A/B", "A B", "a/b", "new", "…"]),
            "key": st.sampled_from(["", "", "", "K1", "k1", "K2", "n1", "new", "a/b"]),
            "prima_id": st.sampled_from(["", "PR-1", "pr-1", "PR-2", " PR-2 "]),
            "title": st.sampled_from(["Alpha one", "Beta two", "Gamma three"]),
            "summary": st.sampled_from(["", "Text."]),
            "source_url": st.sampled_from(
                ["", "https://example.org/a", "https://example.org/A", "https://example.org/b"]
            ),
        }
    ),
    min_size=1,
    max_size=8,
)


@given(st.lists(ROWS, min_size=1, max_size=3), st.sampled_from([1, 2, 3, batches.MAX_BATCH_ROWS]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_second_time_nothing_is_added_or_changed(session, take, monkeypatch, files, size):
    monkeypatch.setattr(batches, "MAX_BATCH_ROWS", size)
    try:
        for rows in files:
            first, again = take(rows), take(rows)
            assert (again.added, again.changed, again.refused) == (0, 0, first.refused)
        assert text_index.find_stale_documents(session()) == []
    finally:
        session.rollback()


@given(ROWS, st.sampled_from([1, 2, 3, batches.MAX_BATCH_ROWS]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_row_of_a_file_has_a_record_of_its_own(session, take, monkeypatch, rows, size):
    monkeypatch.setattr(batches, "MAX_BATCH_ROWS", size)
    report = take(rows)
    assert report.added + report.refused == report.rows
    assert session.query(Project).count() == report.added
    session.rollback()


DESCRIBED = {"title": "Beta two"}


@pytest.mark.parametrize("size", [1, batches.MAX_BATCH_ROWS])
@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("has_key", [False, True])
def test_a_row_is_superseded_at_once_if_another_numbers_its_record(session, take, monkeypatch, has_key, is_first, size):
    monkeypatch.setattr(batches, "MAX_BATCH_ROWS", size)
    take([{**DESCRIBED, "source_url": "https://example.org/a"}, {**DESCRIBED, "prima_id": "PR-1"}])
    slug = session.query(Project).filter_by(prima_id="PR-1").one().slug
    numbering = {"project_id": "N1", "prima_id": "PR-1", "title": "Alpha one", "key": slug if has_key else ""}
    rows = [DESCRIBED, numbering] if is_first else [numbering, DESCRIBED]
    for changed in (1, 0):
        report = take(rows)
        assert (report.added, report.changed, report.unchanged, report.refused) == (0, changed, 2 - changed, 0)


SHARED = [{"title": "Alpha one", "prima_id": "PR-1"}, {"title": "Beta two", "prima_id": "PR-1"}]


def test_a_prima_id_of_two_rows_makes_neither_the_other(session, take):
    take(SHARED)
    report = take(SHARED)
    assert (report.added, report.changed, report.unchanged, report.refused) == (0, 0, 2, 0)
    assert {title for (title,) in session.query(Project.title)} == {"Alpha one", "Beta two"}


@pytest.mark.parametrize("spelling", ["PR-1", "pr-1", " PR-1", "PR-1\x07"])
def test_a_prima_id_of_two_rows_is_noted_at_both(take, spelling):
    report = take([SHARED[0], SHARED[1] | {"prima_id": spelling}])
    notes = [(finding.row, finding.column) for finding in report.first_issues if finding.kind == "note"]
    assert notes == [(2, "prima_id"), (3, "prima_id")]


def test_a_prima_id_of_one_row_and_one_record_tells_it_again_under_another_title(session, take):
    take(SHARED[:1])
    report = take([SHARED[0] | {"title": "Alpha renamed"}])
    assert (report.added, report.changed) == (0, 1)
    assert session.query(Project.title).one() == ("Alpha renamed",)


def test_a_prima_id_of_two_records_tells_none(session, take):
    take(SHARED)
    assert take([{"title": "Gamma three", "prima_id": "PR-1"}]).added == 1
    assert session.query(Project).count() == 3


def test_a_row_that_says_the_same_goes_before_one_of_the_same_prima_id(session, take):
    take([{"title": "Alpha one", "prima_id": "PR-1", "summary": "Old."}])
    take([{"title": "Beta two", "prima_id": "PR-1"}, {"title": "Alpha one", "summary": "New."}])
    (before,) = session.query(Project.id).order_by(Project.id).limit(1).one()
    assert session.get(Project, before).title == "Alpha one"


def test_a_source_page_of_several_records_is_no_reason_to_take_one_over(session, take):
    page = {"source_url": "https://example.org/list"}
    take([page | {"title": "Alpha one"}, page | {"title": "Beta two"}])
    assert take([page | {"title": "Gamma three", "project_id": "N1"}]).added == 1
    assert session.query(SlugHistory).count() == 0


def test_a_source_page_identifies_nothing(session, take):
    page = {"source_url": "https://example.org/one"}
    take([page | {"title": "Alpha one"}])
    assert take([page | {"title": "Another", "project_id": "N1"}]).added == 1
    assert session.query(SlugHistory).count() == 0


def test_rows_that_differ_are_different_records_and_said(session, take):
    rows = [{"summary": "First."}, {"summary": "Second."}, {"summary": "Second."}]
    report = take(rows)
    assert (report.added, report.refused) == (2, 1)
    similar = [
        (issue.row, issue.column) for issue in report.first_issues if "same title, dates and countries" in issue.reason
    ]
    assert similar == [(3, "title")]
    assert len({slug for (slug,) in session.query(Project.slug)}) == 2
    again = take(rows)
    assert (again.unchanged, again.refused) == (2, 1)


@pytest.mark.parametrize("size", [1, batches.MAX_BATCH_ROWS])
def test_a_changed_status_updates_the_one_record_that_is_left(session, take, monkeypatch, size):
    monkeypatch.setattr(batches, "MAX_BATCH_ROWS", size)
    take([{"summary": "First."}, {"summary": "Second."}])
    report = take([{"summary": "First.", "status": "Completed"}, {"summary": "Second."}])
    assert (report.changed, report.unchanged, report.added) == (1, 1, 0)


@pytest.mark.parametrize("size", [1, batches.MAX_BATCH_ROWS])
def test_rows_that_could_be_either_of_two_records_are_refused_with_both_named(session, take, monkeypatch, size):
    monkeypatch.setattr(batches, "MAX_BATCH_ROWS", size)
    take([{"summary": "First."}, {"summary": "Second."}])
    report = take([{"summary": "Third."}, {"summary": "Fourth."}])
    assert (report.added, report.changed, report.refused) == (0, 0, 2)
    reason = report.first_issues[-1].reason
    assert all(slug in reason for (slug,) in not_empty(session.query(Project.slug)))


@pytest.mark.parametrize("size", [1, batches.MAX_BATCH_ROWS])
def test_a_prima_id_that_the_file_itself_makes_unique_identifies_at_once(session, take, monkeypatch, size):
    """Otherwise the first import refuses what the second one changes."""
    monkeypatch.setattr(batches, "MAX_BATCH_ROWS", size)
    take([{"project_id": "N1", "prima_id": "PR-2"}, {}, {"title": "Beta two", "prima_id": "PR-2"}])
    rows = [{"prima_id": "PR-2"}, {"source_url": "https://example.org/a"}, {"project_id": "N1", "prima_id": "PR-1"}]
    first, again = take(rows), take(rows)
    assert (first.changed, first.refused) == (3, 0)
    assert (again.unchanged, again.refused) == (3, 0)


@pytest.mark.parametrize("size", [2, batches.MAX_BATCH_ROWS])
def test_a_row_that_repeats_one_that_waits_is_refused(take, monkeypatch, size):
    monkeypatch.setattr(batches, "MAX_BATCH_ROWS", size)
    take([{"prima_id": "PR-2"}, {"project_id": "A B"}])
    rows = [{}, {}, {}, {"prima_id": "PR-2"}]
    first, again = take(rows), take(rows)
    assert (first.added, first.unchanged, first.refused) == (1, 1, 2)
    assert (again.unchanged, again.refused) == (2, 2)


def test_an_id_in_another_case_is_found_beside_a_record_that_has_its_address(take):
    take([{"project_id": "A B"}, {"project_id": "a/b", "title": "Beta two"}])
    report = take([{"project_id": "A/B", "title": "Beta two"}])
    assert (report.unchanged, report.added) == (1, 0)


def test_a_third_row_beside_two_known_ones_is_a_new_record(take):
    rows = [{"summary": "First."}, {"summary": "Second."}]
    take(rows)
    report = take([*rows, {"summary": "Third."}])
    assert (report.added, report.unchanged) == (1, 2)


@pytest.mark.parametrize(("titles", "added"), [(["One"], 0), (["One", "Another"], 1)])
def test_a_prima_id_that_two_records_have_means_neither(take, titles, added):
    assert take([{"title": title, "prima_id": "P-1"} for title in titles]).added == len(titles)
    assert take([{"project_id": "XX.1", "title": "Two", "prima_id": "P-1"}]).added == added


def test_one_row_that_could_be_either_of_two_records_is_refused_with_both_named(session, take):
    take([{"summary": "First."}, {"summary": "Second."}])
    report = take([{"summary": "Third."}])
    one, other = (slug for (slug,) in session.query(Project.slug).order_by(Project.id))
    assert (report.changed, report.refused) == (0, 1)
    assert str(report.first_issues[0]) == (
        "refused row 2, title “Alpha one”: The row is ambiguous, since others have its title, countries and year: "
        f"the public records {one} and {other}. Enter the Projects ID or a Prima ID that no other row has."
    )


def test_only_rows_of_one_title_are_said_to_be_alike(take):
    titles = ["Alpha one", "Beta two", "Alpha one", "Beta two"]
    report = take([{"title": title, "summary": f"{number}."} for number, title in enumerate(titles)])
    alike = [(issue.row, issue.reason.partition(";")[0]) for issue in report.first_issues]
    assert alike == [
        (4, "Row 2 has the same title, dates and countries"), (5, "Row 3 has the same title, dates and countries"),
    ]  # fmt: skip


@pytest.mark.parametrize("size", [1, batches.MAX_BATCH_ROWS])
def test_a_row_that_repeats_one_that_is_held_back_is_refused(session, take, monkeypatch, size):
    """Otherwise the first import adds a record that the second one changes."""
    monkeypatch.setattr(batches, "MAX_BATCH_ROWS", size)
    take([{"summary": "Text."}])
    rows = [{"project_id": "N1", "summary": ""}, {"project_id": "N1", "title": "Beta two"}]
    for report in (take(rows), take(rows)):
        assert (report.added, report.changed, report.refused) == (0, 0, 2)
        assert "Row 2 has the same Projects ID" in " ".join(map(str, report.first_issues))
    assert session.query(Project.title, Project.reference).all() == [("Alpha one", None)]


@pytest.mark.skipif(postgres.IS_TESTED, reason="PostgreSQL reads small tables whole")
@pytest.mark.parametrize(
    ("name", "column"),
    [("unnumbered_title", "title_sort"), ("fingerprint", "fingerprint"), ("prima_id", "prima_id")],
)
def test_records_without_an_id_are_found_by_an_index_of_their_own(session, take, name, column):
    take([{"title": "Alpha one"}])
    with sent(session.get_bind()) as asked:
        take([{"title": "Alpha one", "summary": "Text.", "prima_id": "PR-1"}])
    ((statement, parameters),) = [each for each in asked if f"project.{column} IN" in each[0]]
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    assert any(f"INDEX ix_project_{name} ({column}=?" in step[3] for step in plan), plan
