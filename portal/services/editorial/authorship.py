"""Who wrote the present text of a revision: its author, and field by field whoever else edited it last.

`Revision.field_editors` holds, for each field that someone else than the author edited, the editors since the
author's text, oldest first, each with the text before: {field: [{"by": account id, "text": value}]}. Editing back to
one of these texts removes the later editors, so that typing and undoing leaves no trace; the author's own text removes
all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.models import ProjectDraft, Revision


def record_edit(revision: Revision, after: Mapping[str, Any], *, editor_id: int) -> None:
    """Record who edits the stored text to `after`, before it is replaced; without a changed field nothing."""
    before, editors = revision.payload, dict(revision.field_editors)
    changed = [name for name, value in after.items() if before.get(name) != value]
    for name in changed:
        stack = _edited_stack(
            editors.pop(name, []), before.get(name), after[name], None if editor_id == revision.author_id else editor_id
        )
        if stack:
            editors[name] = stack
    if changed:
        revision.field_editors = editors
        revision.last_editor_id = _last_editor_id(editors, revision.author_id, editor_id)


def attribute_to_former_author(revision: Revision, base: ProjectDraft) -> None:
    """Call before the author changes: what the present author wrote since `base` stays theirs until it is edited."""
    editors, values, base_values = dict(revision.field_editors), revision.draft.as_json(), base.as_json()
    for name, value in values.items():
        if name not in editors and value != base_values[name]:
            editors[name] = [{"by": revision.author_id, "text": base_values[name]}]
    revision.field_editors = editors


def editors_by_field(revision: Revision) -> dict[str, int]:
    """The account that edited the present text of a field last, for fields that someone else than the author edited."""
    last = {name: stack[-1]["by"] for name, stack in revision.field_editors.items() if stack}
    return {
        name: last[name] for name in ProjectDraft.field_names() if name in last and last[name] != revision.author_id
    }


def wrote_or_edited(account_id: int, revision: Revision) -> bool:
    """Whether any of the present text is this account's, so that somebody else has to decide on it."""
    return (
        account_id in (revision.author_id, revision.last_editor_id) or account_id in editors_by_field(revision).values()
    )


def _edited_stack(stack: list[dict[str, Any]], before: Any, after: Any, editor_id: int | None) -> list[dict[str, Any]]:
    """The editors of one field after an edit; `editor_id` is None for the author."""
    for position, entry in enumerate(stack):
        if entry["text"] == after:
            return stack[:position]
    if editor_id is None:
        return []
    return stack if stack and stack[-1]["by"] == editor_id else [*stack, {"by": editor_id, "text": before}]


def _last_editor_id(editors: Mapping[str, list[dict[str, Any]]], author_id: int, editor_id: int) -> int:
    """The editor while any of their text remains, else another editor whose text does, else the author."""
    remaining = [stack[-1]["by"] for stack in editors.values()]
    if editor_id == author_id or editor_id in remaining:
        return editor_id
    return remaining[-1] if remaining else author_id
