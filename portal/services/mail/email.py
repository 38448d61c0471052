"""What a mail says, and the message made of it: plain text, a small HTML part, links from the configured address."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from portal.config import Settings
from portal.i18n.catalogues import gettext
from portal.i18n.current import current_language, using
from portal.i18n.languages import SOURCE
from portal.text import cleaning

MAX_SUBJECT_LENGTH = 150
# Long addresses in headers stay whole; longer lines than this are no mail.
_POLICY = policy.default.clone(max_line_length=990)


@dataclass(frozen=True)
class Link:
    """A link to a page of the portal; `path` begins with a slash."""

    path: str
    label: str


Block = str | Link


@dataclass(frozen=True)
class Email:
    """A mail before it is a message: `blocks` are paragraphs and links, in their order; `name` is the reader's.

    `language` is the code of the one that was spoken when it was written.
    """

    subject: str
    name: str
    blocks: tuple[Block, ...]
    language: str = field(default_factory=lambda: current_language().code)

    def to_json(self) -> str:
        blocks = [block if isinstance(block, str) else [block.path, block.label] for block in self.blocks]
        values = {"subject": self.subject, "name": self.name, "blocks": blocks, "language": self.language}
        return json.dumps(values, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Email:
        values = json.loads(text)
        blocks = tuple(block if isinstance(block, str) else Link(*block) for block in values["blocks"])
        # What waits since before mails had one is English.
        return cls(values["subject"], values["name"], blocks, values.get("language", SOURCE.code))


@dataclass(frozen=True)
class Envelope:
    """What stands on a message besides its words; `stop_path` is that of the one-click stop, "" for none."""

    address: str
    message_id: str
    created_at: datetime
    stop_path: str = ""


def build_message(email: Email, envelope: Envelope, settings: Settings) -> EmailMessage:
    """The message; the same words give the same headers at each try. Raises ValueError for an impossible address."""
    message = EmailMessage(policy=_POLICY)
    message["From"], message["To"] = settings.smtp_from, envelope.address
    message["Subject"] = cleaning.clean_line(email.subject)[:MAX_SUBJECT_LENGTH]
    message["Date"] = format_datetime(envelope.created_at)
    message["Message-ID"] = envelope.message_id
    # RFC 3834: no vacation responder answers.
    message["Auto-Submitted"] = "auto-generated"
    footer: tuple[Block, ...] = ()
    if envelope.stop_path:
        # RFC 8058: a mail program offers a button that stops these mails.
        message["List-Unsubscribe"] = f"<{settings.public_url}{envelope.stop_path}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    with using(email.language) as language:
        if envelope.stop_path:
            footer = _footer(envelope.stop_path, settings)
        message["Content-Language"] = language.tag
        message.set_content(as_text(email, footer, settings.public_url))
        message.add_alternative(as_html(email, footer, settings.public_url), subtype="html")
    return message


def as_text(email: Email, footer: Iterable[Block], public_url: str) -> str:
    """The mail as plain text; a link is its address, on a line of its own."""
    parts = [block if isinstance(block, str) else f"{public_url}{block.path}" for block in email.blocks]
    below = "\n".join(
        block if isinstance(block, str) else f"{block.label}: {public_url}{block.path}" for block in footer
    )
    return "\n\n".join([_greeting(email), *parts, *([f"--\n{below}"] if below else [])]) + "\n"


def as_html(email: Email, footer: Iterable[Block], public_url: str) -> str:
    """The same as HTML: paragraphs and links alone, nothing that is loaded from anywhere."""

    def paragraph(block: Block) -> str:
        if isinstance(block, str):
            return f"<p>{'<br>'.join(map(escape, block.splitlines()))}</p>"
        return f'<p><a href="{escape(public_url + block.path)}">{escape(block.label)}</a></p>'

    below = "".join(map(paragraph, footer))
    body = [paragraph(_greeting(email)), *map(paragraph, email.blocks), *([f"<hr>{below}"] if below else [])]
    head = f'<head><meta charset="utf-8"><title>{escape(email.subject)}</title></head>'
    return (
        "\n".join(
            ["<!doctype html>", f'<html lang="{current_language().tag}">{head}', "<body>", *body, "</body></html>"]
        )
        + "\n"
    )


def _greeting(email: Email) -> str:
    return gettext("Dear %(name)s,", name=email.name)


def _footer(stop_path: str, settings: Settings) -> tuple[Block, ...]:
    return (
        gettext(
            "You get this because you work with the records of %(portal)s.",
            portal=settings.full_name,
        ),
        Link("/staff/account", gettext("Choose how often")),
        Link(stop_path, gettext("Stop these mails")),
    )
