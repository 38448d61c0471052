"""The projects that have changed since the postings were made: few, so each text is looked through. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from portal.search.fulltext.documents import TextDocument
from portal.search.fulltext.tokenizer import Phrase, tokenise


@dataclass(frozen=True)
class ChangedDocument:
    """The words of a project, with a space before and after each; a line for each text. `all` begins with `heading`."""

    project_id: int
    heading: str
    all: str

    @classmethod
    def from_document(cls, document: TextDocument) -> ChangedDocument:
        heading = _lines(document.title, document.number)
        return cls(document.project_id, heading, heading + _lines(document.body, document.term_names))


def _lines(*texts: str) -> str:
    return "".join(f" {' '.join(tokenise(text))} \n" for text in texts)


def matching(documents: Iterable[ChangedDocument], phrases: Iterable[Phrase]) -> list[ChangedDocument]:
    """The documents that have all the phrases, anywhere."""
    wanted = [_pattern(phrase) for phrase in phrases]
    return [document for document in documents if all(words in document.all for words in wanted)]


def with_heading(documents: Iterable[ChangedDocument], phrases: Iterable[Phrase], *, whole: bool) -> list[int]:
    """Ids of the documents with all the phrases in title and identifiers: with `whole` words, or as they are asked."""
    wanted = [_pattern(phrase, whole=whole) for phrase in phrases]
    return [document.project_id for document in documents if all(words in document.heading for words in wanted)]


def _pattern(phrase: Phrase, *, whole: bool = False) -> str:
    return f" {' '.join(phrase.tokens)}{'' if phrase.is_prefix and not whole else ' '}"
