"""A project as pages show it."""

from portal.search.index import current
from portal.search.read_models.project import load_project_views
from tests.factories import import_records


def test_a_project_has_its_goals_and_objectives(session):
    import_records(session, [{"project_id": "A.1", "title": "One", "sdg": "8.8; 10.7", "gcm": "6"}, {"title": "Two"}])
    snapshot = current.current_snapshot()
    ids = snapshot.index.page(snapshot.index.all_rows, "title", 0, 2)
    views = load_project_views(session(), snapshot.terms, ids)
    assert {view.title: {(tag.facet, tag.code) for tag in view.tags} for view in views} == {
        "One": {("sdg", "8.8"), ("sdg", "10.7"), ("gcm", "6")},
        "Two": set(),
    }
