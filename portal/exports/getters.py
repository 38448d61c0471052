"""How the values of columns are read from a record: each function makes a reader for one file, in its language."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from portal.exports.document import Document
from portal.exports.record import Record
from portal.search.read_models.terms import TermView
from portal.search.shares import rebased, share_text
from portal.vocabulary.translations import TRANSLATIONS

Value = str | int | None | tuple[str, ...]
Getter = Callable[[Record], Value]


def attribute(name: str) -> Callable[[Document], Getter]:
    get: Getter = attrgetter(name)
    return lambda _: get


def name_of(attribute: str) -> Callable[[Document], Getter]:
    """The name of the term of a record."""
    get_term: Callable[[Record], TermView | None] = attrgetter(attribute)

    def getter(document: Document) -> Getter:
        language = document.language

        def get(record: Record) -> Value:
            term = get_term(record)
            return term_name(term, language) if term else ""

        return get

    return getter


def code_of(attribute: str) -> Callable[[Document], Getter]:
    get_term: Callable[[Record], TermView | None] = attrgetter(attribute)

    def get(record: Record) -> Value:
        term = get_term(record)
        return term.code if term else ""

    return lambda _: get


def names_of(attribute: str) -> Callable[[Document], Getter]:
    """The names of the terms of a record."""
    get_terms: Callable[[Record], tuple[TermView, ...]] = attrgetter(attribute)

    def getter(document: Document) -> Getter:
        language = document.language
        return lambda record: tuple([term_name(term, language) for term in get_terms(record)])

    return getter


def codes_of(attribute: str) -> Callable[[Document], Getter]:
    get_terms: Callable[[Record], tuple[TermView, ...]] = attrgetter(attribute)
    return lambda _: lambda record: tuple([term.code for term in get_terms(record)])


def translation(name: str) -> Callable[[Document], Getter]:
    """The translation with this name ("title_fr")."""

    def get(record: Record) -> Value:
        found = record.translations.get(name)
        return found.text if found else ""

    return lambda _: get


def machine_translations(_: Document) -> Getter:
    """The names of the translations that a machine made."""
    return lambda record: tuple([name for name in _names(record) if record.translations[name].is_machine])


def outdated_translations(_: Document) -> Getter:
    """The names of the translations whose source has changed since."""
    return lambda record: tuple([name for name in _names(record) if record.translations[name].is_outdated])


def _names(record: Record) -> list[str]:
    return [name for name in TRANSLATIONS if name in record.translations] if record.translations else []


def shares(_: Document) -> Getter:
    return lambda record: tuple(map(share_text, record.shares or ()))


def counted_shares(_: Document) -> Getter:
    return lambda record: tuple(map(share_text, rebased(record.weights)))


def address(document: Document) -> Getter:
    return lambda record: document.project_address(record.key)


def licence(document: Document) -> Getter:
    text = document.licence.text
    return lambda record: text


def sample(_: Document) -> Getter:
    return lambda record: "sample" if record.is_sample else ""


def last_changed(_: Document) -> Getter:
    return lambda record: f"{record.changed_at:%Y-%m-%dT%H:%M:%SZ}"


def term_name(term: TermView, language: str) -> str:
    """The name of a term in a language, else its English one."""
    return term.names.get(language) or term.name
