"""The audit log: which events a filter finds, and page by page."""

from datetime import UTC, datetime

import pytest

from portal.models import AuditEvent
from portal.services.audit import log
from portal.services.audit.log import PAGE_SIZE, AuditFilter


@pytest.fixture
def events(session):
    """The log with a few events more, each with its id by its subject."""
    made = [
        AuditEvent(actor="Ann_1 <ann@x>", verb="publish", subject_kind="project", subject_id="101", at=moment)
        for moment in (
            datetime(2031, 5, 1, 0, 0, tzinfo=UTC),
            datetime(2031, 5, 1, 23, 59, 59, tzinfo=UTC),
            datetime(2031, 5, 2, 0, 0, tzinfo=UTC),
        )
    ]
    made.append(
        AuditEvent(actor="AnnX1 <x@x>", verb="frobnicate", subject_kind="gadget", subject_id="102",
                   at=datetime(2031, 5, 3, tzinfo=UTC))
    )  # fmt: skip
    for event in made:
        session.add(event)
        session.flush()
    return [event.id for event in made]


def found(session, **parts):
    events, following = log.find_events(session(), AuditFilter(**parts))
    return [event.id for event in events], following


def day(number):
    return datetime(2031, 5, number, tzinfo=UTC).date()


@pytest.mark.parametrize(
    ("parts", "places"),
    [
        ({"subject": "101"}, [2, 1, 0]),
        ({"actor": "ann_1"}, [2, 1, 0]),
        ({"actor": "ANN"}, [3, 2, 1, 0]),
        ({"verb": "frobnicate"}, [3]),
        ({"kind": "gadget"}, [3]),
        ({"kind": "gadget", "subject": "101"}, []),
        ({"first_day": day(1), "last_day": day(1)}, [1, 0]),
        ({"first_day": day(2)}, [3, 2]),
        ({"first_day": day(1), "last_day": day(2)}, [2, 1, 0]),
    ],
)
def test_every_part_narrows_the_log_newest_first(session, events, parts, places):
    assert found(session, **parts) == ([events[place] for place in places], None)


def test_a_full_page_leads_to_the_next(session):
    for _ in range(PAGE_SIZE + 1):
        session.add(AuditEvent(actor="Ann", verb="frobnicate", subject_kind="gadget", subject_id="1"))
    session.flush()
    first, following = found(session, verb="frobnicate")
    assert len(first) == PAGE_SIZE
    assert following == first[-1]
    rest, end = found(session, verb="frobnicate", before_id=following)
    assert (len(rest), end) == (1, None)
    assert rest[0] < first[-1]


def test_one_full_page_is_all(session):
    for _ in range(PAGE_SIZE):
        session.add(AuditEvent(actor="Ann", verb="frobnicate", subject_kind="gadget", subject_id="1"))
    session.flush()
    assert found(session, verb="frobnicate")[1] is None


@pytest.mark.usefixtures("events")
def test_verbs_and_kinds_are_those_of_the_log_in_order(session):
    verbs, kinds = log.verbs(session()), log.subject_kinds(session())
    assert verbs == sorted(set(verbs))
    assert {"publish", "frobnicate"} <= set(verbs)
    assert kinds == sorted(set(kinds))
    assert {"project", "gadget"} <= set(kinds)
