"""The thread that sends mail, in a portal that runs as an operator would run it: one process has it, and the next one
goes on when that is killed; nobody waits for a mail server that is silent.
"""

import json
import os
import signal
import time
import urllib.request

import pytest

from deploy import rehearsal
from portal.config import Settings
from portal.database.transactions import begin_writing
from portal.models import Account, OutboxMessage
from portal.services.mail import outbox
from portal.services.mail.email import Email
from portal.services.mail.outbox import SETTINGS_OPTION, Recipient
from portal.vocabulary.mail import MailKind, MailState
from portal.vocabulary.workflow import Role
from tests.factories import make_account
from tests.mailboxes import postbox
from tests.over_http import Caller, backstage
from tests.serving.staff_flows import NEW, form, workers
from tests.waiting import eventually

# A request that waited for the mail server would take as long as that may be silent, twenty seconds.
AT_ONCE = 5.0


@pytest.fixture(scope="module")
def served(new_database):
    """(the portal, its mail server, its db.session, put): put(key) stores a message to Ann, an author."""
    database = new_database()
    with postbox() as server:
        mail = {
            "PORTAL_SMTP_HOST": "127.0.0.1", "PORTAL_SMTP_PORT": str(server.port), "PORTAL_SMTP_SECURITY": "none",
            "PORTAL_SMTP_FROM": "portal@example.org",
        }  # fmt: skip
        with rehearsal.bare(database, mail) as portal, backstage(database) as session:
            known = Settings(database_url=database, secret_key="x" * 40, smtp_host="m", smtp_from="portal@example.org")
            session().get_bind().update_execution_options(**{SETTINGS_OPTION: known})
            ann = make_account(session, "Ann")

            def put(key):
                # The portal writes too: what has been read before must not be of a state that is gone.
                begin_writing(session())
                email = Email(key, "", ("It waits.",))
                outbox.enqueue(session(), email, Recipient(ann), kind=MailKind.WAITS, key=key)
                session.commit()

            yield portal, server, session, put


def states(session):
    session.rollback()
    return dict(session.query(OutboxMessage.key, OutboxMessage.state).all())


def test_mail_is_sent_whichever_process_is_killed_and_nobody_waits_for_it(served):
    portal, server, session, put = served
    put("first")
    eventually(lambda: states(session)["first"] == MailState.SENT)
    killed = workers(portal.server)
    for process in killed:
        os.kill(process, signal.SIGKILL)
        put(str(process))
        eventually(lambda process=process: states(session)[str(process)] == MailState.SENT)
    # Other tests send mail too, and what they could not send arrives in this one.
    stored = ["first", *map(str, killed)]
    letters = [message for _, message in server.letters if message["Subject"] in stored]
    assert sorted(message["Subject"] for message in letters) == sorted(stored)
    assert len({message["Message-ID"] for message in letters}) == len(letters) == 3

    server.moods.append("silent")
    put("silence")
    eventually(lambda: states(session)["silence"] == MailState.SENDING)
    caller = Caller(portal.address)
    assert [caller.ask(path).status for path in ("/healthz", "/projects/", "/sign-in")] == [200, 200, 200]
    server.gives_up.set()
    eventually(lambda: states(session)["silence"] == MailState.WAITING)


@pytest.fixture
def silent(served):
    """The same with a mail server that has said nothing since the sender has connected."""
    _, server, session, put = served
    server.gives_up.clear()
    server.moods.append("silent")
    put("more silence")
    eventually(lambda: states(session)["more silence"] == MailState.SENDING)
    yield served
    server.gives_up.set()
    eventually(lambda: states(session)["more silence"] != MailState.SENDING)


def test_a_step_that_stores_mail_does_not_wait_for_a_silent_server(silent):
    portal, _, session, _ = silent
    begin_writing(session())
    make_account(session, "Rex", Role.REVIEWER)
    author = Caller(portal.address, session, session.query(Account).filter_by(name="Ann").one())
    fields = form("Typed while the mail server was silent", csrf_token=author.csrf_token(NEW))
    session.commit()
    began = time.monotonic()
    assert author.ask(NEW, fields).status == 303
    assert time.monotonic() - began < AT_ONCE
    session.rollback()
    waiting = session.query(OutboxMessage).filter_by(address="rex@example.org").one()
    assert (waiting.kind, waiting.state) == (MailKind.WAITS, MailState.WAITING)


def test_mail_that_failed_reaches_readyz_and_the_metrics(served):
    portal, server, session, put = served
    server.moods.append("rcpt 550")
    put("refused")
    # Whichever is sent next is refused: others may wait as well.
    eventually(lambda: MailState.FAILED in states(session).values())

    def answer(path):
        with urllib.request.urlopen(f"{portal.health}{path}") as came:  # noqa: S310 # our own server
            return came.read().decode()

    warned = "Mails that could not be sent: 1."
    eventually(lambda: warned in json.loads(answer("/readyz")).get("warnings", []))
    assert "portal_mails_failed 1.0" in answer("/metrics").splitlines()
