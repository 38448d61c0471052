"""Dumps of a PostgreSQL database in the custom format of pg_dump, made and read with PostgreSQL's own programs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import URL, Connection, text

from portal.errors import PortalError
from portal.services.operations.backups.manifest import Counts

_HEADER = b"PGDMP"
_COPY = re.compile(rb'COPY (?:public|"public")\.("?)(\w+)\1 \(.*\) FROM stdin;\n')
_COUNTED = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


class ProgramFailed(PortalError):
    """A program of PostgreSQL is missing or failed; the message is its first line."""


def is_dump(path: Path) -> bool:
    """Whether the file begins as a dump in the custom format does."""
    with path.open("rb") as file:
        return file.read(len(_HEADER)) == _HEADER


def dump(url: URL, connection: Connection, target: Path) -> Counts:
    """Write a dump of the state that the transaction of `connection` sees; return the rows of each table in it."""
    snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
    with target.open("wb") as output:
        run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--dbname={address(url)}", url=url, output=output)
    return count_rows(connection)


def count_rows(connection: Connection) -> Counts:
    """The number of rows of each table of the portal."""
    names = connection.execute(text(_COUNTED)).scalars().all()
    counted = (text(f'SELECT count(*) FROM public."{name}"') for name in names)  # noqa: S608 # no input
    return {name: connection.execute(one).scalar_one() for name, one in zip(names, counted, strict=True)}


def count_dumped_rows(path: Path) -> Counts:
    """Read a dump to its end and count the rows of each table. Raises ProgramFailed if it cannot be read."""
    counts: Counts = {}
    with _script(path) as lines:
        table = ""
        for line in lines:
            if table and line == b"\\.\n":
                table = ""
            elif table:
                counts[table] += 1
            elif begins := _COPY.fullmatch(line):
                table = begins[2].decode()
                counts[table] = 0
    return counts


def run(program: str, *arguments: str | Path, url: URL | None = None, output: IO[bytes] | int = subprocess.PIPE) -> str:
    """Run a program of PostgreSQL to its end; return what it printed. Raises ProgramFailed."""
    command = [_path(program), *map(str, arguments)]
    done = subprocess.run(command, stdout=output, stderr=subprocess.PIPE, env=_environment(url), check=False)  # noqa: S603
    if done.returncode:
        raise ProgramFailed(_first_error(program, done.stderr))
    return done.stdout.decode() if done.stdout else ""


def address(url: URL) -> str:
    """The address of a database for these programs, without its password, which other users could see."""
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)


@contextmanager
def _script(path: Path) -> Iterator[Iterator[bytes]]:
    """The lines of SQL that a dump stands for."""
    command = [_path("pg_restore"), "--file=-", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as reading:  # noqa: S603
        assert reading.stdout is not None and reading.stderr is not None  # noqa: S101, PT018
        yield iter(reading.stdout)
        errors = reading.stderr.read()
    if reading.returncode:
        raise ProgramFailed(_first_error("pg_restore", errors))


def _path(program: str) -> str:
    if found := shutil.which(program):
        return found
    raise ProgramFailed(f"{program} is not installed: apt-get install postgresql-client.")


def _environment(url: URL | None) -> dict[str, str]:
    password = {"PGPASSWORD": str(url.password)} if url and url.password else {}
    return {**os.environ, "LC_MESSAGES": "C", **password}


def _first_error(program: str, output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    marked = [line for line in lines if "error:" in line.lower()] or lines
    return marked[0].strip() if marked else f"{program} failed without a message."
