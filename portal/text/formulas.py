"""Text that a spreadsheet would run as a formula, and the apostrophe that makes it harmless.

Source: OWASP, "CSV Injection".
"""

from __future__ import annotations

import re

# Also after spaces, which programs trim, after apostrophes, so that removing one gives back the text, and as full-width
# signs, which some programs read as the plain ones.
_RUNS = re.compile("['\\s]*[=+\\-@＝＋－＠]|'*[\\t\\r\\n\\0]")
# Nearly all texts begin with another one, or none, and a file has millions of them.
_FIRST_CHARACTERS = frozenset("'=+-@＝＋－＠\0") | {
    character for character in map(chr, range(0x3001)) if character.isspace()
}


def escape_formula(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet would run it."""
    return f"'{text}" if text[:1] in _FIRST_CHARACTERS and _RUNS.match(text) else text


def unescape_formula(text: str) -> str:
    """The text that `escape_formula` was given."""
    return text[1:] if text[:1] == "'" and _RUNS.match(text) else text
