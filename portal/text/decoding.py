"""Text that a program decoded wrongly, read back: C1 control characters are nearly always such damage.

Two mistakes leave them: Windows-1252 read as Latin-1 (a quotation mark becomes U+0092), and UTF-8 read as Latin-1 (an
apostrophe becomes â, U+0080, U+0099). Either can be undone where the characters decode; five of them cannot.
"""

from __future__ import annotations

import re

_C1 = re.compile("[\x80-\x9f]")
# A run of characters that UTF-8 could have been: a first byte of two to four, and the bytes that follow it.
_UTF8_READ_AS_LATIN1 = re.compile("[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# Windows-1252 leaves five bytes without a character.
_WINDOWS_1252 = {
    point: bytes([point]).decode("cp1252") for point in range(0x80, 0xA0) if point not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}


def has_damage(text: str) -> bool:
    """Whether the text holds a C1 control character."""
    return _C1.search(text) is not None


def restore(text: str) -> str:
    """The text with wrongly decoded characters read back; what cannot be read back stays, see `has_damage`."""
    if not has_damage(text):
        return text
    return _UTF8_READ_AS_LATIN1.sub(_decode_utf8, text).translate(_WINDOWS_1252)


def _decode_utf8(run: re.Match[str]) -> str:
    """The character of a run that holds a C1 character and is UTF-8; any other run as it is, such as "Ã©"."""
    if not has_damage(run[0]):
        return run[0]
    try:
        return run[0].encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return run[0]
