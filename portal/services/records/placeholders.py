"""Placeholders: texts such as "TBC" that people type into a cell which they cannot fill yet. They identify nothing."""

from __future__ import annotations

import re
from functools import lru_cache

from portal.text.folding import fold, trim_punctuation

# English, French and Spanish, folded and without the punctuation around them.
_PLACEHOLDERS = frozenset((
    "a confirmer", "a definir", "a determiner", "a renseigner", "aucun", "blank", "desconocido", "empty", "en attente",
    "en cours", "falta", "inconnu", "missing", "n a", "n d", "n.a", "n.d", "n/a", "n/d", "n/k", "na", "nan", "nd",
    "neant", "nil", "ninguno", "no aplica", "no id", "no number", "non applicable", "non attribue", "non disponible",
    "none", "not applicable", "not assigned", "not available", "not known", "not provided", "not stated",
    "not yet assigned", "null", "pendiente", "pending", "por confirmar", "por definir", "por determinar", "s/n", "s/o",
    "sans objet", "sin datos", "sin numero", "tba", "tbc", "tbd", "tbn", "to be added", "to be advised",
    "to be announced", "to be assigned", "to be completed", "to be confirmed", "to be decided", "to be defined",
    "to be determined", "to be provided", "unassigned", "undefined", "unknown", "#n/a", "#null", "#ref",
))  # fmt: skip

_MAX_FILLER_LENGTH = 10
# No placeholder has one, and nearly all identifiers have.
_DIGIT = re.compile(r"[1-9]")


def is_placeholder(text: str) -> bool:
    """Whether a stated text stands for a missing one: a word such as "TBC" or "N/A", zeros, x's, or only punctuation.

    >>> is_placeholder("(tbc)"), is_placeholder("?"), is_placeholder("000"), is_placeholder("LM.0024")
    (True, True, True, False)
    """
    return not _DIGIT.search(text) and _is_placeholder(text)


@lru_cache(maxsize=10_000)
def _is_placeholder(text: str) -> bool:
    folded = fold(text)
    plain = trim_punctuation(folded)
    if plain in _PLACEHOLDERS:
        return True
    return bool(folded) and (not plain or (len(plain) <= _MAX_FILLER_LENGTH and set(plain) in ({"0"}, {"x"})))
