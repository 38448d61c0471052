"""Cursor: the project after which a list goes on, as an opaque token in an address. Pure."""

from __future__ import annotations

import base64
import binascii
from typing import NamedTuple, Self

import orjson

from portal.errors import PortalError
from portal.vocabulary.facets import MAX_BUDGET

# Longer titles are compared by their start; a token is then well below the length that addresses may have.
MAX_TITLE_LENGTH = 120
_MAX_KEY_LENGTH = 200
_MAX_TOKEN_LENGTH = 3_000
_MAX_ID, _MAX_TIER = 2**31 - 1, 9


class InvalidCursor(PortalError):
    """A token that this portal has not made."""


class Cursor(NamedTuple):
    """The last project of a page, with everything that decided where it stood then.

    So a list goes on at the same place in any order, even if the project has changed or is gone meanwhile. `tier` is
    the part of a list by relevance that had it, -1 in any other order. `budget` is in US cents, -1 if not stated; the
    years are 0 if not stated. `title` is the start of the title as titles are sorted; among equal ones `reference`
    decides, and where there is none `slug`, which is "" otherwise.
    """

    project_id: int
    known_year: int
    start_year: int
    budget: int
    tier: int
    title: str
    reference: str = ""
    slug: str = ""

    @classmethod
    def parse(cls, token: str) -> Self:
        """Read a token; raises InvalidCursor."""
        try:
            if not token.isascii() or len(token) > _MAX_TOKEN_LENGTH:
                raise ValueError
            text = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            cursor = cls(*orjson.loads(text))
        except (ValueError, TypeError, binascii.Error):
            raise InvalidCursor(token[:60]) from None
        if not cursor._is_possible() or str(cursor) != token:
            raise InvalidCursor(token[:60])
        return cursor

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(orjson.dumps(tuple(self))).rstrip(b"=").decode()

    def _is_possible(self) -> bool:
        numbers = (self.project_id, self.known_year, self.start_year, self.budget, self.tier)
        limits = ((1, _MAX_ID), (0, 9_999), (0, 9_999), (-1, MAX_BUDGET * 100), (-1, _MAX_TIER))
        texts = ((self.title, MAX_TITLE_LENGTH), (self.reference, _MAX_KEY_LENGTH), (self.slug, _MAX_KEY_LENGTH))
        are_numbers = all(type(number) is int for number in numbers)
        return (
            are_numbers
            and all(low <= number <= high for number, (low, high) in zip(numbers, limits, strict=True))
            # PostgreSQL does not accept NUL in a parameter, and no title contains it.
            and all(isinstance(text, str) and len(text) <= most and "\0" not in text for text, most in texts)
            and not (self.reference and self.slug)
        )
