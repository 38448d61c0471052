"""Guesses at the languages of records that state none: made in the background, shown to authors as suggestions."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import and_, delete, insert, or_, select
from sqlalchemy.orm import Session

from portal.models import LanguageGuess, Project

MIN_CERTAINTY = 0.8
_UNSTATED = ("", "und")


def make_guesses(session: Session, limit: int) -> int:
    """Guess the languages of up to `limit` records without a current guess; return how many. The caller commits."""
    # Loading the library is slow, and only this command needs it.
    from portal.text.language_detection import guess_language

    columns = Project.id, Project.version, Project.title, Project.title_language, Project.summary, Project.language
    is_current = and_(LanguageGuess.project_id == Project.id, LanguageGuess.version == Project.version)
    rows = session.execute(
        select(*columns)
        .outerjoin(LanguageGuess, is_current)
        .where(
            or_(Project.title_language.in_(_UNSTATED), Project.language.in_(_UNSTATED)),
            LanguageGuess.project_id.is_(None),
        )
        .order_by(Project.id)
        .limit(limit)
    ).all()
    if not rows:
        return 0
    guesses = []
    for project_id, version, title, title_language, summary, language in rows:
        of_title = guess_language(title) if title_language in _UNSTATED else None
        of_summary = guess_language(summary) if language in _UNSTATED else None
        names = ("title_language", "title_certainty", "language", "certainty")
        values = (*(of_title or ("", 0.0)), *(of_summary or ("", 0.0)))
        guesses.append({"project_id": project_id, "version": version, **dict(zip(names, values, strict=True))})
    session.execute(delete(LanguageGuess).where(LanguageGuess.project_id.in_([row.id for row in rows])))
    session.execute(insert(LanguageGuess), guesses)
    return len(rows)


def certain_guesses(session: Session, project: Project | None) -> Mapping[str, str]:
    """The language code that each language field of a record probably has, where the guess is certain and current."""
    guess = session.get(LanguageGuess, project.id) if project and project.id else None
    if project is None or guess is None or guess.version != project.version:
        return {}
    found = {
        "title_language": (guess.title_language, guess.title_certainty),
        "language": (guess.language, guess.certainty),
    }
    return {name: code for name, (code, certainty) in found.items() if code and certainty >= MIN_CERTAINTY}
