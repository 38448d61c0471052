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


def begin_reading(session: Session) -> None:
    """Begin a transaction that sees one state of the database until its end, whatever others write.

    Call it first: it rolls back whatever the session did since its last commit.
    """
    session.rollback()
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    # SQLite has no other level.
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"} if is_postgresql else {})


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
