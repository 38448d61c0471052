"""Every way that a page of staff offers leads somewhere: links are followed, forms have an address."""

from collections import deque

import pytest
from werkzeug.exceptions import HTTPException

from portal.vocabulary.workflow import State
from tests.factories import Office
from tests.pages import Page
from tests.staff_clients import Colleague, addresses

BEGIN = ("/staff/", "/staff/account", "/staff/projects/new")


def offered(page):
    """Local addresses of pages, without fragments."""
    hrefs = (link.attrs.get("href", "").partition("#")[0] for link in page.select("a[href]"))
    return [href for href in hrefs if href.startswith("/staff/")]


@pytest.fixture
def office(session):
    """A revision in every state."""
    office = Office(session())
    for state in State:
        office.revision(state)
    return office


@pytest.mark.parametrize("who", ["author", "other author", "reviewer", "administrator"])
def test_every_way_that_is_offered_leads_somewhere(who, app, session, office):
    person, routes = Colleague(app, session, office.everyone[who]), app.url_map.bind("localhost")
    seen, open_ways = set(BEGIN), deque(BEGIN)
    while open_ways:
        address = open_ways.popleft()
        answer = person.get(address)
        assert answer.status_code in (200, 302, 303), f"{who} is led to {address}: {answer.status}"
        if answer.status_code != 200:
            continue
        page = Page(answer)
        for form in page.select("form[method=post]"):
            for target in addresses(form):
                try:
                    routes.match(target.partition("?")[0], method="POST")
                except HTTPException as why:
                    pytest.fail(f"a form of {address} leads to {target}: {why}")
        fresh = [way for way in dict.fromkeys(offered(page)) if way not in seen]
        seen.update(fresh)
        open_ways.extend(fresh)
    assert len(seen) > len(BEGIN)
