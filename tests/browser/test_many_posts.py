"""Twenty posts at once against the running portal: one publishes, and nobody is told what is not so."""

import http.client
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import select

from portal.database.transactions import begin_writing
from portal.models import AuditEvent, Revision
from portal.services.accounts import sessions
from portal.services.editorial import idempotency
from portal.vocabulary.workflow import State
from portal.web.security import cookies
from tests.factories import COMPLETE

POSTS = 20


@pytest.fixture
def agreed(backstage, office):
    """An approved revision, and the session of a reviewer who may publish it: (number, version, token)."""
    backstage.rollback()
    revision = office.revision(State.APPROVED, COMPLETE.replace(title="Published once"))
    begin_writing(backstage())
    token, _ = sessions.start(backstage(), office.second)
    backstage.commit()
    found = revision.id, revision.version, token
    return found


def ask(live, method, number, token, body=None):
    """One request on a connection of its own: (status, where it leads, text)."""
    headers = {
        "Cookie": f"{cookies.SESSION}={token}", "Content-Type": "application/x-www-form-urlencoded",
        "Sec-Fetch-Site": "same-origin", "Origin": live,
    }  # fmt: skip
    with closing(http.client.HTTPConnection(urlsplit(live).netloc, timeout=60)) as connection:
        connection.request(method, f"/staff/revisions/{number}/publish", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location"), answer.read().decode()


def csrf_token(live, number, token):
    """What the page of the question carries; the portal's secret is its own."""
    return ask(live, "GET", number, token)[2].split('name="csrf_token" value="')[1].split('"')[0]


def post(live, number, token, fields):
    return ask(live, "POST", number, token, urlencode(fields))[:2]


@pytest.mark.parametrize("is_same", [True, False], ids=["the same form", "forms of their own"])
def test_twenty_posts_at_once_publish_once(live, backstage, agreed, is_same):
    number, version, token = agreed
    shared = {"csrf_token": csrf_token(live, number, token), "key": idempotency.new_key(), "version": version}
    forms = [shared if is_same else shared | {"key": idempotency.new_key()} for _ in range(POSTS)]
    with ThreadPoolExecutor(POSTS) as pool:
        answers = list(pool.map(lambda form: post(live, number, token, form), forms))
    led = (303, f"/staff/revisions/{number}")
    assert set(answers) == ({led} if is_same else {led, (409, None)})
    assert answers.count(led) == (POSTS if is_same else 1)
    backstage.rollback()
    query = select(AuditEvent).where(
        AuditEvent.verb == "publish", AuditEvent.subject_kind == "revision", AuditEvent.subject_id == str(number)
    )
    assert len(backstage.execute(query).scalars().all()) == 1
    assert backstage.get(Revision, number).state == State.PUBLISHED
