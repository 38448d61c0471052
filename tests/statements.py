"""What is sent to a database."""

from contextlib import contextmanager

from sqlalchemy import event


@contextmanager
def sent(engine):
    """A list that takes in each statement of the block, with its parameters."""
    found = []
    event.listen(engine, "before_cursor_execute", note := lambda *given: found.append(given[2:4]))
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)
