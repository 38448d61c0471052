"""Words: how a text, and what a visitor types, become words. The same for every database, which only stores them.

A word is a run of letters and digits without case and accents, cut at WORD_MOST characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from portal.text.folding import bare

WORD_MOST = 64
_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"[\W_]+")
_LONG_WORD = re.compile(rf"[^\W_]{{{WORD_MOST + 1},}}")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_PARTS = re.compile(r'"([^"]*)"?|(\S+)')
_QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"'))
_SOFT_HYPHEN = "\u00ad"


@lru_cache(maxsize=20_000)
def _fold(run: str) -> str:
    # Case folding makes capitals of some letters (Cherokee); words are small ones.
    return _GAP.sub(" ", bare(run.replace(_SOFT_HYPHEN, "")).lower())


def plain(text: str) -> str:
    """The text with the same words, none too long; all that is not ASCII is folded, and is letters and digits only.

    ASCII keeps its case and its punctuation: whoever splits at them and ignores case gets words().
    """
    if not text.isascii():
        # Most texts are nearly all ASCII, so it pays to look at the rest alone.
        text = _BEYOND_ASCII.sub(lambda run: _fold(run[0]), text)
    # To search for a long word takes longer than all else; most texts have no piece that could hold one.
    if len(text) > WORD_MOST and max(map(len, text.split()), default=0) > WORD_MOST:
        text = _LONG_WORD.sub(lambda word: word[0][:WORD_MOST], text)
    return text


def words(text: str) -> list[str]:
    """The words of a text in their order."""
    return _WORD.findall(plain(text).lower())


@dataclass(frozen=True)
class Phrase:
    """Words that must follow each other; when it `begins`, the last one is the beginning of a word."""

    words: tuple[str, ...]
    begins: bool


def phrases(text: str) -> list[Phrase]:
    """What a visitor typed: phrases that must all occur; none when it holds no word. Nothing is a syntax error.

    A quoted part is a phrase; a part with inner punctuation (LM.0024) too. A word with a star, and the last
    word, also find longer words that begin with it.
    """
    found: list[Phrase] = []
    parts = list(_PARTS.finditer(text.translate(_QUOTES)))
    for part in parts:
        quoted, single = part.groups()
        if not (of_part := words(quoted if single is None else single)):
            continue
        begins = single is not None and (single.endswith("*") or (part is parts[-1] and len(of_part[-1]) > 1))
        found.append(Phrase(tuple(of_part), begins))
    return found
