"""Tokenizer: splits texts and search queries into tokens, independently of the database.

A token is a run of letters and digits, without case and accents, of at most MAX_TOKEN_LENGTH characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from portal.text.folding import fold_characters

MAX_TOKEN_LENGTH = 64
_TOKEN = re.compile(r"[^\W_]+")
_SEPARATORS = re.compile(r"[\W_]+")
_LONG_TOKEN = re.compile(rf"[^\W_]{{{MAX_TOKEN_LENGTH + 1},}}")
_NON_ASCII = re.compile(r"[^\x00-\x7f]+")
_QUERY_PARTS = re.compile(r'"([^"]*)"?|(\S+)')
_QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"'))


@lru_cache(maxsize=20_000)
def _fold(run: str) -> str:
    # Case folding turns some letters into capitals (Cherokee); tokens are lower case.
    return _SEPARATORS.sub(" ", fold_characters(run).lower())


def normalise_text(text: str) -> str:
    """The text with the same tokens, none too long, and everything outside ASCII folded to letters and digits.

    ASCII retains case and punctuation: splitting at ASCII punctuation and ignoring case gives the tokens.
    """
    if not text.isascii():
        # Most texts are nearly all ASCII, so folding only the rest is faster.
        text = _NON_ASCII.sub(lambda run: _fold(run[0]), text)
    # The search for long tokens is the slowest step, so skip it unless a part between spaces is long enough.
    if len(text) > MAX_TOKEN_LENGTH and max(map(len, text.split()), default=0) > MAX_TOKEN_LENGTH:
        text = _LONG_TOKEN.sub(lambda token: token[0][:MAX_TOKEN_LENGTH], text)
    return text


def tokenise(text: str) -> list[str]:
    """The tokens of a text, in order."""
    return _TOKEN.findall(normalise_text(text).lower())


@dataclass(frozen=True)
class Phrase:
    """Consecutive tokens; if `is_prefix`, the last one also matches longer tokens that start with it."""

    tokens: tuple[str, ...]
    is_prefix: bool


def parse_query(text: str) -> list[Phrase]:
    """The phrases of a search text, which must all match; [] if it has no tokens. There are no syntax errors.

    A quoted part is one phrase, and so is a part with inner punctuation (LM.0024). A part that ends in a star, and the
    last part unless it is quoted or a single character, matches as a prefix.
    """
    phrases: list[Phrase] = []
    parts = list(_QUERY_PARTS.finditer(text.translate(_QUOTES)))
    for part in parts:
        quoted, single = part.groups()
        if not (tokens := tokenise(quoted if single is None else single)):
            continue
        is_prefix = single is not None and (single.endswith("*") or (part is parts[-1] and len(tokens[-1]) > 1))
        phrases.append(Phrase(tuple(tokens), is_prefix))
    return phrases
