"""The translations of a draft beside their sources, and what changed in a source since its translation was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.models import Project, ProjectDraft
from portal.services.editorial.diff import TextSegment, diff_text
from portal.services.records import submission_checks
from portal.services.records.translations import translation_rows
from portal.text.languages import primary_language
from portal.vocabulary.translations import SOURCE_LANGUAGES, TRANSLATIONS


@dataclass(frozen=True)
class TranslationPanel:
    """One translation: `language` is its code, `source` the present source of the draft and `source_language` its code.

    `changes` are those of the source since the translation was made, () if they are not known.
    """

    language: str
    source: str
    source_language: str
    is_outdated: bool
    changes: tuple[TextSegment, ...]


def build_panels(session: Session, project: Project | None, draft: ProjectDraft) -> Mapping[str, TranslationPanel]:
    """The panels by name ("title_fr"); none for the language of the source, unless it has a text, to be emptied."""
    draft = submission_checks.clean_draft(draft)
    known = {one.name: one for one in translation_rows.of_project(session, project.id)} if project else {}
    panels: dict[str, TranslationPanel] = {}
    for name, (field, language) in TRANSLATIONS.items():
        source, source_language = getattr(draft, field), getattr(draft, SOURCE_LANGUAGES[field])
        text, before = getattr(draft, name), known.get(name)
        if primary_language(source_language) == language and not text:
            continue
        is_outdated = before is not None and before.text == text and before.source_text != source
        former = before.source_text if before and is_outdated else None
        changes = diff_text(former, source) if former else ()
        panels[name] = TranslationPanel(language, source, source_language, is_outdated, changes)
    return panels
