"""Slugs of project pages: the preferred one, or the first free number after it."""

import pytest

from portal.services.records.slugs import first_free_slug, is_slug_taken


@pytest.mark.parametrize(
    ("taken", "slug"),
    [
        (set(), "LM.0024"),
        ({"lm.0024-2"}, "LM.0024"),
        ({"lm.0024"}, "LM.0024-2"),
        ({"lm.0024", "lm.0024-2"}, "LM.0024-3"),
    ],
)
def test_the_first_free_slug(taken, slug):
    assert first_free_slug("LM.0024", taken.__contains__) == slug


@pytest.mark.usefixtures("sample")
def test_a_slug_is_taken_by_its_project_alone(session):
    assert is_slug_taken(session(), "lm.0024")
    assert not is_slug_taken(session(), "unheard-of")
