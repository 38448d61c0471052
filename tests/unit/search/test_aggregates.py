"""What the statistics say of terms that the shipped lists do not have."""

from portal.models import Catalogue, Term
from portal.search import aggregates
from portal.services.audit import recording
from tests.factories import import_records


def test_a_project_type_without_suggestions_points_to_no_goal(session):
    term = Term(facet="type", code="remittances", name="Remittances", names={"en": "Remittances"}, position=99)
    session.add(term)
    session.flush()
    recording.record(session(), "add term", "term", term.id)
    Catalogue.touch(session(), None)
    session.commit()
    import_records(session, [{"project_id": "A.1", "title": "One", "project_type": "Remittances", "sdg": "10.7"}])
    goals = {goal.term.code: goal for goal in aggregates.goal_stats("sdg")}
    assert (goals["10"].tagged_projects, goals["10"].suggested_projects) == (1, 0)


def test_without_any_national_project_a_country_has_none(session):
    import_records(session, [{"project_id": "A.1", "title": "One", "benefiting_member_states": "Kenya"}])
    (kenya,) = aggregates.country_stats()
    assert (kenya.term.code, kenya.projects, kenya.national_projects) == ("KEN", 1, 0)
