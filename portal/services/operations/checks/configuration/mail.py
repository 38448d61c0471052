"""The mail server: whether it answers, and lets the portal in."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator

from portal.services.mail import smtp
from portal.services.operations.checks.finding import Finding, Surroundings, ok, problem, warning

TIMEOUT_SECONDS = 5


def check(surroundings: Surroundings) -> Iterator[Finding]:
    settings = surroundings.settings
    server = f"{settings.smtp_host}:{settings.smtp_port}"
    if not smtp.can_send(settings):
        if settings.is_production:
            yield warning(
                "No mail server is set: nobody gets security notices, and administrators hand links over.",
                "Set PORTAL_SMTP_HOST and the settings beside it.",
            )
        else:
            yield ok("No mail server is set; links are printed or shown.")
        return
    try:
        # Connect, encrypt and sign in as for a mail, and send none.
        with smtp.connection(settings, answer_seconds=TIMEOUT_SECONDS) as opened:
            opened.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException) as error:
        yield problem(
            f"The mail server {server} did not let the portal in: {smtp.describe_failure(error).rstrip('.')}.",
            "Check the PORTAL_SMTP settings, and that the server runs and can be reached from here.",
        )
        return
    yield ok(f"The mail server {server} answers.")
