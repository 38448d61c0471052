"""The outbox: whether mail gets away, or waits, failed, or is held since a restore."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from portal.services.mail import outbox
from portal.services.operations.checks.finding import Finding, Surroundings, in_words, ok, problem, warning

# Mail is sent within seconds; a server that is away is tried again with longer and longer pauses.
_LATE, _VERY_LATE = timedelta(minutes=15), timedelta(hours=6)


def check(surroundings: Surroundings) -> Iterator[Finding]:
    summary = outbox.pending_summary(surroundings.session)
    if summary.failed:
        yield warning(
            f"Mails that could not be sent: {summary.failed}.",
            "The page /staff/mail/ gives the reasons; an administrator sends them again or takes them off the list.",
        )
    if summary.is_held:
        yield warning(
            f"The outbox is held since a restore: nothing is sent, and mails that wait: {summary.waiting}.",
            "Run portal send-mail --release, with --discard to drop what was sent before (docs/deploying.md, 6).",
        )
        return
    age = timedelta(seconds=summary.oldest_seconds)
    text = f"Mails that wait: {summary.waiting}{f', the oldest for {in_words(age)}' if summary.waiting else ''}."
    if age > _LATE:
        judge = problem if age > _VERY_LATE else warning
        yield judge(text, "Run portal send-mail, and look at the line of the mail server and at portal-mail.timer.")
    elif not summary.failed:
        yield ok(text)
