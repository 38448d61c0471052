"""The limit of the API over several processes: they count the requests of a client together."""

from portal.config import Settings
from tests.over_http import Caller


def left(answer):
    """How many requests the client may still send, as an answer says."""
    return int(answer.headers["RateLimit"].partition(";r=")[2].partition(";")[0])


def test_processes_count_a_client_together_and_its_pages_not_at_all(gunicorn):
    caller, limit = Caller(gunicorn.address), Settings.api_limit
    before = limit
    # The limit is for a minute by the clock, so that a run may see the beginning of the next one.
    for _ in range(2 * limit + 1):
        answer = caller.ask("/api/v1/terms/status")
        if answer.status == 429:
            break
        assert (answer.status, left(answer)) in ((200, before - 1), (200, limit - 1))
        before = left(answer)
    assert (answer.status, before, left(answer)) == (429, 0, 0)
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert caller.ask("/projects/").status == 200
