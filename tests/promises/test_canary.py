"""A word in what is not public appears nowhere in public: pages, fragments, counts, suggestions, errors, histories."""

import itertools
import json
import re
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest

from portal.database.orm import now
from portal.exports.registry import FORMATS
from portal.mcp import tools
from portal.services.editorial import publication, review
from portal.vocabulary.facets import TABLE_FACETS, TERM_FACETS
from portal.vocabulary.workflow import Role, State
from tests.conftest import FRAGMENT
from tests.factories import COMPLETE, Office, make_account
from tests.staff_clients import Colleague
from tests.urls import CHARTS, LOST, SELECTIONS, files, fixed, projects

HIDDEN = (
    State.DRAFT, State.DISCARDED, State.SUBMITTED, State.IN_REVIEW, State.RETURNED,
    State.APPROVED, State.SCHEDULED, State.WITHDRAWN,
)  # fmt: skip
# Letters only, so that the word survives every way of writing it.
CANARY = "zyzzogeton"
EMBEDDED = ("/embed/projects", f"/embed/projects?q={CANARY}", "/embed/projects?year=1907")


def sung(draft, state):
    """The draft with a canary of its own in every field that holds a text of its author's."""
    word = CANARY + re.sub(r"\W", "", state)
    return draft.replace(
        title=f"{word} title", summary=f"{word} summary", number=f"ZZ.{word}", prima_id=f"{word}",
        source_url=f"https://example.org/{word}", budget="918273.00", year="1907", start="1907", end="1908",
    )  # fmt: skip


@pytest.fixture
def office(session):
    """Secrets in every state that is not public: new records, and changes of public ones."""
    office = Office(session())
    for state in HIDDEN:
        office.revision(state, sung(COMPLETE, state))
    for state in (State.DRAFT, State.SUBMITTED, State.RETURNED, State.APPROVED, State.SCHEDULED):
        change(office, state)
    return office


def change(office, state):
    """A change of a public record in a state on its way, with a canary in it, its note and its reasons."""
    project = office.revision(State.PUBLISHED, COMPLETE.replace(title=f"Public record, {state}")).project
    session, word = office.session, f"{CANARY}change"
    revision = review.open_change(session, project, by=office.author)
    draft = revision.draft.replace(title=f"{word} title", summary=f"{word} summary")
    review.save_draft(session, revision, draft, version=revision.version, by=office.author, note=f"{word} note")
    if state != State.DRAFT:
        review.submit(session, revision, version=revision.version, by=office.author)
    if state in (State.RETURNED, State.APPROVED, State.SCHEDULED):
        review.claim(session, revision, by=office.reviewer)
    if state == State.RETURNED:
        reasons = {"title": f"{word} reason"}
        review.return_(session, revision, version=revision.version, by=office.reviewer, reasons=reasons)
    if state in (State.APPROVED, State.SCHEDULED):
        review.approve(session, revision, version=revision.version, by=office.reviewer)
    if state == State.SCHEDULED:
        publication.schedule(session, revision, at=now() + timedelta(days=1), by=office.reviewer)
    session.commit()


@pytest.fixture
def addresses(app, sample, office, client):
    """Every public address there is, what is searched for the canary itself, and addresses that it could have."""
    listed = projects(client.get("/projects/").text)
    ours = projects(client.get("/projects/?q=public+record").text)
    assert len(ours) >= 5
    histories = [f"{address}/history" for address in (*ours, *listed[:5])]
    public = [address for address in (*fixed(app), *files(app)) if not address.startswith("/staff")]
    hunts = [f"/projects/?q={CANARY}", f"/projects/?q={CANARY}&view=table", "/projects/?year=1907", "/projects/?q=ZZ"]
    guesses = [f"/projects/ZZ.{CANARY}{re.sub(r'[^a-z]', '', state)}" for state in HIDDEN]
    return [
        *public, *SELECTIONS, *CHARTS, *LOST, *listed, *histories, *hunts, *guesses,
        *taken_away([ours[0], *guesses]), *EMBEDDED, "/sitemap-0.xml", "/sitemap-1.xml", *asked(ours, guesses),
        "/2030-agenda/suggested/sdg-10", "/2030-agenda/suggested/gcm-5",
    ]  # fmt: skip


def taken_away(some_projects):
    """Everything that can be taken away, and what could be."""
    for suffix in FORMATS:
        yield from (
            f"/projects.{suffix}{query}" for query in ("", f"?q={CANARY}", "?year=1907", "?columns=last_changed")
        )
        yield from (f"{project}.{suffix}" for project in some_projects)


def asked(ours, guesses):
    """What programs ask of the API: everything, what they search for the canary, and what could be there."""
    for name in ("projects", "facets", "table"):
        yield from (f"/api/v1/{name}{query}" for query in (f"?q={CANARY}", "?year=1907", f"?status={CANARY}", "?q=ZZ"))
    yield from ("/api/v1/projects?per_page=100&sort=title", f"/api/v1/projects?fields={CANARY}&cursor={CANARY}")
    yield from (f"/api/v1/terms/{facet}" for facet in TERM_FACETS)
    yield from (f"/api/v1{address}" for address in (*ours, *guesses))


def leaks(answer, asked):
    """Whether an answer says the canary, what the visitor typed left aside."""
    text = text_of(answer.get_data()) + "".join(f"{name}: {value}\n" for name, value in answer.headers)
    typed = [piece for piece in re.split(r"[?&=/]", asked) if CANARY in piece]
    for piece in typed:
        # The page of a record that was asked for as a file names it without the ending.
        while CANARY in piece:
            text, piece = text.replace(piece, ""), piece.rpartition(".")[0]
    return CANARY in text.lower() or "918,273" in text or "918273" in text


def text_of(body):
    """What a file says; a workbook is an archive of files."""
    if not body.startswith(b"PK"):
        return body.decode()
    with ZipFile(BytesIO(body)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


def test_no_public_address_says_a_word_that_is_not_public(addresses, client):
    told = [
        (address, bool(headers))
        for address in addresses
        for headers in ({}, FRAGMENT)
        if leaks(client.get(address, headers=headers, buffered=True), address)
    ]
    assert told == []


def test_nothing_is_found_by_a_word_that_is_not_public(office, client):
    answer = client.get(f"/projects/?q={CANARY}").text
    assert "/projects/ZZ" not in answer
    assert 'class="result"' not in answer


def test_the_years_and_counts_leave_out_what_is_not_public(office, client):
    assert 'class="result"' not in client.get("/projects/?year=1907").text
    assert "1907" not in client.get("/projects/").text
    assert "1907" not in client.get("/data-and-research/").text


def test_other_methods_tell_nothing_either(office, client):
    for state, method in itertools.product(HIDDEN, ("HEAD", "OPTIONS", "POST")):
        address = f"/projects/ZZ.{CANARY}{re.sub(r'[^a-z]', '', state)}"
        answer = client.open(address, method=method, buffered=True)
        assert not leaks(answer, address)


def test_the_public_pages_show_the_same_to_staff(app, session, office, client):
    """Signing in opens the desk and changes nothing about public addresses."""
    reviewer = Colleague(app, session, office.reviewer)
    for address in ("/", "/projects/", f"/projects/?q={CANARY}"):
        assert reviewer.get(address).text == client.get(address).text


def test_no_answer_to_an_assistant_says_a_word_that_is_not_public(app, sample, office):
    with tools.as_visitor(app):
        keys = [f"ZZ.{CANARY}{re.sub(r'[^a-z]', '', state)}" for state in HIDDEN]
        found = tools.search_projects(tools.ProjectFilters(text="public record"), per_page=100)
        answers = [
            found,
            tools.search_projects(tools.ProjectFilters(years=(1907,))),
            tools.search_projects(tools.ProjectFilters(budget_min=918_273, budget_max=918_273)),
            *(tools.count_projects(by=facet) for facet in ("", *TABLE_FACETS)),
            *map(tools.get_project, [item["key"] for item in found["items"]]),
            *map(tools.list_terms, TERM_FACETS),
        ]
        told = [tools.get_project(key) for key in keys]
        hunted = tools.search_projects(tools.ProjectFilters(text=CANARY))
    assert len(found["items"]) >= 5
    assert CANARY not in json.dumps(answers).lower()
    assert [answer.keys() for answer in told] == [{"problem", "understood", "page_url"}] * len(HIDDEN)
    assert (hunted["total"], hunted["items"]) == (0, [])


class NamedOffice(Office):
    """The same people, each with a canary for a name and for an address."""

    def __init__(self, session):
        self.session = session
        roles = {"author": Role.AUTHOR, "other": Role.AUTHOR, "reviewer": Role.REVIEWER, "second": Role.REVIEWER}
        for name, role in (roles | {"administrator": Role.ADMINISTRATOR}).items():
            setattr(self, name, make_account(session, f"{CANARY}{name}", role))


def test_no_file_names_those_who_work_on_records(app, session, client, tmp_path):
    office = NamedOffice(session())
    project = office.revision(State.PUBLISHED, COMPLETE.replace(number="LM.0555")).project
    change(office, State.RETURNED)
    files = [
        *taken_away([f"/projects/{project.slug}"]), f"/projects/{project.slug}/history", *EMBEDDED,
        "/iati/activities.xml", "/where-we-work/KEN.xlsx", "/data-and-research/budget-by-year.csv",
        *(f"/projects/table.{suffix}" for suffix in ("csv", "xlsx", "json")), "/api/v1/projects/LM.0555",
    ]  # fmt: skip
    assert [address for address in files if leaks(client.get(address), address)] == []
    assert COMPLETE.title in client.get("/projects.csv").text
    assert app.test_cli_runner().invoke(args=["dump", str(tmp_path / "dump")]).exit_code == 0
    texts = {path.name: text_of(path.read_bytes()) for path in (tmp_path / "dump").iterdir()}
    assert "LM.0555" in texts["projects.csv"]
    assert [name for name, text in texts.items() if CANARY in text.lower()] == []


def test_no_file_of_a_dump_says_a_word_that_is_not_public(app, sample, office, tmp_path):
    result = app.test_cli_runner().invoke(args=["dump", str(tmp_path / "dump")])
    assert result.exit_code == 0, result.output
    texts = {path.name: text_of(path.read_bytes()) for path in (tmp_path / "dump").iterdir()}
    assert "Public record, scheduled" in texts["projects.csv"]
    assert [name for name, text in texts.items() if CANARY in text.lower() or "918273" in text] == []
