"""Codes of IATI for the terms of this portal: portal/terms/iati.csv, and the list of languages."""

from __future__ import annotations

import csv
from functools import cache

from portal.search.read_models.terms import TermView
from portal.text.languages import primary_language
from portal.vocabulary.term_lists import TERM_LISTS_DIR, read_term_list

# DAC purpose code "Sectors not specified".
NO_SECTOR = "99810"
# The list Language of IATI: ISO 639-1.
_LANGUAGE_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz id ig ii ik io is it iu ja jv ka "
    "kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne "
    "ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss "
    "st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
_LANGUAGES = frozenset(_LANGUAGE_CODES.split())
# How many numbered targets each Sustainable Development Goal has, and how many with a letter.
_TARGETS = {
    1: (5, 2), 2: (5, 3), 3: (9, 4), 4: (7, 3), 5: (6, 3), 6: (6, 2), 7: (3, 2), 8: (10, 2), 9: (5, 3), 10: (7, 3),
    11: (7, 3), 12: (8, 3), 13: (3, 2), 14: (7, 3), 15: (9, 3), 16: (10, 2), 17: (19, 0),
}  # fmt: skip


@cache
def _codes() -> dict[tuple[str, str], str]:
    with (TERM_LISTS_DIR / "iati.csv").open(encoding="utf-8", newline="") as file:
        return {(row["facet"], row["code"]): row["iati"] for row in csv.DictReader(file)}


def code_of(term: TermView | None) -> str:
    """The code of IATI for a status, coverage, type or region; "" if there is none."""
    return _codes().get((term.facet, term.code), "") if term else ""


@cache
def _shipped_codes(facet: str) -> frozenset[str]:
    return frozenset(row.code for row in read_term_list(facet))


def is_shipped(term: TermView) -> bool:
    """Whether the portal comes with this term, so that every portal has it."""
    return term.code in _shipped_codes(term.facet)


def country_code(term: TermView) -> str:
    """The ISO 3166-1 alpha-2 code of a country; "" for one that an operator added without a code."""
    code = term.extra.get("alpha2", "")
    return code if isinstance(code, str) else ""


def language_code(tag: str) -> str:
    """The ISO 639-1 code of a BCP 47 tag; "" for a language that has none."""
    language = primary_language(tag)
    return language if language in _LANGUAGES else ""


def sdg_vocabulary(code: str) -> str:
    """The vocabulary of tags in which a code stands: 2 for goals, 3 for targets, "" for what is neither."""
    goal, _, target = code.partition(".")
    numbered, lettered = _TARGETS.get(int(goal), (0, 0)) if goal.isascii() and goal.isdigit() else (0, 0)
    if goal != goal.lstrip("0") or not numbered:
        return ""
    if code == goal:
        return "2"
    targets = (*map(str, range(1, numbered + 1)), *"abcd"[:lettered])
    return "3" if target in targets else ""
