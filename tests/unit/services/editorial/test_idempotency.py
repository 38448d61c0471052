"""The same form submitted many times is one submission; of two editors of one version one succeeds."""

from threading import Barrier, Thread

import pytest

from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.errors import Conflict, Forbidden
from portal.models import Account, AuditEvent, IdempotencyKey, Revision
from portal.services.editorial import idempotency, review, revisions
from tests.factories import COMPLETE, make_account

KEY = "k" * 32


def together(app, count, work):
    """Run work(number) in several threads at once, each with its own session; return their results."""
    gate, results = Barrier(count), []

    def run(number):
        with app.app_context():
            gate.wait()
            results.append(work(number))
            db.session.remove()

    threads = [Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def send(account_id, key):
    session = db.session()
    begin_writing(session)
    account = session.get(Account, account_id)
    if (done := idempotency.claim_key(session, key, account)) is not None:
        session.rollback()
        return done
    revision = review.new_draft(session, COMPLETE, by=account)
    location = f"/staff/revisions/{revision.id}"
    idempotency.complete_key(session, key, account, location)
    session.commit()
    return location


def test_one_form_sent_twenty_times_at_once_is_one_revision(real_app, real):
    account = make_account(real, "Twenty").id
    real.close()
    places = together(real_app, 20, lambda number: send(account, KEY))
    assert len(places) == 20
    assert len(set(places)) == 1
    assert real.query(Revision).filter_by(author_id=account).count() == 1
    assert real.query(AuditEvent).filter_by(verb="draft", actor_id=account).count() == 1


def test_twenty_forms_are_twenty_revisions(real_app, real):
    account = make_account(real, "Many").id
    real.close()
    places = together(real_app, 20, lambda number: send(account, f"{KEY}-{number}"))
    assert len(set(places)) == 20


def test_of_twenty_who_save_from_one_version_one_succeeds(real_app, real):
    author = make_account(real, "Same")
    revision = review.new_draft(real, COMPLETE, by=author)
    real.commit()
    number, seen, who = revision.id, revision.version, author.id
    real.close()

    def save(count):
        session = db.session()
        begin_writing(session)
        by = session.get(Account, who)
        mine = COMPLETE.replace(title=f"Title {count}")
        try:
            review.save_draft(session, revisions.get_revision(session, number, by), mine, version=seen, by=by)
            session.commit()
        except Conflict as why:
            session.rollback()
            return ("lost", why.mine.title == mine.title, why.theirs.title.startswith("Title "))
        return ("won", True, True)

    results = together(real_app, 20, save)
    assert sorted(results) == [("lost", True, True)] * 19 + [("won", True, True)]


def test_a_failed_sending_frees_its_key(session):
    account = make_account(session(), "Ann")
    assert idempotency.claim_key(session(), KEY, account) is None
    session.rollback()
    assert idempotency.claim_key(session(), KEY, account) is None


def test_keys_of_two_accounts_do_not_meet(session):
    one, two = make_account(session(), "Ann"), make_account(session(), "Olu")
    assert idempotency.claim_key(session(), KEY, one) is None
    idempotency.complete_key(session(), KEY, one, "/secret")
    assert idempotency.claim_key(session(), KEY, two) is None


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "a b" * 10, "\x00" * 20, "é" * 20])
def test_what_is_no_key_is_refused(session, key):
    account = make_account(session(), "Ann")
    with pytest.raises(Forbidden):
        idempotency.claim_key(session(), key, account)
    assert session.query(IdempotencyKey).count() == 0


def test_a_fresh_key_is_a_key(session):
    assert idempotency.claim_key(session(), idempotency.new_key(), make_account(session(), "Ann")) is None
