"""The mail server: whether it answers, and lets the portal in."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import suppress

from portal.config import Settings
from portal.services import mail
from portal.services.operations.checks.finding import Finding, Surroundings, ok, problem, warning

TIMEOUT_SECONDS = 5


def check(surroundings: Surroundings) -> Iterator[Finding]:
    settings = surroundings.settings
    server = f"{settings.smtp_host}:{settings.smtp_port}"
    if not mail.can_send(settings):
        if settings.is_production:
            yield warning(
                "No mail server is set: nobody gets security notices, and administrators hand links over.",
                "Set PORTAL_SMTP_HOST and the settings beside it.",
            )
        else:
            yield ok("No mail server is set; links are printed or shown.")
        return
    try:
        _greet(settings)
    except (OSError, smtplib.SMTPException) as error:
        reason = str(error).strip() or type(error).__name__
        yield problem(
            f"The mail server {server} did not let the portal in: {reason}.",
            "Check the PORTAL_SMTP settings, and that the server runs and can be reached from here.",
        )
        return
    yield ok(f"The mail server {server} answers.")


def _greet(settings: Settings) -> None:
    """Connect, encrypt and sign in as for a mail, and send none."""
    context, host, port = ssl.create_default_context(), settings.smtp_host, settings.smtp_port
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    try:
        if settings.smtp_security == "starttls":
            server.starttls(context=context)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        server.ehlo_or_helo_if_needed()
    finally:
        # How it says goodbye does not matter.
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
