"""The real servers, started once a run as an operator would start them."""

import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy import rehearsal
from tests.requirements import lacks


@pytest.fixture(scope="session", autouse=True)
def migrated_once(tmp_path_factory):
    """A portal on a new SQLite file begins with a copy of one that was migrated before in the run."""
    ready, migrate = tmp_path_factory.mktemp("migrated") / "portal.db", rehearsal.migrate

    def copied(environ):
        kind, _, path = environ["DATABASE_URL"].partition(":///")
        if kind != "sqlite" or Path(path).exists():
            return migrate(environ)
        if not ready.exists():
            migrate(environ | {"DATABASE_URL": f"sqlite:///{ready}"})
        shutil.copy(ready, path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rehearsal, "migrate", copied)
        yield


@pytest.fixture(scope="session")
def gunicorn():
    """gunicorn alone with the sample records."""
    with rehearsal.bare() as portal:
        yield portal


@contextmanager
def or_lacking(rehearsed):
    """The rehearsal, or the reason why it cannot be held here."""
    try:
        portal = rehearsed.__enter__()
    except rehearsal.Lacking as why:
        what, _, remedy = str(why).partition(": ")
        lacks(what, remedy)
    try:
        yield portal
    finally:
        rehearsed.__exit__(None, None, None)


@pytest.fixture(scope="session")
def proxied():
    """gunicorn behind nginx, over plain HTTP."""
    with or_lacking(rehearsal.behind_nginx()) as portal:
        yield portal


@pytest.fixture(scope="session")
def secure():
    """gunicorn behind nginx, over HTTPS with a certificate of its own."""
    with or_lacking(rehearsal.behind_nginx(is_secure=True)) as portal:
        yield portal
