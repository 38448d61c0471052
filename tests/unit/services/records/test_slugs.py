"""Slugs of project pages: the preferred one, or the first free number after it."""

import pytest

from portal.services.records.slugs import first_free_slug


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
