"""Numbers and lists inside messages."""

import pytest

from portal.i18n.current import using
from portal.i18n.numbers import joined_with_and, joined_with_or


@pytest.mark.parametrize(
    ("language", "texts", "either", "both"),
    [
        ("en", ["7", "8"], "7 or 8", "7 and 8"),
        ("fr", ["7", "8", "9"], "7, 8 ou 9", "7, 8 et 9"),
        ("es", ["7", "8"], "7 u 8", "7 y 8"),
        ("es", ["7", "8.7", "9"], "7, 8.7 o 9", "7, 8.7 y 9"),
        ("es", ["indicado"], "indicado", "indicado"),
        ("es", ["a", "indicado"], "a o indicado", "a e indicado"),
    ],
)
def test_lists_are_joined_as_the_language_joins_them(language, texts, either, both):
    with using(language):
        assert (joined_with_or(texts), joined_with_and(texts)) == (either, both)
