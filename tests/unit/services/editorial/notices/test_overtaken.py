"""Who is told that their open work was overtaken: by withdrawals, imports, their undoing, tags that are confirmed."""

import csv

import pytest

from portal.models import Project
from portal.services.accounts import administration
from portal.services.editorial import publication, review, tag_confirmation
from portal.services.editorial.notices import overtaken
from portal.services.imports import Report, import_file
from portal.services.imports.runs.undo import undo_run
from portal.vocabulary.mail import MailChoice, MailKind
from portal.vocabulary.tag_rules import rules_by_name
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE

OLU, REX = "olu@example.org", "rex@example.org"
ROW = {
    "start_date": "2008", "end_date": "2009", "status": "Active", "project_type": "TCMMCB", "budget_usd": "64240.00",
    "coverage": "National", "year": "2008", "region": "Europe", "benefiting_member_states": "Georgia",
    "summary": "Text.", "source_url": "",
}  # fmt: skip
RULE = rules_by_name()["sdg-10.7-labour-migration"]


@pytest.fixture
def told(office, outbox):
    """told() are the letters about overtaken work since it was asked last: {address: subject and text}."""
    seen = [0]

    def ask():
        office.session.commit()
        letters = outbox()
        new = [letter for letter in letters[seen[0] :] if letter.kind == MailKind.OVERTAKEN]
        seen[0] = len(letters)
        found = {letter.to: f"{letter.subject}\n\n{letter.text}" for letter in new}
        assert len(found) == len(new)
        return found

    return ask


@pytest.fixture
def take(office, tmp_path):
    """take(*titles) imports records S.0, S.1 … of these titles, as the command does; returns the id of the run."""

    def run(*titles, name="in.csv"):
        path, report = tmp_path / name, Report()
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ["project_id", "title", *ROW])
            writer.writeheader()
            writer.writerows(
                {"project_id": f"S.{number}", "title": title, **ROW} for number, title in enumerate(titles)
            )
        import_file(office.session, path, report=report, on_changed=overtaken.tell_of_import)
        office.session.commit()
        return report.run_id

    return run


@pytest.fixture
def projects(office, take):
    """Three imported records."""
    take("One", "Two", "Three")
    return office.session.query(Project).filter(Project.reference.startswith("S.")).order_by(Project.id).all()


def claimed(office, project):
    """A change by Olu that Rex has for review."""
    revision = office.change(project, summary="As Olu has it.")
    review.claim(office.session, revision, by=office.reviewer)
    office.session.commit()
    return revision


def test_a_withdrawal_is_told_to_author_and_reviewer_of_an_open_change(office, told):
    project = office.revision(State.PUBLISHED).project
    change = claimed(office, project)
    told()
    publication.withdraw(office.session, project, reason="Entered by mistake.", by=office.second)
    found = told()
    assert sorted(found) == [OLU, REX]
    assert f"{change.label} “{COMPLETE.title}” was overtaken: its record was withdrawn." in found[OLU]


def test_who_withdraws_is_not_told_of_it(office, told):
    project = office.revision(State.PUBLISHED).project
    claimed(office, project)
    told()
    publication.withdraw(office.session, project, reason="Entered by mistake.", by=office.reviewer)
    assert sorted(told()) == [OLU]


def test_a_publication_is_told_to_the_reviewer_too(office, told):
    project = office.revision(State.PUBLISHED).project
    claimed(office, project)
    told()
    revision = review.open_change(office.session, project, by=office.author)
    draft = revision.draft.replace(summary="As Ann has it.")
    review.save_draft(office.session, revision, draft, version=revision.version, by=office.author)
    review.submit(office.session, revision, version=revision.version, by=office.author)
    review.claim(office.session, revision, by=office.second)
    review.approve(office.session, revision, version=revision.version, by=office.second)
    publication.publish(office.session, revision, by=office.second)
    found = told()
    assert sorted(found) == [OLU, REX]
    assert "keep what still holds" in found[OLU]
    assert "keep what still holds" not in found[REX]


def test_an_import_tells_each_person_once_whatever_it_changes(office, told, projects, take):
    changes = [claimed(office, project) for project in projects]
    told()
    take("Uno", "Dos", "Three", name="news.csv")
    found = told()
    assert sorted(found) == [OLU, REX]
    for text in (found[OLU], found[REX]):
        assert "changed by an import of news.csv, these among them:" in text
        assert f"/staff/revisions/{changes[0].id}\n" in text
        assert f"/staff/revisions/{changes[1].id}\n" in text
        assert f"/staff/revisions/{changes[2].id}\n" not in text


def test_each_import_that_changes_something_tells_anew_and_another_nothing(office, told, projects, take):
    claimed(office, projects[0])
    told()
    take("Uno", "Two", "Three")
    assert sorted(told()) == [OLU, REX]
    take("Uno", "Two", "Three")
    assert told() == {}
    take("Un", "Two", "Three")
    assert sorted(told()) == [OLU, REX]


def test_an_import_that_is_rolled_back_tells_nobody(office, told, projects, tmp_path):
    claimed(office, projects[0])
    told()
    path = tmp_path / "in.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("One", "Uno"), encoding="utf-8")
    import_file(office.session, path, report=Report(), on_changed=overtaken.tell_of_import)
    office.session.rollback()
    assert told() == {}


def test_a_message_names_ten_changes_at_most(office, told, take):
    take(*(f"Title {number}" for number in range(12)))
    for project in office.session.query(Project).filter(Project.reference.startswith("S.")).all():
        office.change(project, summary="As Olu has it.")
    told()
    take(*(f"Other {number}" for number in range(12)))
    text = told()[OLU]
    assert text.count("/staff/revisions/") == overtaken.MAX_NAMED
    assert text.rstrip().endswith("/staff/")


def test_undoing_an_import_is_told_of_what_it_restores(office, told, projects, take):
    run_id = take("Uno", "Two", "Three", name="news.csv")
    restored, other = claimed(office, projects[0]), claimed(office, projects[1])
    told()
    undo_run(office.session, run_id, on_changed=overtaken.tell_of_undone_import)
    found = told()
    assert sorted(found) == [OLU, REX]
    assert "because the import of news.csv was undone" in found[OLU]
    assert f"/staff/revisions/{restored.id}\n" in found[OLU]
    assert f"/staff/revisions/{other.id}\n" not in found[OLU]


def test_tags_that_are_confirmed_are_told_but_not_to_who_confirms(office, told):
    project = office.revision(State.PUBLISHED).project
    change = claimed(office, project)
    told()
    tag_confirmation.confirm(office.session, RULE, [project.id], by=office.reviewer)
    found = told()
    assert sorted(found) == [OLU]
    assert f"/staff/revisions/{change.id}\n" in found[OLU]


def test_who_wants_no_mail_gets_none(office, told, projects, take):
    claimed(office, projects[0])
    administration.choose_mail(office.session, office.other, MailChoice.NONE)
    told()
    take("Uno", "Two", "Three")
    assert sorted(told()) == [REX]
