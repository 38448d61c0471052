"""A project as pages show it."""

from sqlalchemy import event

from portal.search.index import current
from portal.search.read_models.project import load_project_views
from tests.factories import import_records


def test_a_project_has_its_goals_and_objectives(session):
    import_records(session, [{"project_id": "A.1", "title": "One", "sdg": "8.8; 10.7", "gcm": "6"}, {"title": "Two"}])
    snapshot = current.current_snapshot()
    ids = snapshot.index.page(snapshot.index.all_rows, "title", 0, 2)
    views, state = load_project_views(session.connection(), snapshot.terms, ids)
    assert state == (snapshot.catalogue_version.version, snapshot.catalogue_version.stamp)
    assert {view.title: {(tag.facet, tag.code) for tag in view.tags} for view in views} == {
        "One": {("sdg", "8.8"), ("sdg", "10.7"), ("gcm", "6")},
        "Two": set(),
    }


def test_countries_keep_their_shares_and_those_that_are_not_eligible_stand_apart(session):
    row = {"benefiting_member_states": "Kenya; Ghana", "country_shares": "60; 40", "other_countries": "Chile; Japan"}
    import_records(
        session, [{"title": "Shared", **row}, {"title": "Equal", **row, "country_shares": ""}, {"title": "-"}]
    )
    snapshot = current.current_snapshot()
    ids = snapshot.index.page(snapshot.index.all_rows, "title", 0, 3)
    views = {view.title: view for view in load_project_views(session.connection(), snapshot.terms, ids)[0]}
    shared = views["Shared"]
    assert dict(zip([country.code for country in shared.countries], shared.shares, strict=True)) == {
        "KEN": 6000,
        "GHA": 4000,
    }
    assert [country.name for country in shared.other_countries] == ["Chile", "Japan"]
    assert views["Equal"].countries == shared.countries
    assert views["Equal"].shares is None
    assert (views["-"].countries, views["-"].shares, views["-"].other_countries, views["-"].tags) == ((), None, (), ())


def test_what_is_not_published_is_left_out_and_nothing_has_no_version(session):
    import_records(session, [{"title": "One"}])
    snapshot = current.current_snapshot()
    ids = snapshot.index.page(snapshot.index.all_rows, "title", 0, 1)
    assert [view.title for view in load_project_views(session.connection(), snapshot.terms, [10**6, *ids])[0]] == [
        "One"
    ]
    assert load_project_views(session.connection(), snapshot.terms, [10**6]) == ((), None)
    assert load_project_views(session.connection(), snapshot.terms, []) == ((), None)


def test_translations_are_of_the_state_that_their_projects_are_of(session):
    """They are read after the projects, and the next statement may see a newer state."""
    import_records(session, [{"title": "One", "title_fr": "Un"}, {"title": "Two"}])
    snapshot = current.current_snapshot()
    ids = snapshot.index.page(snapshot.index.all_rows, "title", 0, 2)
    (one, two), state = load_project_views(session.connection(), snapshot.terms, ids)
    assert (one.translations["title_fr"].text, two.translations) == ("Un", {})
    assert state == (snapshot.catalogue_version.version, snapshot.catalogue_version.stamp)

    def change(connection, _cursor, statement, *_):
        if statement.startswith("SELECT project.id"):
            connection.exec_driver_sql("UPDATE catalogue SET stamp = 'changed'")

    event.listen(session.connection(), "after_cursor_execute", change)
    assert load_project_views(session.connection(), snapshot.terms, [one.id])[1] is None
    assert load_project_views(session.connection(), snapshot.terms, [two.id])[1] == (state[0], "changed")
