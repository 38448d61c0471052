"""The home page."""

import time
from datetime import UTC, datetime

import pytest

from tests.factories import import_records


@pytest.fixture(params=["EAST-14", "WEST+12"])
def far_away(request, monkeypatch):
    """As if the machine stood where it is another day for most of the day, or for the rest of it."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_its_day_is_the_one_of_universal_time(session, far_away, visit):
    # So that no page that is kept in memory answers.
    import_records(session, [{"title": far_away}])
    before = datetime.now(UTC)
    shown = visit("/").one(".figures-note time").attrs["datetime"]
    assert shown in {f"{moment:%Y-%m-%d}" for moment in (before, datetime.now(UTC))}
