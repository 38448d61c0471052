"""Beginning a transaction that writes."""

from __future__ import annotations

from sqlalchemy.orm import Session


def begin_writing(session: Session) -> None:
    """Begin a transaction that may write from its first statement on (see database.orm).

    Whatever the session did since its last commit is undone, so call it first.
    """
    session.rollback()
    session.connection(execution_options={"writes": True})
