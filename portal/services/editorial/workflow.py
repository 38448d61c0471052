"""The workflow of a revision as a table: the state that each action leads to from each state, and who may take it.

The buttons on the page, the services and the tests read the same table; an action that is not in it is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from portal.errors import Conflict, Forbidden, InvalidTransition
from portal.i18n.catalogues import N_, NC_, gettext, pgettext
from portal.models import Account, Revision
from portal.services.editorial import authorship
from portal.vocabulary.workflow import OPEN_STATES, State


class Action(StrEnum):
    """What can be done with a revision; the values are the verbs of the audit events."""

    SAVE = "save"
    SUBMIT = "submit"
    RECALL = "recall"
    DISCARD = "discard"
    CLAIM = "claim"
    RELEASE = "release"
    SET_DUE = "set due"
    MARK = "mark"
    RETURN = "return"
    APPROVE = "approve"
    PUBLISH = "publish"
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    WITHDRAW = "withdraw"
    RESTORE = "restore"
    HAND_OVER = "hand over"


@dataclass(frozen=True)
class Permission:
    """Who may take an action: `allows` decides, `description` names them in the refusal."""

    english: str
    allows: Callable[[Account, Revision], bool]

    @property
    def description(self) -> str:
        return pgettext("who may", self.english)


def _wrote_or_edited(account: Account, revision: Revision) -> bool:
    return authorship.wrote_or_edited(account.id, revision)


AUTHOR = Permission(NC_("who may", "its author"), lambda account, revision: account.id == revision.author_id)
OTHER_REVIEWER = Permission(
    NC_("who may", "a reviewer who neither wrote nor last edited it"),
    lambda account, revision: account.is_reviewer and not _wrote_or_edited(account, revision),
)
# A reviewer who edits a proposal may not decide on it while any of that text remains; another one has to take it over.
ANY_OTHER_REVIEWER = Permission(
    NC_("who may", "a reviewer who did not write it"),
    lambda account, revision: account.is_reviewer and account.id != revision.author_id,
)
CLAIMANT = Permission(
    NC_("who may", "the reviewer who claimed it"),
    lambda account, revision: account.is_reviewer and account.id == revision.claimed_by_id,
)
CLAIMANT_OR_ADMINISTRATOR = Permission(
    NC_("who may", "the reviewer who claimed it, or an administrator"),
    lambda account, revision: CLAIMANT.allows(account, revision) or account.is_administrator,
)
DECIDING_CLAIMANT = Permission(
    NC_("who may", "the reviewer who claimed it, if they neither wrote nor last edited it"),
    lambda account, revision: CLAIMANT.allows(account, revision) and not _wrote_or_edited(account, revision),
)
REVIEWER = Permission(NC_("who may", "a reviewer"), lambda account, revision: account.is_reviewer)
ADMINISTRATOR = Permission(NC_("who may", "an administrator"), lambda account, revision: account.is_administrator)
ANYONE = Permission(NC_("who may", "anyone who is signed in"), lambda account, revision: True)


@dataclass(frozen=True)
class Transition:
    """The state an action leads to, and who may take it."""

    target: State
    permission: Permission


TRANSITIONS: dict[tuple[Action, State], Transition] = {
    (Action.SAVE, State.DRAFT): Transition(State.DRAFT, AUTHOR),
    (Action.SAVE, State.RETURNED): Transition(State.RETURNED, AUTHOR),
    (Action.SAVE, State.IN_REVIEW): Transition(State.IN_REVIEW, CLAIMANT),
    (Action.SUBMIT, State.DRAFT): Transition(State.SUBMITTED, AUTHOR),
    (Action.SUBMIT, State.RETURNED): Transition(State.SUBMITTED, AUTHOR),
    (Action.RECALL, State.SUBMITTED): Transition(State.DRAFT, AUTHOR),
    (Action.DISCARD, State.DRAFT): Transition(State.DISCARDED, AUTHOR),
    (Action.DISCARD, State.RETURNED): Transition(State.DISCARDED, AUTHOR),
    (Action.CLAIM, State.SUBMITTED): Transition(State.IN_REVIEW, ANY_OTHER_REVIEWER),
    (Action.CLAIM, State.IN_REVIEW): Transition(State.IN_REVIEW, OTHER_REVIEWER),
    (Action.RELEASE, State.IN_REVIEW): Transition(State.SUBMITTED, CLAIMANT_OR_ADMINISTRATOR),
    (Action.SET_DUE, State.SUBMITTED): Transition(State.SUBMITTED, REVIEWER),
    (Action.SET_DUE, State.IN_REVIEW): Transition(State.IN_REVIEW, REVIEWER),
    (Action.MARK, State.IN_REVIEW): Transition(State.IN_REVIEW, CLAIMANT),
    (Action.RETURN, State.IN_REVIEW): Transition(State.RETURNED, CLAIMANT),
    (Action.RETURN, State.APPROVED): Transition(State.RETURNED, OTHER_REVIEWER),
    (Action.RETURN, State.SCHEDULED): Transition(State.RETURNED, OTHER_REVIEWER),
    (Action.APPROVE, State.IN_REVIEW): Transition(State.APPROVED, DECIDING_CLAIMANT),
    (Action.PUBLISH, State.APPROVED): Transition(State.PUBLISHED, OTHER_REVIEWER),
    (Action.PUBLISH, State.SCHEDULED): Transition(State.PUBLISHED, OTHER_REVIEWER),
    (Action.SCHEDULE, State.APPROVED): Transition(State.SCHEDULED, OTHER_REVIEWER),
    (Action.SCHEDULE, State.SCHEDULED): Transition(State.SCHEDULED, OTHER_REVIEWER),
    (Action.UNSCHEDULE, State.SCHEDULED): Transition(State.APPROVED, OTHER_REVIEWER),
    (Action.WITHDRAW, State.PUBLISHED): Transition(State.WITHDRAWN, REVIEWER),
    (Action.RESTORE, State.PUBLISHED): Transition(State.PUBLISHED, ANYONE),
    (Action.RESTORE, State.SUPERSEDED): Transition(State.SUPERSEDED, ANYONE),
    (Action.RESTORE, State.WITHDRAWN): Transition(State.WITHDRAWN, ANYONE),
    **{(Action.HAND_OVER, state): Transition(state, ADMINISTRATOR) for state in OPEN_STATES},
}

# Whose turn it is; %(claimant)s is the name of the reviewer who claimed the revision.
STATUS_SENTENCES: dict[State, str] = {
    State.DRAFT: N_("With its author, who submits it when it is ready."),
    State.SUBMITTED: N_("Waiting for a reviewer to take it."),
    State.IN_REVIEW: N_("With the reviewer %(claimant)s, who approves it or returns it."),
    State.RETURNED: N_("With its author, who makes the changes the reviewer asked for and submits it again."),
    State.APPROVED: N_("Waiting for a reviewer to publish it."),
    State.SCHEDULED: N_("Waiting for its scheduled time, when the portal publishes it."),
    State.PUBLISHED: N_("Done: this is what the public sees."),
    State.SUPERSEDED: N_("Done: replaced by a later revision."),
    State.WITHDRAWN: N_("Done: withdrawn from the public."),
    State.DISCARDED: N_("Done: discarded by its author."),
}


# Nobody else can edit a draft, so it waits until it has another author.
_NO_AUTHOR = N_("Its author’s account is disabled. An administrator can hand it over to another author.")


def lacks_author(revision: Revision) -> bool:
    """Whether it waits for an author who cannot sign in any more."""
    return revision.state in (State.DRAFT, State.RETURNED) and revision.author.is_disabled


def holder_id(revision: Revision) -> int | None:
    """The reviewer who holds it; None if nobody does, or somebody who cannot review any more."""
    claimant = revision.claimed_by
    return claimant.id if claimant is not None and claimant.is_reviewer and not claimant.is_disabled else None


def status_sentence(revision: Revision) -> str:
    """The sentence that says whose turn it is."""
    if lacks_author(revision):
        return gettext(_NO_AUTHOR)
    claimant = revision.claimed_by.name if revision.claimed_by else gettext("who claimed it")
    return gettext(STATUS_SENTENCES[State(revision.state)], claimant=claimant)


def allowed_actions(revision: Revision, account: Account) -> tuple[Action, ...]:
    """The actions that this account may take on this revision now, in the order of Action."""
    if account.is_disabled:
        return ()
    return tuple(
        action
        for action in Action
        if (transition := TRANSITIONS.get((action, State(revision.state))))
        and transition.permission.allows(account, revision)
    )


def check_transition(action: Action, revision: Revision, account: Account) -> State:
    """The state that the action leads to. Raises InvalidTransition, and Forbidden if the account may not take it."""
    transition = TRANSITIONS.get((action, State(revision.state)))
    if transition is None:
        raise InvalidTransition(
            gettext(
                "%(revision)s is %(state)s: it cannot be %(done)s now. Open it again to see its current state.",
                revision=revision.label,
                state=pgettext("of a revision", State(revision.state)),
                done=pgettext("of a revision", _PAST_PARTICIPLES[action]),
            )
        )
    if account.is_disabled or not transition.permission.allows(account, revision):
        raise Forbidden(
            gettext(
                "%(revision)s can only be %(done)s by %(whom)s.",
                revision=revision.label,
                done=pgettext("of a revision", _PAST_PARTICIPLES[action]),
                whom=transition.permission.description,
            )
        )
    return transition.target


def check_version(revision: Revision, version: int) -> None:
    """Raise Conflict unless the revision still has this version."""
    if revision.version != version:
        raise Conflict(conflict_with="revision", mine=revision.draft, theirs=revision.draft, version=revision.version)


_PAST_PARTICIPLES = {
    Action.SAVE: NC_("of a revision", "edited"),
    Action.SUBMIT: NC_("of a revision", "submitted"),
    Action.RECALL: NC_("of a revision", "taken back"),
    Action.DISCARD: NC_("of a revision", "discarded"),
    Action.CLAIM: NC_("of a revision", "taken for review"),
    Action.RELEASE: NC_("of a revision", "released"),
    Action.SET_DUE: NC_("of a revision", "given a due date"),
    Action.MARK: NC_("of a revision", "reviewed field by field"),
    Action.RETURN: NC_("of a revision", "returned"),
    Action.APPROVE: NC_("of a revision", "approved"),
    Action.PUBLISH: NC_("of a revision", "published"),
    Action.SCHEDULE: NC_("of a revision", "scheduled"),
    Action.UNSCHEDULE: NC_("of a revision", "taken off the schedule"),
    Action.WITHDRAW: NC_("of a revision", "withdrawn"),
    Action.RESTORE: NC_("of a revision", "restored"),
    Action.HAND_OVER: NC_("of a revision", "handed over"),
}
