"""An author at a portal that runs as an operator would run it: what is served, and what is sent to it."""

from contextlib import contextmanager
from pathlib import Path

from deploy import rehearsal
from portal.database.transactions import begin_writing
from portal.services.editorial import idempotency
from tests.factories import COMPLETE, Office
from tests.over_http import backstage

NEW = "/staff/projects/new"


def form(title, *, action="submit", csrf_token=""):
    """A whole form of a new project, with a key of its own, as a browser sends it."""
    values = COMPLETE.as_json() | {
        "title": title, "note": "Typed for an hour: ünï <b>&amp;</b>", "action": action, "csrf_token": csrf_token,
        "key": idempotency.new_key(), "page_key": idempotency.new_key(), "version": "0", "base_version": "0",
    }  # fmt: skip
    return [
        (name, one)
        for name, value in values.items()
        for one in (["", *value] if isinstance(value, list | tuple) else [value or ""])
    ]


@contextmanager
def served(database):
    """gunicorn on a database with the sample records: (Rehearsed, its db.session, an Office of it)."""
    with rehearsal.bare(database) as portal, backstage(database) as session:
        begin_writing(session())
        try:
            yield portal, session, Office(session())
        except BaseException:
            print(portal.log()[-10_000:])
            raise


def workers(server):
    """The process ids of a server's workers, without the health listener."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return [int(pid) for pid in children if not is_health_listener(pid)]


def is_health_listener(pid):
    try:
        return b"portal.health" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        # It has just ended.
        return False
