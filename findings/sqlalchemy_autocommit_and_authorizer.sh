#!/usr/bin/env bash
# SQLAlchemy 2.1.9 over SQLite: a connection with isolation_level="AUTOCOMMIT" sends no pragma when it is taken, and none
# with its statements, but "PRAGMA read_uncommitted = 0" when it goes back to its pool. Under an authorizer that lets
# statements read and refuses pragmas, the read therefore succeeds and the end of the block raises "not authorized".
# The ordinary connection of the same engine needs no pragma. Whoever restricts readers of SQLite by an authorizer
# leaves transactions out in another way (an option of the connection that its listener for "begin" looks at).
#
# Output seen on 2026-11-30:
#   ordinary:   read 1, refused: none, end: fine
#   AUTOCOMMIT: read 1, refused: read_uncommitted, end: DatabaseError not authorized
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check sqlalchemy==2.1.9
"$folder/venv/bin/python" - "$folder/one.db" <<'PYTHON'
import sqlite3
import sys

from sqlalchemy import create_engine, event, text

refused = []


def authorize(action, subject, *_):
    if action == sqlite3.SQLITE_PRAGMA:
        refused.append(subject)
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def outcome(**options):
    engine = create_engine(f"sqlite:///{sys.argv[1]}")
    with engine.connect():
        pass  # what SQLAlchemy asks of a database once
    event.listen(engine, "checkout", lambda connection, *_: connection.set_authorizer(authorize))
    refused.clear()
    end = "fine"
    try:
        with engine.connect() as connection:
            value = connection.execution_options(**options).execute(text("SELECT 1")).scalar_one()
    except sqlite3.DatabaseError as error:
        end = f"{type(error).__name__} {error}"
    return f"read {value}, refused: {', '.join(refused) or 'none'}, end: {end}"


ordinary, autocommit = outcome(), outcome(isolation_level="AUTOCOMMIT")
print("ordinary:  ", ordinary)
print("AUTOCOMMIT:", autocommit)
assert ordinary == "read 1, refused: none, end: fine"
assert autocommit == "read 1, refused: read_uncommitted, end: DatabaseError not authorized"
PYTHON
