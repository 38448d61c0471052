"""The language that is spoken now: that of a request, or of a `with using(...)` block for mails and files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from portal.i18n.languages import SOURCE, Language, language_of

_current: ContextVar[Language] = ContextVar("language", default=SOURCE)


def current_language() -> Language:
    return _current.get()


def current_locale() -> str:
    """The current language as Babel calls it: "en", "fr", "es"."""
    return _current.get().locale


def choose(code: str) -> Language:
    """Speak this language from now on; returns the one that was spoken before. Prefer `using`."""
    before = _current.get()
    _current.set(language_of(code))
    return before


@contextmanager
def using(code: str) -> Iterator[Language]:
    """Speak this language inside the block; the source for a code that is not known, "" too."""
    token = _current.set(language_of(code))
    try:
        yield _current.get()
    finally:
        _current.reset(token)
