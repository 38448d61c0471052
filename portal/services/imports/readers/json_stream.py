"""JSON that is larger than memory: the elements of one list of a document, read one at a time."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO, NoReturn

from portal.errors import UnreadableFile
from portal.services.imports.readers.packed_file import UNPACKING_ERRORS
from portal.services.records.amounts import NumberCell

# Of one value of the document; a list that is read element by element may be longer.
MAX_VALUE_LENGTH = 4_000_000
_CHUNK_BYTES = 1 << 16
_AFTER_VALUE = frozenset(",:]} \t\r\n")
_WHITE_SPACE = re.compile(r"[ \t\r\n]*")


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


def _read_number(text: str) -> NumberCell:
    """The number as the file writes it; a whole one without decimal places."""
    whole, dot, decimals = text.partition(".")
    return NumberCell(whole if dot and not decimals.strip("0") else text)


# Numbers stay text: a binary float would change amounts. NaN and Infinity are no JSON.
DECODER = json.JSONDecoder(parse_float=_read_number, parse_int=NumberCell, parse_constant=_refuse_constant)
# What the decoder raises for a text that is no JSON, or nested too deeply.
DECODING_ERRORS = (ValueError, RecursionError)


class JsonStream:
    """A JSON text that is read as far as it is needed."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self._name = name
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._at = 0
        self._is_complete = False

    def take(self, character: str) -> bool:
        """Whether this character is the next one, which is then behind us."""
        if is_next := self._next() == character:
            self._at += 1
        return is_next

    def expect(self, character: str, where: str) -> None:
        if not self.take(character):
            self._refuse(f"a {character} is missing {where}")

    def value(self, where: str) -> Any:
        """The next value, as a whole."""
        self._next()
        wanted = _CHUNK_BYTES
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
                # A number may go on in what is not read yet, even if "1." stands there.
                if self._text[end : end + 1] in _AFTER_VALUE or self._is_complete:
                    self._at = end
                    return value
                problem = ""
            except DECODING_ERRORS as error:
                problem = str(error)
            if self._is_complete:
                self._refuse(f"{where} is no valid JSON ({problem or 'it is cut off'})")
            if len(self._text) - self._at > MAX_VALUE_LENGTH:
                self._refuse(f"{where} is no valid JSON, or longer than {MAX_VALUE_LENGTH:,} characters")
            wanted *= 2
            self._read(wanted)

    def end(self) -> None:
        if self._next():
            self._refuse("text follows the end of the document")

    def _next(self) -> str:
        """The next character that is no white space; "" at the end."""
        while True:
            found = _WHITE_SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text) or self._is_complete:
                return self._text[self._at : self._at + 1]
            self._read(_CHUNK_BYTES)

    def _read(self, size: int) -> None:
        try:
            chunk = self._stream.read(size)
            text = self._decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError:
            self._refuse("it is not UTF-8 text")
        except UNPACKING_ERRORS:
            self._refuse("the compressed file is cut off or damaged")
        self._text, self._at = self._text[self._at :] + text, 0
        self._is_complete = not chunk

    def _refuse(self, problem: str) -> NoReturn:
        raise UnreadableFile(f"{self._name}: the JSON file cannot be read: {problem}.")


def list_elements(stream: BinaryIO, name: str, lists: Collection[str]) -> Iterator[tuple[str, Any]]:
    """Yield the elements of the first of these lists that an object has, each with the name of the list.

    Raises UnreadableFile for a text that is no such object, also after the last element.
    """
    document, found = JsonStream(stream, name), ""
    if document.take("{") and not document.take("}"):
        while True:
            key = document.value("a key")
            document.expect(":", f"after {str(key)[:60]!r}")
            if not found and key in lists and document.take("["):
                found = key
                yield from ((key, element) for element in _elements(document, key))
            else:
                document.value(f"the value of {str(key)[:60]!r}")
            if not document.take(","):
                break
        document.expect("}", "at the end")
    if not found:
        named = " or ".join(f"“{key}”" for key in lists)
        raise UnreadableFile(f"{name}: this JSON file is no object with a list {named}, and no JSON Lines.")
    document.end()


def _elements(document: JsonStream, key: str) -> Iterator[Any]:
    if document.take("]"):
        return
    number = 0
    while True:
        number += 1
        yield document.value(f"number {number:,} of {key}")
        if not document.take(","):
            break
    document.expect("]", f"after number {number:,} of {key}")
