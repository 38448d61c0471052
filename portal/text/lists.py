"""Lists in texts that people typed: which lines are items, and which only begin like one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from portal.text.wrapping import is_wrapped, unwrap

# The bullets of word processors, the last ones in the fonts Symbol and Wingdings.
_BULLETS = "•·‣⁃◦∙▪▫●○■□◆◇➢➤►▶✓✔❖\uf0b7\uf0a7\uf0d8\uf0fc\uf076"
_ITEM = re.compile(
    rf"(?P<bullet>[{_BULLETS}])[ \t]*(?P<words>\S.*)"
    r"|(?P<sign>[-*+–—])[ \t]+(?P<text>\S.*)"
    r"|(?P<number>[0-9]{1,2})(?P<mark>[.)])[ \t]+(?P<sentence>\S.*)"
)
# A longer list becomes several, so that a text of nothing but items is read in linear time.
_MAX_LIST_LINES = 200


@dataclass
class ListItem:
    """One item: its lines, its number if it has one, and the items below it."""

    lines: tuple[str, ...]
    number: int | None = None
    children: list[ListItem] = field(default_factory=list)


@dataclass(frozen=True)
class _ItemLine:
    """A line that begins like an item. Lines with one `key` are items of one list."""

    at: int
    key: tuple[int, str]
    number: int | None
    text: str

    @property
    def sign(self) -> str:
        return self.key[1]


def is_item(line: str) -> bool:
    """Whether the line begins like an item of a list."""
    return _ITEM.match(line.lstrip()) is not None


class ListFinder:
    """Finds the lists in the lines of one text."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._items = [_read_item(at, line) for at, line in enumerate(lines)]

    def find(self, at: int) -> tuple[tuple[ListItem, ...], int] | None:
        """The items of the list that begins at a line, and the line after it; None if no list begins there."""
        first = self._items[at]
        if first is None:
            return None
        owners = dict(self._owners(first))
        by_key: dict[tuple[int, str], list[_ItemLine]] = {}
        for item in dict.fromkeys(owners.values()):
            by_key.setdefault(item.key, []).append(item)
        valid_keys = {key for key, items in by_key.items() if self._is_list(items)}
        if first.key not in valid_keys:
            return None
        end = at
        for line_number, item in owners.items():
            if item.key not in valid_keys:
                break
            end = line_number + 1
        texts = self._texts(owners, end)
        return _build_tree([item for item in dict.fromkeys(owners.values()) if item.at in texts], texts), end

    def _owners(self, first: _ItemLine) -> Iterator[tuple[int, _ItemLine]]:
        """Each line that may belong to the list, with the item that it is or goes on with; blank lines left out."""
        owner, previous = first, first.at
        width = 0
        for at in range(first.at, min(len(self._lines), first.at + _MAX_LIST_LINES)):
            line = self._lines[at]
            if not line.strip():
                continue
            width = max(width, len(line))
            item = self._items[at]
            is_indented = len(line) - len(line.lstrip()) > first.key[0]
            if item is None and not is_indented:
                # A line after a blank one ends the list, and so does one that a person began.
                before = self._lines[previous]
                if at > previous + 1 or not is_wrapped(before, line.strip(), width, is_hard_wrapped=True):
                    return
            owner = item or owner
            previous = at
            yield at, owner

    def _texts(self, owners: dict[int, _ItemLine], end: int) -> dict[int, list[str]]:
        """The lines of each item, by the line where it begins."""
        texts: dict[int, list[str]] = {}
        for at, item in owners.items():
            if at < end:
                texts.setdefault(item.at, []).append(item.text if at == item.at else self._lines[at].strip())
        return texts

    def _is_list(self, items: Sequence[_ItemLine]) -> bool:
        """Whether lines with one sign are a list: a single year or dash at the start of a line is none."""
        first = items[0]
        if first.number is not None:
            numbers = [item.number or 0 for item in items]
            return len(items) > 1 and all(after in (before + 1, 1) for before, after in pairwise(numbers))
        if first.sign in _BULLETS or len(items) > 1:
            return True
        before = self._lines[first.at - 1].strip() if first.at else ""
        if before.endswith(":"):
            return True
        return first.sign == "-" and (not before or self._items[first.at - 1] is not None)


def _read_item(at: int, line: str) -> _ItemLine | None:
    bare = line.lstrip()
    found = _ITEM.match(bare)
    if found is None:
        return None
    number = int(found["number"]) if found["number"] else None
    text = found["words"] or found["text"] or found["sentence"]
    return _ItemLine(at, (len(line) - len(bare), found["bullet"] or found["sign"] or found["mark"]), number, text)


def _build_tree(items: Sequence[_ItemLine], texts: dict[int, list[str]]) -> tuple[ListItem, ...]:
    """Items below items: another indent or sign opens a list below, one that was there before goes on with its list."""
    roots: list[ListItem] = []
    open_lists: list[tuple[tuple[int, str], list[ListItem]]] = [(items[0].key, roots)]
    for item in items:
        keys = [key for key, _ in open_lists]
        if item.key in keys:
            del open_lists[keys.index(item.key) + 1 :]
        else:
            open_lists.append((item.key, open_lists[-1][1][-1].children))
        open_lists[-1][1].append(ListItem(unwrap(texts[item.at]), item.number))
    return tuple(roots)
