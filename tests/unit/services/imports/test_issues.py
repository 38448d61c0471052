"""A value as a report shows it."""

import pytest

from portal.services.imports.issues import shorten_value


@pytest.mark.parametrize(
    ("length", "shown"), [(199, "x" * 199), (200, "x" * 200), (201, "x" * 199 + "…"), (900, "x" * 199 + "…")]
)
def test_a_value_is_shown_up_to_200_characters(length, shown):
    assert shorten_value("x" * length) == shown
