"""The headers that every answer carries, whatever its status, the cookies that come with it, and no detail."""

import pytest

from portal.services.accounts import rate_limits
from portal.vocabulary.workflow import State
from portal.web.http.headers import HEADERS
from portal.web.security.request_limits import MAX_BODY_BYTES, MAX_FIELD_BYTES
from tests.http_clients import OURS, Browser
from tests.loops import not_empty
from tests.staff_clients import Colleague

SECURE = "https://localhost"
FROM_HERE = {"Origin": SECURE}
NAME = "/staff/account/name"
CHUNKED = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
COOKIES = "__Host-portal", "__Host-device", "__Host-flash"


@pytest.fixture
def ann(app, session, office):
    return Colleague(app, session, office.author)


def known(ann):
    """A conditional request for what has not changed."""
    tag = ann.get("/projects/", base_url=SECURE).headers["ETag"]
    return ann.get("/projects/", base_url=SECURE, headers={"If-None-Match": tag})


def sent(ann, address, data=None, **more):
    return ann.post(address, data, base_url=SECURE, headers=FROM_HERE | more.pop("headers", {}), **more)


def spent(ann):
    """A try beyond the limit."""
    for _ in range(rate_limits.LIMITS["sign in"][0][1]):
        answer = sent(ann, "/sign-in", {"email": "x@example.org", "password": "x"})
        assert answer.status_code == 422
    return sent(ann, "/sign-in", {"email": "x@example.org", "password": "x"})


def stranger(ann):
    return Browser(ann.app, ann.session)


def recall(office):
    return f"/staff/revisions/{office.draft().id}/recall"


PROVOKED = {
    200: lambda ann, office: ann.get("/staff/", base_url=SECURE),
    308: lambda ann, office: ann.get("/projects", base_url=SECURE, follow_redirects=False),
    302: lambda ann, office: stranger(ann).get("/staff/", base_url=SECURE),
    303: lambda ann, office: sent(ann, NAME, {"name": "Anne"}),
    304: lambda ann, office: known(ann),
    400: lambda ann, office: ann.get("/", base_url=SECURE, headers={"Host": "evil.example"}),
    401: lambda ann, office: stranger(ann).get("/staff/", base_url=SECURE, headers={"HX-Request": "true"}),
    403: lambda ann, office: ann.get("/staff/accounts/", base_url=SECURE),
    404: lambda ann, office: ann.get("/no-such-page/", base_url=SECURE),
    405: lambda ann, office: ann.client.put("/", base_url=SECURE),
    409: lambda ann, office: sent(ann, recall(office), {"key": "k" * 20}),
    410: lambda ann, office: ann.get(f"/projects/{office.revision(State.WITHDRAWN).project.slug}", base_url=SECURE),
    411: lambda ann, office: ann.client.post(
        NAME, base_url=SECURE, headers=OURS, environ_overrides=CHUNKED
    ),
    413: lambda ann, office: sent(ann, NAME, {"name": "x" * (MAX_FIELD_BYTES + 1)}),
    415: lambda ann, office: ann.client.post(NAME, base_url=SECURE, data=b"{}", content_type="application/json"),
    422: lambda ann, office: sent(ann, NAME, {"name": " "}),
    429: lambda ann, office: spent(ann),
}  # fmt: skip


@pytest.mark.parametrize("status", PROVOKED)
def test_an_answer_of_every_status_has_the_headers(ann, office, status):
    answer = PROVOKED[status](ann, office)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert answer.headers["X-Request-Id"]
    assert "Cache-Control" in answer.headers
    assert not {"Server", "X-Powered-By"} & set(answer.headers.keys())
    assert not any(word in answer.text for word in ("Traceback", "sqlalchemy", "werkzeug", ".py"))
    assert [line for line in answer.headers.getlist("Set-Cookie") if not is_guarded(line)] == []


def is_guarded(cookie):
    name, *flags = (part.strip() for part in cookie.split(";"))
    return (
        name.partition("=")[0] in COOKIES
        and {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(flags)
        and len(cookie) < 4_096
    )


def test_what_counts_as_a_guarded_cookie():
    flags = "Secure; HttpOnly; Path=/; SameSite=Lax"
    assert is_guarded(f"{COOKIES[0]}=x; {flags}")
    assert not is_guarded(f"other=x; {flags}")
    assert not is_guarded(f"{COOKIES[0]}=x; {flags.replace('HttpOnly; ', '')}")
    assert not is_guarded(f"{COOKIES[0]}={'x' * 4_096}; {flags}")


def test_a_body_beyond_all_limits_has_the_headers_too(ann):
    answer = sent(ann, NAME, {"name": "x" * MAX_BODY_BYTES})
    assert answer.status_code == 413
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "127.0.0.1.evil"])
def test_no_address_at_all_is_served_under_another_host(app, client, host):
    for rule in not_empty(app.url_map.iter_rules()):
        address = rule.rule.replace("<int(max=2147483647):number>", "1").replace("<key>", "x").replace("<token>", "x")
        for method in sorted(rule.methods - {"OPTIONS"}):
            answer = client.open(address.replace("<path:path>", "x"), method=method, headers={"Host": host})
            assert answer.status_code == 400, (method, address)
            assert "evil" not in str(answer.headers) + answer.text
