"""Mail that is sent at once, past the outbox: it must leave although the database is away, or in wrong hands."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import localtime, make_msgid

from portal.config import Settings
from portal.services.mail import smtp


def send(address: str, subject: str, text: str, settings: Settings) -> None:
    """Send plain text to an address; raises OSError or smtplib.SMTPException."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.smtp_from, address, subject
    message["Date"] = localtime()
    message["Message-ID"] = make_msgid(domain=settings.smtp_from.rpartition("@")[2] or None)
    # RFC 3834: no vacation responder answers.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    with smtp.connection(settings) as server:
        server.send_message(message)
