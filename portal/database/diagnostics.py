"""Database errors as sentences for an operator: what happened and what to do."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# The database is down, busy or full, or all connections to it are in use: later it will do.
UNAVAILABLE = (OperationalError, PoolTimeout)
_DRIVER_MODULES = ("pysqlite3", "sqlite3", "psycopg")
_NOT_MIGRATED = "The database does not have the tables that this version of the portal needs ({}): run portal migrate."
_MISSING_TABLE_ERRORS = (("no such table", "no such column"), ("42P01", "42703"))
_SQLITE_ADVICE = {
    "file is not a database": "DATABASE_URL names a file that is not a database of the portal ({}): correct it.",
    "malformed": "The database is damaged ({}): restore a backup.",
    "unable to open": "The database cannot be opened ({}): correct DATABASE_URL or the permissions of the folder.",
    "readonly": "The database cannot be written ({}): correct the permissions of the file and its folder.",
    "disk I/O": "The disk is full or fails ({}): see df -h and dmesg, then run this again.",
    "full": "The disk is full ({}): free some space, then run this again.",
}
_UNAVAILABLE = "The database did not answer or was busy for too long ({}): check that it runs, then run this again."


def describe_error(error: Exception) -> str:
    """A sentence about a database error for which the operator can act; "" for any other exception."""
    cause = getattr(error, "orig", None) or error
    if not type(cause).__module__.startswith(_DRIVER_MODULES):
        return ""
    message = (str(cause).strip() or type(cause).__name__).splitlines()[0]
    texts, states = _MISSING_TABLE_ERRORS
    state = getattr(cause, "sqlstate", None)
    if state in states or any(text in message for text in texts):
        return _NOT_MIGRATED.format(message)
    for text, advice in _SQLITE_ADVICE.items():
        if state is None and text in message:
            return advice.format(message)
    is_unavailable = any(kind.__name__ == "OperationalError" for kind in type(cause).__mro__)
    return _UNAVAILABLE.format(message) if is_unavailable else ""
