"""Mail over SMTP with the server's certificate checked; without SMTP settings nothing is sent, and the caller knows."""

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
    """One mail in plain text."""

    to: str
    subject: str
    text: str


def can_send(settings: Settings) -> bool:
    """False when an administrator has to hand links over."""
    return bool(settings.smtp_host and settings.smtp_from)


def send(email: Email, settings: Settings) -> None:
    """Send now; raises OSError or smtplib.SMTPException. Call it when the transaction is committed, never within."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.smtp_from, email.to, email.subject
    message["Message-ID"] = make_msgid(domain=settings.smtp_from.rpartition("@")[2] or None)
    message.set_content(email.text)
    trusted = ssl.create_default_context()
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_SECONDS, context=trusted
        )
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_SECONDS)
    with server:
        if settings.smtp_security == "starttls":
            server.starttls(context=trusted)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        server.send_message(message)


def send_in_background(email: Email, settings: Settings) -> bool:
    """Send beside the answer, so that its time tells nobody whether there was something to send; False if it cannot."""
    if not can_send(settings):
        return False
    Thread(target=send_quietly, args=(email, settings), daemon=True).start()
    return True


def send_quietly(email: Email, settings: Settings) -> None:
    """Send now where mail is set up; what fails is logged."""
    if not can_send(settings):
        return
    try:
        send(email, settings)
    except (OSError, smtplib.SMTPException) as why:
        # Neither the text nor the address goes into the log: the text holds a link.
        _log.error("A mail was not sent: %s. Check the PORTAL_SMTP settings.", type(why).__name__)
