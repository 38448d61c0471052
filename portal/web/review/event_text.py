"""Audit events as text: who did what, when, for which reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.i18n import stored_sentences
from portal.models import AuditEvent, Revision
from portal.services.audit.recording import SYSTEM_ACTOR
from portal.vocabulary.workflow import State, state_name
from portal.web.presentation import field_labels
from portal.web.presentation.i18n import gettext


@dataclass(frozen=True)
class EventLine:
    """One event: `who` is a name, `what` the phrase that follows it ("returned it").

    `reasons` are (field label, text) pairs: a reviewer's reasons, or the author's answers to them. `accepted` lists the
    labels of the accepted fields on one line.
    """

    at: datetime
    who: str
    what: str
    note: str
    reasons: tuple[tuple[str, str], ...]
    accepted: str


def badge(revision: Revision) -> tuple[str, str]:
    """The text and the style of the badge of a revision."""
    if revision.schedule_failure:
        return gettext("Out of date"), "bad"
    if revision.state == State.SUBMITTED and revision.decisions:
        return gettext("Changed after return"), "active"
    kinds = {
        State.SUBMITTED: "none",
        State.DRAFT: "none",
        State.IN_REVIEW: "warn",
        State.RETURNED: "bad",
        State.APPROVED: "active",
        State.SCHEDULED: "active",
        State.PUBLISHED: "completed",
    }
    return state_name(revision.state), kinds.get(State(revision.state), "")


def _verb_phrases() -> dict[str, str]:
    return {
        "draft": gettext("started it"),
        "save": gettext("saved it"),
        "submit": gettext("submitted it"),
        "recall": gettext("took it back"),
        "claim": gettext("took it for review"),
        "release": gettext("released it to the queue"),
        "set due": gettext("set the due date"),
        "mark": gettext("saved field decisions"),
        "return": gettext("returned it"),
        "approve": gettext("approved it"),
        "schedule": gettext("scheduled it"),
        "give back": gettext("removed it from the schedule and returned it to the reviewers"),
        "unschedule": gettext("removed it from the schedule"),
        "publish": gettext("published it"),
        "supersede": gettext("replaced it with a later revision"),
        "withdraw": gettext("withdrew it from publication"),
        "discard": gettext("discarded it"),
        "confirm tags": gettext("confirmed proposed tags"),
        "take back tags": gettext("took confirmed tags back"),
    }


def actor_name(actor: str) -> str:
    """Ann <ann@example.org> -> Ann; actions without an account are those of the portal."""
    return gettext("The portal") if actor == SYSTEM_ACTOR else actor.partition(" <")[0]


def verb_phrase(verb: str) -> str:
    """The phrase for an audit verb, to follow a name; an unknown verb is its own phrase."""
    return _verb_phrases().get(verb, verb)


def event_lines(events: Iterable[AuditEvent]) -> tuple[EventLine, ...]:
    """The events as text, in the same order; successive edits of one person are one line of what they changed."""
    lines = (_edit_line(run) if run[0].verb == "save" else _line(run[0]) for run in _runs(events))
    return tuple(line for line in lines if line is not None)


def event_line(event: AuditEvent) -> EventLine:
    """One event by itself; an edit that changed no field is a save."""
    return (_edit_line([event]) if event.verb == "save" else None) or _line(event)


def _runs(events: Iterable[AuditEvent]) -> list[list[AuditEvent]]:
    """The events one by one, but successive saves of one person together."""
    runs: list[list[AuditEvent]] = []
    for event in events:
        last = runs[-1][-1] if runs else None
        if last is not None and event.verb == last.verb == "save" and event.actor == last.actor:
            runs[-1].append(event)
        else:
            runs.append([event])
    return runs


def _line(event: AuditEvent) -> EventLine:
    names, after = field_labels.field_names(), event.after or {}
    texts = after.get("reasons") or (after.get("answers") if event.verb == "submit" else None) or {}
    return EventLine(
        at=event.at,
        who=actor_name(event.actor),
        what=_phrase(event),
        note=stored_sentences.say(str(after.get("note") or after.get("reason") or "")),
        reasons=tuple((names.get(field, field), str(text)) for field, text in texts.items()),
        accepted=", ".join(names.get(field, field) for field in after.get("accepted") or ()),
    )


def _edit_line(saves: list[AuditEvent]) -> EventLine | None:
    """The edits of one person, newest first, as one line; None if they undid all of it."""
    newest, before, after = saves[0], dict[str, Any](), dict[str, Any]()
    for save in reversed(saves):
        before = (save.before or {}) | before
        after |= save.after or {}
    names = field_labels.field_names()
    changed = [name for field, name in names.items() if field in after and after[field] != before.get(field)]
    if not changed:
        return None
    what = gettext("changed the text: %(fields)s", fields=", ".join(changed))
    return EventLine(newest.at, actor_name(newest.actor), what, note="", reasons=(), accepted="")


def _phrase(event: AuditEvent) -> str:
    """What an event says after the name."""
    after = event.after or {}
    if event.verb == "schedule" and after.get("publish_at"):
        when = datetime.fromisoformat(after["publish_at"])
        return gettext("scheduled it for %(when)s UTC", when=when.strftime("%Y-%m-%d %H:%M"))
    if event.verb == "set due":
        due = after.get("due_at")
        day = datetime.fromisoformat(due).strftime("%Y-%m-%d") if due else ""
        return gettext("set the due date to %(day)s", day=day) if day else gettext("removed the due date")
    if event.verb == "draft" and after.get("restored_from"):
        return gettext("restored it from R-%(number)s", number=after["restored_from"])
    if event.verb == "hand over":
        before = (event.before or {}).get("author", "")
        return gettext("handed it over from %(former)s to %(author)s", former=before, author=after.get("author", ""))
    return verb_phrase(event.verb)
