"""Signing in by the services: plain functions that commit, as a request would."""

from portal.services.accounts import authentication, sessions
from tests.factories import PHRASE

HOME = "192.0.2.1"


def enter(session, account, password=PHRASE, address=HOME, **more):
    tried = authentication.sign_in(session(), account.email, password, client_address=address, **more)
    session.commit()
    return tried


def living(session, tried):
    return sessions.find(session(), tried.token)
