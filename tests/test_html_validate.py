"""Every page against the HTML standard, with html-validate (its rules: .htmlvalidate.json)."""

import re
import shutil
import subprocess

import pytest

from portal.config import ROOT
from portal.services.editorial import publication, review
from portal.vocabulary.workflow import State
from tests import postgres
from tests.factories import Office
from tests.requirements import lacks
from tests.staff_clients import Colleague
from tests.urls import CHARTS, LOST, SELECTIONS, fixed, projects

pytestmark = pytest.mark.skipif(postgres.IS_TESTED, reason="the same HTML comes from either database")
VALIDATOR = ROOT / "node_modules" / ".bin" / "html-validate"
REMEDY = "install Node.js 20.19 or newer with npm (apt-get install nodejs npm), then: npm ci"


@pytest.fixture
def validator():
    if shutil.which("node") is None or not VALIDATOR.exists():
        lacks("html-validate is not installed", REMEDY)
    return VALIDATOR


def test_every_page_is_valid_html(validator, app, client, sample, tmp_path):
    listing = client.get("/projects/?per_page=100").text
    addresses = [
        "/_components",
        *fixed(app),
        *SELECTIONS,
        *CHARTS,
        *LOST,
        "/projects/?per_page=100",
        *projects(listing),
    ]
    keep(client, addresses, tmp_path)
    assert len(list(tmp_path.iterdir())) > len(SELECTIONS)
    validate(validator, tmp_path)


def test_every_page_is_valid_html_in_other_languages(validator, app, client, sample, tmp_path):
    """Markup is that of the English pages but for what messages hold: one page of each kind is enough."""
    listing = client.get("/projects/").text
    public = [one for one in fixed(app) if not one.startswith(("/sign-in", "/forgotten", "/api"))]
    addresses = [*public, *SELECTIONS[:3], CHARTS[0], *LOST[:2], *projects(listing)[:2]]
    keep(client, [f"/{language}{address}" for language in ("fr", "es") for address in addresses], tmp_path)
    keep(client, [f"/sign-in?language={language}" for language in ("fr", "es")], tmp_path)
    assert len(list(tmp_path.iterdir())) > 2 * len(public)
    validate(validator, tmp_path)


def test_every_page_of_the_desk_is_valid_html(validator, app, session, tmp_path):
    office = Office(session())
    administrator = Colleague(app, session, office.administrator)
    revisions = {state: office.revision(state) for state in (State.SUBMITTED, State.APPROVED, State.PUBLISHED)}
    mine, returned = office.revision(State.SUBMITTED), office.revision(State.RETURNED)
    second_round = returned.draft.replace(title="A longer and better title")
    answers = {"title": "As agreed."}
    review.save_draft(
        office.session, returned, second_round, version=returned.version, by=office.author, answers=answers
    )
    review.submit(office.session, returned, version=returned.version, by=office.author)
    review.claim(office.session, returned, by=office.administrator)
    review.claim(office.session, mine, by=office.administrator)
    office.session.commit()
    key = revisions[State.PUBLISHED].project.slug
    approved = f"/staff/revisions/{revisions[State.APPROVED].id}"
    addresses = [
        "/staff/", "/staff/?queue=publish", "/staff/?queue=drafts", "/staff/?queue=done", "/staff/audit/",
        "/staff/translations/", "/staff/translations/?lacks=language", "/staff/no-such-page",
        *(f"/staff/revisions/{one.id}" for one in (*revisions.values(), mine, returned)), f"{approved}/publish",
        f"/staff/revisions/{returned.id}/edit", f"{approved}/hand-over", f"/staff/accounts/{office.author.id}",
        f"/staff/accounts/{office.author.id}/disable", f"/staff/accounts/{office.reviewer.id}/role?role=author",
        f"{approved}/schedule", f"/staff/projects/{key}", f"/staff/projects/{key}/withdraw", f"/projects/{key}/history",
    ]  # fmt: skip
    for address in addresses:
        (tmp_path / f"{file_name(address)}.html").write_text(administrator.get(address).text, encoding="utf-8")
    publication.withdraw(office.session, revisions[State.PUBLISHED].project, reason="Twice.", by=office.administrator)
    office.session.commit()
    (tmp_path / "withdrawn.html").write_text(administrator.get(f"/projects/{key}").text, encoding="utf-8")
    validate(validator, tmp_path)


def keep(client, addresses, tmp_path):
    """Write those of these addresses that are pages."""
    for address in addresses:
        answer = client.get(address)
        if answer.mimetype == "text/html" and not answer.location:
            (tmp_path / f"{file_name(address)}.html").write_text(answer.text, encoding="utf-8")


def validate(validator, tmp_path):
    result = subprocess.run(
        [validator, "--config", ROOT / ".htmlvalidate.json", "--formatter", "text", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, (result.stdout + result.stderr).replace(f"{tmp_path}/", "")[:20_000]


def file_name(address):
    return re.sub(r"[^\w.=&-]", "_", address.strip("/")) or "home"
