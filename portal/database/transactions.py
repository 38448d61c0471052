"""Write transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session


def begin_writing(session: Session) -> None:
    """Begin a transaction that may write from its first statement on (see database.orm).

    Call it first: it rolls back whatever the session did since its last commit.
    """
    session.rollback()
    session.connection(execution_options={"writes": True})


@contextmanager
def transaction(session: Session, *, begin: bool = True) -> Iterator[Session]:
    """Run the block in one write transaction: commit at its end, roll back on any error.

    `begin=False` is for a block that begins the transaction itself, for example after it has hashed a password.
    """
    try:
        if begin:
            begin_writing(session)
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
