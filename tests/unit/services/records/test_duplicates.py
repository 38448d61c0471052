"""Records that a draft may describe once more."""

import pytest

from portal.models import ProjectDraft
from portal.services.records import duplicates, published
from tests.factories import import_records

TITLE = "Capacity-building of Georgian Government Structures to Establish a Labour Migration Policy"


def keys(session, **draft):
    return [likeness.slug for likeness in duplicates.find_duplicates(session(), ProjectDraft(**draft))]


@pytest.mark.parametrize(
    "title",
    [
        TITLE,
        TITLE.upper(),
        "Capacity building of the Georgian Government Structures to Establish Labour Migration Policies",
        "Capacity-building of Georgian Government Structures",
    ],
)
def test_a_title_like_one_that_is_there_is_noticed(session, sample, title):
    assert keys(session, title=title, countries=("GEO",), year="2008")[:1] == ["LM.0024"]


@pytest.mark.parametrize("title", ["", "Short", "An entirely different matter of weather stations", '"" * ( ) NEAR -'])
def test_other_titles_are_not(session, sample, title):
    assert keys(session, title=title) == []


def test_a_change_is_not_its_own_duplicate(session, sample):
    project = published.get_project_by_slug(session(), "LM.0024")
    assert (
        duplicates.find_duplicates(session(), published.draft_from_project(session(), project), project_id=project.id)
        == ()
    )


def test_the_projects_id_alone_is_enough_to_look(session, sample):
    assert keys(session, title=TITLE + " again", number="LM.0024") == ["LM.0024"]


def test_equally_long_words_are_searched_in_the_order_of_the_title():
    title = "Border water river Border dam migration"
    assert duplicates.longest_words(title) == ["migration", "Border", "water", "river"]


def test_equally_similar_records_are_listed_oldest_first(session):
    import_records(session, [{"project_id": f"XX.{n}", "title": "Safe Migration along the Coast"} for n in (2, 1, 3)])
    assert keys(session, title="Safe Migration along the Coast") == ["XX.2", "XX.1", "XX.3"]


def test_a_shared_country_and_year_count_for_a_similar_title(session):
    shared = {"benefiting_member_states": "Ghana", "year": "2008"}
    import_records(
        session,
        [
            {"project_id": "XX.1", "title": "Safe Migration along the Coast"},
            {"project_id": "XX.2", "title": "Safe Migration along the Coast", **shared},
            {"project_id": "XX.3", "title": "Safe Migration along the Coast", "year": "2008"},
        ],
    )
    draft = ProjectDraft(title="Safe Migration along the Coasts", countries=("GHA",), year="2008")
    found = duplicates.find_duplicates(session(), draft)
    assert [(one.slug, one.shares_country, one.shares_year) for one in found] == [
        ("XX.2", True, True), ("XX.3", False, True), ("XX.1", False, False),
    ]  # fmt: skip
    assert [round(one.weight - one.similarity, 2) for one in found] == [0.13, 0.05, 0]


def test_at_most_five_are_named(session):
    import_records(session, [{"project_id": f"XX.{n}", "title": "Safe Migration along the Coast"} for n in range(7)])
    assert keys(session, title="Safe Migration along the Coast") == [f"XX.{n}" for n in range(5)]
