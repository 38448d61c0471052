"""A question before a step that is not easily taken back: what will happen, in full, and one button that says it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import make_response, render_template
from werkzeug.wrappers import Response

from portal.errors import PortalError
from portal.services.editorial import idempotency
from portal.web.review import actions
from portal.web.review.comparison import Comparison


@dataclass(frozen=True)
class Question:
    """`points` are what will happen, one sentence each; `asks` names what must be typed: "", "reason", "moment" or
    "day"; `stands` is what is set already, in the form of its control.

    `numbers` are the revisions it is about when there are several; `comparison` is printed below the points.
    """

    heading: str
    about: str
    points: tuple[str, ...]
    action: str
    button: str
    back: str
    version: int = 0
    asks: str = ""
    stands: str = ""
    is_dangerous: bool = False
    comparison: Comparison | None = None
    numbers: tuple[int, ...] = ()


def ask(question: Question, *, why: PortalError | None = None, status: int = 200) -> Response:
    """The page of the question; after a refusal with its reasons and with what was typed."""
    problems = actions.sentences(why) if why else ()
    body = render_template("review/confirmation.html", q=question, problems=problems, key=idempotency.fresh_key())
    return make_response(body, status)
