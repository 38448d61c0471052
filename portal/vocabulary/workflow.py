"""Roles of accounts and states of a revision."""

from __future__ import annotations

from enum import StrEnum

# Why a sample record that staff worked on was taken back; the record itself may still come, from a file of the Fund.
SAMPLE_WITHDRAWAL_REASON = "It was a sample."


class Role(StrEnum):
    """What an account may do, in rising order: each may do what the one before may."""

    AUTHOR = "author"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"


class State(StrEnum):
    """Where a revision stands on its way; the arrows between them are in services.editorial.workflow."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in review"
    RETURNED = "returned"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    DISCARDED = "discarded"


# Still on its way to the public; an author has one such revision of a project at most.
OPEN_STATES = (State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.RETURNED, State.APPROVED, State.SCHEDULED)


# The content may still be edited.
EDITABLE_STATES = (State.DRAFT, State.RETURNED, State.IN_REVIEW)


# It was public, or is.
PUBLISHED_STATES = (State.PUBLISHED, State.SUPERSEDED, State.WITHDRAWN)


# Someone else than its editor must have agreed before a revision can be here.
APPROVED_STATES = (State.APPROVED, State.SCHEDULED, *PUBLISHED_STATES)
