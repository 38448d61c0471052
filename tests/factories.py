"""People and drafts for tests: plain functions with fixed defaults."""

import csv
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from portal.database.orm import db, now
from portal.database.transactions import begin_writing
from portal.models import Account, ProjectDraft
from portal.services.accounts import passwords
from portal.services.audit import recording
from portal.services.editorial import publication, review, revisions
from portal.services.imports import Report, import_file
from portal.vocabulary.workflow import Role, State

PHRASE = "four quiet rivers meet"

COMPLETE = ProjectDraft(
    title="Fair Recruitment in the Horn",
    title_language="en",
    language="en",
    summary="Trains inspectors.\n\nPublishes a register.",
    start="2021-03",
    end="2023",
    year="2021",
    budget="150000.00",
    status="completed",
    project_type="labour-migration",
    coverage="national",
    region="africa",
    countries=("KEN",),
    sdg=("8.8",),
    gcm=("6",),
)

# The columns of an import file, as docs and header name them.
COLUMNS = (
    "project_id", "title", "start_date", "end_date", "status", "project_type", "budget_usd", "coverage", "year",
    "region", "benefiting_member_states", "country_shares", "summary", "source_url", "prima_id", "other_countries",
    "language", "title_language", "funding_line", "sdg", "gcm",
)  # fmt: skip


def import_records(session, rows, *, is_sample=False, new_terms="refuse"):
    """Public records from rows of an import file, in their order; each may leave any column but title out.

    It may have columns that COLUMNS has not, such as translations.
    """
    report = import_rows(session, rows, is_sample=is_sample, new_terms=new_terms)
    assert report.added == len(rows), report.first_issues


def import_rows(session, rows, *, is_sample=False, new_terms="refuse"):
    """Import rows of new records or of known ones; returns the report."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "records.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            names = dict.fromkeys((*COLUMNS, *(name for row in rows for name in row)))
            writer = csv.DictWriter(file, list(names), restval="")
            writer.writeheader()
            writer.writerows(rows)
        report = Report()
        import_file(session(), path, report=report, is_sample=is_sample, new_terms=new_terms)
    session.commit()
    return report


@cache
def hashed(password):
    """Its hash, made once a run: hashing is slow by design, and tests share few passwords."""
    return passwords.hash_password(password)


def begin_next_step(session):
    """Store what the session holds and begin to write, so that a portal served beside it may write in between."""
    session.commit()
    begin_writing(session)


def make_account(session, name="Ann", role=Role.AUTHOR, *, password=None, **values):
    """An account that is stored, without a password unless one is given."""
    begin_next_step(session)
    account = Account(email=f"{name.lower()}@example.org", name=name, role=role, **values)
    account.password_hash = hashed(password) if password else None
    session.add(account)
    session.flush()
    recording.record(session, "add account", "account", account.id)
    session.commit()
    return account


class Office:
    """An author, another one, two reviewers and an administrator, and a way to bring a revision to any state."""

    def __init__(self, session):
        self.session = session
        self.author = make_account(session, "Ann")
        self.other = make_account(session, "Olu")
        self.reviewer = make_account(session, "Rex", Role.REVIEWER)
        self.second = make_account(session, "Sue", Role.REVIEWER)
        self.administrator = make_account(session, "Ada", Role.ADMINISTRATOR)

    @classmethod
    def found_in(cls, session):
        """The office that an earlier session made."""
        office = cls.__new__(cls)
        office.session = session
        people = {account.name: account for account in session.query(Account)}
        office.author, office.other, office.reviewer, office.second, office.administrator = (
            people[name] for name in ("Ann", "Olu", "Rex", "Sue", "Ada")
        )
        return office

    @property
    def everyone(self):
        return {
            "author": self.author,
            "other author": self.other,
            "reviewer": self.reviewer,
            "second reviewer": self.second,
            "administrator": self.administrator,
        }

    def draft(self, draft=COMPLETE):
        return self.draft_by(self.author, draft)

    def draft_by(self, account, draft=COMPLETE):
        begin_next_step(self.session)
        revision = review.new_draft(self.session, draft, by=account)
        self.session.commit()
        return revision

    def revision(self, state, draft=COMPLETE):
        """A revision by `author` in this state; whoever decides is `reviewer`."""
        session, revision = self.session, self.draft(draft)
        steps = {
            State.DRAFT: (),
            State.DISCARDED: ("discard",),
            State.SUBMITTED: ("submit",),
            State.IN_REVIEW: ("submit", "claim"),
            State.RETURNED: ("submit", "claim", "return"),
            State.APPROVED: ("submit", "claim", "approve"),
            State.SCHEDULED: ("submit", "claim", "approve", "schedule"),
            State.PUBLISHED: ("submit", "claim", "approve", "publish"),
            State.WITHDRAWN: ("submit", "claim", "approve", "publish", "withdraw"),
            State.SUPERSEDED: ("submit", "claim", "approve", "publish", "supersede"),
        }[state]
        acts = {
            "discard": lambda: review.discard(session, revision, by=self.author),
            "submit": lambda: review.submit(session, revision, version=revision.version, by=self.author),
            "claim": lambda: review.claim(session, revision, by=self.reviewer),
            "return": lambda: review.return_(
                session, revision, version=revision.version, by=self.reviewer, reasons={"title": "Too short."}
            ),
            "approve": lambda: review.approve(session, revision, version=revision.version, by=self.reviewer),
            "schedule": lambda: publication.schedule(session, revision, at=now() + timedelta(days=1), by=self.reviewer),
            "publish": lambda: publication.publish(session, revision, by=self.reviewer),
            "withdraw": lambda: publication.withdraw(
                session, revision.project, reason="Entered by mistake.", by=self.reviewer
            ),
            "supersede": lambda: self.publish_change(revision.project),
        }
        for step in steps:
            begin_next_step(session)
            acts[step]()
            session.commit()
        assert revision.state == state
        return revision

    def change(self, project, **changes):
        """A submitted change of a project by `other`."""
        begin_next_step(session := self.session)
        revision = review.open_change(session, project, by=self.other)
        draft = revision.draft.replace(**changes)
        review.save_draft(session, revision, draft, version=revision.version, by=self.other)
        review.submit(session, revision, version=revision.version, by=self.other)
        session.commit()
        return revision

    def publish_change(self, project, **changes):
        """Another change of a project, all the way to the public."""
        begin_next_step(session := self.session)
        revision = review.open_change(session, project, by=self.author)
        draft = revision.draft.replace(**(changes or {"summary": "Another summary."}))
        review.save_draft(session, revision, draft, version=revision.version, by=self.author)
        review.submit(session, revision, version=revision.version, by=self.author)
        review.claim(session, revision, by=self.reviewer)
        review.approve(session, revision, version=revision.version, by=self.reviewer)
        publication.publish(session, revision, by=self.reviewer)
        session.commit()
        return revision

    def sees(self, account, revision):
        found = self.session.execute(revisions.select_visible(account).where(type(revision).id == revision.id))
        return found.scalar_one_or_none() is not None


def let_go():
    """Close what the present application keeps open to its database, its reader included."""
    for engine in db.engines.values():
        engine.dispose()
