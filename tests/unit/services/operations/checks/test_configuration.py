"""Checks of settings, keys, administrators and mail: each goes wrong once."""

import socket
import socketserver
from threading import Thread

import pytest

from portal.database.encryption import Keyring
from portal.services.accounts import administrator_requests, sessions
from portal.services.accounts.administrator_requests import RequestKind
from portal.services.operations.checks.configuration import administrators, keys, mail, settings
from portal.vocabulary.workflow import Role
from tests.factories import PHRASE, make_account

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 # of the accounts of these tests
ADDRESS = {"smtp_host": "127.0.0.1", "smtp_from": "portal@example.org", "smtp_security": "none"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"proxy_count": 0}, "PORTAL_PROXY_COUNT is 0"),
        ({"contact": ""}, "PORTAL_CONTACT is not set"),
        ({"database_url": "postgresql://host/name"}, "PORTAL_READER_URL is not set"),
        ({"database_url": "postgresql://host/name", "reader_url": "postgresql://host/name"}, "PORTAL_STATE is not set"),
    ],
)
def test_settings_that_are_seldom_meant_are_said(changed, words, said):
    assert said(settings.check, database_url="sqlite:////x") == [
        ("ok", "A production portal at https://projects.example.org.")
    ]
    state, text = said(settings.check, **{"database_url": "sqlite:////x", **changed})[0]
    assert (state, words in text) == ("warning", True)


def administrator(session, name, **values):
    return make_account(session, name, Role.ADMINISTRATOR, password=PHRASE, totp_secret=SECRET, **values)


def test_somebody_must_be_able_to_administer(session, said):
    make_account(session, "Ann", Role.ADMINISTRATOR, password=PHRASE)
    administrator(session, "Zoe", is_disabled=True)
    state, text = said(administrators.check)[0]
    assert (state, "No administrator can sign in" in text) == ("problem", True)
    administrator(session, "Ada")
    assert said(administrators.check) == [("ok", "Administrators who can sign in: 1.")]


def test_a_second_administrator_must_be_there_if_one_is_asked_for(session, said):
    administrator(session, "Ada")
    state, text = said(administrators.check, needs_second_administrator=True)[0]
    assert (state, "no second administrator" in text) == ("warning", True)
    administrator(session, "Bea")
    assert said(administrators.check, needs_second_administrator=True) == [("ok", "Administrators who can sign in: 2.")]


def test_a_request_that_waits_is_said(session, said):
    ada, ann = administrator(session, "Ada"), make_account(session, "Ann")
    administrator(session, "Bea")
    proof = sessions.start(session(), ada)[1]
    administrator_requests.ask(session(), RequestKind.PROMOTE, ann, by=ada, auth_session=proof)
    session.commit()
    assert said(administrators.check)[0] == (
        "warning",
        "Requests for a new administrator that wait: Ann <ann@example.org>. An administrator confirms or declines them "
        "on the page Accounts.",
    )


def test_a_key_that_opens_a_second_factor_no_more_is_a_problem(session, said):
    make_account(session, "Rex", Role.REVIEWER, totp_secret=Keyring("x" * 64).encrypt(SECRET))
    state, text = said(keys.check)[0]
    assert (state, "Second factors that no key opens: 1 of 1." in text) == ("problem", True)


def test_an_unencrypted_second_factor_is_said(session, said):
    administrator(session, "Ada")
    assert said(keys.check)[0] == (
        "warning", "Second factors without encryption or under a former key: 1. Run portal migrate.",
    )  # fmt: skip


def test_a_former_key_that_nothing_needs_is_said(said):
    state, text = said(keys.check, secret_key_fallbacks=("old" * 20,))[0]
    assert (state, "SECRET_KEY_FALLBACKS is set, and nothing needs it any more" in text) == ("warning", True)


def test_a_key_for_one_start_is_said(said):
    assert "made for each start" in said(keys.check, has_persistent_key=False)[0][1]


@pytest.fixture
def mail_server():
    """mail_server(answers) is the port of a server that greets and answers each line so."""
    servers = []

    def start(*answers):
        class Conversation(socketserver.StreamRequestHandler):
            def handle(self):
                for answer in answers:
                    self.wfile.write(answer + b"\r\n")
                    self.rfile.readline()

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation)
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.01}).start()
        servers.append(server)
        return server.server_address[1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_mail_server_that_answers_is_good(mail_server, said):
    port = mail_server(b"220 x", b"250 x", b"500 no")
    assert said(mail.check, smtp_port=port, **ADDRESS) == [("ok", f"The mail server 127.0.0.1:{port} answers.")]


@pytest.mark.parametrize("answers", [(b"554 go away",), (b"220 x", b"500 what", b"500 what"), (b"", b"")])
def test_a_mail_server_that_refuses_is_a_problem(answers, mail_server, said):
    ((state, text),) = said(mail.check, smtp_port=mail_server(*answers), **ADDRESS)
    assert (state, "did not let the portal in" in text) == ("problem", True)


def test_a_mail_server_that_is_away_is_a_problem(said):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    ((state, text),) = said(mail.check, smtp_port=port, **ADDRESS)
    assert (state, "Connection refused" in text) == ("problem", True)


def test_a_mail_server_without_the_encryption_that_is_set_is_a_problem(mail_server, said):
    port = mail_server(b"220 x", b"250 x", b"250 ok", b"221 bye")
    ((state, text),) = said(mail.check, smtp_port=port, **ADDRESS | {"smtp_security": "starttls"})
    assert (state, "did not let the portal in" in text) == ("problem", True)


def test_a_portal_without_mail_is_warned(said):
    assert said(mail.check)[0][0] == "warning"
    assert said(mail.check, is_production=False)[0][0] == "ok"
