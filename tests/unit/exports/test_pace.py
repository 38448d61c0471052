"""Makers of files let page requests go first."""

import time

from portal.exports.pace import PageLoad


def test_nothing_waits_while_no_page_is_made():
    started = time.perf_counter()
    PageLoad().give_way()
    assert time.perf_counter() - started < 0.005


def test_a_maker_waits_for_a_page_but_not_for_ever():
    load = PageLoad()
    with load.request():
        started = time.perf_counter()
        load.give_way()
        assert time.perf_counter() - started >= 0.01
