"""A guess at the language of a text, by py3langid (decision 17). Loading it takes seconds and 100 MB."""

from __future__ import annotations

from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

# Shorter texts are guessed wrongly too often, and a longer one tells nothing more.
MIN_LETTERS, MAX_CHARACTERS = 40, 600


def guess_language(text: str) -> tuple[str, float] | None:
    """The code of the likeliest language and its certainty from 0 to 1; None for a text that is too short."""
    if sum(map(str.isalpha, text[:MAX_CHARACTERS])) < MIN_LETTERS:
        return None
    code, certainty = _identifier().classify(text[:MAX_CHARACTERS])
    return str(code), round(float(certainty), 3)


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
