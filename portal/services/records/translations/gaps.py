"""What public records lack in a language: no translation, one that is older than its source, or one by a machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.models import Project, ProjectCountry, ProjectTranslation
from portal.services.records.translations import translation_rows
from portal.services.records.values import Translation
from portal.text.languages import primary_language
from portal.vocabulary.translations import RECORD_LANGUAGES, SOURCE_LANGUAGES, TRANSLATIONS

_UNSTATED = ("", "und")


class Lack(StrEnum):
    """What a record lacks in a language."""

    MISSING = "missing"
    OUTDATED = "older"
    MACHINE = "machine"
    # Of a text whose own language nobody stated, nobody can say whether it lacks a translation.
    UNSTATED = "language"


@dataclass(frozen=True)
class LackingRecord:
    """A public record, and what each of its translations lacks, by name ("title_fr")."""

    project: Project
    lacks: dict[str, Lack]


def count(session: Session) -> dict[tuple[Lack, str], int]:
    """How many public records lack what in which language; UNSTATED is counted under the language ""."""
    is_public = Project.published_at.is_not(None)
    relevant = [func.count().filter(_is_relevant(language)) for language in RECORD_LANGUAGES]
    of_any = func.count().filter(_is_unstated())
    totals = list(session.execute(select(*relevant, of_any).select_from(Project).where(is_public)).one())
    unstated = totals.pop()
    counts = {(Lack.UNSTATED, ""): unstated}
    for language, total in zip(RECORD_LANGUAGES, totals, strict=True):
        # Few records have translations, if any: those that lack one are counted as all others.
        has_some = Project.id.in_(select(ProjectTranslation.project_id).where(ProjectTranslation.language == language))
        columns = [
            func.count().filter(and_(_is_relevant(language), ~condition_of(Lack.MISSING, language))),
            func.count().filter(condition_of(Lack.OUTDATED, language)),
            func.count().filter(condition_of(Lack.MACHINE, language)),
        ]
        found = session.execute(select(*columns).select_from(Project).where(is_public, has_some)).one()
        complete, outdated, machine = tuple(found)
        counts[Lack.MISSING, language] = total - complete
        counts[Lack.OUTDATED, language], counts[Lack.MACHINE, language] = outdated, machine
    return counts


def condition_of(lack: Lack, language: str) -> ColumnElement[bool]:
    """The condition that a record lacks this in a language."""
    if lack == Lack.UNSTATED:
        return _is_unstated()
    return or_(*(_lacks(field, lack, language) for field in SOURCE_LANGUAGES))


def find(
    session: Session, lack: Lack, language: str, *, country_id: int | None, first: int, limit: int
) -> tuple[list[LackingRecord], bool]:
    """Up to `limit` public records that lack this, by title, from the `first`-th (from 0); and whether more follow."""
    conditions = [Project.published_at.is_not(None), condition_of(lack, language)]
    if country_id is not None:
        of_country = ProjectCountry.project_id == Project.id, ProjectCountry.term_id == country_id
        conditions.append(exists().where(*of_country, ProjectCountry.is_eligible))
    query = select(Project).where(*conditions).order_by(Project.sort_title, Project.id)
    projects = session.execute(query.offset(first).limit(limit + 1)).scalars().all()
    known = translation_rows.of_projects(session, ProjectTranslation.project_id.in_([each.id for each in projects]))
    records = [LackingRecord(each, dict(lacks_of(each, known.get(each.id, ())))) for each in projects[:limit]]
    return records, len(projects) > limit


def lacks_of(project: Project, translations: Sequence[Translation]) -> Iterator[tuple[str, Lack]]:
    """Yield the name of each translation that a record lacks in some way, and in which."""
    known = {one.name: one for one in translations}
    for name, (field, language) in TRANSLATIONS.items():
        source, stated = getattr(project, field), primary_language(getattr(project, SOURCE_LANGUAGES[field]))
        if found := known.get(name):
            if found.source_text != source:
                yield name, Lack.OUTDATED
            elif found.is_machine:
                yield name, Lack.MACHINE
        elif source and stated and stated != language:
            yield name, Lack.MISSING


def _lacks(field: str, lack: Lack, language: str) -> ColumnElement[bool]:
    at = ProjectTranslation
    of_text = at.project_id == Project.id, at.field == field, at.language == language
    if lack == Lack.MISSING:
        return and_(_needs(field, language), ~exists().where(*of_text))
    if lack == Lack.MACHINE:
        return exists().where(*of_text, at.is_machine)
    source: InstrumentedAttribute[str] = getattr(Project, field)
    return exists().where(*of_text, or_(at.source_text.is_(None), at.source_text != source))


def _is_relevant(language: str) -> ColumnElement[bool]:
    """Whether a record has a text that needs a translation into this language."""
    return or_(*(_needs(field, language) for field in SOURCE_LANGUAGES))


def _needs(field: str, language: str) -> ColumnElement[bool]:
    stated: InstrumentedAttribute[str] = getattr(Project, SOURCE_LANGUAGES[field])
    text: InstrumentedAttribute[str] = getattr(Project, field)
    is_other = stated.not_in((*_UNSTATED, language)), stated.not_like(f"{language}-%")
    return and_(*is_other, text != "")


def _is_unstated() -> ColumnElement[bool]:
    return or_(Project.title_language.in_(_UNSTATED), and_(Project.language.in_(_UNSTATED), Project.summary != ""))
