"""Languages as people write them: a code, or a name in one of several languages."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global

from portal.text.folding import fold

# The longest code that its column holds, for example "zh-Hans" or "es-419".
MAX_LANGUAGE_LENGTH = 8
# "NA" is not Nauruan here, and "und" is the code of an undetermined language.
_NOT_STATED = frozenset(
    ("", "-", "--", "?", "n/a", "na", "n.a.", "nd", "nil", "none", "not available", "not known", "not stated", "null",
     "other", "tba", "tbc", "tbd", "und", "undetermined", "unknown", "unspecified", "x")
)  # fmt: skip
_DASHES = str.maketrans("–—−‐‑", "-----")
# Tables are in these languages; each language is also known by its own name.
_LOCALES = ("ar", "de", "en", "es", "fr", "it", "nl", "pt", "ru", "tr", "uk", "vi", "zh")
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|[0-9]{3}))?")


@lru_cache(4_096)
def read_language(text: str) -> str | None:
    """The BCP 47 code of a language, "" for one that is not stated, None if the text is neither.

    A region that says nothing more goes: "fr-FR" is fr, "en_GB" is en-GB.
    """
    folded = fold(text.translate(_DASHES))
    if folded in _NOT_STATED:
        return ""
    # A code before a name: ga is Irish, while Ga is a language of Ghana.
    if code := None if text in Locale("en").languages else _codes_by_name().get(folded):
        return code
    tag = _TAG.fullmatch(text.strip())
    if tag is None:
        return None
    language = get_global("language_aliases").get(tag[1].lower(), tag[1].lower())
    if language not in Locale("en").languages:
        return None
    script, region = tag[2] and tag[2].title(), tag[3] and tag[3].upper()
    code = "-".join(filter(None, (language, script, None if region == language.upper() else region)))
    return code if len(code) <= MAX_LANGUAGE_LENGTH else None


def is_language_code(text: str) -> bool:
    """Whether a text has the form of the codes that records state: "fr", "zh-Hans", "es-419"."""
    tag = _TAG.fullmatch(text)
    if tag is None or len(text) > MAX_LANGUAGE_LENGTH or tag[1] not in _known_codes():
        return False
    return text == "-".join(filter(None, (tag[1], tag[2] and tag[2].title(), tag[3] and tag[3].upper())))


def primary_language(code: str) -> str:
    """The language of a code without script and region: "en" of "en-GB"; "" for one that is not stated."""
    language = code.partition("-")[0].lower()
    return "" if language == "und" else language


@cache
def _codes_by_name() -> dict[str, str]:
    """The code of each language by its folded name; where two languages share a name, the shorter code."""
    codes: dict[str, str] = {}
    for locale in _LOCALES:
        for code, name in Locale(locale).languages.items():
            if len(code) <= 3:
                codes.setdefault(fold(name), get_global("language_aliases").get(code, code).replace("_", "-"))
    return codes


@cache
def _known_codes() -> frozenset[str]:
    return frozenset((*Locale("en").languages, *get_global("language_aliases"), *_codes_by_name().values()))
