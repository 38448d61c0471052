"""Two drafts field by field, and inside a text word by word; pure, knows no database."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from portal.models import ProjectDraft

ChangeKind = Literal["same", "added", "removed"]
# Texts in which the changed words are marked; everything else changes as a whole.
TEXT_FIELDS = ("title", "summary")
_TOKENS = re.compile(r"\s+|[^\W_]+(?:['’.-][^\W_]+)*|.", re.DOTALL)
# Pairs of equal words, one in each text: with more of them a comparison might take seconds.
_MAX_MATCHES = 60_000


@dataclass(frozen=True)
class TextSegment:
    """A stretch of text that both have, or one of them."""

    kind: ChangeKind
    text: str


@dataclass(frozen=True)
class Difference:
    """One field: what it was and what it is; for lists also what came and went, for texts the pieces in order."""

    field: str
    before: str | tuple[str, ...]
    after: str | tuple[str, ...]
    segments: tuple[TextSegment, ...] = ()
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
    found = [_compare_field(name, getattr(old, name), getattr(after, name)) for name in ProjectDraft.field_names()]
    return tuple(sorted(found, key=lambda difference: not difference.is_changed))


def changed_fields(before: ProjectDraft | None, after: ProjectDraft) -> tuple[str, ...]:
    """The names of the changed fields, in their order."""
    return tuple(difference.field for difference in compare(before, after) if difference.is_changed)


def diff_text(before: str, after: str) -> tuple[TextSegment, ...]:
    """What became of a text: joined without those added it is `before`, without those removed it is `after`."""
    old, fresh, first, last = _split_and_trim(before, after)
    found: list[TextSegment] = []
    if first:
        found.append(TextSegment("same", first))
    for tag, a, b, c, d in difflib.SequenceMatcher(str.isspace, old, fresh, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(TextSegment("same", "".join(old[a:b])))
            continue
        if b > a:
            found.append(TextSegment("removed", "".join(old[a:b])))
        if d > c:
            found.append(TextSegment("added", "".join(fresh[c:d])))
    if last:
        found.append(TextSegment("same", last))
    return tuple(found)


def _split_and_trim(before: str, after: str) -> tuple[list[str], list[str], str, str]:
    """Both texts in words, else in lines, else whole, as fine as can be compared soon; and what they begin and end with
    in common.
    """
    for cut in (_TOKENS.findall, lambda text: text.splitlines(keepends=True)):
        old, fresh = cut(before), cut(after)
        shorter = min(len(old), len(fresh))
        start = next((n for n in range(shorter) if old[n] != fresh[n]), shorter)
        end = next((n for n in range(shorter - start) if old[-1 - n] != fresh[-1 - n]), shorter - start)
        first, last = "".join(old[:start]), "".join(old[len(old) - end :])
        old, fresh = old[start : len(old) - end], fresh[start : len(fresh) - end]
        counts = Counter(one for one in fresh if not one.isspace())
        if sum(counts[one] for one in old) <= _MAX_MATCHES:
            return old, fresh, first, last
    return [before], [after], "", ""


def _compare_field(name: str, before: str | tuple[str, ...], after: str | tuple[str, ...]) -> Difference:
    if isinstance(before, tuple) and isinstance(after, tuple):
        return Difference(
            name,
            before,
            after,
            added=tuple(code for code in after if code not in before),
            removed=tuple(code for code in before if code not in after),
        )
    if name in TEXT_FIELDS and isinstance(before, str) and isinstance(after, str) and before != after:
        return Difference(name, before, after, segments=diff_text(before, after))
    return Difference(name, before, after)
