"""Settings: read once from the environment, frozen, handed to the application. Only app.py reads this."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from portal.errors import ConfigurationError

_PACKAGE = Path(__file__).resolve().parent
# The folder that holds templates/ and static/: the checkout, or the package itself in a wheel (see setup.py).
ROOT = _PACKAGE if (_PACKAGE / "templates").is_dir() else _PACKAGE.parent

# Health checks on the machine itself ask by these names; no link is ever built from the name asked for.
_LOOPBACK_HOSTS = ("127.0.0.1", "localhost")
_LOOPBACK_ADDRESSES = "127.0.0.1,::1"

# Settings that had another name; the former one still works in this release.
_FORMER_NAMES = {
    "SECRET_KEY_BEFORE": "SECRET_KEY_FALLBACKS",
    "PORTAL_FORWARDED": "PORTAL_TRUSTED_PROXIES",
    "PORTAL_PROXIES": "PORTAL_PROXY_COUNT",
}

Networks = tuple[IPv4Network | IPv6Network, ...]


def parse_networks(text: str) -> Networks:
    """Read addresses and networks, separated by commas; raise ConfigurationError."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as why:
        raise ConfigurationError(
            f"PORTAL_TRUSTED_PROXIES is {text!r}: list addresses or networks, such as 10.0.0.0/8, separated by commas."
        ) from why


def with_current_names(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment with values of former names under their current ones, which win; for one release."""
    former = {current: environ[name] for name, current in _FORMER_NAMES.items() if name in environ}
    return former | dict(environ)


@dataclass(frozen=True)
class Settings:
    """Everything an operator can decide.

    `public_url` is the address visitors use (no trailing slash); links that leave the site are built
    from it, never from the request. `threads` are those of one worker; `has_pgbouncer` says that PgBouncer
    stands between the portal and PostgreSQL. `reader_url` is PostgreSQL under the role of public requests (see
    models.reader). `patience` is how many seconds the state of the catalogue is believed without a look at the
    database; `page_cache` how many bytes of rendered pages a process keeps. `former_keys` are secret keys of
    earlier, which still open what they sealed; `has_lasting_key` is False when the key was made up for this start.
    `has_separate_styles` links each style sheet separately, so that browser tools name the source file.
    `proxies` is how many reverse proxies stand in front (0 or 1), `forwarded` the addresses they connect from.
    """

    database_url: str
    secret_key: str
    secret_key_fallbacks: tuple[str, ...] = field(default=(), repr=False)
    has_persistent_key: bool = True
    is_production: bool = False
    has_separate_styles: bool = False
    threads: int = 8
    has_pgbouncer: bool = False
    reader_url: str = field(default="", repr=False)
    public_url: str = "http://127.0.0.1:8000"
    name_prefix: str = "IOM"
    name: str = "Development Fund"
    operator: str = "the operator of this portal"
    contact: str = ""
    max_staleness: float = 0.05
    page_cache_bytes: int = 32_000_000
    proxy_count: int = 0
    trusted_proxies: Networks = ()
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_from: str = ""

    @property
    def trusted_hosts(self) -> tuple[str, ...]:
        """The names that a production portal answers under."""
        return (urlsplit(self.public_url).hostname or "", *_LOOPBACK_HOSTS)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read DATABASE_URL, SECRET_KEY, PORT and what begins with PORTAL_ (see README.md).

        Raises ConfigurationError with one line that names the variable and what to do.
        """
        environ = with_current_names(environ)
        stage = environ.get("PORTAL_ENV") or "development"
        if stage not in ("development", "production"):
            raise ConfigurationError(f"PORTAL_ENV is {stage!r}: set it to development or production.")
        is_production = stage == "production"
        secret_key = environ.get("SECRET_KEY", "")
        if is_production and len(secret_key) < 32:
            raise ConfigurationError(
                "SECRET_KEY is not set, or is shorter than 32 characters: a production start needs one. "
                "Make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'"
            )
        threads = environ.get("PORTAL_THREADS") or str(cls.threads)
        if not threads.isdecimal() or int(threads) < 1:
            raise ConfigurationError(
                f"PORTAL_THREADS is {threads!r}: set it to a whole number from 1 on, or leave it out."
            )
        public_url = environ.get("PORTAL_URL", "")
        if is_production and not public_url:
            raise ConfigurationError(
                "PORTAL_URL is not set: a production start needs the address visitors use, such as "
                "https://projects.example.org; requests under other names are refused."
            )
        public_url = (public_url or f"http://127.0.0.1:{environ.get('PORT', '8000')}").rstrip("/")
        address = urlsplit(public_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ConfigurationError(
                f"PORTAL_URL is {public_url!r}: set an address such as https://projects.example.org."
            )
        proxies = environ.get("PORTAL_PROXY_COUNT") or "0"
        if proxies not in ("0", "1"):
            raise ConfigurationError(
                f"PORTAL_PROXY_COUNT is {proxies!r}: set it to 1 behind a reverse proxy, else to 0."
            )
        return cls(
            database_url=environ.get("DATABASE_URL") or f"sqlite:///{default_database()}",
            secret_key=secret_key or secrets.token_hex(32),
            secret_key_fallbacks=tuple(environ.get("SECRET_KEY_FALLBACKS", "").split()),
            has_persistent_key=bool(secret_key),
            is_production=is_production,
            has_separate_styles=_has_separate_styles(environ, is_production=is_production),
            threads=int(threads),
            has_pgbouncer=environ.get("PORTAL_PGBOUNCER") == "1",
            reader_url=environ.get("PORTAL_READER_URL", ""),
            page_cache_bytes=read_megabytes(environ, "PORTAL_PAGE_CACHE", cls.page_cache_bytes),
            public_url=public_url,
            operator=environ.get("PORTAL_OPERATOR", cls.operator),
            contact=environ.get("PORTAL_CONTACT", cls.contact),
            proxy_count=int(proxies),
            trusted_proxies=parse_networks(environ.get("PORTAL_TRUSTED_PROXIES") or _LOOPBACK_ADDRESSES),
            **_mail_settings(environ),
        )


def default_database() -> Path:
    """The default SQLite file: in the checkout or, for an installed wheel, in the working directory."""
    folder = Path.cwd() if ROOT == _PACKAGE else ROOT
    return folder / "instance" / "portal.db"


def _has_separate_styles(environ: Mapping[str, str], *, is_production: bool) -> bool:
    """PORTAL_DEV=1, set by `make dev`."""
    is_wanted = environ.get("PORTAL_DEV") == "1"
    if is_wanted and is_production:
        raise ConfigurationError("PORTAL_DEV is 1 and PORTAL_ENV is production: leave PORTAL_DEV out in production.")
    return is_wanted


def read_megabytes(environ: Mapping[str, str], name: str, default: int) -> int:
    """A size in megabytes from the environment, in bytes."""
    given = environ.get(name) or str(default // 1_000_000)
    if not given.isdecimal():
        raise ConfigurationError(f"{name} is {given!r}: set it to a whole number of megabytes, 0 for none.")
    return int(given) * 1_000_000


def _mail_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """PORTAL_SMTP_HOST, _PORT, _SECURITY, _USER, _PASSWORD and _FROM; all may be missing, then no mail is sent."""
    security = environ.get("PORTAL_SMTP_SECURITY", Settings.smtp_security)
    if security not in ("starttls", "tls", "none"):
        raise ConfigurationError(f"PORTAL_SMTP_SECURITY is {security!r}: set it to starttls, tls or none.")
    port = environ.get("PORTAL_SMTP_PORT", "465" if security == "tls" else "587")
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ConfigurationError(f"PORTAL_SMTP_PORT is {port!r}: set it to the number of a port, such as 587.")
    host, sender = environ.get("PORTAL_SMTP_HOST", ""), environ.get("PORTAL_SMTP_FROM", "")
    if host and "@" not in sender:
        raise ConfigurationError(
            "PORTAL_SMTP_HOST is set but PORTAL_SMTP_FROM is not: set it to the sender's e-mail address."
        )
    user, password = environ.get("PORTAL_SMTP_USER", ""), environ.get("PORTAL_SMTP_PASSWORD", "")
    if user and security == "none":
        raise ConfigurationError(
            "PORTAL_SMTP_SECURITY is none but PORTAL_SMTP_USER is set: a password must not travel in clear."
        )
    return {
        "smtp_host": host,
        "smtp_port": int(port),
        "smtp_security": security,
        "smtp_user": user,
        "smtp_password": password,
        "smtp_from": sender,
    }
