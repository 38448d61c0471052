"""What keeps the database from answering, in words for an operator: what happened and what to do next."""

from __future__ import annotations

_DRIVER_MODULES = ("pysqlite3", "sqlite3", "psycopg")
_NOT_MIGRATED = "The database has not the tables that this version of the portal needs ({}): run portal migrate."
_MISSING_TABLE_ERRORS = (("no such table", "no such column"), ("42P01", "42703"))
_SQLITE_ADVICE = {
    "file is not a database": "DATABASE_URL names a file that is no database of the portal ({}): correct it.",
    "malformed": "The database is damaged ({}): put a backup in its place.",
    "unable to open": "The database cannot be opened ({}): correct DATABASE_URL or the rights of the folder.",
    "readonly": "The database cannot be written ({}): correct the rights of the file and its folder.",
    "full": "The disk is full ({}): make room, then run this again.",
}
_UNAVAILABLE = "The database did not answer or was busy for too long ({}): see that it runs, then run this again."


def describe_error(error: Exception) -> str:
    """One sentence about an error of the database, or "" for one that is a fault of the program."""
    cause = getattr(error, "orig", None) or error
    if not type(cause).__module__.startswith(_DRIVER_MODULES):
        return ""
    message = (str(cause).strip() or type(cause).__name__).splitlines()[0]
    texts, states = _MISSING_TABLE_ERRORS
    state = getattr(cause, "sqlstate", None)
    if state in states or any(text in message for text in texts):
        return _NOT_MIGRATED.format(message)
    for text, words in _SQLITE_ADVICE.items():
        if state is None and text in message:
            return words.format(message)
    is_away = any(kind.__name__ == "OperationalError" for kind in type(cause).__mro__)
    return _UNAVAILABLE.format(message) if is_away else ""
