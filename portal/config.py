"""Settings: read once from the environment, frozen, handed to the application. Only app.py reads this."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from portal.errors import Misconfigured

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Everything an operator can decide.

    `public_url` is the address visitors use (no trailing slash); links that leave the site are built
    from it, never from the request. `threads` are those of one worker; `has_pgbouncer` says that PgBouncer
    stands between the portal and PostgreSQL. `patience` is how many seconds the state of the catalogue is
    believed without a look at the database; `page_cache` how many bytes of rendered pages a process keeps.
    """

    database_url: str
    secret_key: str
    is_production: bool = False
    threads: int = 8
    has_pgbouncer: bool = False
    public_url: str = "http://127.0.0.1:8000"
    name_small: str = "IOM"
    name: str = "Development Fund"
    operator: str = "the operator of this portal"
    contact: str = ""
    patience: float = 0.05
    page_cache: int = 32_000_000

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read DATABASE_URL, SECRET_KEY, PORT and what begins with PORTAL_ (see README.md).

        Raises Misconfigured with one line that names the variable and what to do.
        """
        stage = environ.get("PORTAL_ENV", "development")
        if stage not in ("development", "production"):
            raise Misconfigured(f"PORTAL_ENV is {stage!r}: set it to development or production.")
        is_production = stage == "production"
        secret_key = environ.get("SECRET_KEY", "")
        if is_production and len(secret_key) < 32:
            raise Misconfigured(
                "SECRET_KEY is not set, or is shorter than 32 characters: a production start needs one. "
                "Make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'"
            )
        threads = environ.get("PORTAL_THREADS") or str(cls.threads)
        if not threads.isdecimal() or int(threads) < 1:
            raise Misconfigured(f"PORTAL_THREADS is {threads!r}: set it to a whole number from 1 on, or leave it out.")
        port = environ.get("PORT", "8000")
        return cls(
            database_url=environ.get("DATABASE_URL") or f"sqlite:///{ROOT / 'instance' / 'portal.db'}",
            secret_key=secret_key or secrets.token_hex(32),
            is_production=is_production,
            threads=int(threads),
            has_pgbouncer=environ.get("PORTAL_PGBOUNCER") == "1",
            public_url=environ.get("PORTAL_URL", f"http://127.0.0.1:{port}").rstrip("/"),
            operator=environ.get("PORTAL_OPERATOR", cls.operator),
            contact=environ.get("PORTAL_CONTACT", cls.contact),
            page_cache=megabytes(environ, "PORTAL_PAGE_CACHE", cls.page_cache),
        )


def megabytes(environ: Mapping[str, str], name: str, default: int) -> int:
    """A size in megabytes from the environment, in bytes."""
    given = environ.get(name) or str(default // 1_000_000)
    if not given.isdecimal():
        raise Misconfigured(f"{name} is {given!r}: set it to a whole number of megabytes, 0 for none.")
    return int(given) * 1_000_000
