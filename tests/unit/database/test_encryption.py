"""Secrets of second factors at rest: sealed, opened with a former key too, and honest when no key fits."""

from dataclasses import replace

import pyotp
import pytest
from sqlalchemy import text

from portal.config import Settings
from portal.database import encryption
from portal.database.orm import now
from portal.errors import DecryptionFailed
from portal.services.accounts import authentication, second_factor, sessions
from portal.services.accounts.authentication import Outcome
from portal.services.accounts.sessions import Stage
from portal.services.audit import recording
from portal.vocabulary.workflow import Role
from tests.factories import PHRASE, make_account
from tests.http_clients import Browser

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 # of the accounts of these tests
OTHER_KEY = "another key of 32 characters, or more"


@pytest.fixture
def ada(session):
    return make_account(session(), "Ada", Role.ADMINISTRATOR, password=PHRASE, totp_secret=encryption.encrypt(SECRET))


@pytest.fixture
def with_key(app, monkeypatch):
    """with_key(key, before=...) changes the keys of the portal from here on."""

    def change(key, *before, lasts=True):
        changed = replace(
            app.extensions["settings"], secret_key=key, secret_key_fallbacks=before, has_persistent_key=lasts
        )
        monkeypatch.setitem(app.extensions, "settings", changed)

    return change


def enter(session, account, code):
    _, begun = sessions.start(session(), account, stage=Stage.CODE)
    session.commit()
    return authentication.enter_code(session(), begun, code, client_address="")


def code():
    return pyotp.TOTP(SECRET).at(now())


def test_what_is_stored_does_not_show_the_secret(session, ada):
    (stored,) = session.execute(text("SELECT totp_secret FROM account")).scalars()
    assert SECRET not in stored
    assert encryption.decrypt(stored) == SECRET


def test_setting_up_a_second_factor_stores_it_sealed(session):
    ann = make_account(session(), "Ann")
    _, begun = sessions.start(session(), ann)
    shown = authentication.begin_enrolment(session(), begun, issuer="Portal")
    assert encryption.decrypt(begun.pending_secret) == shown.secret != begun.pending_secret
    authentication.finish_enrolment(session(), begun, pyotp.TOTP(shown.secret).at(now()), client_address="")
    session.commit()
    assert encryption.is_encrypted(ann.totp_secret)
    assert encryption.decrypt(ann.totp_secret) == shown.secret


@pytest.mark.parametrize("store", [encryption.encrypt, str], ids=["sealed", "in clear"])
def test_a_code_fits_a_sealed_secret_and_one_of_before(session, store, app):
    rex = make_account(session(), "Rex", Role.REVIEWER, totp_secret=store(SECRET))
    assert enter(session, rex, code()).outcome == Outcome.COMPLETE


def test_migrating_seals_what_stands_in_clear_once(session):
    rex = make_account(session(), "Rex", Role.REVIEWER, totp_secret=SECRET)
    assert second_factor.reencrypt_secrets(session()) == (1, 0)
    session.commit()
    assert encryption.decrypt(rex.totp_secret) == SECRET != rex.totp_secret
    assert recording.subject_events(session(), "account", rex.id)[0].verb == "seal second factor"
    assert second_factor.reencrypt_secrets(session()) == (0, 0)


def test_a_former_key_opens_until_everything_is_sealed_anew(app, session, ada, with_key):
    former = app.extensions["settings"].secret_key
    with_key(OTHER_KEY, former)
    assert encryption.decrypt(ada.totp_secret) == SECRET
    assert second_factor.reencrypt_secrets(session()) == (1, 0)
    session.commit()
    with_key(OTHER_KEY)
    assert encryption.decrypt(ada.totp_secret) == SECRET


def test_a_key_that_does_not_fit_says_what_to_do(session, ada, with_key):
    with_key(OTHER_KEY)
    with pytest.raises(DecryptionFailed, match="SECRET_KEY_FALLBACKS"):
        encryption.decrypt(ada.totp_secret)
    assert second_factor.reencrypt_secrets(session()) == (0, 1)


def test_the_page_for_the_code_says_so_too(app, session, ada, with_key):
    someone = Browser(app, session).sign_in(ada, stage=Stage.CODE)
    with_key(OTHER_KEY)
    page = someone.send("/sign-in/code", {"code": "123456"}, status=503)
    assert "portal account link EMAIL --new-second-factor" in page.text


def test_a_recovery_code_works_without_the_key(session, ada, with_key):
    _, begun = sessions.start(session(), ada)
    codes = authentication.renew_recovery_codes(session(), begun)
    session.commit()
    with_key(OTHER_KEY)
    assert enter(session, ada, codes[0]).outcome == Outcome.COMPLETE


def test_without_a_lasting_key_nothing_is_sealed(session, with_key):
    with_key(OTHER_KEY, lasts=False)
    assert encryption.encrypt(SECRET) == SECRET
    assert not encryption.needs_reencryption(SECRET)


def test_settings_know_whether_their_key_lasts():
    assert not Settings.from_environment({}).has_persistent_key
    given = Settings.from_environment({"SECRET_KEY": "x" * 40, "SECRET_KEY_FALLBACKS": "y z"})
    assert (given.has_persistent_key, given.secret_key_fallbacks) == (True, ("y", "z"))
    assert "'y'" not in repr(given)
