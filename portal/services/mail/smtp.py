"""Send one message over SMTP, verifying the server's certificate; without SMTP settings nothing is sent."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from portal.config import Settings
from portal.i18n.catalogues import N_
from portal.i18n.stored_sentences import StoredSentence

# For the connection and for each answer but the last.
ANSWER_SECONDS = 20
# For the answer to the text itself: a server that looks for viruses takes its time, and whoever gives up before gets
# the message there twice (RFC 5321, 4.5.3.2.6, asks for ten minutes).
DATA_SECONDS = 300
# However slowly the answers come, the connection is cut then; the claim of a sender lasts longer (mail.delivery).
CUT_SECONDS = 360
_GOODBYE_SECONDS = 2
_SECRET_IN_LINK = re.compile(r"(/(?:sign-in/(?:link|email)|mail/stop)/)[^\s>\"]+")


def can_send(settings: Settings) -> bool:
    """Whether SMTP is configured; otherwise an administrator has to hand links over."""
    return bool(settings.smtp_host and settings.smtp_from)


class _Patient:
    """Waits longer for the answer to the text of a message than for any other."""

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.sock.settimeout(DATA_SECONDS)  # type: ignore[attr-defined]  # of smtplib.SMTP
        answer: tuple[int, bytes] = super().data(msg)  # type: ignore[misc]  # of smtplib.SMTP
        return answer


class _Client(_Patient, smtplib.SMTP):
    pass


class _SecureClient(_Patient, smtplib.SMTP_SSL):
    pass


@contextmanager
def connection(settings: Settings, *, answer_seconds: int = ANSWER_SECONDS) -> Iterator[smtplib.SMTP]:
    """A connection that is ready to send; raises OSError or smtplib.SMTPException.

    However it ends after the block, a message that the server took in is sent.
    """
    server = _connect(settings, answer_seconds)
    cut = Timer(CUT_SECONDS, _cut, [server])
    cut.daemon = True
    cut.start()
    try:
        yield server
        if server.sock is not None:
            server.sock.settimeout(_GOODBYE_SECONDS)
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
    finally:
        cut.cancel()
        server.close()


def is_permanent(error: Exception) -> bool:
    """Whether this message can never be sent like this: its address or its text is refused for good.

    What is wrong with the server or the settings (its certificate, our password, our sender) can be mended meanwhile.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= 500
    # An address that cannot stand in a message, or that the server cannot take (SMTPUTF8).
    return isinstance(error, smtplib.SMTPNotSupportedError | ValueError) and not isinstance(error, ssl.SSLError)


_ADDRESS = StoredSentence(N_("The server refuses the address: %(said)s"))
_SENDER = StoredSentence(N_("The server refuses the sender in PORTAL_SMTP_FROM: %(said)s"))
_PASSWORD = StoredSentence(N_("The server refuses PORTAL_SMTP_USER or _PASSWORD: %(said)s"))
_ANSWER = StoredSentence(N_("The server answers: %(said)s"))
_NOT_SAFE = StoredSentence(N_("The connection is not safe: %(reason)s. Check the server's certificate."))
_ENDS = StoredSentence(N_("The server ends the connection: %(said)s"))
_NO_ANSWER = StoredSentence(N_("The server does not answer: %(reason)s. Check PORTAL_SMTP_HOST and _PORT."))
_NOT_BUILT = StoredSentence(N_("The message cannot be built: %(reason)s"))


def describe_failure(error: Exception) -> str:
    """The failure in one line for an administrator: what the server said, without the secret of any link."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        said = "; ".join(f"{code} {_decode(text)}" for code, text in error.recipients.values())
        text = _ADDRESS.english(said=said)
    elif isinstance(error, smtplib.SMTPSenderRefused):
        text = _SENDER.english(said=f"{error.smtp_code} {_decode(error.smtp_error)}")
    elif isinstance(error, smtplib.SMTPAuthenticationError):
        text = _PASSWORD.english(said=f"{error.smtp_code} {_decode(error.smtp_error)}")
    elif isinstance(error, smtplib.SMTPResponseException):
        text = _ANSWER.english(said=f"{error.smtp_code} {_decode(error.smtp_error)}")
    elif isinstance(error, ssl.SSLError):
        text = _NOT_SAFE.english(reason=error.reason or type(error).__name__)
    elif isinstance(error, smtplib.SMTPException):
        text = _ENDS.english(said=error)
    elif isinstance(error, OSError):
        text = _NO_ANSWER.english(reason=error.strerror or type(error).__name__)
    else:
        text = _NOT_BUILT.english(reason=error)
    return _SECRET_IN_LINK.sub(r"\1…", " ".join(text.split()))


def _connect(settings: Settings, answer_seconds: int) -> smtplib.SMTP:
    tls_context = ssl.create_default_context()
    # Its own name would be asked from DNS, which may be away.
    name, place = urlsplit(settings.public_url).hostname, (settings.smtp_host, settings.smtp_port)
    server: smtplib.SMTP
    if settings.smtp_security == "tls":
        server = _SecureClient(*place, local_hostname=name, timeout=answer_seconds, context=tls_context)
    else:
        server = _Client(*place, local_hostname=name, timeout=answer_seconds)
    try:
        if settings.smtp_security == "starttls":
            server.starttls(context=tls_context)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
    except BaseException:
        server.close()
        raise
    return server


def _cut(server: smtplib.SMTP) -> None:
    """End a connection from another thread: whoever reads from it is told that it is over."""
    with suppress(OSError, AttributeError):
        server.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]  # None once it is closed


def _decode(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text
