"""Two drafts field by field, and inside a text word by word; pure, knows no database."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Literal

from portal.models import ProjectDraft

Mark = Literal["same", "added", "removed"]
# Texts in which the changed words are marked; everything else changes as a whole.
TEXTS = ("title", "summary")
_WORDS = re.compile(r"\s+|[^\W_]+(?:['’.-][^\W_]+)*|.", re.DOTALL)
# Beyond this many words a comparison would take seconds; then it goes line by line.
_WORDS_MOST = 6_000


@dataclass(frozen=True)
class Piece:
    """A stretch of text that both have, or one of them."""

    mark: Mark
    text: str


@dataclass(frozen=True)
class Difference:
    """One field: what it was and what it is; for lists also what came and went, for texts the pieces in order."""

    field: str
    before: str | tuple[str, ...]
    after: str | tuple[str, ...]
    pieces: tuple[Piece, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def is_changed(self) -> bool:
        if isinstance(self.before, tuple) and isinstance(self.after, tuple):
            return set(self.before) != set(self.after)
        return self.before != self.after


def compare(before: ProjectDraft | None, after: ProjectDraft) -> tuple[Difference, ...]:
    """All fields, those changed first, else in their order. Without `before` everything stated counts as changed."""
    old = before or ProjectDraft(title_language="", language="")
    found = [_field(name, getattr(old, name), getattr(after, name)) for name in ProjectDraft.field_names()]
    return tuple(sorted(found, key=lambda difference: not difference.is_changed))


def changed_fields(before: ProjectDraft | None, after: ProjectDraft) -> tuple[str, ...]:
    """The names of the changed fields, in their order."""
    return tuple(difference.field for difference in compare(before, after) if difference.is_changed)


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """What became of a text: joined without those added it is `before`, without those removed it is `after`."""
    old, fresh = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(fresh)) > _WORDS_MOST:
        old, fresh = before.splitlines(keepends=True), after.splitlines(keepends=True)
    found: list[Piece] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, fresh, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(old[a:b])))
            continue
        if b > a:
            found.append(Piece("removed", "".join(old[a:b])))
        if d > c:
            found.append(Piece("added", "".join(fresh[c:d])))
    return tuple(found)


def _field(name: str, before: str | tuple[str, ...], after: str | tuple[str, ...]) -> Difference:
    if isinstance(before, tuple) and isinstance(after, tuple):
        return Difference(
            name,
            before,
            after,
            added=tuple(code for code in after if code not in before),
            removed=tuple(code for code in before if code not in after),
        )
    if name in TEXTS and isinstance(before, str) and isinstance(after, str) and before != after:
        return Difference(name, before, after, pieces=pieces(before, after))
    return Difference(name, before, after)
