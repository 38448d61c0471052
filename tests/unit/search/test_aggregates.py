"""What the statistics say of terms that the shipped lists do not have."""

from portal.search import aggregates
from tests.factories import import_records


def test_without_any_national_project_a_country_has_none(session):
    import_records(session, [{"project_id": "A.1", "title": "One", "benefiting_member_states": "Kenya"}])
    (kenya,) = aggregates.country_stats()
    assert (kenya.term.code, kenya.projects, kenya.national_projects) == ("KEN", 1, 0)
