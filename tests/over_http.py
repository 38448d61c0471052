"""Someone of staff who asks a served portal over real HTTP, each request on a connection of its own."""

import http.client
from contextlib import closing, contextmanager
from urllib.parse import urlencode, urlsplit

from justhtml import JustHTML
from sqlalchemy import event

from portal.app import create_app
from portal.config import Settings
from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.services.accounts import sessions
from portal.web.security import cookies, csrf
from tests.factories import let_go

PATIENCE = 60  # seconds for an answer


@contextmanager
def backstage(database):
    """The database of a served portal, as db.session; nothing of it stays open afterwards."""
    app = create_app(Settings(database_url=database, secret_key="0123456789abcdef" * 4))
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", refuse_unannounced_writes)
        yield db.session
        db.session.remove()
        let_go()


def refuse_unannounced_writes(connection, _cursor, statement, *_):
    """Without begin_writing, SQLite refuses a write only if the served portal wrote since the first read: rarely."""
    if statement.startswith(("INSERT", "UPDATE", "DELETE")):
        assert connection.get_execution_options().get("writes"), f"no begin_writing before {statement[:80]}"


class Answer:
    """What came: `status`, where it `led` ("" for nowhere), its headers and text."""

    def __init__(self, response):
        self.status, self.headers, self.text = response.status, response.headers, response.read().decode()
        self.led = response.getheader("Location") or ""

    def one(self, selector):
        found = JustHTML(self.text, sanitize=False).query(selector)
        assert len(found) == 1, f"{len(found)} of {selector}: {self.status}\n{self.text[:3000]}"
        return found[0]


class Caller:
    """`ask` raises what http.client raises when the connection breaks; `press` sends the form of an answer."""

    def __init__(self, address, session=None, account=None):
        """Signed in as an account through its database session; without one a visitor."""
        self.address, self.origin, self.token = address, address, ""
        if account:
            begin_writing(session())
            self.token, _ = sessions.start(session(), account)
            session.commit()

    def ask(self, path, fields=None, **more):
        """GET, or POST where there are fields (pairs of name and value); `more` are headers."""
        headers = {name.replace("_", "-"): value for name, value in more.items()} | {
            "Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin,
            "Cookie": f"{cookies.SESSION}={self.token}" if self.token else "",
        }  # fmt: skip
        method, body = ("GET", None) if fields is None else ("POST", urlencode(fields))
        with closing(http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=PATIENCE)) as connection:
            connection.request(method, path, body, {name: value for name, value in headers.items() if value})
            return Answer(connection.getresponse())

    def csrf_token(self, path):
        """What the one form of a page carries against requests from elsewhere."""
        return self.ask(path).one(f"#project-form input[name={csrf.FIELD}]").attrs["value"]

    def press(self, answer):
        """Press the one button of a page that carries a form."""
        form = answer.one("form.card")
        assert len(form.query("button[type=submit]")) == 1
        return self.ask(form.attrs["action"], carried(answer))


def carried(answer):
    """The hidden fields of a page, in order."""
    inputs = answer.one("form.card").query("input[type=hidden]")
    return [(one.attrs["name"], one.attrs.get("value") or "") for one in inputs]


def typed(fields):
    """The fields without the token, which is the portal's and not the person's."""
    return [pair for pair in fields if pair[0] != csrf.FIELD]
