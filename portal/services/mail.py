"""Send mail over SMTP, verifying the server's certificate; without SMTP settings nothing is sent."""

from __future__ import annotations

import logging
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid
from threading import Thread

from portal.config import Settings

_log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 20


@dataclass(frozen=True)
class Email:
    """A plain-text email."""

    to: str
    subject: str
    text: str


def can_send(settings: Settings) -> bool:
    """Whether SMTP is configured; otherwise an administrator has to hand links over."""
    return bool(settings.smtp_host and settings.smtp_from)


def send(email: Email, settings: Settings) -> None:
    """Send now; raises OSError or smtplib.SMTPException. Call it after the commit, never inside a transaction."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.smtp_from, email.to, email.subject
    message["Message-ID"] = make_msgid(domain=settings.smtp_from.rpartition("@")[2] or None)
    message.set_content(email.text)
    tls_context = ssl.create_default_context()
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_SECONDS, context=tls_context
        )
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_SECONDS)
    with server:
        if settings.smtp_security == "starttls":
            server.starttls(context=tls_context)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        server.send_message(message)


def send_in_background(email: Email, settings: Settings) -> bool:
    """Send in a thread, so that the response time does not show whether an email was sent; False if not configured."""
    if not can_send(settings):
        return False
    Thread(target=send_quietly, args=(email, settings), daemon=True).start()
    return True


def send_quietly(email: Email, settings: Settings) -> None:
    """Send now if SMTP is configured; log failures instead of raising."""
    if not can_send(settings):
        return
    try:
        send(email, settings)
    except (OSError, smtplib.SMTPException) as error:
        # Logs neither text nor address: the text may contain a one-time link.
        _log.error("An email was not sent: %s. Check the PORTAL_SMTP settings.", type(error).__name__)
