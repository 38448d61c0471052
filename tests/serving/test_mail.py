"""The thread that sends mail, in a portal that runs as an operator would run it: one process has it, and the next one
goes on when that is killed; nobody waits for a mail server that is silent.
"""

import os
import signal

import pytest

from deploy import rehearsal
from portal.config import Settings
from portal.models import OutboxMessage
from portal.services.mail import outbox
from portal.services.mail.email import Email
from portal.services.mail.outbox import SETTINGS_OPTION, Recipient
from portal.vocabulary.mail import MailKind, MailState
from tests.factories import make_account
from tests.mailboxes import postbox
from tests.over_http import Caller, backstage
from tests.serving.staff_flows import workers
from tests.waiting import eventually


@pytest.fixture(scope="module")
def served(new_database):
    """(the portal, its mail server, its db.session, put): put(key) stores a message to Ann."""
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
    for process in workers(portal.server):
        os.kill(process, signal.SIGKILL)
        put(str(process))
        eventually(lambda process=process: states(session)[str(process)] == MailState.SENT)
    assert len({message["Message-ID"] for _, message in server.letters}) == len(server.letters) == 3

    server.moods.append("silent")
    put("silence")
    eventually(lambda: states(session)["silence"] == MailState.SENDING)
    caller = Caller(portal.address)
    assert [caller.ask(path).status for path in ("/healthz", "/projects/", "/sign-in")] == [200, 200, 200]
    server.gives_up.set()
    eventually(lambda: states(session)["silence"] == MailState.WAITING)
