"""The list of disabled accounts: what is committed is listed, and it knows people and not only numbers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.database.orm import db, now
from portal.services.accounts import administration, disabled_accounts
from portal.services.accounts.disabled_accounts import LIST_OPTION, ListedAccount
from tests.factories import make_account


@pytest.fixture
def listed(session, tmp_path):
    """The path of the list of this test's database."""
    path = tmp_path / "disabled-accounts.jsonl"
    db.engine.execution_options(**{LIST_OPTION: path})
    assert disabled_accounts.list_path(session()) == path
    return path


def lines(path):
    return [(line.email, line.is_disabled) for line in disabled_accounts.read_list(path)]


def test_what_is_committed_is_listed_and_nothing_else(session, listed):
    ann, olu = make_account(session(), "Ann"), make_account(session(), "Olu")
    administration.disable(session(), ann, by=None)
    session.rollback()
    session.commit()
    assert lines(listed) == []
    administration.disable(session(), olu, by=None)
    with session.begin_nested():
        pass
    assert lines(listed) == []
    session.commit()
    administration.enable(session(), olu, by=None, auth_session=None)
    session.commit()
    assert lines(listed) == [(olu.email, True), (olu.email, False)]
    assert listed.stat().st_mode & 0o777 == 0o600


def test_a_list_that_cannot_be_written_undoes_nothing(session, listed):
    listed.mkdir()
    ann = make_account(session(), "Ann")
    administration.disable(session(), ann, by=None)
    session.commit()
    session.refresh(ann)
    assert ann.is_disabled


def test_a_backup_completes_the_list_from_the_database(session, listed, tmp_path):
    ann, olu = make_account(session(), "Ann"), make_account(session(), "Olu")
    for account in (olu, ann):
        administration.disable(session(), account, by=None)
    session.commit()
    listed.write_text(listed.read_text().splitlines(keepends=True)[0])
    disabled_accounts.save_all(session(), tmp_path / "copy.jsonl")
    assert lines(listed) == lines(tmp_path / "copy.jsonl") == [(olu.email, True), (ann.email, True)]
    disabled_accounts.save_all(session(), tmp_path / "again.jsonl")
    assert len(lines(listed)) == 2


def test_the_last_line_about_an_account_counts(session):
    ann = make_account(session(), "Ann")
    line = replace(ListedAccount.from_account(ann), is_disabled=True)
    enabled = replace(line, is_disabled=False, at=(now() + timedelta(minutes=1)).isoformat())
    assert disabled_accounts.find_listed(session(), [line]) == [ann]
    assert disabled_accounts.find_listed(session(), [enabled, line]) == []


def test_an_account_is_known_by_its_address_or_by_number_and_moment(session):
    ann = make_account(session(), "Ann")
    line = replace(ListedAccount.from_account(ann), is_disabled=True)
    found = disabled_accounts.find_listed
    assert found(session(), [replace(line, email="new@example.org")]) == [ann]
    assert found(session(), [replace(line, id=ann.id + 1)]) == [ann]
    # Another person who has the number now, and the same person added again after the line was written.
    early = (ann.created_at - timedelta(days=1)).isoformat()
    assert found(session(), [replace(line, email="new@example.org", created_at=early)]) == []
    assert found(session(), [replace(line, created_at=early, at=early)]) == []


def test_a_damaged_line_is_left_out(session, listed, tmp_path, caplog):
    path = tmp_path / "list.jsonl"
    ann = make_account(session(), "Ann")
    administration.disable(session(), ann, by=None)
    session.commit()
    disabled_accounts.save_all(session(), path)
    path.write_text('{"id": 1, "ema\n' + path.read_text())
    assert lines(path) == [(ann.email, True)]
    assert "line 1 of" in caplog.text
