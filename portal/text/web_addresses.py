"""Addresses of the web as URIs (RFC 3986), which standards ask for where people write anything."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit, urlunsplit

_SAFE = "/%:@!$&'()*+,;=~"
_HOST = re.compile(r"(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")
_LONE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


def as_uri(text: str) -> str:
    """The address with everything escaped that a URI cannot hold; "" for a text that is no address of a web page."""
    try:
        parts = urlsplit(text)
        host = parts.netloc.encode("idna" if not parts.netloc.isascii() else "ascii").decode()
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        return ""
    return urlunsplit(
        (parts.scheme, host, _quoted(parts.path), _quoted(parts.query, "?"), _quoted(parts.fragment, "?"))
    )


def _quoted(part: str, also_safe: str = "") -> str:
    return quote(_LONE_PERCENT.sub("%25", part), safe=_SAFE + also_safe)
