"""Compares the public record with a proposal, field by field, as display text."""

from __future__ import annotations

from dataclasses import dataclass, replace

from portal.models import ProjectDraft
from portal.search.read_models.terms import Terms
from portal.services.editorial import diff
from portal.services.editorial.diff import Difference, TextSegment
from portal.services.records.rules import RuleWarning, check_rules
from portal.web.presentation import field_labels
from portal.web.presentation.i18n import gettext


@dataclass(frozen=True)
class ComparedField:
    """One field: text segments of both versions, () if not stated, and the rule warnings about it.

    `languages` are those of both texts, "" for one that is not stated and for what is no text of a record.
    """

    field: str
    name: str
    before: tuple[TextSegment, ...]
    after: tuple[TextSegment, ...]
    is_changed: bool
    rule_warnings: tuple[RuleWarning, ...]
    languages: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Comparison:
    """The changed and unchanged fields; unchanged fields without a value are left out.

    `is_published` is true for a proposal that was published, `is_new` if there was no record before it.
    `aged_translations` are the names of texts that become older than their source by the change.
    """

    changed: tuple[ComparedField, ...]
    unchanged: tuple[ComparedField, ...]
    is_new: bool
    is_published: bool
    aged_translations: str = ""

    @property
    def sides(self) -> tuple[str, str]:
        """The headings of both columns; the first is "" if there is nothing to compare with."""
        if self.is_published:
            return "" if self.is_new else gettext("Before"), gettext("Published")
        return "" if self.is_new else gettext("Published now"), gettext("Proposed")

    @property
    def changed_names(self) -> str:
        """The names of the changed fields on one line."""
        return ", ".join(field.name for field in self.changed)


def compare(
    terms: Terms, public: ProjectDraft | None, proposed: ProjectDraft, *, is_published: bool = False
) -> Comparison:
    """What a proposal changes or changed; without a public record, everything it states."""
    warnings = check_rules(proposed)
    fields = tuple(
        ComparedField(
            field=difference.field,
            name=field_labels.field_names()[difference.field],
            before=_before(terms, difference) if public else (),
            # In a new record everything is new, so nothing is highlighted.
            after=_after(terms, difference if public else replace(difference, before=difference.after, added=())),
            is_changed=difference.is_changed,
            rule_warnings=tuple(warning for warning in warnings if warning.field == difference.field),
            languages=_languages(public, proposed, difference.field),
        )
        for difference in diff.compare(public, proposed)
    )
    return Comparison(
        changed=tuple(field for field in fields if field.is_changed),
        unchanged=tuple(field for field in fields if not field.is_changed and (field.after or field.rule_warnings)),
        is_new=public is None,
        is_published=is_published,
        aged_translations=", ".join(
            field_labels.field_names()[name] for name in diff.aged_translations(public, proposed)
        ),
    )


def summary(public: ProjectDraft | None, proposed: ProjectDraft) -> str:
    """A short summary of the changes, for a table cell."""
    names = [field_labels.field_names()[field] for field in diff.changed_fields(public, proposed)]
    if public is None:
        total = len(ProjectDraft.field_names())
        return gettext("New record, %(count)s of %(total)s fields", count=len(names), total=total)
    if not names:
        return gettext("No differences from the public record")
    shown, rest = ", ".join(names[:3]), len(names) - 3
    return gettext("%(names)s and %(rest)s more", names=shown, rest=rest) if rest > 0 else shown


def _languages(public: ProjectDraft | None, proposed: ProjectDraft, field: str) -> tuple[str, str]:
    return field_labels.text_language(public, field) if public else "", field_labels.text_language(proposed, field)


def _before(terms: Terms, difference: Difference) -> tuple[TextSegment, ...]:
    if difference.segments and difference.before and difference.after:
        return tuple(segment for segment in difference.segments if segment.kind != "added")
    return _highlight(terms, difference, difference.before, difference.removed, "removed")


def _after(terms: Terms, difference: Difference) -> tuple[TextSegment, ...]:
    if difference.segments and difference.is_changed and difference.before and difference.after:
        return tuple(segment for segment in difference.segments if segment.kind != "removed")
    return _highlight(terms, difference, difference.after, difference.added, "added")


def _highlight(
    terms: Terms,
    difference: Difference,
    value: field_labels.Value,
    changed_parts: tuple[str, ...],
    kind: diff.ChangeKind,
) -> tuple[TextSegment, ...]:
    """Highlight a value that changed as a whole, or the parts of a list that were added or removed."""
    if isinstance(value, str):
        return tuple(
            TextSegment(kind if difference.is_changed else "same", text)
            for text in field_labels.display_values(terms, difference.field, value)
        )
    segments: list[TextSegment] = []
    for code in field_labels.display_order(terms, difference.field, value):
        if segments:
            segments.append(TextSegment("same", ", "))
        segments += [
            TextSegment(kind if code in changed_parts else "same", text)
            for text in field_labels.display_values(terms, difference.field, code)
        ]
    return tuple(segments)
