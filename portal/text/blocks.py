"""The blocks of a text that people typed, pasted or imported: paragraphs, lists, headings, quotes and tables.

A subset of Markdown, read as people mean it who do not know Markdown: a year at the start of a line is no list, an
indented line no code, and the line ends of a PDF are no paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from portal.text.lists import ListFinder, ListItem
from portal.text.wrapping import unwrap

_HEADING = re.compile(r"(#{1,6})[ \t]+(\S.*?)(?:[ \t]+#+)?")
_QUOTE = re.compile(r">[ \t]+(?![0-9])|>$")
_RULE = re.compile(r"([-*_])(?:[ \t]*\1){2,}")
_UNDERLINE = re.compile(r"={3,}|-{3,}")
_TABLE_DELIMITER = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?")
_CELL_SEPARATOR = re.compile(r"(?<!\\)\|")
_MAX_DEPTH = 5


@dataclass(frozen=True)
class Paragraph:
    """Lines that their author ended on purpose; hard-wrapped lines are joined."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class ThematicBreak:
    """A line between two parts of a text."""


@dataclass(frozen=True)
class Quote:
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class ListBlock:
    items: tuple[ListItem, ...]


@dataclass(frozen=True)
class TableBlock:
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Paragraph | Heading | ThematicBreak | Quote | ListBlock | TableBlock


def parse_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a text. In a text without a blank line, as from a spreadsheet, each line is a paragraph."""
    return tuple(_Parser(text, depth=0).blocks())


class _Parser:
    def __init__(self, text: str, *, depth: int) -> None:
        lines = [line.expandtabs(4).rstrip() for line in text.strip("\n").split("\n")]
        self._lines = lines
        self._lists = ListFinder(lines)
        self._depth = depth
        self._has_blank_lines = "" in lines

    def blocks(self) -> Iterator[Block]:
        at = 0
        while at < len(self._lines):
            if not self._lines[at]:
                at += 1
                continue
            block, at = self._next_block(at)
            if isinstance(block, Paragraph) and not self._has_blank_lines:
                yield from (Paragraph((line,)) for line in block.lines)
            else:
                yield block

    def _next_block(self, at: int) -> tuple[Block, int]:
        """The block that begins at a line, and the line after it."""
        line = self._lines[at].strip()
        if heading := _HEADING.fullmatch(line):
            return Heading(heading[2]), at + 1
        if _is_rule(self._lines, at):
            return ThematicBreak(), at + 1
        if _is_underlined(self._lines, at):
            return Heading(line), at + 2
        if self._starts_quote(at):
            return self._read_quote(at)
        if _starts_table(self._lines, at):
            return self._read_table(at)
        if found := self._lists.find(at):
            return ListBlock(found[0]), found[1]
        end = at + 1
        while end < len(self._lines) and not self._ends_paragraph(end):
            end += 1
        return Paragraph(unwrap([line.strip() for line in self._lines[at:end]])), end

    def _ends_paragraph(self, at: int) -> bool:
        line = self._lines[at].strip()
        return (
            not line
            or _HEADING.fullmatch(line) is not None
            or _is_rule(self._lines, at)
            or self._starts_quote(at)
            or _starts_table(self._lines, at)
            or self._lists.find(at) is not None
        )

    def _starts_quote(self, at: int) -> bool:
        """Whether a line is quoted as in a mail; "> 20 villages" is not."""
        return self._depth < _MAX_DEPTH and _QUOTE.match(self._lines[at].lstrip()) is not None

    def _read_quote(self, at: int) -> tuple[Quote, int]:
        end = at
        while end < len(self._lines) and self._starts_quote(end):
            end += 1
        quoted = "\n".join(line.lstrip()[2:] for line in self._lines[at:end])
        return Quote(tuple(_Parser(quoted, depth=self._depth + 1).blocks())), end

    def _read_table(self, at: int) -> tuple[TableBlock, int]:
        end = at + 2
        while end < len(self._lines) and "|" in self._lines[end]:
            end += 1
        return TableBlock(_cells(self._lines[at]), tuple(map(_cells, self._lines[at + 2 : end]))), end


def _is_rule(lines: Sequence[str], at: int) -> bool:
    """Whether a line of signs divides a text; at its beginning or end, it is what somebody typed for "nothing"."""
    return 0 < at < len(lines) - 1 and _RULE.fullmatch(lines[at].strip()) is not None


def _is_underlined(lines: Sequence[str], at: int) -> bool:
    """Whether a line stands alone above a line of signs."""
    if at + 1 >= len(lines) or (at and lines[at - 1].strip()):
        return False
    return _UNDERLINE.fullmatch(lines[at + 1].strip()) is not None and not _UNDERLINE.fullmatch(lines[at].strip())


def _starts_table(lines: Sequence[str], at: int) -> bool:
    if at + 1 >= len(lines) or "|" not in lines[at] or "|" not in (delimiter := lines[at + 1].strip()):
        return False
    return _TABLE_DELIMITER.fullmatch(delimiter) is not None and len(_cells(delimiter)) == len(_cells(lines[at]))


def _cells(line: str) -> tuple[str, ...]:
    bare = line.strip().removeprefix("|").removesuffix("|")
    return tuple(cell.strip().replace("\\|", "|") for cell in _CELL_SEPARATOR.split(bare))
