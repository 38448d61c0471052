"""Encryption of TOTP secrets: with the current key, readable with a fallback key, and a clear error otherwise."""

import pytest
from sqlalchemy import text

from portal.config import TEMPORARY_KEY, Settings
from portal.database.encryption import KEYRING_OPTION, Keyring, is_encrypted, keyring_for
from portal.database.orm import READER_BIND, db
from portal.errors import DecryptionFailed
from portal.services.accounts import authentication, second_factor, sessions
from portal.services.accounts.authentication import SignInOutcome
from portal.services.accounts.sessions import Stage
from portal.services.audit import recording
from portal.vocabulary.workflow import Role
from tests.factories import PHRASE, make_account
from tests.http_clients import Browser

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 # of the accounts of these tests
OTHER_KEY = "another key of 32 characters, or more"


@pytest.fixture
def encrypted(session):
    return keyring_for(session()).encrypt(SECRET)


@pytest.fixture
def ada(session, encrypted):
    return make_account(session(), "Ada", Role.ADMINISTRATOR, password=PHRASE, totp_secret=encrypted)


@pytest.fixture
def change_keys(session):
    """change_keys(key, *fallbacks) changes the keys of the portal for the rest of the test."""

    def change(key, *fallbacks):
        # The fixture `session` puts this test's own connection in the place of the engine.
        db.engine.execution_options(**{KEYRING_OPTION: Keyring(key, fallbacks)})

    return change


def enter(session, account, code):
    _, auth_session = sessions.start(session(), account, stage=Stage.CODE)
    session.commit()
    return authentication.enter_code(session(), auth_session, code, client_address="")


def test_the_stored_value_does_not_contain_the_secret(session, ada):
    (stored,) = session.execute(text("SELECT totp_secret FROM account")).scalars()
    assert SECRET not in stored
    assert keyring_for(session()).decrypt(stored) == SECRET


def test_an_enrolment_stores_an_encrypted_secret(session, code_of):
    ann, keyring = make_account(session(), "Ann"), keyring_for(session())
    _, auth_session = sessions.start(session(), ann)
    enrolment = authentication.begin_enrolment(session(), auth_session, issuer="Portal")
    assert keyring.decrypt(auth_session.pending_secret) == enrolment.secret != auth_session.pending_secret
    code = code_of(enrolment.secret)
    authentication.finish_enrolment(session(), auth_session, code, client_address="")
    session.commit()
    assert is_encrypted(ann.totp_secret)
    assert keyring.decrypt(ann.totp_secret) == enrolment.secret


@pytest.mark.parametrize("is_stored_encrypted", [True, False], ids=["encrypted", "unencrypted"])
def test_a_code_matches_an_encrypted_secret_and_an_older_unencrypted_one(
    session, encrypted, is_stored_encrypted, code_of
):
    rex = make_account(session(), "Rex", Role.REVIEWER, totp_secret=encrypted if is_stored_encrypted else SECRET)
    assert enter(session, rex, code_of(SECRET)).outcome == SignInOutcome.COMPLETE


def test_migrating_encrypts_an_unencrypted_secret_once(session):
    rex = make_account(session(), "Rex", Role.REVIEWER, totp_secret=SECRET)
    assert second_factor.reencrypt_secrets(session()) == (1, 0)
    session.commit()
    assert keyring_for(session()).decrypt(rex.totp_secret) == SECRET != rex.totp_secret
    assert recording.subject_events(session(), "account", rex.id)[0].verb == "seal second factor"
    assert second_factor.reencrypt_secrets(session()) == (0, 0)


def test_a_fallback_key_decrypts_until_everything_is_reencrypted(app, session, ada, change_keys):
    previous_key = app.extensions["settings"].secret_key
    change_keys(OTHER_KEY, previous_key)
    assert keyring_for(session()).decrypt(ada.totp_secret) == SECRET
    assert second_factor.reencrypt_secrets(session()) == (1, 0)
    session.commit()
    change_keys(OTHER_KEY)
    assert keyring_for(session()).decrypt(ada.totp_secret) == SECRET


def test_the_error_for_a_key_that_does_not_fit_says_what_to_do(session, ada, change_keys):
    change_keys(OTHER_KEY)
    with pytest.raises(DecryptionFailed, match="SECRET_KEY_FALLBACKS"):
        keyring_for(session()).decrypt(ada.totp_secret)
    assert second_factor.reencrypt_secrets(session()) == (0, 1)


def test_the_code_page_shows_that_error(app, session, ada, change_keys):
    browser = Browser(app, session).sign_in(ada, stage=Stage.CODE)
    change_keys(OTHER_KEY)
    page = browser.send("/sign-in/code", {"code": "123456"}, status=503)
    assert "portal account link EMAIL --new-second-factor" in page.text


def test_a_recovery_code_works_without_the_key(session, ada, change_keys):
    _, auth_session = sessions.start(session(), ada)
    codes = authentication.renew_recovery_codes(session(), auth_session)
    session.commit()
    change_keys(OTHER_KEY)
    assert enter(session, ada, codes[0]).outcome == SignInOutcome.COMPLETE


def test_nothing_is_encrypted_with_a_key_that_is_not_persistent():
    keyring = Keyring(OTHER_KEY, is_persistent=False)
    assert keyring.encrypt(SECRET) == SECRET
    assert not keyring.needs_reencryption(SECRET)


def test_an_application_takes_its_keys_from_its_settings(app):
    settings = app.extensions["settings"]
    with app.app_context():
        keyring = keyring_for(db.session())
        db.session.remove()
    assert keyring == Keyring(settings.secret_key, settings.secret_key_fallbacks, settings.has_persistent_key)
    assert settings.secret_key not in repr(keyring)


def test_the_engine_of_public_requests_has_no_keys(app):
    with app.app_context():
        assert KEYRING_OPTION not in db.engines[READER_BIND].get_execution_options()


def test_settings_know_whether_their_key_is_persistent():
    assert not Settings.from_environment({TEMPORARY_KEY: "x" * 40}).has_persistent_key
    settings = Settings.from_environment({"SECRET_KEY": "x" * 40, "SECRET_KEY_FALLBACKS": "y z"})
    assert (settings.has_persistent_key, settings.secret_key_fallbacks) == (True, ("y", "z"))
    assert "'y'" not in repr(settings)
