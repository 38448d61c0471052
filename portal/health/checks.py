"""The checks of the health listener: each opens the session it needs. They take as long as the database lets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from portal.config import Settings
from portal.database.availability import Availability, guard
from portal.database.engines import engine_options, parse_database_url
from portal.models import Catalogue
from portal.search.fulltext import text_index
from portal.services.integrity import row_check
from portal.services.mail.outbox import OutboxSummary, pending_summary
from portal.services.operations import job_runs, readiness
from portal.services.operations.job_runs import JobState

_STATEMENT_SECONDS = 5
# A comparison of a million documents takes a second or two.
_COMPARISON_SECONDS = 30


@dataclass(frozen=True)
class IndexState:
    """What the text index says of itself, and what the tables hold: published projects and the catalogue version."""

    text_index: str
    projects: int
    version: int


@dataclass(frozen=True)
class Overdue:
    """Jobs, mails, and the sentences about them that an operator has to read."""

    jobs: list[JobState]
    mails: OutboxSummary
    warnings: list[str]


class Checks:
    """The checks of one database."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        settings = Settings.from_environment(environ)
        self.engine = _engine(settings, _STATEMENT_SECONDS)
        self.patient_engine = _engine(settings, _COMPARISON_SECONDS)

    def database(self) -> dict[str, str]:
        with Session(self.engine) as session:
            return readiness.database_states(session)

    def writing(self) -> str | None:
        with Session(self.engine) as session:
            return readiness.write_state(session)

    def indexes(self) -> IndexState:
        with Session(self.patient_engine) as session:
            agreement, catalogue = text_index.compare_counts(session), session.get(Catalogue, 1)
            return IndexState(
                readiness.text_index_state(agreement), agreement.projects, catalogue.version if catalogue else 0
            )

    def overdue(self) -> Overdue:
        with Session(self.engine) as session:
            jobs, mails = job_runs.job_states(session), pending_summary(session)
            return Overdue(jobs, mails, readiness.warnings(jobs, mails, row_check.last_check(session)))

    def free_bytes(self) -> int | None:
        return readiness.free_bytes(self.engine)


def _engine(settings: Settings, seconds: int) -> Engine:
    url = parse_database_url(settings.database_url)
    engine = create_engine(url, **engine_options(url, settings, seconds))
    guard(engine, seconds, Availability())
    return engine
