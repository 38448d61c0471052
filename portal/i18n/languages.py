"""The languages that the portal can speak. The first, English, is the source: messages are written in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Language:
    """One language: its code in PORTAL_LANGUAGES and in addresses, and its name in itself.

    `locale` is what Babel calls it, `tag` what `lang` attributes say (BCP 47). `offer` invites its readers. One that is
    not public only serves to look at pages, and never has readers.
    """

    code: str
    name: str
    locale: str
    tag: str
    offer: str
    direction: str = "ltr"
    is_public: bool = True

    @cached_property
    def prefix(self) -> str:
        """What addresses of its pages begin with: "/fr", or "" for the source."""
        return "" if self.code == SOURCE.code else f"/{self.code}"


SOURCE = Language("en", "English", "en", "en", "Read this site in English")

# The pseudo-language is English, longer and mirrored. Babel reads what follows the @ as a variety of English.
LANGUAGES = {
    language.code: language
    for language in (
        SOURCE,
        Language("fr", "Français", "fr", "fr", "Lire ce site en français"),
        Language("es", "Español", "es", "es", "Leer este sitio en español"),
        Language("qps-rtl", "Pseudo", "en@rtl", "en", "Read this site longer and mirrored", "rtl", is_public=False),
    )
}
DEFAULT_CODES = tuple(code for code, language in LANGUAGES.items() if language.is_public)


def language_of(code: str) -> Language:
    """The language with this code; the source for a code that is not known, such as that of one that was taken away."""
    return LANGUAGES.get(code, SOURCE)
