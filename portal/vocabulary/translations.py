"""Translations of records: which texts exist in which languages, and the names of their fields and columns."""

from __future__ import annotations

# The languages of the portal, in which a reader may want a record.
RECORD_LANGUAGES = ("en", "fr", "es")
# The texts that are translated, and the field that states the language of their source.
SOURCE_LANGUAGES = {"title": "title_language", "summary": "language"}
# By the name of a translation: the text that it translates, and its language ("title_fr": ("title", "fr")).
TRANSLATIONS = {f"{field}_{language}": (field, language) for language in RECORD_LANGUAGES for field in SOURCE_LANGUAGES}
