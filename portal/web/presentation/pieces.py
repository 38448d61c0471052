"""Pieces of pages: what a template prints for one shape of its values, cut where the values stand, and kept.

The template stays the one place that says what a piece looks like. Jinja prints it once for each language and shape,
with a Hole in place of each value; the text is cut at the holes, and from then on values are only escaped and joined
in. What decides anything, in a test, a loop or a filter, is part of the shape: a hole refuses all but being printed.

While Flask reloads templates (FLASK_DEBUG), nothing is kept: Jinja prints every piece with its values.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

from flask import Flask, current_app, request
from jinja2 import Environment
from markupsafe import Markup, escape

from portal.i18n.untranslated import resolve_part, with_marks
from portal.search.index.caches import put_bounded
from portal.web.presentation import i18n

_MAX_CACHED_PIECES = 4_000
# Nobody who writes a record can guess it, so no text is taken for a hole.
_MARK = f"hole{secrets.token_hex(12)}"
_BYTES_OF_MARK = _MARK.encode()
_HOLE = re.compile(f"{_MARK}_([a-z0-9_]+?)_{_MARK}")

Shape = Mapping[str, Any]
Values = Mapping[str, object]
# Returns what stands for a value in the context of a template, given its name and the text before it.
Place = Callable[..., object]
Nest = Callable[[Place], dict[str, Any]]


class Hole:
    """Stands for a value while a piece is made; `before` is a constant text that is printed before it."""

    __slots__ = ("before", "name")

    def __init__(self, name: str, *, before: str = "") -> None:
        self.name, self.before = name, before

    def __html__(self) -> str:
        return f"{escape(self.before)}{_MARK}_{self.name}_{_MARK}"

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(
            f"{self.name} is filled in later, so a template may only print it; what it decides belongs to the shape"
        )

    __str__ = __bool__ = __eq__ = __lt__ = __gt__ = __le__ = __ge__ = __iter__ = __len__ = __contains__ = _refuse
    __add__ = __radd__ = __mod__ = __getitem__ = __call__ = __format__ = __int__ = _refuse
    __hash__ = None  # type: ignore[assignment]


@cache
def hole(name: str) -> Markup:
    """What stands in the text of a piece for a value of this name."""
    return escape(Hole(name))


def as_markup(text: str) -> Markup:
    """Text that is markup already. Markup itself first looks whether it is something that has markup of its own."""
    return str.__new__(Markup, text)


class Piece:
    """The constant texts of one shape, and the names of the values between them."""

    __slots__ = ("_texts", "names")

    def __init__(self, printed: str) -> None:
        self._texts: list[str] = _HOLE.split(printed)
        self.names = self._texts[1::2]

    def fill(self, values: Values) -> Markup:
        """The text with these values, escaped unless they are markup."""
        return self.join(escaped([values[name] for name in self.names]))

    def join(self, values: list[str]) -> Markup:
        """The text with these values in the order of `names`, escaped already."""
        texts = self._texts.copy()
        texts[1::2] = values
        return as_markup("".join(texts))

    def around(self, name: str) -> tuple[str, str]:
        """The texts before and after the only value of a piece."""
        before, found, after = self._texts
        if found != name:
            raise ValueError(f"the piece holds {found}, not {name}")
        return before, after


class EncodedPiece:
    """A text of which nearly everything is filled in already, as the bytes that are sent, and the holes left in it."""

    __slots__ = ("_texts", "names")

    def __init__(self, printed: str) -> None:
        # Here once, and not in every page.
        texts = _HOLE.split(resolve_part(printed))
        self.names = tuple(texts[1::2])
        self._texts: list[bytes] = [text.encode() for text in texts]

    def with_piece(self, name: str, inner: EncodedPiece) -> EncodedPiece:
        """This one with another in the place of its first hole of this name; the two share what they hold."""
        whole, at = object.__new__(EncodedPiece), self.names.index(name)
        before, after = self._texts[: 2 * at + 1], self._texts[2 * at + 2 :]
        whole.names = (*self.names[:at], *inner.names, *self.names[at + 1 :])
        # Constant texts and holes alternate.
        texts = inner._texts.copy()
        texts[0] = before.pop() + texts[0]
        texts[-1] += after.pop(0)
        whole._texts = [*before, *texts, *after]
        return whole

    def fill(self, values: Values) -> bytes:
        """The text with these values, escaped unless they are markup or bytes."""
        texts = self._texts.copy()
        texts[1::2] = encoded([values[name] for name in self.names])
        return b"".join(texts)


class Pieces:
    """The pieces of one application."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._cached: dict[tuple[object, ...], Piece] = {}
        self._caches: WeakKeyDictionary[object, dict[Any, Any]] = WeakKeyDictionary()
        self._settings: object = None
        # For tests, which compare with what Jinja alone prints.
        self.is_off = False

    def printer(self) -> Printer:
        """A printer for the current request."""
        if self._settings is not (settings := self._app.extensions["settings"]):
            # Pages print them; a portal has one for its life, an application in a test may get others.
            self._settings = settings
            self._cached.clear()
            self._caches.clear()
        is_caching = not (self.is_off or self._app.jinja_env.auto_reload)
        return Printer(self._app.jinja_env, self, self._cached, is_caching, *language())

    def cache_for(self, owner: object) -> dict[Any, Any]:
        """A cache of what is kept as long as what it was made from."""
        cache = self._caches.get(owner)
        return cache if cache is not None else self._caches.setdefault(owner, {})

    def add_page_variables(self, context: dict[str, Any]) -> None:
        self._app.update_template_context(context)


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints pieces in the language of one request, for a portal that stands below `script_name`."""

    _jinja: Environment
    _pieces: Pieces
    _cached: dict[tuple[object, ...], Piece]
    is_caching: bool
    locale: str
    script_name: str

    def fill(
        self, template: str, shape: Shape, values: Values, *, nest: Nest | None = None, is_page: bool = False
    ) -> Markup:
        """What the template prints with the values of `shape` and `values`.

        The shape holds hashable values. `nest` builds what the context holds beside them, of `place(name)` for each
        value in it; nothing but shape and language may decide what it builds. With `is_page` the context holds the
        variables of every page too, and those that differ between pages belong to the shape (templating.layout_shape).
        """
        if not self.is_caching:
            return self._print(template, {**shape, **values}, nest, _as_it_is(values), is_page=is_page)
        return self._piece(template, shape, values, nest, is_page=is_page).fill(values)

    def fill_each(self, template: str, contents: Iterable[tuple[Shape, Values, Nest]]) -> list[Markup]:
        """The same for several shapes and values: to escape what all of them hold at once takes half the time."""
        if not self.is_caching:
            return [self.fill(template, shape, values, nest=nest) for shape, values, nest in contents]
        pieces: list[Piece] = []
        held: list[object] = []
        for shape, values, nest in contents:
            pieces.append(self._piece(template, shape, values, nest, is_page=False))
            held += [values[name] for name in pieces[-1].names]
        done = iter(escaped(held))
        return [piece.join(list(islice(done, len(piece.names)))) for piece in pieces]

    def _piece(self, template: str, shape: Shape, values: Values, nest: Nest | None, *, is_page: bool) -> Piece:
        key = (template, self.locale, self.script_name, *shape.items())
        piece = self._cached.get(key)
        if piece is None:
            piece = self.cut(template, shape, values, nest=nest, is_page=is_page)
            put_bounded(self._cached, key, piece, _MAX_CACHED_PIECES)
        return piece

    def cut(
        self, template: str, shape: Shape, values: Values, *, nest: Nest | None = None, is_page: bool = False
    ) -> Piece:
        """A new piece with these values as its holes."""
        context = {**shape, **{name: Hole(name) for name in values}}
        return Piece(self._print(template, context, nest, Hole, is_page=is_page))

    def cache_for(self, owner: object, kind: str) -> dict[Any, Any]:
        """A cache of what is kept as long as the owner from which it was made, in the language of the request."""
        cache: dict[Any, Any] = self._pieces.cache_for(owner).setdefault((kind, self.locale, self.script_name), {})
        return cache

    def _print(
        self, template: str, context: dict[str, Any], nest: Nest | None, place: Place, *, is_page: bool
    ) -> Markup:
        context |= {"locale": self.locale, **(nest(place) if nest else {})}
        if is_page:
            self._pieces.add_page_variables(context)
        # Jinja drops the line end of the last line.
        return Markup(self._jinja.get_template(template).render(context) + "\n")  # noqa: S704 # Jinja escapes


def escaped(values: list[object]) -> list[str]:
    """Each value as Jinja prints it: markup as it is, all others escaped."""
    plain = [with_marks(value) for value in values if type(value) is not Markup]
    # Escaping one long text takes less time than many short ones.
    done = iter(str.split(escape(_MARK.join(plain)), _MARK))
    return [value if type(value) is Markup else next(done) for value in values]


def encoded(values: list[object]) -> list[bytes]:
    """The same as bytes; bytes are markup that is encoded already."""
    plain = [with_marks(value) for value in values if type(value) is not Markup and type(value) is not bytes]
    done = iter(str.encode(escape(_MARK.join(plain))).split(_BYTES_OF_MARK))
    return [
        value if type(value) is bytes else str.encode(value) if type(value) is Markup else next(done)
        for value in values
    ]


def join(texts: Iterable[Markup]) -> Markup:
    """The texts one after another; Markup.join looks at each again."""
    return as_markup("".join(texts))


def _as_it_is(values: Values) -> Place:
    def place(name: str, *, before: str = "") -> object:
        return f"{before}{values[name]}" if before else values[name]

    return place


def language() -> tuple[str, str]:
    """What decides about words and addresses of every piece: language, and the path that the portal stands below."""
    return i18n.current_locale(), request.environ.get("SCRIPT_NAME", "")


def printer() -> Printer:
    """The printer for the current request: one is enough for a page."""
    pieces: Pieces = current_app.extensions["pieces"]
    return pieces.printer()


def init_app(app: Flask) -> None:
    app.extensions["pieces"] = Pieces(app)
