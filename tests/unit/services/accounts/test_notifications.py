"""The emails about an account, to the letter."""

from dataclasses import replace

import pytest

from portal.config import Settings
from portal.services.accounts import link_mails, notifications
from portal.services.accounts.notifications import SecurityEvent
from portal.services.accounts.one_time_links import IssuedLink, Purpose
from portal.services.mail.email import as_text

SETTINGS = Settings.from_environment(
    {"SECRET_KEY": "x" * 40, "PORTAL_URL": "https://portal.example.org", "PORTAL_CONTACT": "help@example.org"}
)
NAME = f"{SETTINGS.name_prefix} {SETTINGS.name}"
IF_UNEXPECTED = "If you did not expect this, ignore this email: nothing changes unless the link is used.\n"


def said(email):
    return as_text(email, (), SETTINGS.public_url)


@pytest.mark.parametrize(
    ("purpose", "subject", "reason", "validity"),
    [
        (
            Purpose.RESET,
            f"A new password for {NAME}",
            "Someone, most likely you, requested a new password.",
            "30 minutes",
        ),
        (Purpose.INVITE, f"Your account for {NAME}", "An account was created for you.", "7 days"),
    ],
)
def test_a_link_to_a_password_says_why_it_came_and_how_long_it_works(purpose, subject, reason, validity):
    email = link_mails.link_email(IssuedLink("tok", purpose, "ann@example.org", "Ann", None), SETTINGS)
    assert email.subject == subject
    assert said(email) == (
        f"Dear Ann,\n\n{reason} Choose a password here within {validity}. The link works once:\n\n"
        f"https://portal.example.org/sign-in/link/tok\n\n{IF_UNEXPECTED}"
    )


def test_a_new_address_is_asked_to_confirm_itself():
    email = replace(link_mails.confirmation_email("tok", SETTINGS), name="Ann")
    assert email.subject == f"Confirm your email address for {NAME}"
    assert said(email) == (
        f"Dear Ann,\n\nSomeone, most likely you, wants to use this address for an account of {NAME}. Confirm it "
        f"here within 30 minutes. The link works once:\n\nhttps://portal.example.org/sign-in/email/tok\n\n{IF_UNEXPECTED}"
    )


def test_a_security_notification_says_what_happened_and_what_to_do():
    email = notifications.security_notification(SecurityEvent.ROLE_CHANGED, settings=SETTINGS, detail="reviewer")
    assert email.subject == f"Your role was changed: {NAME}"
    before, _, after = said(replace(email, name="Ann")).partition(" This was on ")
    assert before == "Dear Ann,\n\nThe role of your account is now: reviewer."
    assert after.partition(" UTC.")[2] == (
        "\n\nIf this was you, you do not need to do anything. If not, ask an administrator at once to disable your "
        "account (help@example.org), and choose a new password:\n\nhttps://portal.example.org/forgotten\n"
    )
