"""Someone of staff with a browser: signed in as an account, posting what the portal's own pages would post."""

from urllib.parse import urlsplit

from portal.services.accounts import sessions
from portal.web.security import cookies, csrf
from tests.pages import Page

HOST = "localhost"
OURS = {"Origin": f"http://{HOST}", "Sec-Fetch-Site": "same-origin"}
SIGN_IN = "/sign-in"


class Browser:
    """A client with cookies of its own. `get` and `post` give plain answers, `visit` and `send` checked pages."""

    def __init__(self, app, session):
        self.app, self.session, self.client = app, session, app.test_client()

    def sign_in(self, account, *, stage=sessions.Stage.COMPLETE):
        """Begin a session without the way through the pages, which has tests of its own."""
        token, _ = sessions.start(self.session(), account, stage=stage)
        self.session.commit()
        self.set_cookie(cookies.SESSION, token)
        return self

    def set_cookie(self, name, value):
        self.client.set_cookie(name, value, domain=HOST, path="/")

    def cookie(self, name=cookies.SESSION):
        found = self.client.get_cookie(name, HOST, "/")
        return found.value if found else ""

    @property
    def csrf_token(self):
        """What a page made now would put into its forms."""
        if not (key := self.cookie() or self.cookie(cookies.DEVICE)):
            self.client.get(SIGN_IN)
            key = self.cookie(cookies.DEVICE)
        return sessions.csrf_token(self.app.secret_key, key)

    def get(self, address, **request):
        return self.client.get(address, **request)

    def post(self, address, data=None, *, headers=None, token=None, **request):
        """What a form of ours sends; `token=""` for a form without one, `headers` over the browser's own."""
        token = self.csrf_token if token is None else token
        data = {**(data or {}), **({csrf.FIELD: token} if token else {})}
        return self.client.post(address, data=data, headers={**OURS, **(headers or {})}, **request)

    def visit(self, address, *, status=200, **request):
        return Page(self.get(address, **request), status=status)

    def send(self, address, data=None, *, status=200, **request):
        return Page(self.post(address, data, **request), status=status)


def place(response):
    """Where an answer redirects to, without scheme and host."""
    parts = urlsplit(response.headers["Location"])
    return parts.path + (f"?{parts.query}" if parts.query else "")
