"""Line ends that a program made (a PDF, a mail) and line ends that a person made."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

# A program wraps lines within these widths; a line outside them ends where its author ended it.
_MIN_WIDTH, _MAX_WIDTH = 40, 200
# Letters differ in width, so the lines of a page differ in their number: a line this near the longest is a full one.
_FULL_LINE_SHARE = 0.8
_SENTENCE_END = re.compile(r"""[.!?:;。؟۔]["'”’»)\]]*$""")
_HYPHENATED = re.compile(r"\w[-\N{HYPHEN}\N{NON-BREAKING HYPHEN}]$")


def unwrap(lines: Sequence[str]) -> tuple[str, ...]:
    """The lines of a paragraph with those joined that a program wrapped."""
    if len(lines) == 1:
        return tuple(lines)
    width = max(map(len, lines))
    is_hard_wrapped = any(_is_surely_wrapped(one, other, width) for one, other in pairwise(lines))
    joined = [lines[0]]
    for line, following in pairwise(lines):
        if is_wrapped(line, following, width, is_hard_wrapped=is_hard_wrapped):
            separator = "" if _HYPHENATED.search(line) and following[:1].islower() else " "
            joined[-1] += separator + following
        else:
            joined.append(following)
    return tuple(joined)


def is_wrapped(line: str, following: str, width: int, *, is_hard_wrapped: bool) -> bool:
    """Whether a program ended the line. `width` is that of the longest line of the text around it."""
    if _is_surely_wrapped(line, following, width):
        return True
    return is_hard_wrapped and _is_full(line, following, width)


def _is_surely_wrapped(line: str, following: str, width: int) -> bool:
    """A sentence goes on with a small letter, or the line is full and no sentence ends with it."""
    if _SENTENCE_END.search(line):
        return False
    return following[:1].islower() or _is_full(line, following, width)


def _is_full(line: str, following: str, width: int) -> bool:
    """Whether the first word of the next line had no room any more."""
    if not _MIN_WIDTH <= width <= _MAX_WIDTH:
        return False
    return len(line) + 1 + len(following.split(" ", 1)[0]) > width * _FULL_LINE_SHARE
