"""Roles of accounts and states of revisions."""

from __future__ import annotations

from enum import StrEnum

from portal.i18n.catalogues import N_, NC_, gettext, pgettext
from portal.i18n.stored_sentences import StoredSentence

# The reason for withdrawing a sample record that staff have edited; the Fund may still import the real record.
SAMPLE_WITHDRAWAL_REASON = StoredSentence(N_("It was a sample.")).english()


class Role(StrEnum):
    """Roles in ascending order: each has the rights of those before it."""

    AUTHOR = "author"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"


class State(StrEnum):
    """The states of a revision; the transitions are in services.editorial.workflow."""

    DRAFT = NC_("of a revision", "draft")
    SUBMITTED = NC_("of a revision", "submitted")
    IN_REVIEW = NC_("of a revision", "in review")
    RETURNED = NC_("of a revision", "returned")
    APPROVED = NC_("of a revision", "approved")
    SCHEDULED = NC_("of a revision", "scheduled")
    PUBLISHED = NC_("of a revision", "published")
    SUPERSEDED = NC_("of a revision", "superseded")
    WITHDRAWN = NC_("of a revision", "withdrawn")
    DISCARDED = NC_("of a revision", "discarded")


# Not finished yet; an author has at most one such revision of a project.
OPEN_STATES = (State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.RETURNED, State.APPROVED, State.SCHEDULED)
# The content may still be edited.
EDITABLE_STATES = (State.DRAFT, State.RETURNED, State.IN_REVIEW)
# It is or was public.
PUBLISHED_STATES = (State.PUBLISHED, State.SUPERSEDED, State.WITHDRAWN)
# A person other than its author and editor must have approved it first.
APPROVED_STATES = (State.APPROVED, State.SCHEDULED, *PUBLISHED_STATES)


def role_name(role: str) -> str:
    """ "reviewer", in the language that is spoken."""
    return {
        Role.AUTHOR: gettext("author"),
        Role.REVIEWER: gettext("reviewer"),
        Role.ADMINISTRATOR: gettext("administrator"),
    }[Role(role)]


def state_name(state: str) -> str:
    """ "In review", in the language that is spoken, as badges of revisions have it."""
    return {
        State.DRAFT: gettext("Draft"),
        State.SUBMITTED: gettext("Submitted"),
        State.IN_REVIEW: gettext("In review"),
        State.RETURNED: gettext("Returned"),
        State.APPROVED: gettext("Approved"),
        State.SCHEDULED: gettext("Scheduled"),
        State.PUBLISHED: pgettext("of a revision", "Published"),
        State.SUPERSEDED: gettext("Superseded"),
        State.WITHDRAWN: gettext("Withdrawn"),
        State.DISCARDED: gettext("Discarded"),
    }[State(state)]
