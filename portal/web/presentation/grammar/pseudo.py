"""The pseudo-language: what English says, a third longer and written from right to left."""

from __future__ import annotations

from collections.abc import Iterable

from portal.i18n.pseudo import lengthened
from portal.vocabulary.bands import Band
from portal.web.presentation.grammar.english import English, EnglishSentence


class PseudoSentence(EnglishSentence):
    def __str__(self) -> str:
        return lengthened(super().__str__())


class Pseudo(English):
    def joined_with_and(self, phrases: Iterable[str]) -> str:
        return lengthened(super().joined_with_and(phrases))

    def budget_band(self, band: Band) -> str:
        return lengthened(super().budget_band(band))

    def table_heading(self, subject: str, rows: str, columns: str) -> str:
        return lengthened(super().table_heading(subject, rows, columns))


PSEUDO = Pseudo()
