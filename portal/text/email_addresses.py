"""E-mail addresses: how they are stored and compared, and which are well-formed."""

from __future__ import annotations

import email_validator

from portal.text import cleaning

# The demo, the placeholder of the first administrator and internal mail systems use these top-level domains.
_ALLOWED_SPECIAL_DOMAINS = {"invalid", "test", "local"}
email_validator.SPECIAL_USE_DOMAIN_NAMES[:] = [
    domain for domain in email_validator.SPECIAL_USE_DOMAIN_NAMES if domain not in _ALLOWED_SPECIAL_DOMAINS
]


def normalise_email(email: str) -> str:
    """An address as it is stored and looked up: trimmed and in lower case."""
    return cleaning.clean_line(email).lower()


def is_email(email: str) -> bool:
    """Whether this is a well-formed address; says nothing about whether mail to it arrives."""
    try:
        email_validator.validate_email(email, check_deliverability=False)
    except email_validator.EmailNotValidError:
        return False
    return True
