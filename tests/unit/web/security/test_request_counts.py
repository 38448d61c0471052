"""Counts of requests: by client and minute, for all processes together, without an address on disk."""

import pytest

from portal.web.security import request_counts
from portal.web.security.request_counts import Allowance, RequestCounts
from tests.loops import not_empty

NOON = 43_200.0
KEY = "0123456789abcdef" * 4


@pytest.fixture
def counts(tmp_path):
    return RequestCounts(lambda: tmp_path, limit=2, secret=KEY)


def test_a_client_has_so_many_requests_a_minute(counts):
    assert [counts.hit("192.0.2.1", moment=NOON + second) for second in (0, 1, 59)] == [
        Allowance(2, 1, 60, False), Allowance(2, 0, 59, False), Allowance(2, 0, 1, True),
    ]  # fmt: skip


def test_the_next_minute_begins_anew(counts):
    for _ in range(5):
        counts.hit("192.0.2.1", moment=NOON)
    assert counts.hit("192.0.2.1", moment=NOON + 60) == Allowance(2, 1, 60, False)


def test_processes_count_together(tmp_path, counts):
    counts.hit("192.0.2.1", moment=NOON)
    other = RequestCounts(lambda: tmp_path, limit=2, secret=KEY)
    assert other.hit("192.0.2.1", moment=NOON).remaining == 0


def test_another_portal_counts_by_itself(tmp_path, counts):
    counts.hit("192.0.2.1", moment=NOON)
    assert RequestCounts(lambda: tmp_path, limit=2, secret=KEY[::-1]).hit("192.0.2.1", moment=NOON).remaining == 1


def test_many_clients_are_told_apart(counts):
    addresses = [f"10.0.{high}.{low}" for high in range(8) for low in range(250)]
    for address in addresses:
        counts.hit(address, moment=NOON)
    assert {counts.hit(address, moment=NOON).remaining for address in not_empty(addresses)} == {0}


def test_where_there_are_too_many_the_quietest_is_forgotten(counts, monkeypatch):
    monkeypatch.setattr(request_counts, "_ENTRIES", 8)
    for _ in range(2):
        counts.hit("192.0.2.1", moment=NOON)
    for number in range(50):
        counts.hit(f"10.0.0.{number}", moment=NOON)
    assert counts.hit("192.0.2.1", moment=NOON).is_exceeded


def test_no_address_is_on_disk(tmp_path, counts):
    counts.hit("192.0.2.1", moment=NOON)
    (file,) = tmp_path.iterdir()
    assert b"192.0.2.1" not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.stat().st_size <= 1_048_576


def test_what_cannot_be_counted_is_let_through(tmp_path, caplog):
    counts = RequestCounts(lambda: tmp_path / "missing", limit=1, secret=KEY)
    assert {counts.hit("192.0.2.1", moment=NOON).is_exceeded for _ in range(3)} == {False}
    assert "requests are not counted" in caplog.text
