"""What a reverse proxy says is believed of the proxy alone, and for one hop."""

import pytest
from flask import request

from portal.app import create_app
from portal.config import Settings
from portal.environment import parse_networks

SECRET = "0123456789abcdef" * 4
VISITOR = "203.0.113.7"


def seen(*, peer="127.0.0.1", proxies=1, listed="127.0.0.1,::1", **headers):
    """(address, is it HTTPS?) of the visitor as the application sees them."""
    settings = Settings(
        database_url="sqlite://", secret_key=SECRET, proxy_count=proxies, trusted_proxies=parse_networks(listed)
    )
    app = create_app(settings)
    found = []
    app.before_request(lambda: found.append((request.remote_addr or "", request.is_secure)))
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    app.test_client().get("/healthz", headers=given, environ_base={"REMOTE_ADDR": peer})
    return found[0]


def test_the_proxy_is_believed():
    assert seen(X_Forwarded_For=VISITOR, X_Forwarded_Proto="https") == (VISITOR, True)


def test_without_the_setting_nobody_is_believed():
    assert seen(proxies=0, X_Forwarded_For=VISITOR, X_Forwarded_Proto="https") == ("127.0.0.1", False)


def test_another_machine_is_not_believed():
    assert seen(peer="198.51.100.9", X_Forwarded_For=VISITOR, X_Forwarded_Proto="https") == ("198.51.100.9", False)


def test_a_listed_network_is_believed():
    assert seen(peer="10.1.2.3", listed="10.0.0.0/8", X_Forwarded_For=VISITOR)[0] == VISITOR


def test_a_socket_on_this_machine_is_believed():
    assert seen(peer="", X_Forwarded_For=VISITOR)[0] == VISITOR


@pytest.mark.parametrize("spoofed", ["1.2.3.4", "1.2.3.4, 5.6.7.8", ", ".join(["9.9.9.9"] * 100)])
def test_only_the_last_hop_counts(spoofed):
    assert seen(X_Forwarded_For=f"{spoofed}, {VISITOR}")[0] == VISITOR


@pytest.mark.parametrize("name", ["X_Real_IP", "Forwarded", "X_Forwarded_Host", "X_Forwarded_Prefix"])
def test_other_headers_change_nothing(name):
    assert seen(**{name: "for=1.2.3.4;host=evil.example"}) == ("127.0.0.1", False)


@pytest.fixture(scope="module")
def public():
    """A visitor of a production portal at projects.example.org."""
    settings = Settings(
        database_url="sqlite://", secret_key=SECRET, is_production=True, public_url="https://projects.example.org"
    )
    return create_app(settings).test_client()


@pytest.mark.parametrize("host", ["projects.example.org", "projects.example.org:8443", "127.0.0.1:8000", "localhost"])
def test_a_production_portal_answers_under_its_own_name(public, host):
    assert public.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "projects.example.org.evil.example", "example.org", "a b"])
def test_a_foreign_name_is_refused_in_plain_words(public, host):
    answer = public.get("/projects/", headers={"Host": host})
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert "example" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
