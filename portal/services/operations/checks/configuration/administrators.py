"""Who can administer the portal: somebody must, and requests for a new one must not lie about."""

from __future__ import annotations

from collections.abc import Iterator

from portal.services.accounts import administration, administrator_requests
from portal.services.operations.checks.finding import Finding, Surroundings, ok, problem, warning


def check(surroundings: Surroundings) -> Iterator[Finding]:
    session = surroundings.session
    administrators = administration.enabled_administrators(session)
    usable = [account for account in administrators if account.password_hash and account.has_second_factor]
    if not usable and surroundings.settings.is_production:
        yield problem(
            "No administrator can sign in: none has a password and a second factor.",
            "Run portal account add EMAIL --name NAME --role administrator, or portal account link EMAIL.",
        )
    elif len(usable) < 2 and surroundings.settings.needs_second_administrator:
        yield warning(
            "PORTAL_SECOND_ADMINISTRATOR is set, and there is no second administrator who could confirm.",
            "Run portal account add EMAIL --name NAME --role administrator.",
        )
    if requests := administrator_requests.open_requests(session):
        names = ", ".join(f"{request.candidate_name} <{request.candidate_email}>" for request in requests)
        yield warning(
            f"Requests for a new administrator that wait: {names}.",
            "An administrator confirms or declines them on the page Accounts.",
        )
    yield ok(f"Administrators who can sign in: {len(usable)}.")
