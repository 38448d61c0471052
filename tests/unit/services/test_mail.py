"""Mail: sent to a server whose certificate is verified, with links from the settings; not sent without settings."""

import socketserver
import ssl
import subprocess
from email import message_from_bytes
from threading import Event, Thread

import pytest

from portal.config import Settings
from portal.errors import ConfigurationError
from portal.services import mail
from portal.services.accounts import notifications
from portal.services.accounts.one_time_links import IssuedLink, Purpose

BARE = {"SECRET_KEY": "x" * 40}
SMTP = BARE | {"PORTAL_SMTP_HOST": "mail.example.org", "PORTAL_SMTP_FROM": "portal@example.org"}
LINK = IssuedLink("tok", Purpose.RESET, "ann@example.org", "Ann", None)


def test_without_settings_nothing_is_sent_and_the_caller_knows():
    settings = Settings.from_environment(BARE)
    assert not mail.send_in_background(notifications.link_email(LINK, settings), settings)


def test_the_link_in_a_mail_comes_from_the_settings():
    settings = Settings.from_environment(SMTP | {"PORTAL_URL": "https://portal.example.org/"})
    assert "https://portal.example.org/sign-in/link/tok\n" in notifications.link_email(LINK, settings).text


@pytest.mark.parametrize(
    "settings",
    [
        {"PORTAL_SMTP_PORT": "smtp"},
        {"PORTAL_SMTP_PORT": "70000"},
        {"PORTAL_SMTP_SECURITY": "maybe"},
        {"PORTAL_SMTP_FROM": ""},
        {"PORTAL_SMTP_SECURITY": "none", "PORTAL_SMTP_USER": "u"},
    ],
)
def test_an_impossible_setting_is_named(settings):
    with pytest.raises(ConfigurationError, match="PORTAL_SMTP"):
        Settings.from_environment(SMTP | settings)


def test_settings_do_not_show_the_password():
    assert "hunter" not in repr(Settings.from_environment(SMTP | {"PORTAL_SMTP_PASSWORD": "hunter"}))


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_server_with_a_certificate_nobody_signed_gets_nothing(security, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "1",
         "-subj", "/CN=localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    heard = []

    class Server(socketserver.StreamRequestHandler):
        def handle(self):
            try:
                if security == "starttls":
                    self.wfile.write(b"220 x\r\n")
                    for answer in (b"250-x\r\n250 STARTTLS\r\n", b"220 go\r\n"):
                        self.rfile.readline()
                        self.wfile.write(answer)
                with context.wrap_socket(self.connection, server_side=True) as secure:
                    heard.append(secure.recv(100))
            except OSError:
                return

    with socketserver.TCPServer(("127.0.0.1", 0), Server) as server:
        Thread(target=server.handle_request, daemon=True).start()
        settings = Settings.from_environment(
            SMTP
            | {"PORTAL_SMTP_HOST": "localhost", "PORTAL_SMTP_SECURITY": security}
            | {"PORTAL_SMTP_PORT": str(server.server_address[1])}
        )
        with pytest.raises(ssl.SSLCertVerificationError):
            mail.send(notifications.link_email(LINK, settings), settings)
    assert heard in ([], [b""])


class Postbox(socketserver.TCPServer):
    """A mail server without encryption; `letters` are what it took in."""

    def __init__(self):
        self.letters, self.got_one = [], Event()
        super().__init__(("127.0.0.1", 0), Postman)

    @property
    def settings(self):
        place = {"PORTAL_SMTP_HOST": "127.0.0.1", "PORTAL_SMTP_PORT": str(self.server_address[1])}
        return Settings.from_environment(SMTP | {"PORTAL_SMTP_SECURITY": "none"} | place)


class Postman(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 x\r\n")
        for line in self.rfile:
            command = line.strip().lower()
            self.wfile.write({b"data": b"354 x\r\n", b"quit": b"221 x\r\n"}.get(command, b"250 x\r\n"))
            if command == b"data":
                self.server.letters.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                self.server.got_one.set()
                self.wfile.write(b"250 x\r\n")


@pytest.fixture
def postbox():
    with Postbox() as server:
        Thread(target=server.handle_request, daemon=True).start()
        yield server


def test_a_mail_arrives_as_it_was_written(postbox):
    mail.send(mail.Email("ann@example.org", "A subject", "Dear Ann,\n\ngood morning.\n"), postbox.settings)
    assert postbox.got_one.wait(10)
    letter = message_from_bytes(postbox.letters[0])
    assert (letter["From"], letter["To"], letter["Subject"]) == ("portal@example.org", "ann@example.org", "A subject")
    assert letter["Message-ID"].endswith("@example.org>")
    assert letter.get_payload() == "Dear Ann,\r\n\r\ngood morning.\r\n"


def test_whoever_sends_in_the_background_knows_that_it_is_on_its_way(postbox):
    assert mail.send_in_background(mail.Email("ann@example.org", "A subject", "Text."), postbox.settings) is True
    assert postbox.got_one.wait(10)


def test_a_mail_that_fails_is_logged_by_its_fault_alone(caplog):
    with Postbox() as closed:
        settings = closed.settings
    mail.send_quietly(mail.Email("ann@example.org", "A subject", "A secret link."), settings)
    assert caplog.messages == ["An email was not sent: ConnectionRefusedError. Check the PORTAL_SMTP settings."]
