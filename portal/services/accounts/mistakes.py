"""What is wrong with what was entered for an account, as messages: `translated(**LIMITS)` words them for a reader."""

from __future__ import annotations

from portal.errors import FieldError
from portal.i18n.catalogues import N_, gettext
from portal.models.account import MAX_NAME_LENGTH
from portal.vocabulary.mail import MailChoice
from portal.vocabulary.workflow import Role

LIMITS = {"most": MAX_NAME_LENGTH, "choices": ", ".join(MailChoice), "roles": ", ".join(Role)}

INVALID_EMAIL_ERROR = FieldError(
    "email",
    N_("This is not an email address."),
    N_("Enter an email address in the correct format, like name@example.org."),
)
EMAIL_IN_USE_ERROR = FieldError(
    "email",
    N_("There is already an account with this address."),
    N_("Find it in the list of accounts, or enter another address."),
)
INVITATION_WAITS_ERROR = FieldError(
    "email",
    N_("An invitation to this address already waits for another administrator."),
    N_("Ask one to confirm it, or enter another address."),
)
SAME_EMAIL_ERROR = FieldError("email", N_("The account already has this address."), N_("Enter a different address."))
INVALID_NAME_ERROR = FieldError(
    "name", N_("The name is missing or too long."), N_("Enter a name of %(most)s characters or fewer.")
)
UNKNOWN_CHOICE_ERROR = FieldError("mail", N_("There is no such choice."), N_("Select one of these: %(choices)s."))
UNKNOWN_ROLE_ERROR = FieldError("role", N_("There is no such role."), N_("Select one of these roles: %(roles)s."))


def administrators_only() -> str:
    return gettext("Only administrators can manage accounts.")
