"""IATI 2.01 to 2.03: the activities of a file as rows, one at a time, of any publisher."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from portal.errors import UnreadableFile
from portal.services.imports.readers.iati.activity import ActivityReader
from portal.services.imports.readers.iati.element import Element
from portal.services.imports.readers.iati.own_activity import OwnActivityReader
from portal.services.imports.readers.packed_file import open_unpacked
from portal.services.imports.readers.source_lines import SourceLines
from portal.services.imports.readers.xml_guard import GuardedXml
from portal.vocabulary import iati

# Of one activity; the largest that we have seen has 5,000 elements.
MAX_ELEMENTS = 200_000
MAX_TEXT_LENGTH = 2_000_000
_ROOT, _ACTIVITY, _PART = 1, 2, 3


@contextmanager
def open_lines(path: Path, prefix: str) -> Iterator[SourceLines]:
    """The activities, numbered by their place in the file; `prefix` is that of ActivityReader."""
    with open_unpacked(path) as stream:
        activities = ActivityStream(stream, path.name, prefix)
        reader = activities.reader
        rows = ((number, reader.cells(activity)) for number, activity in enumerate(activities, 1))
        yield SourceLines(rows, columns=reader.columns, closing_notes=reader.notes)


class ActivityStream:
    """The activities of a file, without the parts that its reader skips and counts; raises UnreadableFile.

    The root is read at once, and decides which reader the file gets.
    """

    reader: ActivityReader

    def __init__(self, stream: BinaryIO, name: str, prefix: str) -> None:
        self._name = name
        self._prefix = prefix
        self._namespaces: set[str] = set()
        self._is_rooted = False
        # Activities that are complete, and the elements that are not, from the activity down.
        self._complete: list[Element] = []
        self._open: list[Element] = []
        self._skipped_depth = 0
        self._elements = self._text_length = 0
        self._xml = GuardedXml(stream, name, self)
        self._pieces = self._xml.pieces()
        while not self._is_rooted:
            # A file without a root is an error of the parser.
            next(self._pieces)

    def __iter__(self) -> Iterator[Element]:
        is_empty = True
        while True:
            is_empty = is_empty and not self._complete
            yield from self._complete
            self._complete = []
            if next(self._pieces, self) is self:
                break
        is_empty = is_empty and not self._complete
        yield from self._complete
        if is_empty:
            raise UnreadableFile(f"{self._name}: no rows; the file has no activity.")

    def declare_namespace(self, address: str) -> None:
        self._namespaces.add(address)

    def start(self, name: str, attributes: Mapping[str, str], depth: int) -> None:
        if depth == _ROOT:
            self._check_root(name, attributes.get("version", ""))
            is_own = iati.NAMESPACE in self._namespaces
            self.reader = OwnActivityReader(self._prefix) if is_own else ActivityReader(self._prefix)
            self._is_rooted = True
        elif not self._skipped_depth:
            self._add(name, attributes, depth)
        else:
            self._count_element()

    def _add(self, name: str, attributes: Mapping[str, str], depth: int) -> None:
        if depth == _ACTIVITY:
            self._elements = self._text_length = 0
        self._count_element()
        is_skipped = not self.reader.reads(name) if depth == _PART else depth == _ACTIVITY and name != "iati-activity"
        if is_skipped:
            self.reader.count(name)
            self._skipped_depth = depth
            return
        element = Element(name, attributes)
        if self._open:
            self._open[-1].children.append(element)
        self._open.append(element)

    def text(self, text: str) -> None:
        if not self._open or self._skipped_depth:
            return
        self._text_length += len(text)
        if self._text_length > MAX_TEXT_LENGTH:
            self._xml.refuse(f"an activity has more than {MAX_TEXT_LENGTH:,} characters")
        self._open[-1].add_text(text)

    def end(self, depth: int) -> None:
        if self._skipped_depth:
            if depth == self._skipped_depth:
                self._skipped_depth = 0
        elif depth > _ROOT:
            element = self._open.pop()
            if depth == _ACTIVITY:
                self._complete.append(element)

    def _count_element(self) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            self._xml.refuse(f"an activity has more than {MAX_ELEMENTS:,} elements")

    def _check_root(self, name: str, version: str) -> None:
        if name == "iati-organisations":
            self._xml.refuse("this is an IATI organisation file, which has no activities; import the activity file")
        if name != "iati-activities":
            named = name.rpartition(" ")[2][:60]
            self._xml.refuse(f"this is no IATI: the first element is {named!r}, not iati-activities of no namespace")
        if version.startswith("1."):
            self._xml.refuse(
                f"this is IATI {version[:20]}; versions {iati.VERSIONS[0]} to {iati.VERSIONS[-1]} are read, so ask the "
                "publisher for one of these"
            )
        if version not in iati.VERSIONS:
            stated = f"is {version[:20]!r}" if version else "is missing"
            self._xml.refuse(f"the version of IATI {stated}; it is one of {', '.join(iati.VERSIONS)}")
