"""Makers of files let page requests go first."""

import time

from portal.exports.pace import PageLoad


def waited():
    started = time.perf_counter()
    PageLoad().give_way()
    return time.perf_counter() - started


def test_nothing_waits_while_no_page_is_made():
    # Another process may have the processor in one of the tries; a maker that waits does so in each.
    assert min(waited() for _ in range(20)) < 0.005


def test_a_maker_waits_for_a_page_but_not_for_ever():
    load = PageLoad()
    with load.request():
        started = time.perf_counter()
        load.give_way()
        assert time.perf_counter() - started >= 0.01
