"""Any order of steps by people of all roles, over HTTP: only the drawn arrows move, and what must hold always holds."""

import os
from contextlib import ExitStack
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from portal.database.orm import READER_BIND, db, now
from portal.models import AuditEvent, Project, Revision
from portal.services.editorial import idempotency, workflow
from portal.services.editorial.workflow import TRANSITIONS, Action
from portal.vocabulary.workflow import APPROVED_STATES, State
from tests.factories import COMPLETE, Office
from tests.staff_clients import Colleague

PEOPLE = ("author", "other author", "reviewer", "second reviewer", "administrator")
# More runs than a usual test needs, for a night: PORTAL_MACHINE_RUNS=500.
RUNS = int(os.environ.get("PORTAL_MACHINE_RUNS", "6"))
# The events that tell of each arrow; a save of the rolling draft moves no state.
TOLD = {action: str(action) for action in Action}
ACTIONS = [action for action in Action if action not in (Action.SAVE, Action.RESTORE, Action.HAND_OVER)]


class Desk(RuleBasedStateMachine):
    """The model: each revision's state, moved by the table alone."""

    app = None  # set by the test

    @initialize()
    def open_office(self):
        self.leaving = ExitStack()
        self.leaving.enter_context(self.app.app_context())
        connection = self.leaving.enter_context(db.engine.connect())
        outer = connection.begin()
        self.engines = dict(db.engines)
        db.engines.pop(READER_BIND)
        db.engines[None] = connection
        db.session.configure(join_transaction_mode="create_savepoint")
        self.leaving.callback(self.close, outer)
        self.office = Office(db.session())
        self.people = {name: Colleague(self.app, db.session, one) for name, one in self.office.everyone.items()}
        self.states, self.published = {}, {}
        self.begin(PEOPLE[0])

    def close(self, outer):
        db.session.remove()
        outer.rollback()
        db.engines.update(self.engines)

    def teardown(self):
        if hasattr(self, "leaving"):
            self.leaving.close()

    @rule(who=st.sampled_from(PEOPLE[:3]))
    def begin(self, who):
        person = self.people[who]
        title = f"Record {len(self.states)}"
        revision = self.office.draft_by(person.account, COMPLETE.replace(title=title))
        self.states[revision.id] = State.DRAFT

    @rule(data=st.data(), who=st.sampled_from(PEOPLE), action=st.sampled_from(ACTIONS), stale=st.booleans())
    def try_any(self, data, who, action, stale):
        self.step(data.draw(st.sampled_from(sorted(self.states))), who, action, stale)

    @rule(data=st.data())
    def go_on(self, data):
        """What chance alone would seldom reach: a step that someone may take."""
        number = data.draw(st.sampled_from(sorted(self.states)))
        revision = db.session.get(Revision, number)
        allowed = [
            (who, action)
            for who, person in self.people.items()
            for action in workflow.allowed_actions(revision, person.account)
            if action in ACTIONS
        ]
        if allowed:
            self.step(number, *data.draw(st.sampled_from(allowed)), stale=False)

    def step(self, number, who, action, stale):
        person, revision = self.people[who], db.session.get(Revision, number)
        state, version = State(revision.state), revision.version - stale
        arrow = TRANSITIONS.get((action, state))
        may = arrow is not None and arrow.permission.allows(person.account, revision)
        address = f"/staff/revisions/{number}/{'due' if action == Action.SET_DUE else action}"
        if action == Action.WITHDRAW:
            if revision.project is None:
                return
            address = f"/staff/projects/{revision.project.slug}/withdraw"
            may = person.account.is_reviewer and revision.project.published_at is not None
        when = now() + timedelta(days=2)
        answer = person.act(
            address, version=str(version), note="A note.", reason="A reason.",
            day=when.strftime("%Y-%m-%d"), time=when.strftime("%H:%M"),
        )  # fmt: skip
        assert answer.status_code < 500
        moved = db.session.get(Revision, number, populate_existing=True).state != state
        assert not moved or may, f"{who} moved {state} by {action}"
        if answer.status_code == 303 and action != Action.WITHDRAW:
            assert may, f"{who} was let {action} what is {state}"
            self.states[number] = arrow.target
        elif action == Action.WITHDRAW and answer.status_code == 303:
            assert may
            self.states[number] = State.WITHDRAWN
        else:
            assert not moved

    @rule(data=st.data(), who=st.sampled_from(PEOPLE), title=st.sampled_from(["Mended once", "Mended twice"]))
    def save(self, data, who, title):
        number = data.draw(st.sampled_from(sorted(self.states)))
        person, revision = self.people[who], db.session.get(Revision, number)
        arrow = TRANSITIONS.get((Action.SAVE, State(revision.state)))
        may = arrow is not None and arrow.permission.allows(person.account, revision)
        before = dict(revision.payload)
        token = {"key": idempotency.new_key(), "version": str(revision.version), "action": "save"}
        fields = {name: value for name, value in before.items() if value not in ("", [])}
        answer = person.post(f"/staff/revisions/{number}/edit", fields | {"title": title} | token)
        assert answer.status_code < 500
        after = db.session.get(Revision, number, populate_existing=True)
        assert after.state == self.states[number]
        assert may or after.payload == before, f"{who} edited what is {after.state}"

    @invariant()
    def states_are_those_of_the_model(self):
        for number, state in getattr(self, "states", {}).items():
            assert db.session.get(Revision, number, populate_existing=True).state == state

    @invariant()
    def nobody_agreed_to_what_they_wrote_or_last_edited(self):
        for number in getattr(self, "states", {}):
            found = db.session.get(Revision, number)
            if found.state in APPROVED_STATES:
                assert found.decided_by_id not in (None, found.author_id, found.last_editor_id)
                assert found.published_by_id not in (found.author_id, found.last_editor_id)

    @invariant()
    def what_is_public_is_what_was_published(self):
        if not hasattr(self, "states"):
            return
        public = db.session.execute(select(Project).where(Project.published_at.is_not(None))).scalars()
        titles = sorted(project.title for project in public)
        published = (db.session.get(Revision, n) for n, state in self.states.items() if state == State.PUBLISHED)
        assert titles == sorted(revision.draft.title for revision in published)

    @invariant()
    def the_last_event_of_a_revision_tells_its_state(self):
        for number, state in getattr(self, "states", {}).items():
            query = select(AuditEvent.verb).where(
                AuditEvent.subject_kind == "revision", AuditEvent.subject_id == str(number), AuditEvent.verb != "save"
            )
            last = db.session.execute(query.order_by(AuditEvent.id.desc()).limit(1)).scalar_one()
            leads = {arrow.target for (action, _), arrow in TRANSITIONS.items() if TOLD[action] == last}
            assert state in leads or (last, state) == ("draft", State.DRAFT), f"{last} does not lead to {state}"


def test_only_the_drawn_arrows_move(app):
    Desk.app = app
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=RUNS, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
