"""The caches beside a snapshot are bounded."""

from portal.search.index.caches import put_bounded


def test_the_oldest_entries_go_first():
    cache = {}
    for key in "abcd":
        assert put_bounded(cache, key, key.upper(), 2) == key.upper()
    assert cache == {"c": "C", "d": "D"}


def test_what_another_thread_added_meanwhile_stays():
    assert put_bounded({"a": "first"}, "a", "second", 2) == "first"
