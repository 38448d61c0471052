"""The confirmation page before an action that is hard to undo: its consequences and one button."""

from __future__ import annotations

from dataclasses import dataclass

from flask import make_response, render_template
from werkzeug.wrappers import Response

from portal.errors import PortalError
from portal.services.editorial import idempotency
from portal.web.review import actions
from portal.web.review.comparison import Comparison


@dataclass(frozen=True)
class Confirmation:
    """The content of a confirmation page, about a `subject`; `subject_language` is stated if it is a title.

    `consequences` say what will happen, one sentence each. `required_input` names the input that the form asks for:
    "", "reason", "time", "day" or "author"; `current_value` is the value already set, in the format of its control,
    `choices` are the (value, label) pairs of a list to choose from.
    `revision_ids` are the revisions of a bulk action, `project_ids` the records of one; `comparison` is shown below the
    consequences. `page_url` is the address of the page, where it is not the one that the action posts to.
    """

    heading: str
    subject: str
    consequences: tuple[str, ...]
    action_url: str
    button_text: str
    back_url: str
    version: int = 0
    required_input: str = ""
    current_value: str = ""
    is_dangerous: bool = False
    comparison: Comparison | None = None
    revision_ids: tuple[int, ...] = ()
    choices: tuple[tuple[int, str], ...] = ()
    project_ids: tuple[int, ...] = ()
    page_url: str = ""
    subject_language: str = ""
    menu_key: str = "desk"


def render_confirmation(confirmation: Confirmation, *, error: PortalError | None = None, status: int = 200) -> Response:
    """Render the page; after a refusal, with the errors and the submitted values."""
    problems = actions.error_messages(error) if error else ()
    body = render_template(
        "review/confirmation.html", confirmation=confirmation, problems=problems, key=idempotency.new_key()
    )
    return make_response(body, status)
