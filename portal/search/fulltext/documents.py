"""Documents: the searchable text of each project, from given values or loaded from the tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, column, select, table
from sqlalchemy.orm import Session

from portal.models import Project, ProjectCountry, ProjectTag, Term
from portal.search.read_models.terms import TermView

# The view that the public reader may use; documents are of published projects alone.
_TRANSLATION = table("record_translation", *map(column, ("project_id", "field", "language", "text")))


@dataclass(frozen=True)
class TextDocument:
    """The searchable text of one project: `number` holds its identifiers, `term_names` the names of its terms.

    `title` and `body` are in all languages that the record has.

    `is_normalised` is true if tokenizer.normalise_text was already applied to all texts.
    """

    project_id: int
    number: str
    title: str
    body: str
    term_names: str
    is_normalised: bool = False

    @classmethod
    def build(
        cls,
        project_id: int,
        *,
        identifiers: Iterable[str | None],
        title: str,
        summary: str,
        term_ids: Iterable[int | None],
        names: Mapping[int, str],
    ) -> TextDocument:
        """`term_ids` are the ids of countries, tags and other terms; `names` is the result of searchable_names."""
        return cls(
            project_id=project_id,
            number=" ".join(filter(None, identifiers)),
            title=title,
            body=summary,
            term_names=" ".join(names[term_id] for term_id in sorted(set(filter(None, term_ids)))),
        )


def searchable_names(terms: Sequence[Term | TermView | Row[Any]]) -> dict[int, str]:
    """By term id: its names in all languages, its aliases, and the names of its parent term."""
    by_id = {term.id: term for term in terms}
    names = {term.id: " ".join(dict.fromkeys([term.name, *term.names.values(), *term.aliases])) for term in terms}
    for term in terms:
        if term.parent_id and (parent := by_id.get(term.parent_id)):
            names[term.id] += " " + " ".join(parent.names.values())
    return names


def with_translations(field: str, source: str, translations: Mapping[str, str]) -> str:
    """The text of a field in all languages; `translations` are texts by name ("title_fr")."""
    if not translations:
        return source
    named = (translations[name] for name in sorted(translations) if name.startswith(f"{field}_"))
    return "\n".join((source, *named))


def load_documents(
    session: Session, project_ids: Sequence[int], *, with_term_names: bool = True
) -> Iterator[TextDocument]:
    """Yield the documents of published projects, in no order; other ids are left out.

    Pass at most a few thousand ids: each one is a parameter of the statement.
    """
    names: Mapping[int, str] = defaultdict(str)
    linked: dict[int, list[int]] = defaultdict(list)
    if with_term_names:
        names = searchable_names(session.execute(select(*Term.__table__.columns)).all())
        for model in (ProjectCountry, ProjectTag):
            links = select(model.project_id, model.term_id).where(model.project_id.in_(project_ids))
            for project_id, term_id in session.execute(links):
                linked[project_id].append(term_id)
    in_all_languages = _translations(session, project_ids)
    term_columns = (Project.status_id, Project.type_id, Project.coverage_id, Project.region_id)
    rows = select(Project.id, Project.reference, Project.prima_id, Project.title, Project.summary, *term_columns)
    for project_id, reference, prima_id, title, summary, *term_ids in session.execute(
        rows.where(Project.id.in_(project_ids), Project.published_at.is_not(None))
    ):
        yield TextDocument.build(
            project_id,
            identifiers=(reference, prima_id),
            title=with_translations("title", title, in_all_languages[project_id]),
            summary=with_translations("summary", summary, in_all_languages[project_id]),
            term_ids=[*linked[project_id], *term_ids],
            names=names,
        )


def _translations(session: Session, project_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """By project: the texts in other languages than the source, by name ("title_fr")."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    texts = select(*_TRANSLATION.c).where(_TRANSLATION.c.project_id.in_(project_ids))
    for project_id, field, language, text in session.execute(texts):
        found[project_id][f"{field}_{language}"] = text
    return found
