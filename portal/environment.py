"""Reading single settings from the environment, each with one line that says what is wrong with a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import urlsplit

from portal import logs
from portal.errors import ConfigurationError
from portal.i18n.languages import DEFAULT_CODES, LANGUAGES, SOURCE

# Local health checks send these host names. No link is ever built from the host name of a request.
LOOPBACK_HOSTS = ("127.0.0.1", "localhost")
_LOOPBACK_ADDRESSES = "127.0.0.1,::1"

DEFAULT_HEALTH_BIND = "127.0.0.1:9100"

# Former names of settings; they still work in this release.
_FORMER_NAMES = {
    "SECRET_KEY_BEFORE": "SECRET_KEY_FALLBACKS",
    "PORTAL_FORWARDED": "PORTAL_TRUSTED_PROXIES",
    "PORTAL_PROXIES": "PORTAL_PROXY_COUNT",
}

# An identifier of an organisation has no other characters; the types are the code list OrganisationType of IATI.
_IATI_ORGANISATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]*")
_IATI_ORGANISATION_TYPES = (
    "10", "11", "15", "21", "22", "23", "24", "30", "40", "60", "70", "71", "72", "73", "80", "90"
)  # fmt: skip

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


def is_production(environ: Mapping[str, str]) -> bool:
    """PORTAL_ENV; refuses debug mode in production."""
    stage = environ.get("PORTAL_ENV") or "development"
    if stage not in ("development", "production"):
        raise ConfigurationError(f"PORTAL_ENV is {stage!r}: set it to development or production.")
    if stage == "production" and environ.get("FLASK_DEBUG", "0").lower() not in ("", "0", "false", "no"):
        raise ConfigurationError(
            "FLASK_DEBUG is set and PORTAL_ENV is production: leave FLASK_DEBUG out, since it shows code to visitors."
        )
    return stage == "production"


def has_separate_styles(environ: Mapping[str, str], *, is_production: bool) -> bool:
    """PORTAL_DEV=1, set by `make dev`."""
    has_dev_flag = environ.get("PORTAL_DEV") == "1"
    if has_dev_flag and is_production:
        raise ConfigurationError("PORTAL_DEV is 1 and PORTAL_ENV is production: leave PORTAL_DEV out in production.")
    return has_dev_flag


def needs_second_administrator(environ: Mapping[str, str]) -> bool:
    """PORTAL_SECOND_ADMINISTRATOR=1: a new administrator needs the confirmation of another one."""
    value = environ.get("PORTAL_SECOND_ADMINISTRATOR") or "0"
    if value not in ("0", "1"):
        raise ConfigurationError(
            f"PORTAL_SECOND_ADMINISTRATOR is {value!r}: set it to 1 if a new administrator needs a second one's "
            "confirmation, else leave it out."
        )
    return value == "1"


def read_threads(environ: Mapping[str, str], default: int) -> int:
    threads = environ.get("PORTAL_THREADS") or str(default)
    if not threads.isdecimal() or int(threads) < 1:
        raise ConfigurationError(f"PORTAL_THREADS is {threads!r}: set it to a whole number from 1 up, or leave it out.")
    return int(threads)


def read_public_url(environ: Mapping[str, str], *, is_production: bool) -> str:
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
    if is_production and parts.scheme == "http" and not is_local(parts.hostname):
        raise ConfigurationError(
            f"PORTAL_URL is {public_url!r}: a production start needs an address with https, since cookies of staff are "
            "sent over https alone. Only an address of this machine may do without."
        )
    return public_url


def is_local(host: str) -> bool:
    """Whether a host name is of this machine."""
    return host in LOOPBACK_HOSTS or host == "::1" or host.endswith(".localhost")


def read_count(environ: Mapping[str, str], name: str, default: int, unit: str, zero: str = "for no limit") -> int:
    """Read a whole number of what `unit` names; `zero` says what 0 is for."""
    limit = environ.get(name) or str(default)
    if not limit.isascii() or not limit.isdigit() or len(limit) > 9:
        raise ConfigurationError(f"{name} is {limit!r}: set it to a whole number of {unit}, or 0 {zero}.")
    return int(limit)


def read_proxy_count(environ: Mapping[str, str]) -> int:
    count = environ.get("PORTAL_PROXY_COUNT") or "0"
    if count not in ("0", "1"):
        raise ConfigurationError(f"PORTAL_PROXY_COUNT is {count!r}: set it to 1 behind a reverse proxy, 0 without one.")
    return int(count)


def read_trusted_proxies(environ: Mapping[str, str]) -> Networks:
    """The addresses that the reverse proxy connects from; this machine if the setting is left out."""
    return parse_networks(environ.get("PORTAL_TRUSTED_PROXIES") or _LOOPBACK_ADDRESSES)


def read_languages(environ: Mapping[str, str], *, is_production: bool) -> tuple[str, ...]:
    """PORTAL_LANGUAGES: the codes of the languages of pages, English first; in production only those with readers."""
    text = environ.get("PORTAL_LANGUAGES") or ",".join(DEFAULT_CODES)
    codes = tuple(dict.fromkeys(code.strip() for code in text.split(",") if code.strip()))
    if unknown := [code for code in codes if code not in LANGUAGES]:
        raise ConfigurationError(
            f"PORTAL_LANGUAGES names {unknown[0]!r}: list some of {', '.join(LANGUAGES)}, separated by commas."
        )
    if SOURCE.code not in codes[:1]:
        raise ConfigurationError(
            f"PORTAL_LANGUAGES is {text!r}: begin with {SOURCE.code}, which has the addresses without a prefix and "
            "stands in for what is not translated."
        )
    if is_production and (hidden := [code for code in codes if not LANGUAGES[code].is_public]):
        raise ConfigurationError(
            f"PORTAL_LANGUAGES names {hidden[0]} and PORTAL_ENV is production: leave it out, since it is only for "
            "looking at pages."
        )
    return codes


def read_megabytes(environ: Mapping[str, str], name: str, default: int) -> int:
    """Read a size that the environment gives in megabytes; return it in bytes."""
    megabytes = environ.get(name) or str(default // 1_000_000)
    if not megabytes.isdecimal():
        raise ConfigurationError(f"{name} is {megabytes!r}: set it to a whole number of megabytes, or 0 for none.")
    return int(megabytes) * 1_000_000


def data_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """PORTAL_STATE, PORTAL_SNAPSHOTS, PORTAL_LICENCE, PORTAL_LICENCE_URL and PORTAL_360GIVING_PREFIX."""
    return {
        "state_folder": environ.get("PORTAL_STATE", ""),
        "snapshots_folder": environ.get("PORTAL_SNAPSHOTS", ""),
        "licence": environ.get("PORTAL_LICENCE", ""),
        "licence_url": environ.get("PORTAL_LICENCE_URL", ""),
        "grant_prefix": environ.get("PORTAL_360GIVING_PREFIX", ""),
    }


def iati_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """PORTAL_IATI_ORGANISATION, _NAME, _TYPE and PORTAL_IATI_PRIMARY."""
    organisation = environ.get("PORTAL_IATI_ORGANISATION", "")
    name, kind = environ.get("PORTAL_IATI_ORGANISATION_NAME", ""), environ.get("PORTAL_IATI_ORGANISATION_TYPE", "")
    is_primary = environ.get("PORTAL_IATI_PRIMARY") == "1"
    if is_primary and not organisation:
        raise ConfigurationError("PORTAL_IATI_PRIMARY is 1: set PORTAL_IATI_ORGANISATION too.")
    if organisation and not _IATI_ORGANISATION.fullmatch(organisation):
        raise ConfigurationError(
            f"PORTAL_IATI_ORGANISATION is {organisation!r}: set the identifier that IATI knows, such as XM-DAC-47066."
        )
    if organisation and (not name.strip() or kind not in _IATI_ORGANISATION_TYPES):
        raise ConfigurationError(
            "PORTAL_IATI_ORGANISATION is set: set PORTAL_IATI_ORGANISATION_NAME too, and PORTAL_IATI_ORGANISATION_TYPE "
            f"to one of {', '.join(_IATI_ORGANISATION_TYPES)} (40 is a multilateral organisation)."
        )
    return {
        "iati_organisation": organisation,
        "iati_organisation_name": name.strip(),
        "iati_organisation_type": kind,
        "is_iati_primary": is_primary,
    }


def mail_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """PORTAL_SMTP_HOST, _PORT, _SECURITY, _USER, _PASSWORD and _FROM; without a host, no mail is sent."""
    security = environ.get("PORTAL_SMTP_SECURITY", "starttls")
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


def audit_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """PORTAL_AUDIT_FOLDER, _KEY_FILE, _COPY, _MAIL and _ACCEPTED, and PORTAL_SYSLOG."""
    address = environ.get("PORTAL_AUDIT_MAIL", "")
    if address and "@" not in address:
        raise ConfigurationError(f"PORTAL_AUDIT_MAIL is {address!r}: set it to an e-mail address.")
    if address and not environ.get("PORTAL_SMTP_HOST"):
        raise ConfigurationError("PORTAL_AUDIT_MAIL is set but PORTAL_SMTP_HOST is not: no mail could be sent.")
    return {
        "audit_folder": environ.get("PORTAL_AUDIT_FOLDER", ""),
        "audit_key_file": environ.get("PORTAL_AUDIT_KEY_FILE", ""),
        "audit_copy": environ.get("PORTAL_AUDIT_COPY", ""),
        "audit_mail": address,
        "audit_accepted": read_count(environ, "PORTAL_AUDIT_ACCEPTED", 0, "leaves that you read", "for none"),
        "syslog": _parse_syslog(environ.get("PORTAL_SYSLOG", "")),
    }


def _parse_syslog(text: str) -> str | tuple[str, int] | None:
    """The path of a socket, or host and port; None if nothing is set."""
    if not text or text.startswith("/"):
        return text or None
    host, _, port = text.rpartition(":")
    if not host.strip("[]") or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ConfigurationError(
            f"PORTAL_SYSLOG is {text!r}: set it to the path of a socket, such as /dev/log, or to host:port."
        )
    return host.strip("[]"), int(port)


def monitoring_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """PORTAL_LOG_FORMAT, PORTAL_HEALTH_BIND and PORTAL_ALERTS_TO."""
    return {
        "log_format": _read_log_format(environ),
        "health_bind": _read_health_bind(environ),
        "alerts_to": environ.get("PORTAL_ALERTS_TO") or environ.get("PORTAL_CONTACT", ""),
    }


def _read_log_format(environ: Mapping[str, str]) -> str:
    """How lines of the log are written: "json", the default in production, or "plain"."""
    style = logs.style_of(environ)
    if style not in ("json", "plain"):
        raise ConfigurationError(f"PORTAL_LOG_FORMAT is {style!r}: set it to json or plain.")
    return style


def _read_health_bind(environ: Mapping[str, str]) -> str:
    """Where the health listener answers, host:port; "" if it is "off"."""
    text = environ.get("PORTAL_HEALTH_BIND") or DEFAULT_HEALTH_BIND
    if text == "off":
        return ""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65_536:
        raise ConfigurationError(f"PORTAL_HEALTH_BIND is {text!r}: write host:port, such as 127.0.0.1:9100, or off.")
    return text
