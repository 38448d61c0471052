"""What keeps the database from answering, in words for an operator: what happened and what to do next."""

from __future__ import annotations

_DRIVERS = ("pysqlite3", "sqlite3", "psycopg")
_MIGRATE = "The database has not the tables that this version of the portal needs ({}): run portal migrate."
_LACKS = (("no such table", "no such column"), ("42P01", "42703"))
_OF_SQLITE = {
    "file is not a database": "DATABASE_URL names a file that is no database of the portal ({}): correct it.",
    "malformed": "The database is damaged ({}): put a backup in its place.",
    "unable to open": "The database cannot be opened ({}): correct DATABASE_URL or the rights of the folder.",
    "readonly": "The database cannot be written ({}): correct the rights of the file and its folder.",
    "full": "The disk is full ({}): make room, then run this again.",
}
_NO_ANSWER = "The database did not answer or was busy for too long ({}): see that it runs, then run this again."


def said(why: Exception) -> str:
    """One sentence about an error of the database, or "" for one that is a fault of the program."""
    cause = getattr(why, "orig", None) or why
    if not type(cause).__module__.startswith(_DRIVERS):
        return ""
    message = (str(cause).strip() or type(cause).__name__).splitlines()[0]
    texts, states = _LACKS
    state = getattr(cause, "sqlstate", None)
    if state in states or any(text in message for text in texts):
        return _MIGRATE.format(message)
    for text, words in _OF_SQLITE.items():
        if state is None and text in message:
            return words.format(message)
    is_away = any(kind.__name__ == "OperationalError" for kind in type(cause).__mro__)
    return _NO_ANSWER.format(message) if is_away else ""
