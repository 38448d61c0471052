"""Words: how a text, and what a visitor types, become words. The same for every database, which only stores them.

A word is a run of letters and digits without case and accents, cut at WORD_MOST characters.
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
    # Case folding makes capitals of some letters (Cherokee); words are small ones.
    return _SEPARATORS.sub(" ", fold_characters(run).lower())


def normalise_text(text: str) -> str:
    """The text with the same words, none too long; all that is not ASCII is folded, and is letters and digits only.

    ASCII keeps its case and its punctuation: whoever splits at them and ignores case gets words().
    """
    if not text.isascii():
        # Most texts are nearly all ASCII, so it pays to look at the rest alone.
        text = _NON_ASCII.sub(lambda run: _fold(run[0]), text)
    # To search for a long word takes longer than all else; most texts have no piece that could hold one.
    if len(text) > MAX_TOKEN_LENGTH and max(map(len, text.split()), default=0) > MAX_TOKEN_LENGTH:
        text = _LONG_TOKEN.sub(lambda word: word[0][:MAX_TOKEN_LENGTH], text)
    return text


def tokenise(text: str) -> list[str]:
    """The words of a text in their order."""
    return _TOKEN.findall(normalise_text(text).lower())


@dataclass(frozen=True)
class Phrase:
    """Words that must follow each other; when it `begins`, the last one is the beginning of a word."""

    tokens: tuple[str, ...]
    is_prefix: bool


def parse_query(text: str) -> list[Phrase]:
    """What a visitor typed: phrases that must all occur; none when it holds no word. Nothing is a syntax error.

    A quoted part is a phrase; a part with inner punctuation (LM.0024) too. A word with a star, and the last
    word, also find longer words that begin with it.
    """
    found: list[Phrase] = []
    parts = list(_QUERY_PARTS.finditer(text.translate(_QUOTES)))
    for part in parts:
        quoted, single = part.groups()
        if not (of_part := tokenise(quoted if single is None else single)):
            continue
        begins = single is not None and (single.endswith("*") or (part is parts[-1] and len(of_part[-1]) > 1))
        found.append(Phrase(tuple(of_part), begins))
    return found
