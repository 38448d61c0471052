"""Goals and objectives: what records state is counted apart from what the rules propose."""

import pytest

from portal.models import Catalogue, Term
from portal.search import goals, projects
from portal.search.index.current import current_snapshot
from portal.services.audit import recording
from portal.services.operations import terms as term_lists
from tests.factories import import_records

LABOUR = {"project_id": "A.1", "title": "One", "project_type": "Labour Migration", "budget_usd": "5"}
TAGGED = {"project_id": "A.2", "title": "Two", "project_type": "Labour Migration", "sdg": "8.8", "gcm": "5;6"}
UNTYPED = {"project_id": "A.3", "title": "Three", "sdg": "8.7;8.8"}


@pytest.fixture
def stats(session):
    import_records(session, [LABOUR, TAGGED, UNTYPED])
    return {one.term.code: one for one in goals.goal_stats("sdg")}


def read(slug):
    return projects.get_project(projects.locate(slug).project_id)


def proposed_to(slug):
    return [(each.term.facet, each.term.code) for each in goals.proposals(read(slug), current_snapshot().terms)]


def test_what_is_stated_is_not_proposed(stats):
    assert proposed_to("A.1") == [("sdg", "8.8"), ("sdg", "10.7"), ("gcm", "5"), ("gcm", "6")]
    assert proposed_to("A.2") == [("sdg", "10.7")]
    assert proposed_to("A.3") == []


def test_a_proposal_says_why(stats):
    reason = goals.proposals(read("A.2"), current_snapshot().terms)[0].reason
    assert reason == "The project type is labour migration. Target 10.7 is about orderly and safe migration."


def test_a_goal_counts_stated_and_proposed_projects_apart(stats):
    assert (stats["8"].stated.projects, stats["8"].proposed) == (2, 1)
    assert (stats["10"].stated.projects, stats["10"].proposed) == (0, 2)
    assert (stats["1"].stated.projects, stats["1"].proposed, stats["1"].has_projects) == (0, 0, False)


def test_a_goal_has_the_targets_that_have_projects(stats):
    counts = [(each.term.code, each.stated.projects, each.proposed) for each in stats["8"].targets]
    assert counts == [("8.7", 1, 0), ("8.8", 2, 1)]


def test_the_projects_of_a_proposal_come_with_its_reasons_alone(stats):
    found = goals.proposed_projects(stats["8"].term, 0, 20)
    assert (found.total, [(project.title, len(reasons)) for project, reasons in found.projects]) == (1, [("One", 1)])
    (ten,) = goals.proposed_projects(stats["10"].term, 1, 1).projects
    assert [each.term.code for each in ten[1]] == ["10.7"]


def test_a_project_type_without_a_rule_proposes_nothing(session):
    term = Term(facet="type", code="remittances", name="Remittances", names={"en": "Remittances"}, position=99)
    session.add(term)
    session.flush()
    recording.record(session(), "add term", "term", term.id)
    Catalogue.touch(session(), None)
    session.commit()
    import_records(session, [{"project_id": "A.1", "title": "One", "project_type": "Remittances", "sdg": "10.7"}])
    ten = {one.term.code: one for one in goals.goal_stats("sdg")}["10"]
    assert (ten.stated.projects, ten.proposed) == (1, 0)


def test_the_rule_of_a_type_goes_with_it_into_another(session):
    import_records(session, [LABOUR | {"project_type": "Counter-Trafficking"}])
    former, into = (
        term_lists.get_term(session(), "type", code) for code in ("counter-trafficking", "durable-solutions")
    )
    term_lists.merge(session(), former, into)
    session.commit()
    assert ("gcm", "10") in proposed_to("A.1")
    assert ("gcm", "2") in proposed_to("A.1")


def test_a_rule_without_its_term_proposes_nothing(session):
    import_records(session, [LABOUR])
    term_lists.remove(session(), term_lists.get_term(session(), "gcm", "6"))
    session.commit()
    assert ("gcm", "6") not in proposed_to("A.1")


def test_a_rule_without_its_project_type_proposes_nothing(session):
    import_records(session, [{"project_id": "A.1", "title": "One"}])
    term_lists.remove(session(), term_lists.get_term(session(), "type", "labour-migration"))
    session.commit()
    ten = {one.term.code: one for one in goals.goal_stats("sdg")}["10"]
    assert (ten.stated.projects, ten.proposed) == (0, 0)
