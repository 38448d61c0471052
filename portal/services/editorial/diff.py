"""Compares two drafts field by field, and long texts word by word; does not use the database."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from portal.models import ProjectDraft
from portal.vocabulary.translations import TRANSLATIONS

ChangeKind = Literal["same", "added", "removed"]
# Fields compared word by word; all others are compared as a whole.
TEXT_FIELDS = ("title", "summary", *TRANSLATIONS)
_TOKENS = re.compile(r"\s+|[^\W_]+(?:['’.-][^\W_]+)*|.", re.DOTALL)
# The pairs of equal words between two texts; a comparison with more could take seconds.
_MAX_MATCHES = 60_000


@dataclass(frozen=True)
class TextSegment:
    """A piece of text that is in both versions, or in one of them."""

    kind: ChangeKind
    text: str


@dataclass(frozen=True)
class Difference:
    """One field before and after; for lists also what was added and removed, for texts their segments in order."""

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


def replaced_values(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values of the stored payload that another one replaces, and the new ones, by field."""
    # A payload of an earlier version lacks the fields that came later.
    changed = {name: value for name, value in after.items() if before.get(name, type(value)()) != value}
    return {name: before.get(name) for name in changed}, changed


def compare(before: ProjectDraft | None, after: ProjectDraft) -> tuple[Difference, ...]:
    """All fields, changed ones first, else in order. Without `before`, every filled field counts as changed."""
    old = before or ProjectDraft()
    differences = [
        _compare_field(name, getattr(old, name), getattr(after, name)) for name in ProjectDraft.field_names()
    ]
    return tuple(sorted(differences, key=lambda difference: not difference.is_changed))


def changed_fields(before: ProjectDraft | None, after: ProjectDraft) -> tuple[str, ...]:
    """The names of the changed fields, in the order of the fields."""
    return tuple(difference.field for difference in compare(before, after) if difference.is_changed)


def aged_translations(before: ProjectDraft | None, after: ProjectDraft) -> tuple[str, ...]:
    """The names of the translations that a change of their source leaves as they are, without confirming them."""
    return tuple(
        name
        for name, (field, _) in TRANSLATIONS.items()
        if before is not None
        and getattr(before, field) != getattr(after, field)
        and getattr(before, name) == getattr(after, name) != ""
        and name not in after.confirmed_translations
    )


def diff_text(before: str, after: str) -> tuple[TextSegment, ...]:
    """The segments of both texts: all but the added ones join to `before`, all but the removed ones to `after`."""
    old, new, prefix, suffix = _split_and_trim(before, after)
    segments: list[TextSegment] = []
    if prefix:
        segments.append(TextSegment("same", prefix))
    for tag, a, b, c, d in difflib.SequenceMatcher(str.isspace, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            segments.append(TextSegment("same", "".join(old[a:b])))
            continue
        if b > a:
            segments.append(TextSegment("removed", "".join(old[a:b])))
        if d > c:
            segments.append(TextSegment("added", "".join(new[c:d])))
    if suffix:
        segments.append(TextSegment("same", suffix))
    return tuple(segments)


def _split_and_trim(before: str, after: str) -> tuple[list[str], list[str], str, str]:
    """Both texts split into words, or into lines, or not at all, as finely as can be compared in reasonable time; and
    their common prefix and suffix, which the pieces leave out.
    """
    for split in (_TOKENS.findall, lambda text: text.splitlines(keepends=True)):
        old, new = split(before), split(after)
        shorter = min(len(old), len(new))
        start = next((n for n in range(shorter) if old[n] != new[n]), shorter)
        end = next((n for n in range(shorter - start) if old[-1 - n] != new[-1 - n]), shorter - start)
        prefix, suffix = "".join(old[:start]), "".join(old[len(old) - end :])
        old, new = old[start : len(old) - end], new[start : len(new) - end]
        counts = Counter(token for token in new if not token.isspace())
        if sum(counts[token] for token in old) <= _MAX_MATCHES:
            return old, new, prefix, suffix
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
