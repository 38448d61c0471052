"""The caches beside a snapshot are bounded."""

from portal.search.index.caches import put_bounded, remember


def test_the_oldest_entries_go_first():
    cache = {}
    for key in "abcd":
        assert put_bounded(cache, key, key.upper(), 2) == key.upper()
    assert cache == {"c": "C", "d": "D"}


def test_a_large_cache_drops_a_few_of_its_oldest_entries_at_once():
    cache = {}
    sizes = [len(cache) for key in range(40) if put_bounded(cache, key, key, 32) == key]
    assert list(cache) == list(range(9, 40))
    assert sizes[30:36] == [31, 32, 30, 31, 32, 30]


def test_what_another_thread_added_meanwhile_stays():
    assert put_bounded({"a": "first"}, "a", "second", 2) == "first"


def test_a_cache_that_another_thread_changes_meanwhile_is_read_again():
    class Changing(dict):
        """Says once what a dict says that has changed during an iteration."""

        is_changing = True

        def __iter__(self):
            if self.is_changing:
                self.is_changing = False
                raise RuntimeError("dictionary changed size during iteration")
            return super().__iter__()

    cache = Changing(a="A", b="B")
    assert put_bounded(cache, "c", "C", 2) == "C"
    assert dict(cache) == {"b": "B", "c": "C"}


def test_a_value_is_made_once():
    cache, made = {}, iter("ABC")
    values = [remember(cache, key, 2, lambda: next(made)) for key in ("a", "a", "b")]
    assert values == ["A", "A", "B"]
