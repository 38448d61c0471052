"""A message is plain text with the same as HTML; whatever is in a title or a name, it stays text."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from portal.config import Settings
from portal.services.mail.email import Email, Envelope, Link, build_message

SETTINGS = Settings.from_environment(
    {"PORTAL_URL": "https://portal.example.org", "PORTAL_SMTP_HOST": "m", "PORTAL_SMTP_FROM": "portal@example.org"}
)
EMAIL = Email("A subject", "Ann", ("First.\nSecond <b>line</b> & {{7*7}}", Link("/staff/?a=1&b=2", "Open <it>")))
ENVELOPE = Envelope(
    "ann@example.org", "<1@example.org>", datetime(2026, 11, 29, 8, tzinfo=UTC), "/mail/stop/7." + "a" * 64
)


def sent(email=EMAIL, envelope=ENVELOPE):
    """What comes out at the other end."""
    return message_from_bytes(build_message(email, envelope, SETTINGS).as_bytes(), policy=policy.default)


def test_the_headers_are_the_same_at_each_try():
    message = sent()
    assert message["From"] == "portal@example.org"
    assert message["To"] == "ann@example.org"
    assert message["Subject"] == "A subject"
    assert message["Message-ID"] == "<1@example.org>"
    assert message["Date"] == "Sun, 29 Nov 2026 08:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"


def test_the_text_is_as_it_was_written_with_links_from_the_settings():
    assert sent().get_body(("plain",)).get_content() == (
        "Dear Ann,\n\nFirst.\nSecond <b>line</b> & {{7*7}}\n\nhttps://portal.example.org/staff/?a=1&b=2\n\n--\n"
        "You get this because you work with the records of IOM Development Fund.\n"
        "Choose how often: https://portal.example.org/staff/account\n"
        f"Stop these mails: https://portal.example.org/mail/stop/7.{'a' * 64}\n"
    )


def test_the_same_as_html_is_escaped_and_loads_nothing():
    html = sent().get_body(("html",)).get_content()
    assert "<p>First.<br>Second &lt;b&gt;line&lt;/b&gt; &amp; {{7*7}}</p>" in html
    assert '<p><a href="https://portal.example.org/staff/?a=1&amp;b=2">Open &lt;it&gt;</a></p>' in html
    assert sent().get_content_type() == "multipart/alternative"
    assert "src=" not in html


def test_one_click_stops_it():
    message = sent()
    assert message["List-Unsubscribe"] == f"<https://portal.example.org{ENVELOPE.stop_path}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    # In one piece: a header that is encoded or folded is no address for every program.
    raw = build_message(EMAIL, ENVELOPE, SETTINGS).as_string()
    assert f"\nList-Unsubscribe: <https://portal.example.org{ENVELOPE.stop_path}>\n" in raw


def test_what_cannot_be_stopped_offers_no_stop():
    message = sent(envelope=replace(ENVELOPE, stop_path=""))
    assert (message["List-Unsubscribe"], message["List-Unsubscribe-Post"]) == (None, None)
    assert "stop" not in message.get_body(("plain",)).get_content().lower()


@pytest.mark.parametrize("ends", ["\r\nBcc: all@example.org", "\nBcc: all@example.org", "\u2028Bcc: x", "\x00"])
def test_a_title_puts_no_header_into_a_mail(ends):
    message = sent(replace(EMAIL, subject=f"R-1 waits{ends}"))
    assert message["Bcc"] is None
    assert message["Subject"].startswith("R-1 waits")


def test_a_long_subject_is_cut_and_one_of_any_script_arrives():
    assert len(sent(replace(EMAIL, subject="x" * 1_000))["Subject"]) == 150
    assert sent(replace(EMAIL, subject="Łódź – قُرى"))["Subject"] == "Łódź – قُرى"


@pytest.mark.parametrize("address", ["ann@example.org\r\nBcc: all@example.org", "ann@example.org\nX: y"])
def test_an_address_that_is_two_lines_is_refused(address):
    with pytest.raises(ValueError, match="line"):
        build_message(EMAIL, replace(ENVELOPE, address=address), SETTINGS)


def test_what_is_stored_is_what_was_written():
    assert Email.from_json(EMAIL.to_json()) == EMAIL
