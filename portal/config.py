"""Settings: read from the environment once at startup, then never changed."""

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

# Local health checks send these host names. No link is ever built from the host name of a request.
_LOOPBACK_HOSTS = ("127.0.0.1", "localhost")
_LOOPBACK_ADDRESSES = "127.0.0.1,::1"

MIN_SECRET_KEY_LENGTH = 32

# Former names of settings; they still work in this release.
_FORMER_NAMES = {
    "SECRET_KEY_BEFORE": "SECRET_KEY_FALLBACKS",
    "PORTAL_FORWARDED": "PORTAL_TRUSTED_PROXIES",
    "PORTAL_PROXIES": "PORTAL_PROXY_COUNT",
}

Networks = tuple[IPv4Network | IPv6Network, ...]


def parse_networks(text: str) -> Networks:
    """Parse addresses and networks separated by commas. Raises ConfigurationError."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise ConfigurationError(
            f"PORTAL_TRUSTED_PROXIES is {text!r}: list addresses or networks, such as 10.0.0.0/8, separated by commas."
        ) from error


def with_current_names(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment in which former names also set the current ones, unless those are set themselves."""
    former = {current: environ[name] for name, current in _FORMER_NAMES.items() if name in environ}
    return former | dict(environ)


@dataclass(frozen=True)
class Settings:
    """Everything an operator can configure.

    `public_url` is the address that visitors use, without a trailing slash; links that leave the site are built from
    it, never from the request. `threads` is the number per worker. `has_pgbouncer`: PgBouncer runs between the portal
    and PostgreSQL. `reader_url` connects to PostgreSQL with the role for public requests (see database.public_reader).
    `max_staleness` is how many seconds a process uses its snapshot without asking the database for changes;
    `page_cache_bytes` limits the rendered pages cached per process. `secret_key_fallbacks` are previous keys, which
    still decrypt; `has_persistent_key` is False if the key was generated for this start. `has_separate_styles` links
    each style sheet separately, so that browser tools name the source file. `proxy_count` is the number of reverse
    proxies in front (0 or 1), `trusted_proxies` the addresses they connect from.
    """

    database_url: str
    secret_key: str = field(repr=False)
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
        """The host names that a production portal answers to."""
        return (urlsplit(self.public_url).hostname or "", *_LOOPBACK_HOSTS)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read DATABASE_URL, SECRET_KEY, PORT and the variables that begin with PORTAL_ (see README.md).

        Raises ConfigurationError with one line that names the variable and what to do.
        """
        environ = with_current_names(environ)
        is_production = _is_production(environ)
        secret_key = _read_secret_key(environ, is_production=is_production)
        return cls(
            database_url=environ.get("DATABASE_URL") or f"sqlite:///{default_database()}",
            secret_key=secret_key or secrets.token_hex(32),
            secret_key_fallbacks=tuple(environ.get("SECRET_KEY_FALLBACKS", "").split()),
            has_persistent_key=bool(secret_key),
            is_production=is_production,
            has_separate_styles=_has_separate_styles(environ, is_production=is_production),
            threads=_read_threads(environ),
            has_pgbouncer=environ.get("PORTAL_PGBOUNCER") == "1",
            reader_url=environ.get("PORTAL_READER_URL", ""),
            page_cache_bytes=read_megabytes(environ, "PORTAL_PAGE_CACHE", cls.page_cache_bytes),
            public_url=_read_public_url(environ, is_production=is_production),
            operator=environ.get("PORTAL_OPERATOR", cls.operator),
            contact=environ.get("PORTAL_CONTACT", cls.contact),
            proxy_count=_read_proxy_count(environ),
            trusted_proxies=parse_networks(environ.get("PORTAL_TRUSTED_PROXIES") or _LOOPBACK_ADDRESSES),
            **_mail_settings(environ),
        )


def default_database() -> Path:
    """The default SQLite file: in the checkout or, for an installed wheel, in the working directory."""
    folder = Path.cwd() if ROOT == _PACKAGE else ROOT
    return folder / "instance" / "portal.db"


def _is_production(environ: Mapping[str, str]) -> bool:
    stage = environ.get("PORTAL_ENV") or "development"
    if stage not in ("development", "production"):
        raise ConfigurationError(f"PORTAL_ENV is {stage!r}: set it to development or production.")
    return stage == "production"


def _read_secret_key(environ: Mapping[str, str], *, is_production: bool) -> str:
    """The operator's secret key; empty in development if none is set."""
    secret_key = environ.get("SECRET_KEY", "")
    if is_production and len(secret_key) < MIN_SECRET_KEY_LENGTH:
        raise ConfigurationError(
            f"SECRET_KEY is not set, or is shorter than {MIN_SECRET_KEY_LENGTH} characters: a production start needs "
            "one. Make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'"
        )
    return secret_key


def _has_separate_styles(environ: Mapping[str, str], *, is_production: bool) -> bool:
    """PORTAL_DEV=1, set by `make dev`."""
    has_dev_flag = environ.get("PORTAL_DEV") == "1"
    if has_dev_flag and is_production:
        raise ConfigurationError("PORTAL_DEV is 1 and PORTAL_ENV is production: leave PORTAL_DEV out in production.")
    return has_dev_flag


def _read_threads(environ: Mapping[str, str]) -> int:
    threads = environ.get("PORTAL_THREADS") or str(Settings.threads)
    if not threads.isdecimal() or int(threads) < 1:
        raise ConfigurationError(f"PORTAL_THREADS is {threads!r}: set it to a whole number from 1 up, or leave it out.")
    return int(threads)


def _read_public_url(environ: Mapping[str, str], *, is_production: bool) -> str:
    public_url = environ.get("PORTAL_URL", "")
    if is_production and not public_url:
        raise ConfigurationError(
            "PORTAL_URL is not set: a production start needs the address visitors use, such as "
            "https://projects.example.org; requests under other names are refused."
        )
    public_url = (public_url or f"http://127.0.0.1:{environ.get('PORT', '8000')}").rstrip("/")
    parts = urlsplit(public_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(f"PORTAL_URL is {public_url!r}: set an address such as https://projects.example.org.")
    return public_url


def _read_proxy_count(environ: Mapping[str, str]) -> int:
    count = environ.get("PORTAL_PROXY_COUNT") or "0"
    if count not in ("0", "1"):
        raise ConfigurationError(f"PORTAL_PROXY_COUNT is {count!r}: set it to 1 behind a reverse proxy, 0 without one.")
    return int(count)


def read_megabytes(environ: Mapping[str, str], name: str, default: int) -> int:
    """Read a size that the environment gives in megabytes; return it in bytes."""
    megabytes = environ.get(name) or str(default // 1_000_000)
    if not megabytes.isdecimal():
        raise ConfigurationError(f"{name} is {megabytes!r}: set it to a whole number of megabytes, or 0 for none.")
    return int(megabytes) * 1_000_000


def _mail_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """PORTAL_SMTP_HOST, _PORT, _SECURITY, _USER, _PASSWORD and _FROM; without a host, no mail is sent."""
    security = environ.get("PORTAL_SMTP_SECURITY", Settings.smtp_security)
    if security not in ("starttls", "tls", "none"):
        raise ConfigurationError(f"PORTAL_SMTP_SECURITY is {security!r}: set it to starttls, tls or none.")
    port = environ.get("PORTAL_SMTP_PORT", "465" if security == "tls" else "587")
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ConfigurationError(f"PORTAL_SMTP_PORT is {port!r}: set it to a port number, such as 587.")
    host, sender = environ.get("PORTAL_SMTP_HOST", ""), environ.get("PORTAL_SMTP_FROM", "")
    if host and "@" not in sender:
        raise ConfigurationError(
            "PORTAL_SMTP_HOST is set but PORTAL_SMTP_FROM is not: set it to the sender's e-mail address."
        )
    user, password = environ.get("PORTAL_SMTP_USER", ""), environ.get("PORTAL_SMTP_PASSWORD", "")
    if user and security == "none":
        raise ConfigurationError(
            "PORTAL_SMTP_SECURITY is none but PORTAL_SMTP_USER is set: a password must not be sent unencrypted."
        )
    return {
        "smtp_host": host,
        "smtp_port": int(port),
        "smtp_security": security,
        "smtp_user": user,
        "smtp_password": password,
        "smtp_from": sender,
    }
