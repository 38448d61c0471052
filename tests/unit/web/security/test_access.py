"""The guard: what is not declared is refused; cookies, headers and caches give nothing away."""

from contextlib import ExitStack

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from portal.app import create_app
from portal.config import Settings
from portal.database import engines
from portal.database.orm import db
from portal.environment import parse_networks
from portal.services.accounts import one_time_links, rate_limits, sessions
from portal.web.declarations import public, require_role
from portal.web.http import request_context
from portal.web.security import access, cookies
from tests.http_clients import OURS, place
from tests.loops import not_empty
from tests.pages import HEADERS

PUBLIC = ("/", "/projects/", "/where-we-work/", "/privacy/", "/no-such-page/", "/projects/no-such-project")


def test_a_view_that_declares_nothing_keeps_the_application_from_starting():
    app = Flask("portal")
    app.add_url_rule("/forgotten-door", "door", lambda: "open")
    with pytest.raises(RuntimeError, match="door declares no access"):
        access.init_app(app)


def test_a_view_that_reads_and_writes_is_split():
    app = Flask("portal")
    app.add_url_rule("/both", "both", require_role("author")(lambda: ""), methods=["GET", "POST"])
    assert any("both reads and writes" in fault for fault in access.undeclared_views(app))


def test_an_open_view_that_writes_keeps_the_application_from_starting():
    app = Flask("portal")
    app.add_url_rule("/", "overview.home", public(lambda: ""), methods=["POST"])
    assert any("overview.home writes" in fault for fault in access.undeclared_views(app))


def test_a_view_declares_its_access_once():
    with pytest.raises(RuntimeError, match="declares its access twice"):
        public(require_role("author")(lambda: ""))


def test_a_stranger_is_led_to_the_sign_in_and_back(client):
    assert place(client.get("/staff/account?x=1")) == "/sign-in?next=/staff/account?x%3D1"


def test_a_stranger_with_htmx_is_led_there_too(client):
    answer = client.get("/staff/account", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in?next=/staff/account")


def test_a_page_with_the_dialog_is_left_where_it_is(client):
    answer = client.get("/staff/account", headers={"HX-Request": "true", "Portal-Dialog": "true"})
    assert answer.status_code == 401
    assert "HX-Redirect" not in answer.headers


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_page_sets_no_cookie_and_is_the_same_for_everyone(address, client, staff, office):
    signed_in = staff().sign_in(office.administrator).get(address)
    cold = client.get(address)
    for answer in (cold, signed_in):
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.vary
        assert "private" not in answer.headers["Cache-Control"]
    # A page that is not there names the minute, never the person.
    assert office.administrator.name not in signed_in.text
    assert address in PUBLIC[4:] or signed_in.data == cold.data


@pytest.mark.parametrize("address", ["/sign-in", "/forgotten", "/staff/account", "/staff/accounts/", "/staff/nothing"])
def test_what_staff_gets_is_kept_by_no_cache(address, staff, office):
    answer = staff().sign_in(office.administrator).get(address)
    assert answer.headers["Cache-Control"] in ("private, no-store", "no-store")


def test_the_session_cookie_has_every_flag(staff, office):
    ann = staff().sign_in(office.author)
    answer = ann.post("/staff/account/name", {"name": "Ann"})
    for line in not_empty(
        (*answer.headers.getlist("Set-Cookie"), *staff().get("/sign-in").headers.getlist("Set-Cookie"))
    ):
        name, *flags = (part.strip() for part in line.split(";"))
        assert name.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(flags)
        assert not any(flag.startswith("Domain") for flag in flags)
        assert len(line) < 4_096


def broken(app, monkeypatch, error):
    @require_role("author")
    def fail(*_args, **_more):
        raise error

    monkeypatch.setitem(app.view_functions, "account_settings.show_account", fail)
    monkeypatch.setitem(app.view_functions, "account_settings.rename", fail)


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("get", "/", 200), ("get", "/no-such-page/", 404), ("post", "/", 405), ("get", "/sign-in", 200),
        ("get", "/staff/", 302), ("get", "/sign-in/link/none", 410), ("post", "/sign-in", 403),
        ("get", "/sign-in/state", 200), ("get", "/sign-in/code", 303),
    ],
)  # fmt: skip
def test_every_answer_has_the_headers(method, address, status, client):
    answer = getattr(client, method)(address, base_url="https://localhost")
    assert answer.status_code == status
    has_the_headers(answer)


def has_the_headers(answer):
    secret = {"Referrer-Policy": "strict-origin"} if "/link/" in answer.request.path else {}
    for name, value in (HEADERS | secret).items():
        assert answer.headers[name] == value
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "Permissions-Policy" in answer.headers
    assert answer.headers["X-Request-Id"]
    assert not {"Server", "X-Powered-By"} & set(answer.headers.keys())


def test_a_static_file_has_the_headers(app, client):
    has_the_headers(client.get(app.jinja_env.globals["static_url"]("js/staff.js"), base_url="https://localhost"))


SECURE = {"Origin": "https://localhost", "Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize(("error", "status"), [(RuntimeError("SELECT secret"), 500), ("operational", 503)])
def test_a_failure_tells_nothing_and_has_the_headers(error, status, app, staff, office, monkeypatch):
    if error == "operational":
        error = OperationalError("SELECT secret", {}, Exception("disk is full"))
    broken(app, monkeypatch, error)
    ann = staff().sign_in(office.author)
    answer = ann.get("/staff/account", base_url="https://localhost")
    assert answer.status_code == status
    has_the_headers(answer)
    assert not any(word in answer.text for word in ("secret", "Traceback", ".py", "disk is full", "sqlalchemy"))


def test_when_all_connections_are_in_use_it_says_so_without_a_stack(new_app, new_database, monkeypatch, caplog):
    for name, value in {"POOL_SIZE": 1, "POOL_OVERFLOW": 0, "POOL_TIMEOUT_SECONDS": 0.05}.items():
        monkeypatch.setattr(engines, name, value)
    app = new_app(new_database())
    with app.app_context(), ExitStack() as held:
        visitor = app.test_client()
        assert visitor.get("/projects/no-such-project").status_code == 404
        for engine in not_empty({engine.engine.pool: engine for engine in db.engines.values()}.values()):
            held.enter_context(engine.connect())
        caplog.clear()
        answer = visitor.get("/projects/no-such-project")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    (record,) = [record for record in caplog.records if record.name == "portal.web.http.error_pages"]
    assert not record.exc_info
    assert "QueuePool limit" in record.getMessage()


def test_a_form_comes_back_with_what_was_typed_when_the_database_fails(app, staff, office, monkeypatch):
    broken(app, monkeypatch, OperationalError("UPDATE", {}, Exception("database or disk is full")))
    ann = staff().sign_in(office.author)
    page = ann.send("/staff/account/name", {"name": "Typed for an hour"}, status=503)
    assert page.one("input[name=name]").attrs["value"] == "Typed for an hour"
    assert page.one("form.card").attrs["action"] == "/staff/account/name"


def test_the_same_request_goes_through_when_the_database_is_back(app, staff, office, monkeypatch):
    ann = staff().sign_in(office.author)
    with monkeypatch.context() as broken_for_now:
        broken(app, broken_for_now, OperationalError("UPDATE", {}, Exception("database is locked")))
        page = ann.send("/staff/account/name", {"name": "Anne"}, status=503)
    fields = {field.attrs["name"]: field.attrs["value"] for field in page.select("form.card input")}
    assert ann.post(page.one("form.card").attrs["action"], fields, token="").status_code == 303
    assert office.author.name == "Anne"


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "evil.example:80"]
)
def test_another_host_is_not_served(host, client):
    for address in ("/", "/sign-in", "/staff/", "/no-such-page/"):
        answer = client.get(address, headers={"Host": host})
        assert answer.status_code == 400
        assert "evil" not in answer.text


def test_a_forwarded_host_makes_no_address(app, session, office):
    answer = app.test_client().get("/staff/", headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil"})
    assert "evil" not in answer.headers["Location"]


def test_the_link_in_a_mail_is_of_the_configured_address(session, office):
    issued = one_time_links.issue(session(), office.author, one_time_links.Purpose.RESET)
    assert issued.url("https://fund.example").startswith("https://fund.example/sign-in/link/")


@pytest.mark.parametrize(
    ("proxies", "sent", "seen"),
    [
        (0, {"X-Forwarded-For": "6.6.6.6"}, "127.0.0.1"),
        (1, {"X-Forwarded-For": "6.6.6.6, 10.0.0.9"}, "10.0.0.9"),
        (1, {"X-Real-IP": "6.6.6.6", "Forwarded": "for=6.6.6.6"}, "127.0.0.1"),
        (1, {"X-Forwarded-For": ", ".join(["6.6.6.6"] * 100 + ["10.0.0.9"])}, "10.0.0.9"),
    ],
)
def test_the_address_of_a_client_is_what_trusted_proxies_say(proxies, sent, seen):
    app = create_app(
        Settings(
            database_url="sqlite://",
            secret_key="x" * 32,
            proxy_count=proxies,
            trusted_proxies=parse_networks("127.0.0.1"),
        )
    )
    found = []
    app.before_request_funcs[None].insert(0, lambda: found.append(request_context.client_address()))
    app.test_client().get("/sign-in/state", headers=sent)
    assert found == [seen]


WRONG_COOKIES = {
    "cut": "abc", "8 kB": "x" * 8_192, "not text": "\xff\xfe", "empty": "", "of nobody": "A" * 43, "quoted": '"A"',
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG_COOKIES)
def test_a_broken_cookie_is_nobody(what, app, session):
    answer = app.test_client(use_cookies=False).get(
        "/staff/account", headers={"Cookie": f"{cookies.SESSION}={WRONG_COOKIES[what]}"}
    )
    assert answer.status_code == 302


def test_two_cookies_of_one_name_are_nobody(app, session, office):
    client = app.test_client(use_cookies=False)
    token, _ = sessions.start(session(), office.author)
    session.commit()
    good = f"{cookies.SESSION}={token}"
    assert client.get("/staff/account", headers={"Cookie": good}).status_code == 200
    assert client.get("/staff/account", headers={"Cookie": f"{good}; {good}"}).status_code == 302
    assert client.get("/staff/account", headers={"Cookie": f"=__Host-portal={token}"}).status_code == 302


def test_a_look_at_a_page_keeps_a_session_alive_and_a_timer_does_not(staff, office, session, monkeypatch):
    ann = staff().sign_in(office.author)
    monkeypatch.setattr(sessions, "is_due_for_touch", lambda _: True)
    touched = []
    monkeypatch.setattr(sessions, "touch", lambda _session, found: touched.append(found.id))
    ann.get("/sign-in/state")
    assert touched == []
    ann.get("/staff/account")
    assert len(touched) == 1


def test_a_refusal_is_written_down(staff, office, session):
    from portal.services.audit import recording

    staff().sign_in(office.author).get("/staff/accounts/")
    event = recording.latest_events(session(), limit=1)[0]
    assert (event.verb, event.subject_id, event.actor_id) == ("refused", "/staff/accounts/", office.author.id)


def test_the_limits_of_links_hold(staff):
    someone = staff()
    most = rate_limits.LIMITS["link"][0][1]
    for _ in range(most):
        assert someone.post("/sign-in/link/same", {"password": "x"}, headers=OURS).status_code == 410
    answer = someone.post("/sign-in/link/same", {"password": "x"})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
