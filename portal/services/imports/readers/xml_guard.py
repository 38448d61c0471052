"""XML in pieces, within limits: no document type, no entities, nothing that grows without bound.

Expat resolves nothing outside the file by itself. It would accept a document type, any depth and any number of
attributes, so these are refused here, while the file is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO, NoReturn, Protocol
from xml.parsers import expat  # a document type, which all attacks on expat need, is refused

from portal.errors import UnreadableFile
from portal.services.imports.readers.packed_file import UNPACKING_ERRORS

MAX_DEPTH = 32
MAX_ATTRIBUTES = 64
MAX_ATTRIBUTES_LENGTH = 50_000
# Of one tag or comment, which expat holds as a whole.
MAX_TOKEN_BYTES = 500_000
_CHUNK_BYTES = 1 << 16
# Expat knows the first four; the last one is what Windows programs wrote.
_ENCODINGS = frozenset(("utf-8", "utf-16", "iso-8859-1", "us-ascii", "windows-1252"))


class XmlListener(Protocol):
    """What is told of a file; names of another namespace are "address name". Depth counts from 1, the root."""

    def start(self, name: str, attributes: Mapping[str, str], depth: int) -> None: ...

    def text(self, text: str) -> None: ...

    def end(self, depth: int) -> None: ...

    def declare_namespace(self, address: str) -> None:
        """Told before the element that declares it."""


class GuardedXml:
    """Reads a file piece by piece, and tells a listener; raises UnreadableFile."""

    def __init__(self, stream: BinaryIO, name: str, listener: XmlListener) -> None:
        self._stream = stream
        self._name = name
        self._listener = listener
        self._depth = 0
        self._quiet_bytes = 0
        self._parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.XmlDeclHandler = self._check_declaration
        parser.StartDoctypeDeclHandler = self._refuse_document_type
        parser.EntityDeclHandler = self._refuse_document_type
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartNamespaceDeclHandler = self._declare_namespace
        # Comments and instructions say nothing, but they are signs that the file goes on.
        parser.CommentHandler = parser.ProcessingInstructionHandler = self._note_progress

    @property
    def line(self) -> int:
        """The line that is being read."""
        return self._parser.CurrentLineNumber

    def pieces(self) -> Iterator[None]:
        """Read one piece at each step, to the end of the file."""
        while True:
            try:
                chunk = self._stream.read(_CHUNK_BYTES)
                self._quiet_bytes += len(chunk)
                self._parser.Parse(chunk, not chunk)
            except expat.ExpatError as error:
                self.refuse(f"the XML is damaged ({expat.errors.messages[error.code]})", error.lineno)
            except UNPACKING_ERRORS:
                self.refuse("the compressed file is cut off or damaged")
            if not chunk:
                return
            if self._quiet_bytes > MAX_TOKEN_BYTES:
                self.refuse(f"a tag or comment is longer than {MAX_TOKEN_BYTES:,} bytes")
            yield

    def refuse(self, problem: str, line: int | None = None) -> NoReturn:
        raise UnreadableFile(f"{self._name}: line {line or self.line}: {problem}.")

    def _check_declaration(self, version: str, encoding: str | None, _standalone: int) -> None:
        if version != "1.0":
            self.refuse(f"this is XML {version[:20]}; write it as XML 1.0")
        if encoding and encoding.lower() not in _ENCODINGS:
            self.refuse(f"the encoding {encoding[:40]!r} is not read; write the file in UTF-8")

    def _refuse_document_type(self, *_: object) -> NoReturn:
        self.refuse("the file has a document type (DOCTYPE), which can make a reader load other files; remove it")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._quiet_bytes = 0
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self.refuse(f"elements are nested more than {MAX_DEPTH} deep")
        if len(attributes) > MAX_ATTRIBUTES or sum(map(len, attributes.values())) > MAX_ATTRIBUTES_LENGTH:
            self.refuse(
                f"an element has more than {MAX_ATTRIBUTES} attributes, or attributes of more than "
                f"{MAX_ATTRIBUTES_LENGTH:,} characters"
            )
        self._listener.start(name, attributes, self._depth)

    def _end(self, _name: str) -> None:
        self._quiet_bytes = 0
        self._listener.end(self._depth)
        self._depth -= 1

    def _text(self, text: str) -> None:
        self._quiet_bytes = 0
        self._listener.text(text)

    def _declare_namespace(self, _prefix: str | None, address: str | None) -> None:
        self._listener.declare_namespace(address or "")

    def _note_progress(self, *_: object) -> None:
        self._quiet_bytes = 0
