"""nginx before the portal, with the site file that ships."""

import gzip
import json
import os
import re
import secrets
import signal
import ssl
import urllib.error
import urllib.request
from collections import Counter
from contextlib import suppress

import brotli
import pytest

from deploy import rehearsal, slow_clients
from portal.web.http.cached_response import zstd
from portal.web.http.headers import HEADERS
from tests.loops import not_empty
from tests.over_http import PATIENCE, Caller
from tests.serving.conftest import or_lacking
from tests.serving.test_health_listener import family
from tests.waiting import eventually

UNPACK = {"identity": bytes, "gzip": gzip.decompress, "br": brotli.decompress, "zstd": zstd.decompress}
# The script promises 50 ms; a test machine may be busy with other tests.
SLACK = 0.5


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


@pytest.fixture
def ask(secure):
    """ask(address, **headers) is the answer, whatever its status."""
    trust = ssl.create_default_context(cafile=secure.folder / "fullchain.pem")
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=trust), Stay)

    def go(address, data=None, **headers):
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(  # noqa: S310 # an address of our own making
            address if "://" in address else f"{secure.address}{address}", headers=given, data=data
        )
        try:
            answer = opener.open(request, timeout=30)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            answer.body = answer.read()
        return answer

    return go


def static_address(ask):
    return re.search(rb'"(/static/site\.[0-9a-f]{12}\.css)"', ask("/").body)[1].decode()


def test_five_hundred_slow_clients_do_not_stop_the_portal(proxied):
    outcome = slow_clients.besiege(proxied.address, count=500, seconds=5)
    assert outcome.held > 400
    assert outcome.failed == 0, str(outcome)
    assert max(outcome.times) < SLACK, str(outcome)


def test_slow_bodies_do_not_stop_the_portal(proxied):
    outcome = slow_clients.besiege(proxied.address, count=200, seconds=2, opening=slow_clients.BODIES)
    assert outcome.failed == 0, str(outcome)
    assert max(outcome.times) < SLACK, str(outcome)


@pytest.mark.parametrize("address", ["/", "/projects/", "/no-such-page/", "/healthz", "/readyz"])
def test_every_security_header_arrives_once(ask, address):
    answer = ask(address)
    names = Counter(name.lower() for name, _ in answer.headers.items())
    assert {name: names[name.lower()] for name in HEADERS} == dict.fromkeys(HEADERS, 1)
    assert names["strict-transport-security"] == 1


def test_the_server_does_not_say_its_version(ask):
    assert ask("/").headers["Server"] == "nginx"


def test_plain_http_leads_to_https(ask, secure):
    answer = ask(f"{secure.insecure}/projects/?q=border")
    assert (answer.status, answer.headers["Location"]) == (301, "https://localhost/projects/?q=border")


def test_the_portal_can_serve(ask):
    assert (ask("/readyz").status, ask("/healthz").body) == (200, b"ok")


def kept_files(portal, folder="static"):
    """What nginx keeps. It writes a file under a name with a dot, answers, and renames it only then."""
    contents = []
    for path in (portal.folder / folder).rglob("*"):
        if not path.suffix:
            with suppress(FileNotFoundError, IsADirectoryError):
                contents.append(path.read_bytes())
    return contents


def wait_until_kept(portal, known, folder="static"):
    """Until each process of nginx has the file that contains `known`, not only the one that answered."""
    eventually(lambda: any(known in content for content in kept_files(portal, folder)), "a kept file")


def test_a_static_file_is_kept_and_a_page_is_not(ask, secure):
    sheet = static_address(ask)
    ask(sheet, Accept_Encoding="br")
    ask("/projects/?country=KEN")
    wait_until_kept(secure, f"KEY: {sheet}\n".encode())
    assert [content for content in kept_files(secure) if b"text/html" in content] == []


@pytest.mark.parametrize("algorithm", ["br", "gzip", "zstd"])
def test_nginx_hands_on_the_packing_that_was_asked_for(ask, algorithm):
    sheet = static_address(ask)
    for _ in range(2):
        answer = ask(sheet, Accept_Encoding=algorithm)
        assert answer.headers["Content-Encoding"] == algorithm
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("algorithm", ["br", "gzip", "zstd", "identity"])
def test_nginx_packs_no_page_again(ask, algorithm):
    answer = ask("/projects/?view=table", Accept_Encoding=algorithm)
    assert answer.headers.get("Content-Encoding", "identity") == algorithm
    unpacked = UNPACK[algorithm](answer.body)
    assert unpacked.startswith(b"<!doctype html>")
    assert unpacked.rstrip().endswith(b"</html>")


@pytest.mark.parametrize("query", ["", "?x=1"])
def test_an_unknown_static_file_is_not_kept(ask, secure, query):
    assert ask(f"/static/site.0123456789ab.css{query}").status == 404
    # What is asked for afterwards is kept by now, and so would the other be.
    sheet = static_address(ask)
    ask(sheet)
    wait_until_kept(secure, f"KEY: {sheet}\n".encode())
    assert [content for content in not_empty(kept_files(secure)) if b"site.0123456789ab" in content] == []


@pytest.mark.parametrize("address", ["/projects/", "/staff/"])
def test_too_large_a_body_is_refused(ask, address):
    assert ask(address, data=b"x" * 3_000_000).status == 413


def lines_with(secure, log, words):
    return [line for line in (secure.folder / log).read_text().splitlines() if words in line]


def line_of(ask, secure, address):
    """What nginx logs of a request; it writes the line once the answer is on its way."""
    agent = secrets.token_hex(8)
    ask(address, User_Agent=agent)
    (line,) = eventually(lambda: lines_with(secure, "portal.access.log", agent), f"a line of {address}")
    return line


def test_the_log_keeps_no_query_of_private_pages(ask, secure):
    assert '"GET /sign-in/ HTTP' in line_of(ask, secure, "/sign-in/?token=confidential")
    assert "/projects/?q=border" in line_of(ask, secure, "/projects/?q=border")
    assert "confidential" not in secure.log()


@pytest.mark.parametrize(
    "address", ["/sign-in/link/", "/sign-in/email/", "/sign-in//link/", "/sign-in/%6cink/", "/mail/stop/"]
)
def test_no_log_keeps_the_secret_of_a_link_in_a_mail(ask, secure, address):
    opened = line_of(ask, secure, f"{address}confidential?x=confidential")
    assert f"{address.replace('//', '/').replace('%6c', 'l')}- " in opened
    assert "confidential" not in secure.log()


def test_a_visitor_cannot_say_who_he_is(ask, secure):
    ask("/contact/", X_Forwarded_For="203.0.113.7", X_Request_Id="forged-forged")
    assert "203.0.113.7" not in secure.log()
    assert "forged-forged" not in secure.log()


@pytest.mark.parametrize(
    "address", ["/sign-in/", "/staff/", "/api/v1/projects", "/projects.csv", "/projects/?q=border&page=999"]
)
def test_nothing_private_and_no_error_is_kept(ask, secure, address):
    ask(address)
    # What is asked for afterwards is kept by now, and so would the other be.
    ask("/projects/?country=TGO")
    wait_until_kept(secure, b"/projects/?country=TGO ", "pages")
    assert [
        content for content in not_empty(kept_files(secure, "pages")) if f"{address} ".encode() in content[:1_000]
    ] == []


def test_a_kept_page_is_asked_for_each_time_and_carries_its_own_request_id(ask, secure):
    first, second = ask("/projects/?country=GHA"), ask("/projects/?country=GHA")
    assert first.body == second.body
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]
    assert "X-Accel-Expires" not in first.headers
    wait_until_kept(secure, b"/projects/?country=GHA ", "pages")
    ids = [answer.headers["X-Request-Id"] for answer in (first, second)]
    eventually(lambda: all(lines_with(secure, "gunicorn.log", request_id) for request_id in ids), "a line for each")


def test_a_fragment_is_never_taken_for_a_page(ask):
    address = "/projects/?country=KEN"
    htmx = {"HX_Request": "true", "HX_Request_Type": "partial"}
    bodies = [ask(address).body, ask(address, **htmx).body, ask(address).body, ask(address, **htmx).body]
    assert bodies[0] == bodies[2] != bodies[1] == bodies[3]


def test_health_comes_from_the_listener(ask):
    assert set(json.loads(ask("/readyz").body)) >= {"database", "migrations", "index", "warnings"}
    assert ask("/metrics").status == 404


def test_public_pages_go_on_while_the_portal_is_down():
    with or_lacking(rehearsal.behind_nginx()) as portal:
        page = Caller(portal.address).ask("/projects/?country=KEN")
        wait_until_kept(portal, b"/projects/?country=KEN ", "pages")
        portal.server.terminate()
        portal.server.wait(timeout=PATIENCE)
        kept = Caller(portal.address).ask("/projects/?country=KEN")
        assert (kept.status, kept.text) == (200, page.text)
        assert Caller(portal.address).ask("/staff/").status == 503
        assert Caller(portal.address).ask("/projects/?country=GHA").status == 503


def with_lines(site, lines):
    """What makes the site, with these lines in place of shipped ones that a test would have to wait for."""

    def changed(*arguments):
        text = site(*arguments)
        for line, other in not_empty(lines.items()):
            assert line in text
            text = text.replace(line, other)
        return text

    return changed


def test_public_pages_go_on_while_the_portal_hangs(monkeypatch):
    # 35 s, for the longest answer of a portal that works.
    impatient = {"proxy_read_timeout    35s;": "proxy_read_timeout 1s;"}
    monkeypatch.setattr(rehearsal, "site", with_lines(rehearsal.site, impatient))
    with or_lacking(rehearsal.behind_nginx()) as portal:
        visitor = Caller(portal.address)
        page = visitor.ask("/projects/?country=KEN")
        wait_until_kept(portal, b"/projects/?country=KEN ", "pages")
        stopped = family(portal.server.pid)
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            kept = visitor.ask("/projects/?country=KEN")
            unknown, staff = visitor.ask("/projects/?country=GHA"), visitor.ask("/staff/")
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)
        assert (kept.status, kept.text) == (200, page.text)
        assert [(answer.status, answer.headers["Retry-After"]) for answer in (unknown, staff)] == [(503, "10")] * 2
        eventually(lambda: visitor.ask("/projects/?country=GHA").status == 200, "the portal")
