"""Shares of member states on their way through imports, undoing, merging of terms, and publication."""

import csv

import pytest
from sqlalchemy import select, update

from portal.models import ImportRun, Project, ProjectCountry, Term
from portal.services.imports import Report, import_file
from portal.services.imports.runs.undo import undo_run
from portal.services.operations import terms
from portal.services.records import published, submission_checks
from portal.vocabulary.workflow import State
from tests.factories import COLUMNS, COMPLETE, import_records

ROW = {"project_id": "A.1", "title": "One", "budget_usd": "100.00", "benefiting_member_states": "Uganda; Kenya"}
SHARED = ROW | {"country_shares": "60; 40"}


@pytest.fixture
def stored(session):
    """stored() are the shares of the record A.1 as a draft has them."""

    def read():
        session.expire_all()
        project = session.execute(select(Project).where(Project.reference == "A.1")).scalar_one()
        return published.draft_from_project(session(), project).country_shares

    return read


@pytest.fixture
def imported(session, tmp_path):
    """imported(row, columns) is the report of a file with this one row."""

    def take(row, columns=COLUMNS, **options):
        path = tmp_path / "file.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerow(row)
        report = Report()
        import_file(session(), path, report=report, **options)
        session.commit()
        return report

    return take


def test_a_file_states_shares_in_the_order_of_its_states(session, stored):
    import_records(session, [SHARED])
    assert stored() == ("KEN 40", "UGA 60")


def test_the_same_file_again_changes_nothing(session, imported):
    import_records(session, [SHARED])
    assert imported(SHARED).unchanged == 1


def test_other_shares_alone_change_the_record(session, imported, stored):
    import_records(session, [SHARED])
    assert imported(SHARED | {"country_shares": "50; 50"}).changed == 1
    assert stored() == ("KEN 50", "UGA 50")


def test_a_file_without_the_column_leaves_the_shares_alone(session, imported, stored):
    import_records(session, [SHARED])
    columns = [name for name in COLUMNS if name != "country_shares"]
    assert imported(SHARED | {"title": "Another"}, columns).changed == 1
    assert stored() == ("KEN 40", "UGA 60")


def test_an_empty_cell_that_would_lose_the_shares_is_held_back(session, imported, stored):
    import_records(session, [SHARED])
    report = imported(ROW)
    assert (report.refused, report.first_issues[0].column) == (1, "country_shares")
    assert stored() == ("KEN 40", "UGA 60")
    assert imported(ROW, allow_emptying=True).changed == 1
    assert stored() == ()


def test_undoing_an_import_brings_the_shares_back(session, imported, stored):
    import_records(session, [SHARED])
    imported(SHARED | {"country_shares": "10; 90"})
    run = session.execute(select(ImportRun).order_by(ImportRun.id.desc())).scalars().first()
    undo_run(session(), run.id)
    session.commit()
    assert stored() == ("KEN 40", "UGA 60")


def test_merging_two_states_adds_their_shares(session, stored):
    import_records(session, [SHARED])
    terms.merge(session(), terms.get_term(session(), "country", "UGA"), terms.get_term(session(), "country", "KEN"))
    session.commit()
    assert stored() == ("KEN 100",)


def test_shares_above_the_whole_become_smaller_together_when_two_states_merge(session, stored):
    three = ROW | {"benefiting_member_states": "Uganda; Kenya; Togo", "country_shares": "100; 100; 50"}
    import_records(session, [three])
    terms.merge(session(), terms.get_term(session(), "country", "UGA"), terms.get_term(session(), "country", "KEN"))
    session.commit()
    assert stored() == ("KEN 100", "TGO 25")


def test_a_state_that_is_not_merged_keeps_its_part(session, stored):
    three = ROW | {"benefiting_member_states": "Uganda; Kenya; Togo", "country_shares": "100; 100; 100"}
    import_records(session, [three])
    terms.merge(session(), terms.get_term(session(), "country", "UGA"), terms.get_term(session(), "country", "KEN"))
    session.commit()
    assert stored() == ("KEN 100", "TGO 50")


def test_shares_that_do_not_total_100_stay_as_stated(session, imported, stored):
    import_records(session, [SHARED | {"country_shares": "60; 30"}])
    assert stored() == ("KEN 30", "UGA 60")
    assert imported(SHARED | {"country_shares": "60; 30"}).unchanged == 1


def test_drafts_follow_a_merge(session, office):
    draft = COMPLETE.replace(countries=("KEN", "UGA"), country_shares=("KEN 30", "UGA 70"))
    revision = office.draft(draft)
    terms.merge(session(), terms.get_term(session(), "country", "UGA"), terms.get_term(session(), "country", "KEN"))
    session.commit()
    assert revision.draft.country_shares == ("KEN 100",)


def test_an_edit_keeps_shares_that_do_not_total_100(session):
    import_records(session, [SHARED | {"country_shares": "100; 100"}])
    project = session.execute(select(Project).where(Project.reference == "A.1")).scalar_one()
    draft = published.draft_from_project(session(), project).replace(title="A new title")

    def refused(shares):
        errors = submission_checks.find_errors(session(), draft.replace(country_shares=shares), project_id=project.id)
        return "country_shares" in [error.field for error in errors]

    assert not refused(("UGA 100", "KEN 100"))
    assert refused(("KEN 100", "UGA 50"))


def test_publishing_stores_the_shares(session, office):
    draft = COMPLETE.replace(countries=("KEN", "UGA"), coverage="regional", country_shares=("KEN 33.33", "UGA 66.67"))
    revision = office.revision(State.PUBLISHED, draft)
    assert published.draft_from_project(session(), revision.project).country_shares == ("KEN 33.33", "UGA 66.67")


def test_a_revision_of_an_earlier_version_has_equal_shares(office):
    revision = office.draft()
    payload = dict(revision.payload)
    del payload["country_shares"]
    assert type(revision.draft).from_json(payload).country_shares == ()


def test_the_database_refuses_a_share_above_the_whole(session):
    import_records(session, [SHARED])
    with pytest.raises(Exception, match=r"share_of_a_whole|CHECK constraint"), session.begin_nested():
        session.execute(update(ProjectCountry).values(share=10_001))


def test_terms_of_the_shares_are_countries(session):
    import_records(session, [SHARED])
    facets = select(Term.facet).join(ProjectCountry, ProjectCountry.term_id == Term.id)
    assert set(session.execute(facets.where(ProjectCountry.share.is_not(None))).scalars()) == {"country"}
