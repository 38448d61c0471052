"""The rule of what a status counts for: every status of the lists, and each word of IATI, has one that says why."""

import pytest

from portal.vocabulary.status_rules import CANCELLED, PLANNED, status_rules, statuses_that_count_as
from portal.vocabulary.term_lists import read_term_list
from tests.loops import not_empty

IATI = {"pipeline", "implementation", "finalisation", "closed", "cancelled", "suspended"}


def test_each_status_has_one_rule_that_says_why():
    statuses = [rule.status for rule in status_rules()]
    assert len(set(statuses)) == len(statuses)
    assert set(statuses) >= {row.code for row in read_term_list("status")} | IATI
    for rule in not_empty(status_rules()):
        assert rule.counts_as in ("carried-out", PLANNED, CANCELLED)
        assert rule.reason.endswith(".")


@pytest.mark.parametrize(
    ("what", "statuses"),
    [
        (PLANNED, ("pipeline", "planned")),
        (CANCELLED, ("cancelled", "canceled", "annule", "cancelado")),
        ("unknown", ()),
    ],
)
def test_what_was_not_carried_out(what, statuses):
    assert statuses_that_count_as(what) == statuses
