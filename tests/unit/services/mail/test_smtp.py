"""Connections to a mail server: its certificate is verified, and what went wrong is said without any secret."""

import smtplib
import socketserver
import ssl
import subprocess
from threading import Thread

import pytest

from portal.config import Settings
from portal.errors import ConfigurationError
from portal.services.mail import smtp

BARE = {"SECRET_KEY": "x" * 40}
SMTP = BARE | {"PORTAL_SMTP_HOST": "mail.example.org", "PORTAL_SMTP_FROM": "portal@example.org"}


def test_without_settings_nothing_can_be_sent():
    assert not smtp.can_send(Settings.from_environment(BARE))
    assert smtp.can_send(Settings.from_environment(SMTP))


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
        with pytest.raises(ssl.SSLCertVerificationError) as refused, smtp.connection(settings):
            pass
    assert heard in ([], [b""])
    assert not smtp.is_permanent(refused.value)
    assert "certificate" in smtp.describe_failure(refused.value)


SECRET = b"550 spam: https://portal.example.org/sign-in/link/s3cr3t and /mail/stop/7.abc are blocked"


@pytest.mark.parametrize(
    ("error", "is_permanent", "said"),
    [
        (smtplib.SMTPRecipientsRefused({"a": (550, b"no such user")}), True, "refuses the address: 550 no such user"),
        (smtplib.SMTPRecipientsRefused({"a": (450, b"greylisted")}), False, "refuses the address: 450 greylisted"),
        (smtplib.SMTPDataError(554, SECRET), True, "/sign-in/link/… and /mail/stop/… are blocked"),
        (smtplib.SMTPDataError(451, b"later"), False, "The server answers: 451 later"),
        (smtplib.SMTPSenderRefused(553, b"not yours", "p"), False, "PORTAL_SMTP_FROM: 553 not yours"),
        (smtplib.SMTPAuthenticationError(535, b"wrong"), False, "PORTAL_SMTP_USER or _PASSWORD: 535 wrong"),
        (smtplib.SMTPConnectError(421, b"busy"), False, "The server answers: 421 busy"),
        (smtplib.SMTPServerDisconnected("gone"), False, "ends the connection: gone"),
        (smtplib.SMTPNotSupportedError("no SMTPUTF8"), True, "no SMTPUTF8"),
        (ConnectionRefusedError(111, "Connection refused"), False, "Connection refused. Check PORTAL_SMTP_HOST"),
        (TimeoutError(), False, "TimeoutError. Check PORTAL_SMTP_HOST"),
        (ValueError("a line break"), True, "cannot be built: a line break"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_what_can_be_mended_is_tried_again_and_every_failure_says_what_it_is(error, is_permanent, said):
    assert smtp.is_permanent(error) is is_permanent
    assert said in smtp.describe_failure(error)
    assert "s3cr3t" not in smtp.describe_failure(error)
