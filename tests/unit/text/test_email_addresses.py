"""Which e-mail addresses are accepted, and how they are stored."""

import pytest

from portal.text.email_addresses import is_email, normalise_email


@pytest.mark.parametrize(
    "email",
    [
        "ann@example.org", "ann.o'brien+portal@mail.example.org", "author@demo.invalid", "a@portal.test",
        "a@mail.local", "zoë@exämple.org", "a@b.org", "x" * 64 + "@example.org",
    ],
)  # fmt: skip
def test_an_address_is_accepted(email):
    assert is_email(email)


@pytest.mark.parametrize(
    "email",
    [
        "", "ann", "ann@", "@example.org", "ann@localhost", "ann@example..org", "ann@example.org.", ".ann@example.org",
        "ann@-example.org", "ann@exa_mple.org", "an n@example.org", "ann@example.org, b@example.org",
        "Ann <ann@example.org>", "ann@[192.0.2.1]", '"ann b"@example.org', "ann@example.onion",
        "a@" + "b." * 130 + "org", "ann@example.org\r\nBcc: all@example.org",
        "ann\ud800@example.org", "ann@@example.org",
    ],
)  # fmt: skip
def test_anything_else_is_refused(email):
    assert not is_email(email)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Ann@Example.ORG\t", "ann@example.org"),
        ("a\u200bnn@example.org", "ann@example.org"),
        ("zoe\u0308@example.org", "zo\u00eb@example.org"),
    ],
)
def test_an_address_is_stored_trimmed_and_in_lower_case(typed, stored):
    assert normalise_email(typed) == stored
