"""Documents: what the text index holds of each project, from a record in hand or from the tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Project, ProjectCountry, Term


@dataclass(frozen=True)
class Document:
    """What can be found of one project, without markup: `number` holds its identifiers, `places` its terms' names.

    `is_plain` says that the texts are as words.plain makes them.
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
    ) -> Document:
        """`terms` are ids of countries and terms; `names` is what names_of gives."""
        return cls(
            project_id=project_id,
            number=" ".join(filter(None, identifiers)),
            title=title,
            body=summary,
            term_names=" ".join(names[term_id] for term_id in sorted(set(filter(None, term_ids)))),
        )


def searchable_names(terms: Sequence[Term]) -> dict[int, str]:
    """By term id: its names in every language, its aliases, and the names of its broader term."""
    by_id = {term.id: term for term in terms}
    names = {term.id: " ".join(dict.fromkeys([term.name, *term.names.values(), *term.aliases])) for term in terms}
    for term in terms:
        if term.parent_id and (broader := by_id.get(term.parent_id)):
            names[term.id] += " " + " ".join(broader.names.values())
    return names


def load_documents(session: Session, project_ids: Sequence[int]) -> Iterator[Document]:
    """Documents of public projects, in no order; ids of no such are left out. Give at most some thousands at once."""
    names = searchable_names(session.execute(select(Term)).scalars().all())
    links = select(ProjectCountry.project_id, ProjectCountry.term_id).where(ProjectCountry.project_id.in_(project_ids))
    countries: dict[int, list[int]] = defaultdict(list)
    for project_id, term_id in session.execute(links):
        countries[project_id].append(term_id)
    ones = (Project.status_id, Project.type_id, Project.coverage_id, Project.region_id)
    rows = select(Project.id, Project.reference, Project.prima_id, Project.title, Project.summary, *ones)
    for project_id, number, prima_id, title, summary, *terms in session.execute(
        rows.where(Project.id.in_(project_ids), Project.published_at.is_not(None))
    ):
        yield Document.build(
            project_id,
            identifiers=(number, prima_id),
            title=title,
            summary=summary,
            term_ids=[*countries[project_id], *terms],
            names=names,
        )
