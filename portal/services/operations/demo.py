"""Demo data: an account of each role, and revisions in every state that waits for somebody."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.models import Account, Project, ProjectDraft, Revision
from portal.services.accounts import administration, one_time_links
from portal.services.accounts.one_time_links import IssuedLink, Purpose
from portal.services.editorial import publication, review
from portal.services.records import published, submission_checks
from portal.vocabulary.workflow import Role

# Nobody can own a .invalid domain (RFC 2606), so no mail is sent by mistake.
DEMO_ACCOUNTS = (
    ("author@demo.invalid", "Amina Author", Role.AUTHOR),
    ("second.author@demo.invalid", "Samuel Second", Role.AUTHOR),
    ("reviewer@demo.invalid", "Ruth Reviewer", Role.REVIEWER),
    ("administrator@demo.invalid", "Adam Administrator", Role.ADMINISTRATOR),
)
DEMO_CHANGES = 4
COMPLETE_DRAFT = ProjectDraft(
    title="Demonstration: Safer Recruitment of Seasonal Workers",
    summary="Trains labour inspectors and lists licensed recruiters.\n\n- Two workshops\n- One public register",
    start="2026-03",
    end="2027-08",
    year="2026",
    budget="180000.00",
    status="active",
    project_type="labour-migration",
    coverage="national",
    region="africa",
    countries=("GHA",),
    sdg=("8.8",),
    gcm=("6",),
)


def has_projects(session: Session) -> bool:
    return session.execute(select(Project.id).limit(1)).first() is not None


def create_accounts(session: Session) -> list[IssuedLink]:
    """Create the demo accounts that are missing and issue a new link for each."""
    issued = []
    for email, name, role in DEMO_ACCOUNTS:
        account = administration.find_by_email(session, email) or administration.add_account(
            session, email=email, name=name, role=role
        )
        issued.append(one_time_links.issue(session, account, Purpose.INVITE))
    return issued


def fill_queue(session: Session) -> int:
    """Create revisions in the queue unless the demo author already has some; return how many."""
    author, second, reviewer, administrator = (
        administration.find_by_email(session, email) for email, _, _ in DEMO_ACCOUNTS
    )
    if author is None or second is None or reviewer is None or administrator is None:
        return 0
    if session.execute(select(Revision.id).where(Revision.author_id == author.id).limit(1)).first():
        return 0
    query = select(Project).where(Project.published_at.is_not(None), Project.budget.is_not(None))
    projects = list(session.execute(query.order_by(Project.id).limit(40)).scalars())
    review.new_draft(session, ProjectDraft(title="Demonstration: An Idea That Is Not Complete Yet"), by=author)
    count = 1
    count += _submit(session, review.new_draft(session, COMPLETE_DRAFT, by=author))
    count += _submit(
        session,
        review.new_draft(session, COMPLETE_DRAFT.replace(title=COMPLETE_DRAFT.title + " (Second Phase)"), by=second),
    )
    submitted = (_submit_change(session, project, by=author) for project in projects)
    changes = list(islice(filter(None, submitted), DEMO_CHANGES))
    for number, revision in enumerate(changes):
        count += 1
        if number:
            review.claim(session, revision, by=reviewer)
        if number == 1:
            reasons = {"summary": "Please say who benefits, and how many people.", "end": "Is this the agreed end?"}
            review.return_(session, revision, version=revision.version, by=reviewer, reasons=reasons)
        if number > 1:
            review.approve(session, revision, version=revision.version, by=reviewer)
        if number == 3:
            publication.schedule(session, revision, at=now() + timedelta(days=7), by=administrator)
    return count


def _submit(session: Session, revision: Revision) -> int:
    review.submit(session, revision, version=revision.version, by=revision.author)
    return 1


def _submit_change(session: Session, project: Project, *, by: Account) -> Revision | None:
    """Submit a change of a project; None if the project lacks something that a submission needs."""
    draft = published.draft_from_project(session, project)
    draft = draft.replace(summary=f"{draft.summary}\n\nUpdated for the demonstration: results are being collected.")
    if submission_checks.find_errors(session, draft, project_id=project.id):
        return None
    revision = review.open_change(session, project, by=by)
    review.save_draft(session, revision, draft, version=revision.version, by=by, note="Brings the summary up to date.")
    _submit(session, revision)
    return revision
