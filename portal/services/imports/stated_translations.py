"""What a file says of the translations of a record that it updates, and what the record keeps."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from portal.services.imports.matching import StoredRecord
from portal.services.records.translations.reading import MACHINE, OUTDATED
from portal.services.records.values import RecordValues, Translation
from portal.text.languages import primary_language
from portal.vocabulary.translations import SOURCE_LANGUAGES, TRANSLATIONS


class StatedTranslations:
    """The columns about translations that a file has. Those that it lacks say nothing."""

    def __init__(self, columns: Collection[str]) -> None:
        self._absent = frozenset(TRANSLATIONS.keys() - columns)
        self._has_machine, self._has_outdated = MACHINE in columns, OUTDATED in columns

    def filled(
        self, incoming: RecordValues, record: StoredRecord, stored: Sequence[Translation]
    ) -> tuple[Translation, ...]:
        """The translations that the record has after this row, sorted by name."""
        if not stored:
            return incoming.translations
        before = {one.name: one for one in stored}
        stated = [self._updated(one, before.get(one.name), incoming, record) for one in incoming.translations]
        absent = [one for one in stored if one.name in self._absent and _fits(one, incoming)]
        return tuple(sorted((*stated, *absent)))

    def _updated(
        self, stated: Translation, before: Translation | None, incoming: RecordValues, record: StoredRecord
    ) -> Translation:
        """A translation of the row; one with the same text as before keeps what the row says nothing of."""
        if before is None or stated.text != before.text:
            return stated
        if not self._has_machine:
            stated = stated._replace(is_machine=before.is_machine)
        field = TRANSLATIONS[stated.name][0]
        source = incoming.source_of(field)
        is_older = stated.source_text is None
        if is_older:
            # Known to be older: by which source, the row cannot say.
            return stated if before.source_text == source else stated._replace(source_text=before.source_text)
        # A file that calls it no longer older confirms it, if it has the source that the record has.
        is_confirmed = self._has_outdated and source == record.value_of(field)
        return stated if is_confirmed else stated._replace(source_text=before.source_text)


def _fits(translation: Translation, incoming: RecordValues) -> bool:
    """Whether it is still one: a source in its own language needs none, and an empty one has none."""
    field, language = TRANSLATIONS[translation.name]
    stated = incoming.title_language if SOURCE_LANGUAGES[field] == "title_language" else incoming.language
    return bool(incoming.source_of(field)) and primary_language(stated) != language
