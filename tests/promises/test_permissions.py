"""Who may use which address with which method: every one of them, compared with a table that people read.

The table is tests/promises/permissions.csv. After a change that is meant to change it, write it anew, and read:

    PORTAL_GOLDEN=write .venv/bin/python -m pytest tests/promises/test_permissions.py && git diff tests/promises
"""

import csv
import io
import os

import pytest

from portal.config import ROOT
from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.services.accounts import administration, sessions
from portal.services.editorial import idempotency, tag_confirmation
from portal.vocabulary.tag_rules import rules_by_name
from portal.vocabulary.workflow import Role, State
from portal.web.declarations import declared_access, required_role
from tests.audit_log import AuditLog
from tests.http_clients import OURS, Browser
from tests.loops import not_empty

TABLE = ROOT / "tests" / "promises" / "permissions.csv"
ACTORS = ("anonymous", "disabled", "author", "other author", "reviewer", "administrator")
TOKEN_OF_NOBODY = "A" * 43


class World:
    """One of everything that an address can name: all of the author's, and how each actor comes to it."""

    def __init__(self, app, session, office):
        self.app, self.session, self.office = app, session, office
        live = office.revision(State.PUBLISHED)
        office.publish_change(live.project)
        self.slug = live.project.slug
        submitted = office.revision(State.SUBMITTED)
        self.revision, self.version = submitted.id, submitted.version
        self.rule = rules_by_name()["gcm-5-labour-migration"]
        confirmed = tag_confirmation.confirm(session(), self.rule, [live.project.id], by=office.reviewer)
        self.run = confirmed.event.id
        _, begun = sessions.start(session(), office.author)
        self.own_session = begun.id
        session.commit()
        self.static = app.jinja_env.globals["static_url"]("js/portal.js").removeprefix("/static/")

    def values(self, rule):
        known = {
            "slug": self.slug, "token": TOKEN_OF_NOBODY, "path": self.static, "revision_id": self.revision,
            "account_id": self.office.second.id, "session_id": self.own_session, "suffix": "csv", "code": "KEN",
            "number": 0, "key": self.slug, "facet": "region", "aim": "sdg-10.7", "rule": self.rule.name,
            "run_id": self.run, "message_id": 1, "chart": "budget-by-year", "size": 2, "tile": "0/000.p/2",
            "request_id": 1,
        }  # fmt: skip
        return {name: known[name] for name in rule.arguments if name not in (rule.defaults or {})}

    def browser(self, actor):
        staff = Browser(self.app, self.session)
        if actor == "anonymous":
            return staff
        if actor == "disabled":
            staff.sign_in(self.office.other)
            begin_writing(self.session())
            administration.disable(self.session(), self.office.other, by=None)
            self.session.commit()
            return staff
        return staff.sign_in(self.office.everyone[actor])


@pytest.fixture
def world(app, session, office, tmp_path, monkeypatch):
    AuditLog(app, session, tmp_path, monkeypatch).publish_entries(2)
    return World(app, session, office)


def outcome(response):
    """What the answer says of the permission; whether the act itself made sense is another matter."""
    status = response.status_code
    assert status < 500, f"{response.request.method} {response.request.path}: {response.status}"
    if status == 401 or (status in (302, 303) and response.headers["Location"].startswith("/sign-in?next=")):
        return "sign in"
    return {403: "refused", 404: "hidden"}.get(status, "allowed")


def asked(world, rule, method, actor):
    """One request by one actor; whatever it does is undone."""
    connection = db.engines[None]
    undo = connection.begin_nested()
    try:
        staff = world.browser(actor)
        address = world.app.url_map.bind("localhost").build(rule.endpoint, world.values(rule), method=method)
        if method == "GET":
            return outcome(staff.get(address))
        # The least that every form of a step carries, so that the permission and not the form decides.
        sent = {"key": idempotency.new_key(), "page_key": idempotency.new_key(), "version": world.version}
        return outcome(staff.post(address, sent))
    finally:
        db.session.rollback()
        db.session.expire_all()
        undo.rollback()


def table(world):
    rows = set()
    for rule in world.app.url_map.iter_rules():
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            rows.add((rule.rule, method, *(asked(world, rule, method, actor) for actor in ACTORS)))
    return [("address", "method", *ACTORS), *sorted(rows)]


def test_every_address_and_method_is_for_whom_the_table_says(world):
    found = table(world)
    if os.environ.get("PORTAL_GOLDEN") == "write":
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(found)
        TABLE.write_text(out.getvalue(), encoding="utf-8")
    with TABLE.open(encoding="utf-8", newline="") as kept:
        assert found == [tuple(row) for row in csv.reader(kept)]


def test_nobody_without_a_session_gets_behind_the_guard():
    with TABLE.open(encoding="utf-8", newline="") as kept:
        guarded = [row for row in csv.DictReader(kept) if row["address"].startswith("/staff")]
    assert {(row["anonymous"], row["disabled"]) for row in guarded} == {("sign in", "sign in")}


def test_an_unfinished_sign_in_opens_nothing(world, office, app):
    for stage in (sessions.Stage.CODE, sessions.Stage.ENROLMENT):
        staff = Browser(app, db.session).sign_in(office.reviewer, stage=stage)
        for rule in not_empty(app.url_map.iter_rules()):
            if required_role(app.view_functions[rule.endpoint]):
                method = "GET" if "GET" in rule.methods else "POST"
                address = app.url_map.bind("localhost").build(rule.endpoint, world.values(rule), method=method)
                ask = staff.get if method == "GET" else staff.post
                assert outcome(ask(address)) == "sign in", address


EVERYWHERE = {
    "no token": ("", {}),
    "another site": (None, {"Sec-Fetch-Site": "cross-site"}),
    "a foreign origin": (None, {"Origin": "https://evil.example"}),
}
UNTRUSTED = {
    "a token of nobody": ("0" * 64, {}),
    "a token that is no text": ("ü", {}),
    "a sister site": (None, {"Sec-Fetch-Site": "same-site"}),
    "a foreign origin from an old browser": (None, {"Origin": "https://evil.example", "Sec-Fetch-Site": ""}),
    "no origin": (None, {"Origin": "null"}),
    "another port": (None, {"Origin": "http://localhost:81"}),
    "another scheme": (None, {"Origin": "https://localhost"}),
    "an origin that cannot be read": (None, {"Origin": "http://[::1", "Sec-Fetch-Site": "none"}),
    "nothing said at all": (None, {"Origin": "", "Sec-Fetch-Site": ""}),
}


@pytest.mark.parametrize("what", UNTRUSTED)
def test_a_post_that_cannot_be_trusted_is_refused(what, staff, office):
    token, headers = UNTRUSTED[what]
    ada = staff().sign_in(office.administrator)
    assert ada.post("/staff/account/name", {"name": "X"}, token=token, headers=headers).status_code == 403
    assert office.administrator.name == "Ada"


@pytest.mark.parametrize("what", EVERYWHERE)
def test_a_post_that_is_not_from_our_page_does_nothing_anywhere(what, world, app, office):
    """Every address that writes refuses it, and not one row changes.

    A sign-in form of our own that another tab overtook leads on, since its sender is signed in already.
    """
    token, headers = EVERYWHERE[what]
    staff = Browser(app, db.session).sign_in(office.administrator)
    before = rows_of_everything()
    for rule in not_empty(app.url_map.iter_rules()):
        if "POST" in rule.methods:
            address = app.url_map.bind("localhost").build(rule.endpoint, world.values(rule), method="POST")
            answer = staff.post(address, {"name": "Other"}, token=token, headers=headers)
            leads_on = rule.endpoint in ("sign_in.try_password", "sign_in.try_code") and not headers
            # A signed link is trusted for its address alone, and this one is nobody's.
            is_signed = declared_access(app.view_functions[rule.endpoint]) == "signed link"
            assert answer.status_code == (404 if is_signed else 303 if leads_on else 403), address
    assert rows_of_everything() == before


def test_a_token_in_the_address_counts_for_nothing(staff, office):
    ada = staff().sign_in(office.administrator)
    assert ada.post(f"/staff/account/name?csrf_token={ada.csrf_token}", {"name": "X"}, token="").status_code == 403


def test_the_token_of_another_session_counts_for_nothing(staff, office):
    ann, ada = staff().sign_in(office.author), staff().sign_in(office.administrator)
    assert ada.post("/staff/account/name", {"name": "X"}, token=ann.csrf_token).status_code == 403
    assert office.administrator.name == "Ada"


def test_a_referer_stands_in_for_a_missing_origin(staff, office):
    said = {"Origin": "", "Sec-Fetch-Site": "", "Referer": "http://localhost/staff/account"}
    assert staff().sign_in(office.author).post("/staff/account/name", {"name": "Anne"}, headers=said).status_code == 303


def test_declared_access_is_the_same_after_many_requests(app, client):
    before = {endpoint: declared_access(view) for endpoint, view in app.view_functions.items()}
    for _ in range(200):
        client.post("/sign-out", headers=OURS)
    assert before == {endpoint: declared_access(view) for endpoint, view in app.view_functions.items()}
    assert set(before.values()) == {"public", "sign-in page", "signed link", *Role}


def rows_of_everything():
    """How many rows each table has, and the accounts as they are."""
    counts = {
        name: db.session.execute(db.select(db.func.count()).select_from(found)).scalar_one()
        for name, found in db.metadata.tables.items()
    }
    people = db.session.execute(db.select(db.metadata.tables["account"])).all()
    db.session.rollback()
    return counts, [tuple(row) for row in people]
