"""The privacy page says of cookies what the portal does."""

from portal.services.accounts import sessions
from portal.web.security import cookies
from tests.pages import words


def rows(page):
    return {words(row.query("th")[0]): words(row) for row in page.select("#cookies ~ .table-wrap tbody tr")}


def test_it_names_every_cookie_and_no_other(visit, app):
    set_here = {cookies.SESSION, cookies.DEVICE, app.config["SESSION_COOKIE_NAME"]}
    assert set(rows(visit("/privacy/"))) == set_here


def test_it_says_how_long_they_live(visit):
    said = rows(visit("/privacy/"))
    idle, longest = sessions.IDLE_TIMEOUT.total_seconds() / 60, sessions.MAX_LIFETIME.total_seconds() / 3600
    assert f"after {idle:.0f} minutes, and after {longest:.0f} hours" in said[cookies.SESSION]
    days = cookies.KNOWN_DEVICE_SECONDS // (24 * 3600)
    assert cookies.ANONYMOUS_DEVICE_SECONDS == 3600
    assert f"One hour; {days} days after a sign-in" in said[cookies.DEVICE]


def test_the_page_itself_sets_none(client):
    assert "Set-Cookie" not in client.get("/privacy/").headers
